"""Which organisation a city sends a category to, where it has decided so itself (`domain.md` §2.3)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import TaskRole
from nuanxin.cases.models import DispatchRule
from nuanxin.cases.queries.catalogue import kind_of
from nuanxin.cases.queries.parties import about_themselves, is_party
from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.errors import Invalid, NotAllowed
from nuanxin.people.models import Organisation


def put_dispatch_rule(
    *,
    actor: Actor,
    category: str,
    area_code: str,
    organisation: Organisation,
    now: datetime,
    role: str = TaskRole.LEAD,
    note: str = "",
) -> DispatchRule:
    """Prefer this organisation for the category inside the area; the longest area wins.

    Raises `NotAllowed`, `UnknownCategory`, `Invalid`, `AboutThemselves`.
    """
    if not policy.permits(actor, "cases.categories"):
        raise NotAllowed
    if role not in TaskRole.values:
        raise Invalid(fields={"role": _("分工只能是主办或协办。")})
    kind = kind_of(category)
    if is_party(kind, organisation):
        raise about_themselves(kind, organisation, "organisation")
    with transaction.atomic():
        rule, _created = DispatchRule.objects.update_or_create(
            category_id=kind.code,
            area_code=area_code,
            organisation=organisation,
            defaults={"role": role, "note": note},
        )
        audit.record(
            actor=actor,
            action="cases.put_dispatch_rule",
            object_type="cases.category",
            object_id=kind.code,
            scope_code=area_code,
            detail={"organisation": organisation.pk, "role": role},
            now=now,
        )
    return rule

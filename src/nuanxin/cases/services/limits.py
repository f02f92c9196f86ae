"""A city sets its own limits of return, consultation and extension; what runs keeps the limit it started with."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.models import HandlingLimit
from nuanxin.cases.queries.limits import LIMITS, Shipped, shipped
from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.errors import Invalid, NotAllowed, NotFound
from nuanxin.kernel.worktime import Limit


def put_handling_limit(*, actor: Actor, name: str, value: str, now: datetime) -> HandlingLimit:
    """Set one of them. Raises `NotAllowed`, `NotFound` for no such limit, `Invalid` for a value it cannot have."""
    if not policy.permits(actor, "cases.categories"):
        raise NotAllowed
    line = shipped().get(name)
    if line is None:
        raise NotFound
    value = _checked(line, value.strip())
    with transaction.atomic():
        row, _created = HandlingLimit.objects.update_or_create(name=name, defaults={"value": value})
        LIMITS.changed()
        audit.record(
            actor=actor,
            action="cases.put_limit",
            object_type="cases.limit",
            object_id=name,
            detail={"value": value},
            now=now,
        )
    return row


def _checked(line: Shipped, value: str) -> str:
    if line.kind == "count":
        if not value.isdecimal() or not 1 <= int(value) <= line.most:
            raise Invalid(fields={"value": _("请填 1 到 %(most)s 之间的数。") % {"most": line.most}})
        return str(int(value))
    try:
        return str(Limit.parse(value))
    except Invalid as error:
        raise Invalid(fields={"value": error.hint}) from None

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import SYSTEM, Actor
from nuanxin.kernel.audit import record
from nuanxin.kernel.errors import Conflict, Invalid
from nuanxin.kernel.events import publish
from nuanxin.people.enums import UnitType
from nuanxin.people.events import OrganisationCreated
from nuanxin.people.models import IndustryCharge, Organisation, Site


class OrganisationKnown(Conflict):
    default_message = _("这个组织已经登记过了。")
    default_hint = _("同一辖区里名称和类别不能重复，信用代码在全市只能登记一次。")


def create_organisation(
    *,
    name: str,
    kind: str,
    scope_code: str,
    now: datetime,
    actor: Actor = SYSTEM,
    short_name: str = "",
    unit_type: str = "",
    uscc: str = "",
    parent: Organisation | None = None,
    phone: str = "",
) -> Organisation:
    """Register an organisation that serves a territory. Publishes `OrganisationCreated`.

    `unit_type` makes it a candidate for dispatch. Raises `OrganisationKnown`, `Invalid`.
    """
    organisation = Organisation(
        name=name.strip(),
        short_name=short_name.strip(),
        kind=kind,
        unit_type=unit_type,
        uscc=uscc.strip().upper(),
        parent=parent,
        scope_code=scope_code,
        phone=phone,
        created_at=now,
    )
    if unit_type and unit_type not in UnitType.values:
        raise Invalid(fields={"unit_type": _("承办类型不在目录里。")})
    try:
        organisation.clean_fields()
    except ValidationError as error:
        raise Invalid(fields={name: texts[0] for name, texts in error.message_dict.items()}) from None
    try:
        with transaction.atomic():
            organisation.save(force_insert=True)
            _note(actor, "people.create_organisation", organisation, now)
            publish(OrganisationCreated(organisation.pk, kind), scope_code=scope_code, now=now)
    except IntegrityError:
        raise OrganisationKnown from None
    return organisation


def close_organisation(*, actor: Actor, organisation: Organisation, now: datetime) -> None:
    """It takes no more work and gets no more roles. Raises `Conflict` while somebody still acts for it."""
    with transaction.atomic():
        if organisation.assignments.filter(active_to=None).exists():
            raise Conflict(_("这个组织还有人任职。"), hint=_("先结束他们的任职，把手上的事交出去。"))
        Organisation.objects.filter(pk=organisation.pk).update(is_active=False)
        organisation.is_active = False
        _note(actor, "people.close_organisation", organisation, now)


def create_site(
    *,
    name: str,
    kind: str,
    scope_code: str,
    now: datetime,
    actor: Actor = SYSTEM,
    lng: float | None = None,
    lat: float | None = None,
    operator: Organisation | None = None,
) -> Site:
    """A place where somebody may have a role; the context that owns the place calls this. WGS-84."""
    with transaction.atomic():
        site = Site.objects.create(
            name=name, kind=kind, scope_code=scope_code, lng=lng, lat=lat, operator=operator,
        )  # fmt: skip
        record(
            actor=actor, action="people.create_site", object_type="people.site", object_id=site.pk,
            scope_code=scope_code, now=now,
        )  # fmt: skip
    return site


def put_industry_charge(
    *, worker_type: str, organisation: Organisation, scope_code: str, now: datetime, actor: Actor = SYSTEM
) -> IndustryCharge:
    """Say who answers for a trade in a territory, in place of whoever did."""
    with transaction.atomic():
        charge, _created = IndustryCharge.objects.update_or_create(
            worker_type=worker_type, scope_code=scope_code, defaults={"organisation": organisation},
        )  # fmt: skip
        _note(actor, "people.put_industry_charge", organisation, now)
    return charge


def _note(actor: Actor, action: str, organisation: Organisation, now: datetime) -> None:
    record(
        actor=actor,
        action=action,
        object_type="people.organisation",
        object_id=organisation.pk,
        scope_code=organisation.scope_code,
        now=now,
    )

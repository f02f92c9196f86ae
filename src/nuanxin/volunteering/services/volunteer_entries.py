"""Training, commendation and evaluation of a volunteer, written down by who organised (Order 67)."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor
from nuanxin.kernel.errors import Invalid
from nuanxin.volunteering.enums import EntryKind
from nuanxin.volunteering.models import VolunteerEntry
from nuanxin.volunteering.services.record_confirming import locked_record


def add_entry(
    *, actor: Actor, public_id: UUID, kind: str, title: str, on: date, now: datetime
) -> VolunteerEntry:
    """Of the volunteer of a record; the same again is the same. Raises `RecordNotFound`, `OwnRecord`, `Invalid`."""
    if kind not in EntryKind.values:
        raise Invalid(fields={"kind": _("请选培训、表彰还是评价。")})
    if not title.strip():
        raise Invalid(fields={"title": _("请写一句是什么。")})
    if on > timezone.localdate(now):
        raise Invalid(fields={"on": _("日期不能在今天以后。")})
    with transaction.atomic():
        record = locked_record(actor, "volunteering.record_entry", public_id)
        if record.person_id is None:
            raise Invalid(_("这位志愿者已经注销，不能再写。"))
        made, is_new = VolunteerEntry.objects.get_or_create(
            person_id=record.person_id,
            organisation_id=record.organisation_id,
            kind=kind,
            title=title.strip()[:80],
            on=on,
            defaults={"entered_at": now, "entered_by_id": actor.assignment_id},
        )
        if is_new:
            audit.record(
                actor=actor, action="volunteering.entry_added", object_type="service_record", object_id=record.pk,
                scope_code=record.scope_code, detail={"kind": kind}, now=now,
            )  # fmt: skip
    return made

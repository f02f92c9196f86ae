"""Somebody else says that it was so: a whole shift in one sweep, single ones with a reason. Then the hours count."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, visible
from nuanxin.kernel.errors import Invalid
from nuanxin.kernel.events import publish
from nuanxin.people.queries import subject_of
from nuanxin.volunteering.enums import QUALITIES, RecordState, SignUpState
from nuanxin.volunteering.events import DidNotCome, HoursRecorded, HoursRefused
from nuanxin.volunteering.models import RecordStep, ServiceRecord, SignUp, Team
from nuanxin.volunteering.queries.records import RecordNotFound, visible_record
from nuanxin.volunteering.services.records import OwnRecord
from nuanxin.volunteering.workflow import RECORD

MOST_AT_ONCE = 200
FULL = 100
MORE = 120


@dataclass(frozen=True, slots=True)
class Judged:
    """How well; 120 says why."""

    quality: int = FULL
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Swept:
    """How many count now, and how many were left for a look or for another leader."""

    recorded: int
    left: int


def confirm_hours(
    *,
    actor: Actor,
    records: Iterable[UUID],
    judged: Mapping[UUID, Judged] | None = None,
    now: datetime,
) -> Swept:
    """One sweep over what waits. One's own, what is held for a look and what is settled already are passed over.

    Publishes `HoursRecorded` for each. Raises `Invalid` for a quality that there is not, or more without a reason.
    """
    wanted = list(dict.fromkeys(records))[:MOST_AT_ONCE]
    qualities = {key: _judged(each) for key, each in (judged or {}).items()}
    recorded = 0
    with transaction.atomic():
        rows = visible(
            ServiceRecord.objects.filter(public_id__in=wanted), "volunteering.record_confirm", actor
        )
        for row in rows.filter(state=RecordState.PENDING).select_for_update(of=("self",)).order_by("pk"):
            if row.person_id == actor.person_id or row.held_for:
                continue
            _record(actor, row, qualities.get(row.public_id, Judged()), now)
            recorded += 1
        if recorded:
            audit.record(
                actor=actor, action="volunteering.hours_confirmed", object_type="service_record",
                scope_code=actor.scope_code, detail={"records": recorded}, now=now,
            )  # fmt: skip
    return Swept(recorded, len(wanted) - recorded)


def release_held(*, actor: Actor, public_id: UUID, note: str, now: datetime) -> ServiceRecord:
    """Somebody has looked: it may be confirmed. Raises `RecordNotFound`, `OwnRecord`, `Invalid` without a word."""
    if not note.strip():
        raise Invalid(fields={"note": _("请写一句怎么核实的。")})
    with transaction.atomic():
        row = locked_record(actor, "volunteering.record_confirm", public_id)
        if not row.held_for:
            return row
        ServiceRecord.objects.filter(pk=row.pk).update(held_for="")
        RecordStep.objects.create(
            record=row, name="release", at=now, by_id=actor.assignment_id, note=note[:200]
        )
        _audited(actor, "released", row, now)
        row.held_for = ""
    return row


def refuse_hours(*, actor: Actor, public_id: UUID, reason: str, now: datetime) -> ServiceRecord:
    """It does not count; the volunteer reads why and may ask for a correction. Publishes `HoursRefused`.

    Raises `RecordNotFound`, `OwnRecord`, `IllegalMove`, `Invalid` without a reason.
    """
    if not reason.strip():
        raise Invalid(fields={"reason": _("请写明为什么不算，本人看得到。")})
    with transaction.atomic():
        row = locked_record(actor, "volunteering.record_confirm", public_id)
        if row.state == RecordState.REFUSED:
            return row
        before = row.minutes
        RECORD.step(
            row, "refuse", state_since=now, minutes=0, confirmed_by_id=actor.assignment_id, confirmed_at=now
        )
        RecordStep.objects.create(
            record=row, name="refuse", at=now, by_id=actor.assignment_id, note=reason.strip()[:200],
            minutes_before=before, minutes_after=0,
        )  # fmt: skip
        _audited(actor, "refused", row, now)
        publish(
            HoursRefused(str(row.public_id)), subject_id=_subject(row), scope_code=row.scope_code, now=now
        )
    return row


def mark_absent(*, now: datetime, since: datetime, until: datetime, batch: int = 200) -> int:
    """Who had a place and was not seen: counted, not punished. Publishes `DidNotCome`. Returns how many.

    `since` and `until`: between which the shifts ended.
    """
    rows = SignUp.objects.filter(
        state=SignUpState.CONFIRMED, person__isnull=False, shift__ends_at__gte=since, shift__ends_at__lt=until,
        shift__activity__kind__is_volunteering=True,
    ).exclude(shift__state="cancelled")  # fmt: skip
    rows = rows.exclude(pk__in=ServiceRecord.objects.filter(sign_up__isnull=False).values("sign_up"))
    found = list(rows.select_related("shift__activity").order_by("pk")[:batch])
    for sign_up in found:
        with transaction.atomic():
            _absent(sign_up, now)
    return len(found)


def _absent(sign_up: SignUp, now: datetime) -> None:
    shift, activity = sign_up.shift, sign_up.shift.activity
    row, is_new = ServiceRecord.objects.get_or_create(
        sign_up=sign_up,
        defaults={
            "person_id": sign_up.person_id, "source": "shift", "shift": shift, "title": activity.title,
            "organisation_id": activity.organiser_id, "team_id": activity.team_id,
            "activity_kind": activity.kind_id, "line": activity.line_id, "starts_at": shift.starts_at,
            "ends_at": shift.ends_at, "state": RecordState.ABSENT, "state_since": now,
            "served_on": timezone.localdate(shift.starts_at), "scope_code": activity.scope_code,
        },
    )  # fmt: skip
    if is_new:
        RecordStep.objects.create(record=row, name="miss", at=now)
        told = DidNotCome(str(sign_up.public_id), row.activity_kind, row.served_on.isoformat())
        publish(told, subject_id=_subject(row), scope_code=row.scope_code, now=now)


def locked_record(actor: Actor, permission: str, public_id: UUID) -> ServiceRecord:
    """As somebody else than its volunteer. Raises `RecordNotFound`, `OwnRecord`."""
    found = visible_record(actor, public_id, permission)
    if found.person_id is not None and found.person_id == actor.person_id:
        raise OwnRecord
    row = ServiceRecord.objects.select_for_update().filter(pk=found.pk).first()
    if row is None:
        raise RecordNotFound
    return row


def _judged(given: Judged) -> Judged:
    if given.quality not in QUALITIES:
        raise Invalid(_("质量系数只有 0、0.8、1.0、1.2 四种。"))
    reason = given.reason.strip()[:120]
    if given.quality >= MORE and not reason:
        raise Invalid(_("给 1.2 要写一句好在哪里。"), hint=_("写在这个人的名字旁边，再确认一次。"))
    return Judged(given.quality, reason)


def _record(actor: Actor, row: ServiceRecord, judged: Judged, now: datetime) -> None:
    """In the caller's transaction. Publishes `HoursRecorded`."""
    told = {"confirmed_by_id": actor.assignment_id, "confirmed_at": now}
    RECORD.step(row, "confirm", state_since=now, quality=judged.quality, quality_reason=judged.reason, **told)
    RECORD.step(row, "record", state_since=now)
    RecordStep.objects.create(
        record=row, name="confirm", at=now, by_id=actor.assignment_id, note=judged.reason,
        minutes_after=row.minutes, quality_after=row.quality,
    )  # fmt: skip
    tell_recorded(row, now)


def tell_recorded(row: ServiceRecord, now: datetime) -> None:
    """With the team under whose name it is, or that organised it."""
    team = Team.objects.filter(organisation=row.team_id or row.organisation_id).first()
    told = HoursRecorded(
        record=str(row.public_id), minutes=row.minutes, quality=row.quality, activity_kind=row.activity_kind,
        line=row.line, team=str(team.public_id) if team else "", served_on=row.served_on.isoformat(),
    )  # fmt: skip
    publish(told, subject_id=_subject(row), scope_code=row.scope_code, now=now)


def _subject(row: ServiceRecord) -> UUID | None:
    return subject_of(row.person_id) if row.person_id else None


def _audited(actor: Actor, action: str, row: ServiceRecord, now: datetime) -> None:
    audit.record(
        actor=actor, action=f"volunteering.record_{action}", object_type="service_record", object_id=row.pk,
        scope_code=row.scope_code, now=now,
    )  # fmt: skip

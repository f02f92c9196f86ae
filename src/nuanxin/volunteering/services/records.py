"""Checking in and out: two-sided proof of who was there, how long (`domain.md` §4.2).

Everything about one person's time holds the row of the person; a second check-in of the same person and shift is the
same. What is served is recorded only after somebody else has confirmed it (`record_confirming.py`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor
from nuanxin.kernel.errors import Conflict, Invalid, KeyReused, NotAllowed
from nuanxin.kernel.events import publish
from nuanxin.kernel.files.accept import AcceptedImage
from nuanxin.kernel.geo.coordinates import distance_m
from nuanxin.people.models import Organisation, Person
from nuanxin.people.queries import consented
from nuanxin.people.services import Agreement, take_agreement
from nuanxin.volunteering.enums import (
    CheckMethod,
    HeldFor,
    RecordSource,
    RecordState,
    ShiftState,
    SignUpState,
)
from nuanxin.volunteering.events import HoursPending
from nuanxin.volunteering.models import CheckInPoint, RecordStep, ServiceRecord, Shift, SignUp
from nuanxin.volunteering.queries.check_codes import (
    FRESH,
    NotACheckCode,
    device_digest,
    is_typed,
    opened,
    read_typed,
)
from nuanxin.volunteering.queries.minutes import (
    NEAR_M,
    is_too_fast,
    overlap,
    served_minutes,
    within_a_day,
)
from nuanxin.volunteering.queries.records import (
    EARLY,
    NOTHING_SERVED,
    own_organisations,
    own_record,
    shift_to_check,
    shifts_to_come_to,
)
from nuanxin.volunteering.services.claim_pictures import keep_picture
from nuanxin.volunteering.workflow import RECORD

MOST_BLUR_M = 100  # of what a phone says about its own accuracy
CLAIM_WITHIN = timedelta(days=30)
LONGEST = timedelta(hours=12)
PLACE_CONSENT = "check_in_place"


class WrongCheckCode(Invalid):
    default_message = _("这个签到码不对，或者已经换了。")
    default_hint = _("看着队长屏幕上现在的码，重新扫一次或输入六位字。扫不了就请队长点到。")


class NotSignedUp(Conflict):
    default_message = _("你没有报上这个班次。")
    default_hint = _("先在活动页报名；人已经到了，就请队长帮忙加上。")


class TooEarlyToCheckIn(Conflict):
    default_message = _("还没到签到的时间。")
    default_hint = _("开始前一小时起可以签到。")


class ShiftIsOver(Conflict):
    default_message = _("这个班次已经结束了，签不了到。")
    default_hint = _("真的来过，请在“我的时长”里补记一次，队长确认后照样算。")


class AtTwoPlaces(Conflict):
    default_message = _("这段时间你已经在另一个活动里了。")
    default_hint = _("先在那边签退；时间记错了，可以在“我的时长”里申请更正。")


class NotHere(Conflict):
    default_message = _("手机的位置离现场超过 200 米。")
    default_hint = _("到了再签；定位不准就不带位置扫码，或者请队长点到。")


class OwnRecord(NotAllowed):
    default_message = _("自己的服务要由别人来确认。")
    default_hint = _("请队里另一位负责人或社区来点。")


class StillThere(Conflict):
    default_message = _("还没有签到，不用签退。")
    default_hint = _("先扫现场的码签到。")


@dataclass(frozen=True, slots=True)
class Position:
    """Where the phone says it is, and how sure."""

    lng: float
    lat: float
    accuracy_m: float = 0.0


def check_in(
    *,
    actor: Actor,
    code: str,
    now: datetime,
    device: str = "",
    position: Position | None = None,
    agreement: Agreement | None = None,
) -> ServiceRecord:
    """With the code of the place's screen, scanned or typed; the same again is the same.

    A position is looked at and kept only with consent, which `agreement` may bring along.

    Raises `NotAllowed`, `WrongCheckCode`, `NotSignedUp`, `TooEarlyToCheckIn`, `ShiftIsOver`, `AtTwoPlaces`, `NotHere`.
    """
    if actor.person_id is None:
        raise NotAllowed
    shift, at = _shift_of(actor, code, now)
    with transaction.atomic():
        person = Person.objects.select_for_update().get(pk=actor.person_id)
        if agreement is not None:
            take_agreement(person=person, purpose=PLACE_CONSENT, agreement=agreement, now=now)
        sign_up = SignUp.objects.filter(
            shift=shift, person=actor.person_id, state=SignUpState.CONFIRMED
        ).first()
        if sign_up is None:
            raise NotSignedUp
        known = ServiceRecord.objects.filter(sign_up=sign_up).first()
        if known is not None and known.state != RecordState.ABSENT:
            return known
        if known is not None:
            raise ShiftIsOver
        kept = position if position and consented(actor.person_id, PLACE_CONSENT) else None
        _is_here(shift, kept)
        made = _begin(sign_up, shift, CheckMethod.CODE, at, is_late=now - at > FRESH)
        _mark_device(made, device)
        if kept is not None:
            CheckInPoint.objects.create(record=made, at=now, place=f"{kept.lng:.6f} {kept.lat:.6f}")
        _log(made, "check_in", now, actor)
    return made


def admit(*, actor: Actor, sign_up_id: UUID, now: datetime) -> ServiceRecord:
    """The leader taps who stands there; also after the shift, labelled late. Audited.

    Raises `ShiftNotFound`, `OwnRecord`, `NotSignedUp`, `TooEarlyToCheckIn`, `ShiftIsOver`, `AtTwoPlaces`.
    """
    sign_up = SignUp.objects.filter(public_id=sign_up_id).select_related("shift").first()
    if sign_up is None or sign_up.person_id is None or sign_up.state != SignUpState.CONFIRMED:
        raise NotSignedUp(hint=_("请刷新名单再看一遍。"))
    shift = shift_to_check(actor, sign_up.shift.public_id)
    if sign_up.person_id == actor.person_id:
        raise OwnRecord
    with transaction.atomic():
        Person.objects.select_for_update().get(pk=sign_up.person_id)
        known = ServiceRecord.objects.select_for_update().filter(sign_up=sign_up).first()
        if known is not None and known.state != RecordState.ABSENT:
            return known
        over = now > shift.ends_at
        at = shift.starts_at if over else now
        if known is not None:
            RECORD.step(known, "admit", state_since=now, came_at=at, came_by=CheckMethod.LEADER, is_late=True)
            made = known
        else:
            made = _begin(sign_up, shift, CheckMethod.LEADER, at, is_late=over)
        _log(made, "admit", now, actor)
        if over:
            _submit(made, None, CheckMethod.NONE, now)
        _audited(actor, "admit", made, now)
    return made


def check_out(*, actor: Actor, public_id: UUID, now: datetime) -> ServiceRecord:
    """One goes home; said again it changes nothing. Publishes `HoursPending`. Raises `RecordNotFound`, `StillThere`."""
    found = own_record(actor, public_id)
    with transaction.atomic():
        return _out(actor, _locked(found), CheckMethod.SELF, now)


def check_out_by_leader(*, actor: Actor, public_id: UUID, now: datetime) -> ServiceRecord:
    """Somebody leaves and has no phone at hand. Raises `ShiftNotFound`, `OwnRecord`, `StillThere`."""
    found = ServiceRecord.objects.filter(public_id=public_id).select_related("shift").first()
    if found is None or found.shift is None:
        raise StillThere
    shift_to_check(actor, found.shift.public_id)
    if found.person_id == actor.person_id:
        raise OwnRecord
    with transaction.atomic():
        return _out(actor, _locked(found), CheckMethod.LEADER, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Served without a check-in: on a post, with a case, for somebody. `proof` says by what it can be looked into; a
    picture only if one likes.
    """

    organisation: UUID
    source: str
    title: str
    starts_at: datetime
    ends_at: datetime
    proof: str
    picture: AcceptedImage | None = None


def enter_service(*, actor: Actor, claim: Claim, key: UUID, now: datetime) -> ServiceRecord:
    """One writes down what one did; labelled, confirmed by the organisation, drawn for spot-checks more often.

    The same `key` again is the same. Publishes `HoursPending`. Raises `NotAllowed`, `Invalid`, `AtTwoPlaces`,
    `PictureUsed`, and `KeyReused` where the key came with something else.
    """
    if actor.person_id is None:
        raise NotAllowed
    organisation = _checked(actor, claim, now)
    with transaction.atomic():
        Person.objects.select_for_update().get(pk=actor.person_id)
        known = ServiceRecord.objects.filter(key=key).first()
        if known is not None:
            told = (actor.person_id, organisation.pk, claim.title.strip(), claim.starts_at, claim.ends_at)
            if told != (known.person_id, known.organisation_id, known.title, known.starts_at, known.ends_at):
                raise KeyReused
            return known
        _free_then(actor.person_id, claim.starts_at, claim.ends_at)
        made = ServiceRecord(
            person_id=actor.person_id, source=claim.source, organisation=organisation, title=claim.title.strip(),
            activity_kind=claim.source, starts_at=claim.starts_at, ends_at=claim.ends_at, state=RecordState.PENDING,
            state_since=now, served_on=timezone.localdate(claim.starts_at), came_at=claim.starts_at,
            came_by=CheckMethod.MANUAL, left_at=claim.ends_at, left_by=CheckMethod.MANUAL, is_manual=True,
            proof=claim.proof.strip(), entered_by_id=actor.assignment_id, key=key,
            scope_code=organisation.scope_code,
        )  # fmt: skip
        made.team = organisation if organisation.kind == "volunteer_organisation" else None
        made.minutes = _minutes(made)
        if not made.minutes:
            raise Invalid(_("这一天已经记满 12 小时了。"), hint=_("一人一天最多记 12 小时。"))
        made.save(force_insert=True)
        if claim.picture is not None:
            keep_picture(record=made, accepted=claim.picture, now=now)
        _log(made, "enter", now, actor)
        _tell_pending(made, now)
    return made


def close_shifts(*, now: datetime, batch: int = 200) -> int:
    """Two hours after a shift: who never checked out served at most to the planned end. Returns how many.

    Publishes `HoursPending`.
    """
    rows = ServiceRecord.objects.filter(state=RecordState.CHECKED_IN, ends_at__lt=now - timedelta(hours=2))
    found = list(rows.order_by("pk")[:batch])
    for each in found:
        with transaction.atomic():
            Person.objects.select_for_update().filter(pk=each.person_id or 0).first()
            _submit(_locked(each), None, CheckMethod.NONE, now)
    return len(found)


# --- Shared with confirming and demo ---
def _shift_of(actor: Actor, code: str, now: datetime) -> tuple[Shift, datetime]:
    """Raises `WrongCheckCode`, `NotSignedUp`."""
    try:
        if is_typed(code):
            seen = read_typed(code, [each.shift.public_id for each in shifts_to_come_to(actor, now)], now)
        else:
            seen = opened(code, now)
    except NotACheckCode:
        raise WrongCheckCode from None
    shift = Shift.objects.filter(public_id=seen.shift).select_related("activity__place").first()
    if shift is None:
        raise WrongCheckCode
    return shift, seen.at


def _begin(sign_up: SignUp, shift: Shift, by: CheckMethod, at: datetime, *, is_late: bool) -> ServiceRecord:
    """Raises `ShiftIsOver`, `TooEarlyToCheckIn`, `AtTwoPlaces`."""
    activity = shift.activity
    if shift.state == ShiftState.CANCELLED or not activity.kind.is_volunteering or at > shift.ends_at:
        raise ShiftIsOver
    if at < shift.starts_at - EARLY:
        raise TooEarlyToCheckIn
    _free_then(sign_up.person_id or 0, max(at, shift.starts_at), shift.ends_at)
    lng, lat = _where(shift)
    made = ServiceRecord(
        person_id=sign_up.person_id, source=RecordSource.SHIFT, sign_up=sign_up, shift=shift,
        organisation_id=activity.organiser_id, team_id=activity.team_id, title=activity.title,
        activity_kind=activity.kind_id, line=activity.line_id, starts_at=shift.starts_at, ends_at=shift.ends_at,
        lng=lng, lat=lat, state=RecordState.CHECKED_IN, state_since=at,
        served_on=timezone.localdate(shift.starts_at), came_at=at, came_by=by, is_late=is_late,
        scope_code=activity.scope_code,
    )  # fmt: skip
    made.held_for = HeldFor.SPEED if _came_too_fast(made) else ""
    made.save(force_insert=True)
    return made


def _where(shift: Shift) -> tuple[float | None, float | None]:
    activity = shift.activity
    if activity.lng is not None and activity.lat is not None:
        return activity.lng, activity.lat
    place = activity.place
    return (place.lng, place.lat) if place is not None else (None, None)


def _is_here(shift: Shift, position: Position | None) -> None:
    """Raises `NotHere`."""
    lng, lat = _where(shift)
    if position is None or lng is None or lat is None:
        return
    blur = min(max(position.accuracy_m, 0.0), MOST_BLUR_M)
    if distance_m(position.lng, position.lat, lng, lat) - blur > NEAR_M:
        raise NotHere


def _came_too_fast(record: ServiceRecord) -> bool:
    """Since the last check-in or check-out of the same person, from place to place."""
    if record.lng is None or record.lat is None or record.came_at is None:
        return False
    before = ServiceRecord.objects.filter(
        person=record.person_id, came_at__lte=record.came_at, came_at__gt=record.came_at - timedelta(days=1)
    ).exclude(came_by=CheckMethod.MANUAL)
    last = before.exclude(lng=None).order_by("-came_at").first()
    if last is None or last.lng is None or last.lat is None or last.came_at is None:
        return False
    metres = distance_m(last.lng, last.lat, record.lng, record.lat)
    return is_too_fast(metres, record.came_at - (last.left_at or last.came_at))


def _free_then(
    person_id: int, starts_at: datetime, ends_at: datetime, *, but: ServiceRecord | None = None
) -> None:
    """Raises `AtTwoPlaces`."""
    near = ServiceRecord.objects.filter(
        Q(starts_at__lt=ends_at) | Q(came_at__lt=ends_at), person=person_id, ends_at__gt=starts_at - LONGEST
    ).exclude(state__in=NOTHING_SERVED)
    for each in near.exclude(pk=but.pk) if but else near:
        start = max(each.came_at or each.starts_at, each.starts_at)
        if overlap(starts_at, ends_at, start, each.left_at or each.ends_at):
            raise AtTwoPlaces(_("这段时间你已经在“%(title)s”里了。") % {"title": each.title})


def _mark_device(record: ServiceRecord, device: str) -> None:
    """Two people on one phone are said to the leader, and nothing else."""
    if record.shift is None:
        return
    record.device = device_digest(device[:64], record.shift.public_id)
    if not record.device:
        return
    others = ServiceRecord.objects.filter(shift=record.shift_id, device=record.device).exclude(pk=record.pk)
    record.shares_device = others.update(shares_device=True) > 0
    record.save(update_fields=["device", "shares_device"])


def _out(actor: Actor, record: ServiceRecord, by: CheckMethod, now: datetime) -> ServiceRecord:
    if record.state in (RecordState.ABSENT, RecordState.REFUSED):
        raise StillThere
    if record.state != RecordState.CHECKED_IN:
        return record
    RECORD.step(record, "check_out", state_since=now)
    _log(record, "check_out", now, actor)
    _submit(record, now, by, now)
    return record


def _submit(record: ServiceRecord, left_at: datetime | None, by: CheckMethod, now: datetime) -> None:
    """What was served waits for the leader. Publishes `HoursPending`."""
    record.left_at, record.left_by = left_at, by
    if left_at is None:
        record.is_late = True
    minutes = _minutes(record)
    RECORD.step(
        record, "submit", state_since=now, left_at=left_at, left_by=by, is_late=record.is_late, minutes=minutes
    )  # fmt: skip
    _log(record, "submit", now, None, after=minutes)
    _tell_pending(record, now)


def _minutes(record: ServiceRecord) -> int:
    """Under the lock of the person: what fits into the day."""
    came_at = record.came_at or record.starts_at
    served = served_minutes(
        came_at=came_at, left_at=record.left_at, starts_at=record.starts_at, ends_at=record.ends_at
    )
    return within_a_day(served, already=minutes_on(record))


def minutes_on(record: ServiceRecord) -> int:
    """Of the same person on the same day, without this record."""
    rows = ServiceRecord.objects.filter(person=record.person_id, served_on=record.served_on)
    rows = rows.exclude(pk=record.pk or 0).exclude(state__in=NOTHING_SERVED)
    return rows.aggregate(all=Sum("minutes"))["all"] or 0


def _tell_pending(record: ServiceRecord, now: datetime) -> None:
    """The leader hears once of a shift, not once for each who was there."""
    pending = ServiceRecord.objects.filter(shift=record.shift_id, state=RecordState.PENDING)
    if record.shift_id and pending.exclude(pk=record.pk).exists():
        return
    shift = str(record.shift.public_id) if record.shift else ""
    publish(HoursPending(str(record.public_id), shift), scope_code=record.scope_code, now=now)


def _checked(actor: Actor, claim: Claim, now: datetime) -> Organisation:
    """Raises `Invalid`."""
    wrong: dict[str, Any] = {}
    organisation = next(
        (each for each in own_organisations(actor) if each.public_id == claim.organisation), None
    )
    if organisation is None:
        wrong["organisation"] = _("请选是为哪个队伍或社区做的。")
    if claim.source not in (RecordSource.POST, RecordSource.CASE, RecordSource.HELP):
        wrong["source"] = _("请选是哪一种服务。")
    if not claim.title.strip():
        wrong["title"] = _("请写一句做了什么。")
    if not claim.proof.strip():
        wrong["proof"] = _("请写凭什么能核实：在哪里、和谁一起、谁看见了。")
    if not claim.starts_at < claim.ends_at <= now:
        wrong["ends_at"] = _("结束要晚于开始，而且已经做完了。")
    elif claim.ends_at - claim.starts_at > LONGEST:
        wrong["ends_at"] = _("一次最多 12 小时。")
    elif claim.starts_at < now - CLAIM_WITHIN:
        wrong["starts_at"] = _("只能补记最近 30 天的。")
    if wrong or organisation is None:
        raise Invalid(fields=wrong)
    return organisation


def _locked(record: ServiceRecord) -> ServiceRecord:
    return ServiceRecord.objects.select_for_update(of=("self",)).select_related("shift").get(pk=record.pk)


def _log(
    record: ServiceRecord,
    name: str,
    now: datetime,
    actor: Actor | None,
    *,
    note: str = "",
    after: int | None = None,
) -> None:
    RecordStep.objects.create(
        record=record, name=name, at=now, by_id=actor.assignment_id if actor else None, note=note,
        minutes_after=after, quality_after=record.quality if after is not None else None,
    )  # fmt: skip


def _audited(actor: Actor, action: str, record: ServiceRecord, now: datetime) -> None:
    audit.record(
        actor=actor, action=f"volunteering.record_{action}", object_type="service_record", object_id=record.pk,
        scope_code=record.scope_code, now=now,
    )  # fmt: skip

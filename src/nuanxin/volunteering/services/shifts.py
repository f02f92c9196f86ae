"""The times of an activity: one, or by a weekly rule; moved, made larger, called off."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import Actor
from nuanxin.kernel.errors import Conflict, Invalid
from nuanxin.kernel.events import publish
from nuanxin.kernel.opening.holidays import Holidays
from nuanxin.kernel.worktime.peaks import after_peak
from nuanxin.kernel.worktime.tables import calendar_for
from nuanxin.people.models import Person
from nuanxin.volunteering.enums import ActivityState, ShiftState, SignUpMode
from nuanxin.volunteering.events import ShiftCancelled, ShiftMoved
from nuanxin.volunteering.models import OPEN_SIGN_UPS, Activity, Shift, SignUp, Swap
from nuanxin.volunteering.queries.organising import managed_activity, managed_shift
from nuanxin.volunteering.services.activity_notes import note_activity
from nuanxin.volunteering.services.activity_rules import SHOWN, NotInsured, is_insured
from nuanxin.volunteering.services.places_of_shift import fill, plan_reminder
from nuanxin.volunteering.workflow import SHIFT, SIGN_UP, SWAP

SHORTEST, LONGEST, FARTHEST = timedelta(minutes=15), timedelta(hours=12), timedelta(days=366)
MOST_PEOPLE = 2000
MOST_SHIFTS = 60
HORIZON = timedelta(weeks=8)
BEFORE_START = timedelta(hours=2)  # by then the draw has been made
OVER = (ActivityState.DONE, ActivityState.ARCHIVED, ActivityState.CANCELLED)


class ShiftThere(Conflict):
    default_message = _("那个时间已经有一班了。")
    default_hint = _("换一个时间，或者把那一班的人数加大。")


class NoRoomLeft(Conflict):
    default_message = _("已经报上的人比这个数多。")
    default_hint = _("人数只能改到不少于已经报上的。")


class ActivityOver(Conflict):
    default_message = _("这个活动已经结束或取消了。")
    default_hint = _("要再办，另建一个活动。")


@dataclass(frozen=True, slots=True)
class Weekly:
    """Days of the week (1: Monday), from the first day to the last, at a time in Shanghai, so many minutes."""

    days: tuple[int, ...]
    first: date
    last: date
    start: time
    minutes: int
    capacity: int
    skip_holidays: bool = True


def add_shift(
    *, actor: Actor, public_id: UUID, starts_at: datetime, ends_at: datetime, capacity: int, now: datetime
) -> Shift:
    """One time more. Raises `ActivityNotFound`, `ActivityOver`, `Invalid`, `NotInsured`, `ShiftThere`."""
    with transaction.atomic():
        activity = _changeable(actor, public_id)
        _check(starts_at, ends_at, capacity, now)
        _covered(activity, [(starts_at, ends_at)])
        made = _create(activity, [(starts_at, ends_at)], capacity, now)
        if not made:
            raise ShiftThere
        note_activity(actor, "add_shift", activity, now)
    return made[0]


def repeat_weekly(*, actor: Actor, public_id: UUID, rule: Weekly, now: datetime) -> list[Shift]:
    """The shifts of a weekly rule, at most for eight weeks ahead; those that are there already stay as they are.

    Raises `ActivityNotFound`, `ActivityOver`, `Invalid`, `NotInsured`.
    """
    with transaction.atomic():
        activity = _changeable(actor, public_id)
        _check_rule(rule, now)
        Activity.objects.filter(pk=activity.pk).update(
            repeat_days="".join(str(each) for each in sorted(rule.days)), repeat_from=rule.first,
            repeat_until=rule.last, repeat_start=rule.start, repeat_minutes=rule.minutes,
            repeat_capacity=rule.capacity, skip_holidays=rule.skip_holidays,
        )  # fmt: skip
        activity.refresh_from_db()
        _covered(activity, expand(activity, now))
        made = extend(activity, now)
        note_activity(actor, "repeat_weekly", activity, now, shifts=len(made))
    return made


def extend(activity: Activity, now: datetime) -> list[Shift]:
    """The weekly rule reaches as far ahead as it may, and where there is a risk as far as its insurance does; in the
    caller's transaction. Idempotent.
    """
    spans = [each for each in expand(activity, now) if each[0] > now]
    if activity.state in SHOWN:
        spans = [each for each in spans if is_insured(activity, [each])]
    return _create(activity, spans, activity.repeat_capacity, now)


def expand(activity: Activity, now: datetime) -> list[tuple[datetime, datetime]]:
    """The times of its rule within the horizon, public holidays left out where it says so."""
    first, last, start = activity.repeat_from, activity.repeat_until, activity.repeat_start
    if not activity.repeat_days or first is None or last is None or start is None:
        return []
    last = min(last, timezone.localdate(now + HORIZON))
    off = Holidays.of(calendar_for(activity.scope_code, first)).off if activity.skip_holidays else frozenset()
    spans: list[tuple[datetime, datetime]] = []
    on = max(first, timezone.localdate(now))
    while on <= last and len(spans) < MOST_SHIFTS:
        if str(on.isoweekday()) in activity.repeat_days and on.toordinal() not in off:
            begins = timezone.make_aware(datetime.combine(on, start))
            spans.append((begins, begins + timedelta(minutes=activity.repeat_minutes)))
        on += timedelta(days=1)
    return spans


def move_shift(
    *, actor: Actor, shift_id: UUID, starts_at: datetime, ends_at: datetime, now: datetime
) -> Shift:
    """Whoever comes is told, and may call it off as if it were early. Publishes `ShiftMoved`.

    Raises `ActivityNotFound`, `ActivityOver`, `Invalid`, `NotInsured`, `ShiftThere`.
    """
    with transaction.atomic():
        shift = _planned(actor, shift_id, now)
        _check(starts_at, ends_at, shift.capacity, now)
        _covered(shift.activity, [(starts_at, ends_at)])
        if (shift.starts_at, shift.ends_at) == (starts_at, ends_at):
            return shift
        others = Shift.objects.filter(activity=shift.activity_id, starts_at=starts_at).exclude(pk=shift.pk)
        if others.exists():
            raise ShiftThere
        shift.starts_at, shift.ends_at, shift.sequence = starts_at, ends_at, shift.sequence + 1
        shift.state_since, shift.warned_at = now, None
        shift.save(update_fields=["starts_at", "ends_at", "sequence", "state_since", "warned_at"])
        if shift.drawn_at is None:
            set_draw(shift)
        for each in SignUp.objects.filter(shift=shift, state__in=OPEN_SIGN_UPS):
            plan_reminder(each, shift, now)
        note_activity(actor, "move_shift", shift.activity, now)
        publish(ShiftMoved(shift.pk), scope_code=shift.activity.scope_code, now=now)
    return shift


def resize_shift(*, actor: Actor, shift_id: UUID, capacity: int, now: datetime) -> Shift:
    """What there is more goes to those who wait. Raises `ActivityNotFound`, `ActivityOver`, `Invalid`, `NoRoomLeft`."""
    with transaction.atomic():
        shift = _planned(actor, shift_id, now)
        _check(shift.starts_at, shift.ends_at, capacity, now)
        if capacity < shift.taken:
            raise NoRoomLeft
        shift.capacity = capacity
        shift.save(update_fields=["capacity"])
        fill(shift, now)
        note_activity(actor, "resize_shift", shift.activity, now)
    return shift


def name_leader(*, actor: Actor, shift_id: UUID, sign_up: UUID | None, now: datetime) -> Shift:
    """One of those who come leads the shift: confirms hours and hears of late changes. `None`: nobody does.

    Raises `ActivityNotFound`, `ActivityOver`, `Invalid`.
    """
    with transaction.atomic():
        shift = _planned(actor, shift_id, now)
        leader: Person | None = None
        if sign_up is not None:
            found = SignUp.objects.filter(shift=shift, public_id=sign_up, state="confirmed").first()
            if found is None or found.person is None:
                raise Invalid(fields={"leader": _("请从报上的人里选一位。")})
            leader = found.person
        shift.leader = leader
        shift.save(update_fields=["leader"])
        note_activity(actor, "name_leader", shift.activity, now)
    return shift


def cancel_shift(*, actor: Actor, shift_id: UUID, reason: str, now: datetime) -> Shift:
    """Whoever was to come is told why. Publishes `ShiftCancelled`. Raises as `move_shift`."""
    said = reason.strip()[:120]
    if not said:
        raise Invalid(fields={"reason": _("请写一句为什么，报了名的人看得到。")})
    with transaction.atomic():
        shift = _planned(actor, shift_id, now)
        call_off_shift(shift, shift.activity, said, now)
        note_activity(actor, "cancel_shift", shift.activity, now)
    return shift


def call_off_shift(shift: Shift, activity: Activity, reason: str, now: datetime) -> None:
    """In the caller's transaction, the shift held. Publishes `ShiftCancelled`."""
    SHIFT.step(shift, "cancel", state_since=now, state_reason=reason, sequence=shift.sequence + 1)
    told = 0
    for each in SignUp.objects.filter(shift=shift, state__in=OPEN_SIGN_UPS).order_by("pk"):
        SIGN_UP.step(each, "cancel", state_since=now, held_until=None, remind_at=None)
        told += 1
    for swap in Swap.objects.filter(offered__shift=shift, state="offered"):
        SWAP.step(swap, "drop", state_since=now)
    publish(ShiftCancelled(shift.pk, told), scope_code=activity.scope_code, now=now)


def set_draw(shift: Shift) -> None:
    """When names have been taken, and the secret whose digest is shown from now on; nobody can choose it afterwards."""
    if plan_draw(shift):
        shift.save(update_fields=["draw_at", "draw_secret"])


def plan_draw(shift: Shift) -> bool:
    """As above, not kept yet; returns whether there is to be a draw."""
    activity = shift.activity
    if activity.mode != SignUpMode.DRAW or activity.opens_at is None:
        return False
    opens_at = activity.opens_at
    at = min(
        after_peak(opens_at + timedelta(minutes=activity.collect_minutes)), shift.starts_at - BEFORE_START
    )
    shift.draw_at = at if at > opens_at else None
    shift.draw_secret = shift.draw_secret or secrets.token_hex(16)
    return True


def _create(
    activity: Activity, spans: Iterable[tuple[datetime, datetime]], capacity: int, now: datetime
) -> list[Shift]:
    there = set(Shift.objects.filter(activity=activity).values_list("starts_at", flat=True))
    rows = [
        Shift(activity=activity, starts_at=begins, ends_at=ends, capacity=capacity, state_since=now)
        for begins, ends in spans
        if begins not in there
    ]
    made = Shift.objects.bulk_create(rows)
    if activity.published_at is not None:
        for each in made:
            each.activity = activity
            set_draw(each)
    return made


def _changeable(actor: Actor, public_id: UUID) -> Activity:
    activity = managed_activity(actor, public_id, "volunteering.activity_edit", lock=True)
    if activity.state in OVER:
        raise ActivityOver
    return activity


def _planned(actor: Actor, shift_id: UUID, now: datetime) -> Shift:
    shift = managed_shift(actor, shift_id, "volunteering.activity_edit", lock=True)
    if shift.state != ShiftState.PLANNED or shift.ends_at <= now:
        raise ActivityOver
    return shift


def _check(starts_at: datetime, ends_at: datetime, capacity: int, now: datetime) -> None:
    wrong = wrong_span(starts_at, ends_at, capacity)
    if starts_at <= now:
        wrong["starts_at"] = _("要是以后的时间。")
    elif starts_at > now + FARTHEST:
        wrong["starts_at"] = _("最远排到一年以后。请看看年份写对了没有。")
    if wrong:
        raise Invalid(fields=wrong)


def _covered(activity: Activity, spans: Iterable[tuple[datetime, datetime]]) -> None:
    """Once everybody sees it, there is an insurance for each of its days. Raises `NotInsured`."""
    if activity.state in SHOWN and not is_insured(activity, spans):
        raise NotInsured(_("这一班那天没有保险。"))


def wrong_span(starts_at: datetime, ends_at: datetime, capacity: int) -> dict[str, str | Promise]:
    """What is wrong with a time, whenever it is."""
    wrong: dict[str, str | Promise] = {}
    if not SHORTEST <= ends_at - starts_at <= LONGEST:
        wrong["ends_at"] = _("一班至少 15 分钟，最多 12 小时。")
    if not 0 < capacity <= MOST_PEOPLE:
        wrong["capacity"] = _("1 到 2000 人。")
    return wrong


def _check_rule(rule: Weekly, now: datetime) -> None:
    wrong = {}
    if not rule.days or set(rule.days) - set(range(1, 8)):
        wrong["days"] = _("选每周的哪几天。")
    if rule.last < max(rule.first, timezone.localdate(now)):
        wrong["last"] = _("结束那天要在开始和今天以后。")
    if not 15 <= rule.minutes <= 720:
        wrong["minutes"] = _("一班至少 15 分钟，最多 12 小时。")
    if not 0 < rule.capacity <= MOST_PEOPLE:
        wrong["capacity"] = _("1 到 2000 人。")
    if wrong:
        raise Invalid(fields=wrong)

"""The places of a shift: taken, given back, held for whoever waits. Every change holds the row of the shift."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.errors import Conflict
from nuanxin.kernel.events import publish
from nuanxin.kernel.worktime.peaks import after_peak, before_peak
from nuanxin.people.queries import subject_of
from nuanxin.places.queries.warnings import warning_on
from nuanxin.volunteering.enums import ShiftState, SignUpState
from nuanxin.volunteering.events import SignUpPromoted
from nuanxin.volunteering.models import Shift, SignUp
from nuanxin.volunteering.queries.activities import is_collecting
from nuanxin.volunteering.workflow import SIGN_UP

SHORTEST_HOLD = timedelta(minutes=15)
ANSWER_BEFORE = timedelta(minutes=30)  # the start
REMINDERS = (timedelta(days=1), timedelta(hours=2))
BEFORE_PEAK = timedelta(minutes=10)


class ShiftFull(Conflict):
    default_message = _("刚刚报满了。")
    default_hint = _("点“候补”，有人取消就按顺序轮到你；也看看别的班次。")


def locked_shift(shift_id: int) -> Shift:
    """Its places change under this lock alone."""
    return (
        Shift.objects.select_for_update(of=("self",))
        .select_related("activity__kind", "activity__place")
        .get(pk=shift_id)
    )


def take(shift: Shift, places: int) -> None:
    """Raises `ShiftFull`."""
    room = Shift.objects.filter(pk=shift.pk, taken__lte=F("capacity") - places)
    if not room.update(taken=F("taken") + places):
        raise ShiftFull
    shift.taken += places


def give_back(shift: Shift, places: int, now: datetime) -> None:
    """The first who waits and fits has it. Publishes `SignUpPromoted`."""
    Shift.objects.filter(pk=shift.pk).update(taken=F("taken") - places)
    shift.taken -= places
    fill(shift, now)


def fill(shift: Shift, now: datetime) -> None:
    """Hold what is free for those who wait: after a draw in its order, else as they asked. Publishes `SignUpPromoted`.

    Nobody is asked while a warning is on for something outdoors, nor for a shift that is over.
    """
    until = hold_until(shift, now)
    if until is None or shift.left <= 0 or shift.state != ShiftState.PLANNED or is_collecting(shift, now):
        return
    if shift.activity.is_outdoor and warning_on(shift.activity.scope_code, now) is not None:
        return
    waiting = SignUp.objects.filter(shift=shift, state=SignUpState.WAITING)
    for each in waiting.order_by(F("rank").asc(nulls_last=True), "asked_at", "pk")[: shift.left + 20]:
        if each.places > shift.left:
            continue
        take(shift, each.places)
        SIGN_UP.step(each, "offer", state_since=now, held_until=until)
        tell(SignUpPromoted(each.pk, shift.pk), each, shift, now)


def hold_until(shift: Shift, now: datetime) -> datetime | None:
    """Counted from when one hears of it, which is not while one rides; None: too little time is left to ask."""
    heard = after_peak(now)
    until = min(heard + timedelta(minutes=shift.activity.hold_minutes), shift.starts_at - ANSWER_BEFORE)
    return until if until - heard >= SHORTEST_HOLD else None


def plan_reminder(sign_up: SignUp, shift: Shift, now: datetime) -> None:
    """The next one to come: a day before, or two hours before, never within the hours of delivery."""
    sign_up.remind_at = next_reminder(shift, now) if sign_up.state == SignUpState.CONFIRMED else None
    sign_up.save(update_fields=["remind_at"])


def next_reminder(shift: Shift, now: datetime) -> datetime | None:
    for before in REMINDERS:
        at = shift.starts_at - before
        if after_peak(at) != at:
            at = before_peak(at) - BEFORE_PEAK
        if at > now:
            return at
    return None


def tell(event: Any, sign_up: SignUp, shift: Shift, now: datetime) -> None:
    """The envelope carries the volunteer as an opaque subject."""
    subject = subject_of(sign_up.person_id) if sign_up.person_id else None
    publish(event, scope_code=shift.activity.scope_code, subject_id=subject, now=now)

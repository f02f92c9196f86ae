"""What time does to activities: sign-up opens, shifts begin and end, holds run out, reminders go out, weather comes."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from nuanxin.kernel.events import publish
from nuanxin.kernel.privacy.register import Erased, Subject
from nuanxin.kernel.worktime.peaks import after_peak
from nuanxin.people.queries import ancestor_codes
from nuanxin.places.models import AreaWarning
from nuanxin.places.queries.warnings import warning_on
from nuanxin.volunteering.enums import ActivityState, ShiftState, SignUpState
from nuanxin.volunteering.events import ShiftInWeather, ShiftSoon, SignUpOpened
from nuanxin.volunteering.models import OPEN_SIGN_UPS, Activity, Child, Shift, SignUp
from nuanxin.volunteering.services.activities import finish
from nuanxin.volunteering.services.places_of_shift import locked_shift, next_reminder, tell
from nuanxin.volunteering.services.shifts import extend
from nuanxin.volunteering.services.signing_up import give_up, lapse
from nuanxin.volunteering.workflow import ACTIVITY, SHIFT

BATCH = 200
WEATHER_AHEAD = timedelta(hours=48)
LIVE = (ActivityState.PUBLISHED, ActivityState.OPEN, ActivityState.RUNNING)
NAMES_KEPT = timedelta(days=365)


def open_sign_ups(*, now: datetime) -> int:
    """At the announced time. Publishes `SignUpOpened`. Returns how many; call until 0."""
    rows = Activity.objects.filter(state=ActivityState.PUBLISHED, opens_at__lte=now)
    with transaction.atomic():
        found = list(rows.select_for_update(skip_locked=True).order_by("pk")[:BATCH])
        for each in found:
            ACTIVITY.step(each, "open", state_since=now)
            publish(SignUpOpened(each.pk), scope_code=each.scope_code, now=now)
    return len(found)


def begin_and_end(*, now: datetime) -> int:
    """Shifts whose time is over, activities that have begun and those that are over. Returns how many changed."""
    return _end_shifts(now) + _begin(now) + _finish(now)


def _end_shifts(now: datetime) -> int:
    over = Shift.objects.filter(state=ShiftState.PLANNED, ends_at__lte=now).order_by("pk")
    keys = list(over.values_list("pk", flat=True)[:BATCH])
    for key in keys:
        with transaction.atomic():
            shift = locked_shift(key)
            if shift.state != ShiftState.PLANNED:
                continue
            for each in SignUp.objects.filter(shift=shift, state__in=_UNSEATED):
                lapse(each, shift, now)
            SHIFT.step(shift, "end", state_since=now)
    return len(keys)


_UNSEATED = (SignUpState.ENTERED, SignUpState.WAITING, SignUpState.HELD)


def _begin(now: datetime) -> int:
    begun = Shift.objects.filter(starts_at__lte=now).exclude(state=ShiftState.CANCELLED)
    rows = Activity.objects.filter(
        state__in=[ActivityState.PUBLISHED, ActivityState.OPEN], pk__in=begun.values("activity")
    )
    return _each(rows, lambda each: ACTIVITY.step(each, "begin", state_since=now))


def _finish(now: datetime) -> int:
    """The weekly ones whose rule goes on are extended instead."""
    coming = Shift.objects.filter(state=ShiftState.PLANNED, ends_at__gt=now)
    rows = Activity.objects.filter(state=ActivityState.RUNNING).exclude(pk__in=coming.values("activity"))
    return _each(rows, lambda each: _over(each, now))


def _over(activity: Activity, now: datetime) -> None:
    if not extend(activity, now):
        finish(activity, now)


def _each(rows: QuerySet[Activity], deed: Callable[[Activity], object]) -> int:
    with transaction.atomic():
        found = list(rows.select_for_update(skip_locked=True).order_by("pk")[:BATCH])
        for each in found:
            deed(each)
    return len(found)


def extend_weekly(*, now: datetime) -> int:
    """Weekly rules reach eight weeks ahead. Returns how many shifts were made."""
    rows = Activity.objects.filter(state__in=LIVE).exclude(repeat_days="")
    made = 0
    for key in list(rows.filter(repeat_until__gte=now.date()).values_list("pk", flat=True)):
        with transaction.atomic():
            activity = Activity.objects.select_for_update().get(pk=key)
            made += len(extend(activity, now))
    return made


def end_held_places(*, now: datetime) -> int:
    """Who did not take the held place has had the turn; who still waits when it begins hears that nothing came."""
    held = SignUp.objects.filter(state=SignUpState.HELD, held_until__lte=now)
    begun = SignUp.objects.filter(state__in=_UNSEATED, shift__starts_at__lte=now)
    keys = [*held.values_list("pk", "shift")[:BATCH], *begun.values_list("pk", "shift")[:BATCH]]
    for key, shift_id in dict(keys).items():
        with transaction.atomic():
            shift = locked_shift(shift_id)
            found = SignUp.objects.get(pk=key)
            is_over = found.held_until is not None and found.held_until <= now
            if found.state in _UNSEATED and (is_over or shift.starts_at <= now):
                lapse(found, shift, now)
    return len(dict(keys))


def remind_of_shifts(*, now: datetime) -> int:
    """A day before and two hours before, never at the peak, nor into a storm. Publishes `ShiftSoon`."""
    if after_peak(now) != now:
        return 0
    rows = (
        SignUp.objects.filter(remind_at__lte=now)
        .select_related("shift__activity")
        .order_by("remind_at", "pk")
    )
    with transaction.atomic():
        due = list(rows[:BATCH])
        for each in due:
            shift = each.shift
            fresh = SignUp.objects.filter(pk=each.pk, remind_at=each.remind_at)
            if not fresh.update(remind_at=next_reminder(shift, now)):
                continue
            is_on = (
                each.state == SignUpState.CONFIRMED
                and shift.state == ShiftState.PLANNED
                and shift.starts_at > now
            )
            in_storm = shift.activity.is_outdoor and warning_on(shift.activity.scope_code, now) is not None
            if is_on and not in_storm:
                hours = max(1, round((shift.starts_at - now) / timedelta(hours=1)))
                tell(ShiftSoon(each.pk, shift.pk, hours), each, shift, now)
    return len(due)


def watch_weather(*, now: datetime) -> int:
    """Outdoor shifts of the next two days that lie in an announced warning: said once, to whoever runs them.

    Publishes `ShiftInWeather`. Returns how many.
    """
    live = list(AreaWarning.objects.filter(ends_at__gt=now, starts_at__lt=now + WEATHER_AHEAD))
    if not live:
        return 0
    rows = Shift.objects.filter(
        state=ShiftState.PLANNED, warned_at=None, starts_at__gt=now, starts_at__lt=now + WEATHER_AHEAD,
        activity__is_outdoor=True, activity__state__in=LIVE,
    ).select_related("activity")  # fmt: skip
    flagged = 0
    for shift in rows.order_by("pk")[:BATCH]:
        code = shift.activity.scope_code
        around = {code, *ancestor_codes(code)}
        met = [
            each
            for each in live
            if each.scope_code in around and each.starts_at < shift.ends_at and each.ends_at > shift.starts_at
        ]
        if not met:
            continue
        with transaction.atomic():
            if Shift.objects.filter(pk=shift.pk, warned_at=None).update(warned_at=now):
                publish(ShiftInWeather(shift.pk, met[0].kind), scope_code=code, now=now)
                flagged += 1
    return flagged


def erase_sign_ups(subject: Subject, *, now: datetime) -> Erased:
    """What is to come is given to whoever waits; what was stays as a figure with nobody; children are gone."""
    rows = SignUp.objects.filter(person=subject.person_id or 0)
    gone, _by_model = Child.objects.filter(sign_up__in=rows).delete()
    coming = rows.filter(state__in=OPEN_SIGN_UPS, shift__starts_at__gt=now)
    for key, shift_id in list(coming.values_list("pk", "shift")):
        with transaction.atomic():
            shift = locked_shift(shift_id)
            give_up(SignUp.objects.get(pk=key), shift, now)
    return Erased(removed=gone, anonymised=rows.update(person=None, remind_at=None))


def erase_leaders(subject: Subject, *, now: datetime) -> Erased:
    """The shift stays, led by nobody."""
    return Erased(anonymised=Shift.objects.filter(leader=subject.person_id or 0).update(leader=None))


def names_due(now: datetime) -> int:
    return _old(now).count()


def forget_names(*, now: datetime) -> int:
    """A year after: that somebody had signed up stays, who it was goes. Returns how many."""
    keys = list(_old(now).values_list("pk", flat=True)[:BATCH])
    return SignUp.objects.filter(pk__in=keys).update(person=None)


def _old(now: datetime) -> QuerySet[SignUp]:
    return SignUp.objects.filter(shift__ends_at__lt=now - NAMES_KEPT).exclude(person=None)

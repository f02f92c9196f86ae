"""Periodic work of this context."""

from datetime import datetime, timedelta

from nuanxin.kernel.scheduler import periodic
from nuanxin.volunteering.services.activity_rounds import (
    begin_and_end,
    end_held_places,
    extend_weekly,
    open_sign_ups,
    remind_of_shifts,
    watch_weather,
)
from nuanxin.volunteering.services.appointment_watching import watch_appointments
from nuanxin.volunteering.services.drawing import draw_due
from nuanxin.volunteering.services.matching import end_needs, look_for_helpers
from nuanxin.volunteering.services.programmes import expire_prevention
from nuanxin.volunteering.services.record_confirming import mark_absent
from nuanxin.volunteering.services.records import close_shifts


@periodic(every=timedelta(hours=1))
def look_at_terms(now: datetime) -> None:
    """Publicity that is over, terms that end soon or have ended; each is said once."""
    while watch_appointments(now=now):
        pass


@periodic(every=timedelta(hours=1))
def look_at_notices(now: datetime) -> None:
    """Prevention notices whose time is over."""
    while expire_prevention(now=now):
        pass


# --- Service records ---
@periodic(every=timedelta(minutes=10))
def settle_shifts(now: datetime) -> None:
    """After a shift: who never checked out, and who had a place and was not seen. Nothing older than three days."""
    while close_shifts(now=now):
        pass
    since, until = now - timedelta(days=3), now - timedelta(hours=2)
    while mark_absent(now=now, since=since, until=until):
        pass


@periodic(every=timedelta(minutes=5))
def find_helpers(now: datetime) -> None:
    """Needs are put to those who like to be asked, never at peak hours."""
    while look_for_helpers(now=now):
        pass
    while end_needs(now=now):
        pass


# --- Activities ---
@periodic(every=timedelta(minutes=1))
def open_draw_pass_on(now: datetime) -> None:
    """Sign-up opens, draws are made, held places go to the next."""
    for step in (open_sign_ups, draw_due, end_held_places):
        while step(now=now):
            pass


@periodic(every=timedelta(minutes=5))
def remind_of_shifts_to_come(now: datetime) -> None:
    """A day before and two hours before; and whoever runs something outdoors hears of the weather."""
    while remind_of_shifts(now=now):
        pass
    while watch_weather(now=now):
        pass


@periodic(every=timedelta(minutes=10))
def turn_activities(now: datetime) -> None:
    """What has begun, what is over."""
    while begin_and_end(now=now):
        pass


@periodic(every=timedelta(hours=6))
def lengthen_weekly(now: datetime) -> None:
    """Weekly activities are planned eight weeks ahead."""
    extend_weekly(now=now)

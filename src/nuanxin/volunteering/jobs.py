"""Periodic work of this context."""

from datetime import datetime, timedelta

from nuanxin.kernel.scheduler import periodic
from nuanxin.volunteering.services.appointment_watching import watch_appointments
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

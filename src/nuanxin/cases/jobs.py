"""Periodic work of the case context."""

from datetime import datetime, timedelta

from nuanxin.cases.services import (
    archive_cases,
    escalate_passed_clocks,
    lapse_extensions,
    settle_provisional_clocks,
)
from nuanxin.kernel.scheduler import periodic


@periodic(every=timedelta(minutes=1))
def escalate(now: datetime) -> None:
    """A passed limit climbs one level."""
    while escalate_passed_clocks(now=now):
        pass


@periodic(every=timedelta(minutes=1))
def lapse(now: datetime) -> None:
    """A request for more time that nobody decided before the deadline is answered by it."""
    while lapse_extensions(now=now):
        pass


@periodic(every=timedelta(hours=1))
def archive(now: datetime) -> None:
    """Closed and rejected cases leave for the archive when they can no longer be rated."""
    while archive_cases(now=now):
        pass


@periodic(every=timedelta(hours=1))
def settle_provisional(now: datetime) -> None:
    """Deadlines that waited for a year's holiday notice are counted by it, once it is imported."""
    while settle_provisional_clocks(now=now):
        pass

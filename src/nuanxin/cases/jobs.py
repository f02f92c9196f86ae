"""Periodic work of the case context."""

from datetime import datetime, timedelta

from nuanxin.cases.services import (
    archive_cases,
    clear_stray_voices,
    lapse_extensions,
    look_at_next_picture,
    make_bulletins,
    notice_late_stages,
    remind_of_looks,
    settle_provisional_clocks,
    watch_appeals,
    watch_clocks,
)
from nuanxin.kernel.scheduler import periodic


@periodic(every=timedelta(minutes=1))
def escalate(now: datetime) -> None:
    """Limits come near and pass: supervision opens, reminders go out, what nobody answers climbs one level."""
    while watch_clocks(now=now):
        pass


@periodic(every=timedelta(minutes=1))
def lapse(now: datetime) -> None:
    """A request for more time that nobody decided before the deadline is answered by it."""
    while lapse_extensions(now=now):
        pass


@periodic(every=timedelta(minutes=5))
def daily_bulletin(now: datetime) -> None:
    """At five in the afternoon the day of each street and district goes on one page."""
    make_bulletins(now=now)


@periodic(every=timedelta(minutes=5))
def appeals(now: datetime) -> None:
    """Stages of appeals that have run out of time."""
    while watch_appeals(now=now):
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


@periodic(every=timedelta(minutes=5))
def remind_looks(now: datetime) -> None:
    """The term of a kind notice has ended: its unit goes and looks."""
    while remind_of_looks(now=now):
        pass


@periodic(every=timedelta(minutes=5))
def late_stages(now: datetime) -> None:
    """A stage of a repair is past its planned day."""
    while notice_late_stages(now=now):
        pass


@periodic(every=timedelta(days=1))
def clear_stray_recordings(now: datetime) -> None:
    """Bytes of voice notes that no row knows, a day after a submission that was rolled back."""
    clear_stray_voices(now=now)


@periodic(every=timedelta(seconds=2), lease=timedelta(minutes=2))
def look_at_pictures(now: datetime) -> None:
    """Faces and plates in pictures that may become public: one picture a turn, so that events wait for one at most."""
    look_at_next_picture(now=now)

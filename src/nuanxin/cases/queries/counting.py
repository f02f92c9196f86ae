"""What a clock counts by: the calendar and the pauses that its own rows say, never today's tables."""

from datetime import datetime

from nuanxin.cases.enums import ClockChangeKind, PauseCause
from nuanxin.cases.models import Clock
from nuanxin.kernel.worktime import Pause, WorkCalendar
from nuanxin.kernel.worktime.services import calendar_of


def calendar_in_force(clock: Clock) -> WorkCalendar:
    """The one it was started with, or the one that a later holiday notice put in its place while it ran."""
    snapshots = [change.calendar for change in clock.changes.all() if change.calendar is not None]
    return calendar_of(snapshots[-1] if snapshots else clock.calendar)


def pauses_of(clock: Clock, *, until: datetime | None = None) -> list[Pause]:
    """When it stood still and why; with `until` the pause that still lasts as well."""
    over = [
        Pause(change.from_at, change.to_at, _cause(change.cause))
        for change in clock.changes.all()
        if change.kind == ClockChangeKind.PAUSE
    ]
    if clock.paused_at and until and until > clock.paused_at:
        return [*over, Pause(clock.paused_at, until, _cause(clock.paused_for))]
    return over


def _cause(cause: str) -> str:
    return str(PauseCause(cause).label) if cause in PauseCause.values and cause != PauseCause.OTHER else ""

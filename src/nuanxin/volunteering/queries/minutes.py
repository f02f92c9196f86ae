"""The arithmetic of served time (`domain.md` §4.1): whole minutes are kept, hours are only shown. Pure."""

from datetime import datetime, timedelta

from nuanxin.volunteering.models.records import MOST_MINUTES

MINUTE = timedelta(minutes=1)
OVERTIME = timedelta(hours=1)  # longer after the planned end, and it is taken for forgotten
FASTEST_KMH = 60
NEAR_M = 200  # from the place of the shift
SAME_SPOT_M = 1000  # below this nobody asks how somebody got there


def hours_shown(minutes: int) -> str:
    """Two decimals, rounded down: what is shown is never more than what was served."""
    return f"{minutes // 60}.{minutes % 60 * 100 // 60:02d}"


def served_minutes(
    *, came_at: datetime, left_at: datetime | None, starts_at: datetime, ends_at: datetime
) -> int:
    """The way there and waiting before the start are not service. Who never checked out served at most to the planned
    end; who checks out long after it had forgotten to.
    """
    forgot = left_at is None or left_at > ends_at + OVERTIME
    end = ends_at if forgot or left_at is None else left_at
    return max((end - max(came_at, starts_at)) // MINUTE, 0)


def within_a_day(minutes: int, *, already: int) -> int:
    """Twelve hours of one person in one day."""
    return max(min(minutes, MOST_MINUTES - already), 0)


def overlap(start: datetime, end: datetime, other_start: datetime, other_end: datetime) -> bool:
    """One that begins when the other ends does not overlap."""
    return start < other_end and other_start < end


def is_too_fast(metres: float, took: timedelta) -> bool:
    """Nobody gets from one place to the other in that time by what people ride here."""
    if metres <= SAME_SPOT_M:
        return False
    hours = took / timedelta(hours=1)
    return hours <= 0 or metres / 1000 / hours > FASTEST_KMH

"""When time next has something to say about a clock: the rungs of supervision, counted in the clock's own time.

`Clock.watch_at` is the next of these instants, so that a job finds by one index what it must look at, however many
cases there are. A rung is passed when its instant lies before now, as a limit is (`due_at`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from math import ceil

from nuanxin.cases.enums import ClockKind, SupervisionLevel
from nuanxin.cases.models import Clock
from nuanxin.cases.queries.limits import handling_limits
from nuanxin.kernel.worktime import SHANGHAI, Limit, LimitKind, Pause, WorkCalendar, due_at, elapsed
from nuanxin.kernel.worktime.calendar import to_datetime, to_local
from nuanxin.kernel.worktime.clock import counting_start

SUPERVISED = frozenset({ClockKind.HANDLE, ClockKind.TOTAL})
OPENING = time(9)  # of a day on which natural time is counted
ORDER = {level: place for place, level in enumerate(SupervisionLevel.values)}
MINUTE = timedelta(minutes=1)

REMIND, NOTICE, PASSED = "remind", "notice", "passed"


@dataclass(frozen=True, slots=True)
class Rung:
    """`what` is a level of supervision, `remind`, `notice` (a review comes up) or `passed`."""

    at: datetime
    what: str


def rungs(clock: Clock, calendar: WorkCalendar, pauses: Sequence[Pause] = ()) -> list[Rung]:
    """All of a clock's, in order of time."""
    if clock.kind in SUPERVISED:
        return sorted(_supervised(clock, calendar, pauses), key=lambda rung: rung.at)
    found = [Rung(clock.due_at, PASSED)]
    if clock.kind == ClockKind.REVIEW:
        ahead = timedelta(days=handling_limits().review_notice.amount)
        found.insert(0, Rung(max(clock.started_at, clock.due_at - ahead), NOTICE))
    return found


def first_watch(clock: Clock, calendar: WorkCalendar) -> datetime:
    """The earliest rung of a clock that has just been started."""
    if clock.kind in SUPERVISED:
        return _yellow(clock, calendar, ())
    return rungs(clock, calendar)[0].at


def next_watch(
    clock: Clock, calendar: WorkCalendar, pauses: Sequence[Pause] = (), *, now: datetime
) -> datetime | None:
    """The earliest rung that has not passed yet; none when time has said all."""
    return next((rung.at for rung in rungs(clock, calendar, pauses) if rung.at >= now), None)


def _supervised(clock: Clock, calendar: WorkCalendar, pauses: Sequence[Pause]) -> Iterator[Rung]:
    """A higher level is never reached before a lower one: of a short limit orange begins with yellow."""
    limits, kind = handling_limits(), Limit.parse(clock.limit).kind
    yellow = _yellow(clock, calendar, pauses)
    total = _counted(clock, kind, calendar, pauses)
    orange = _at(clock, kind, calendar, pauses, total - limits.orange_left.amount * MINUTE)
    over = max(ceil(total * limits.leader_over / MINUTE), 1)
    yield Rung(yellow, SupervisionLevel.YELLOW)
    yield Rung(max(orange, yellow), SupervisionLevel.ORANGE)
    yield Rung(clock.due_at, SupervisionLevel.RED)
    yield Rung(_day_after(clock.due_at, kind, calendar), REMIND)
    yield Rung(due_at(clock.due_at, _hours(kind, over), calendar, pauses).at, SupervisionLevel.LEADER)


def _yellow(clock: Clock, calendar: WorkCalendar, pauses: Sequence[Pause]) -> datetime:
    kind = Limit.parse(clock.limit).kind
    share = 1 - handling_limits().yellow_left / 100
    return _at(clock, kind, calendar, pauses, _counted(clock, kind, calendar, pauses) * share)


def _counted(clock: Clock, kind: LimitKind, calendar: WorkCalendar, pauses: Sequence[Pause]) -> timedelta:
    """The whole time of the clock as it is due now: cut by the total, or extended, as the case may be."""
    begin = _begin(clock, kind)
    return elapsed(begin, max(begin, clock.due_at), kind, calendar, pauses)


def _begin(clock: Clock, kind: LimitKind) -> datetime:
    return to_datetime(counting_start(to_local(clock.started_at), kind))


def _at(
    clock: Clock, kind: LimitKind, calendar: WorkCalendar, pauses: Sequence[Pause], run: timedelta
) -> datetime:
    """The instant at which this much of it has run, to the full minute; never after the clock is due."""
    minutes = ceil(run / MINUTE)
    if minutes <= 0:
        return min(_begin(clock, kind), clock.due_at)
    return min(due_at(_begin(clock, kind), _hours(kind, minutes), calendar, pauses).at, clock.due_at)


def _hours(kind: LimitKind, minutes: int) -> Limit:
    return Limit.work_time(minutes=minutes) if kind.counts_working_time else Limit.urgent(minutes=minutes)


def _day_after(due: datetime, kind: LimitKind, calendar: WorkCalendar) -> datetime:
    """When the office opens on the (working) day after the deadline."""
    midnight = datetime.combine(due.astimezone(SHANGHAI).date() + timedelta(days=1), time.min, SHANGHAI)
    if not kind.counts_working_time:
        return datetime.combine(midnight.date(), OPENING, SHANGHAI)
    return due_at(midnight, Limit.work_time(minutes=1), calendar).at - MINUTE

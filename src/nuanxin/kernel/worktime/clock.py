"""When a limit ends, how much of it has run, what is left.

The rules (`domain.md` §2.2; 民法典 §§201, 203 for days):

- `urgent_hour` never stops. `work_hour` runs while the office is open; started outside, it begins at the next
  opening.
- The arrival day is day 0 of both day kinds. N working days end at the close of business of the N-th
  following working day; N natural days end with the N-th following day.
- A natural day ends at 24:00, which `Due.at` writes as 23:59:59 and not as the next 00:00: people, calendars and
  "due today" filters read the date, and 00:00 names the day after. The same for an office that closes at 24:00.
  What is left is counted to 24:00.
- A pause is given back in full. For hours, minute for minute. For days, in shares of the day: who loses an
  afternoon of four of seven office hours gets four sevenths of the day after the original end, wherever hours
  differ between summer and winter. A pause on the arrival day (or at night, for working time) costs nothing
  and gives nothing back.

From this follow, and are tested as properties: a later start or a longer limit never ends earlier, a pause
never makes an end earlier, elapsed time adds up over any cut, and what is left plus what has run is the
whole.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import islice

from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.errors import Conflict
from nuanxin.kernel.worktime.calendar import DAY, MINUTE, Span, WorkCalendar, to_datetime, to_local
from nuanxin.kernel.worktime.limits import Limit, LimitKind

NEVER = 3_700_000 * DAY  # beyond the year 9999
LAST_SECOND = DAY - 1_000_000

DaySpans = Callable[[int], tuple[Span, ...]]


class ClockPaused(Conflict):
    default_message = _("计时已暂停，恢复之前没有截止时间。")
    default_hint = _("恢复计时后会重新算出截止时间。")


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch in which the clock stands still. `end` None: it still does. `reason` is shown to people."""

    start: datetime
    end: datetime | None
    reason: str = ""

    def __post_init__(self) -> None:
        if self.end is not None and self.end < self.start:
            raise ValueError(f"a pause cannot end ({self.end}) before it starts ({self.start})")

    def until(self, now: datetime) -> "Pause":
        """This pause as if the clock were resumed now."""
        return self if self.end is not None else Pause(self.start, max(self.start, now), self.reason)


@dataclass(frozen=True, slots=True)
class Due:
    """`provisional`: the answer rests on a year whose holidays are not published yet and may move."""

    at: datetime
    provisional: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """A clock at one moment, in counted time; `remaining` is negative when overdue."""

    due: Due
    total: timedelta
    remaining: timedelta
    paused: bool

    @property
    def is_overdue(self) -> bool:
        return self.remaining < timedelta(0)

    @property
    def used_share(self) -> float:
        """0.0 at the start, 1.0 at the end of the limit, more when overdue."""
        return 1 - self.remaining / self.total


def due_at(start: datetime, limit: Limit, calendar: WorkCalendar, pauses: Iterable[Pause] = ()) -> Due:
    """The instant at which the limit is used up.

    Raises ClockPaused when a pause without an end begins before it: close it with `pause.until(now)` to see
    what the end would be if the clock were resumed now.
    """
    begin = to_local(start)
    return _answer(begin, _due(begin, limit, calendar, pause_spans(pauses)), limit.kind, calendar)


def elapsed(
    start: datetime,
    end: datetime,
    limit_kind: LimitKind,
    calendar: WorkCalendar,
    pauses: Iterable[Pause] = (),
) -> timedelta:
    """Counted time between two instants: office hours for the two working kinds, all time for the others.

    It knows no arrival day, so that it adds up: a → c is a → b plus b → c. Time since a clock started,
    without the arrival day, is what `read_clock` answers.
    """
    first, last = to_local(start), to_local(end)
    if last < first:
        raise ValueError(f"time cannot elapse from {start} to {end}")
    return timedelta(microseconds=_measure(first, last, limit_kind, calendar, pause_spans(pauses)))


def remaining(
    start: datetime,
    limit: Limit,
    calendar: WorkCalendar,
    pauses: Iterable[Pause] = (),
    *,
    now: datetime,
) -> timedelta:
    """Counted time that is left at `now`; negative, in the same counted time, once overdue."""
    return read_clock(start, limit, calendar, pauses, now=now).remaining


def read_clock(
    start: datetime,
    limit: Limit,
    calendar: WorkCalendar,
    pauses: Iterable[Pause] = (),
    *,
    now: datetime,
) -> Reading:
    """Everything about a clock at one moment. While paused, `due` is where it would end if resumed now."""
    known = [pause for pause in pauses if pause.end is not None or pause.start <= now]
    cuts = pause_spans(pause.until(now) for pause in known)
    begin, moment = to_local(start), to_local(now)
    counted_from = counting_start(begin, limit.kind)
    end = _due(begin, limit, calendar, cuts)
    if moment <= end:
        left = _measure(max(moment, counted_from), end, limit.kind, calendar, cuts)
    else:
        left = -_measure(end, moment, limit.kind, calendar, cuts)
    return Reading(
        due=_answer(begin, end, limit.kind, calendar),
        total=timedelta(microseconds=_measure(counted_from, end, limit.kind, calendar, cuts)),
        remaining=timedelta(microseconds=left),
        paused=any(pause.start <= now and (pause.end is None or now < pause.end) for pause in known),
    )


def counting_start(begin: int, kind: LimitKind) -> int:
    """The instant from which a clock started at `begin` may count: for day kinds, after the arrival day."""
    return (begin // DAY + 1) * DAY if kind.counts_days else begin


def pause_spans(pauses: Iterable[Pause]) -> list[Span]:
    """Pauses as sorted, disjoint spans. Of two that overlap, the first keeps the shared part."""
    spans = sorted((to_local(p.start), NEVER if p.end is None else to_local(p.end)) for p in pauses)
    result: list[Span] = []
    reached = 0
    for start, end in spans:
        if end > max(start, reached):
            result.append((max(start, reached), end))
            reached = end
    return result


def _answer(begin: int, end: int, kind: LimitKind, calendar: WorkCalendar) -> Due:
    provisional = kind.counts_working_time and calendar.is_provisional(begin, end)
    if (
        kind.counts_days
    ):  # 24:00 belongs to the day that it ends; taking the whole last second keeps ends in order
        end = min(end, (end - 1) // DAY * DAY + LAST_SECOND)
    return Due(to_datetime(end), provisional)


def _due(begin: int, limit: Limit, calendar: WorkCalendar, cuts: Sequence[Span]) -> int:
    match limit.kind:
        case LimitKind.URGENT_HOUR:
            return _walk(_without([(begin, NEVER)], cuts), limit.amount * MINUTE)
        case LimitKind.WORK_HOUR:
            return _walk(_without(calendar.open_spans(begin), cuts), limit.amount * MINUTE)
        case LimitKind.WORK_DAY:
            workdays = calendar.workdays_from(begin // DAY + 1)
            return _walk_days(workdays, calendar.spans_on, limit.amount, cuts)
        case LimitKind.NATURAL_DAY:
            all_days = iter(range(begin // DAY + 1, NEVER // DAY))
            return _walk_days(all_days, _whole_day, limit.amount, cuts)


def _walk(spans: Iterable[Span], amount: int) -> int:
    """The instant at which the spans have given this much time."""
    for start, end in spans:
        if end - start >= amount:
            return start + amount
        amount -= end - start
    raise ClockPaused


def _walk_days(days: Iterator[int], spans_on: DaySpans, count: int, cuts: Sequence[Span]) -> int:
    """The instant at which `count` days have been given; one with pauses counts for the share left of it."""
    if not cuts:
        day = next(islice(days, count - 1, None))
        return day * DAY + spans_on(day)[-1][1]
    need: Fraction | int = count
    for day in days:
        midnight = day * DAY
        spans = [(midnight + opens, midnight + closes) for opens, closes in spans_on(day)]
        if not any(start < spans[-1][1] and end > midnight for start, end in cuts):
            left, share = spans, Fraction(1)
        elif cuts[-1][1] == NEVER and cuts[-1][0] <= spans[0][0]:
            raise ClockPaused
        else:
            left = list(_without(spans, cuts))
            share = Fraction(_length(left), _length(spans))
        if share >= need:
            return _walk(left, math.ceil(need * _length(spans)))
        need -= share
    raise ClockPaused


def _whole_day(_ordinal: int) -> tuple[Span, ...]:
    return ((0, DAY),)


def _without(spans: Iterable[Span], cuts: Sequence[Span]) -> Iterator[Span]:
    """Spans less the cuts; both sorted and disjoint."""
    if not cuts:
        yield from spans
        return
    index = 0
    for start, end in spans:
        at = start
        while index < len(cuts) and cuts[index][0] < end:
            cut_start, cut_end = cuts[index]
            if at < cut_start:
                yield at, cut_start
            at = max(at, cut_end)
            if cut_end == NEVER:
                return
            if cut_end > end:
                break
            index += 1
        if at < end:
            yield at, end


def _measure(first: int, last: int, kind: LimitKind, calendar: WorkCalendar, cuts: Sequence[Span]) -> int:
    if last <= first:
        return 0
    spans: Iterable[Span] = calendar.open_spans(first) if kind.counts_working_time else [(first, last)]
    total = 0
    for start, end in _without(spans, cuts):
        if start >= last:
            break
        total += min(end, last) - start
    return total


def _length(spans: Iterable[Span]) -> int:
    return sum(end - start for start, end in spans)

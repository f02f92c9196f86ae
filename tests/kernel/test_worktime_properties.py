"""What holds for every clock, whatever the calendar, the limit and the pauses."""

from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from nuanxin.kernel.worktime import (
    Limit,
    LimitKind,
    Pause,
    WorkCalendar,
    due_at,
    elapsed,
    explain,
    read_clock,
    remaining,
)
from tests.kernel.worktime_cases import at, calendars, clocks, instants, kinds, limits, pause_lists

later = st.integers(0, 40 * 24 * 3600).map(lambda s: timedelta(seconds=s))
NOTHING = timedelta(0)


def slow_due(start: datetime, limit: Limit, calendar: WorkCalendar) -> datetime:
    """The rules of §2.2 for day kinds, read aloud."""
    day, left = start.date(), limit.amount
    while left:
        day += timedelta(days=1)
        if limit.kind == LimitKind.NATURAL_DAY or calendar.is_workday(day):
            left -= 1
    if limit.kind == LimitKind.NATURAL_DAY:
        return at(f"{day} 23:59:59")
    closes = calendar.spans_on(day.toordinal())[-1][1] // 1_000_000
    return min(at(f"{day} 00:00") + timedelta(seconds=closes), at(f"{day} 23:59:59"))


@given(instants, limits().filter(lambda limit: limit.kind.counts_days), calendars)
def test_days_are_what_the_rules_say(start, limit, calendar):
    assert due_at(start, limit, calendar).at == slow_due(start, limit, calendar)


@given(clocks())
def test_an_end_never_lies_before_the_start(clock):
    start, limit, calendar, pauses = clock
    assert due_at(start, limit, calendar, pauses).at >= start


@given(clocks(), later)
def test_a_later_start_never_ends_earlier(clock, delay):
    start, limit, calendar, pauses = clock
    assert due_at(start, limit, calendar, pauses).at <= due_at(start + delay, limit, calendar, pauses).at


@given(clocks(), st.integers(1, 20))
def test_a_longer_limit_never_ends_earlier(clock, more):
    start, limit, calendar, pauses = clock
    longer = Limit(limit.amount + more, limit.kind)
    assert due_at(start, limit, calendar, pauses).at <= due_at(start, longer, calendar, pauses).at


@given(clocks(), st.data())
def test_a_pause_never_makes_an_end_earlier(clock, data):
    start, limit, calendar, pauses = clock
    more = pauses + data.draw(pause_lists(near=start))
    assert due_at(start, limit, calendar, pauses).at <= due_at(start, limit, calendar, more).at


@given(instants, later, later, kinds, calendars, st.data())
def test_elapsed_time_adds_up_over_any_cut(start, first, second, kind, calendar, data):
    middle, end = start + first, start + first + second
    pauses = data.draw(pause_lists(near=start))
    assert elapsed(start, end, kind, calendar, pauses) == (
        elapsed(start, middle, kind, calendar, pauses) + elapsed(middle, end, kind, calendar, pauses)
    )


@given(instants, later, kinds, calendars, st.data())
def test_elapsed_time_is_at_most_the_time_on_the_wall_and_a_pause_only_takes(
    start, length, kind, calendar, data
):
    pauses = data.draw(pause_lists(near=start))
    counted = elapsed(start, start + length, kind, calendar, pauses)
    assert NOTHING <= counted <= elapsed(start, start + length, kind, calendar) <= length


@given(clocks().filter(lambda clock: not clock[1].kind.counts_days))
def test_hours_run_exactly_as_long_as_the_limit(clock):
    start, limit, calendar, pauses = clock
    end = due_at(start, limit, calendar, pauses).at
    assert elapsed(start, end, limit.kind, calendar, pauses) == timedelta(minutes=limit.amount)


@given(clocks(), later)
def test_what_is_left_and_what_has_run_are_the_whole(clock, length):
    start, limit, calendar, pauses = clock
    now = start + length
    reading = read_clock(start, limit, calendar, pauses, now=now)
    run = sum((i.duration for i in explain(start, limit, calendar, pauses, until=now) if i.counted), NOTHING)
    assert reading.remaining + run == reading.total
    assert reading.remaining == remaining(start, limit, calendar, pauses, now=now)
    assert reading.due == due_at(start, limit, calendar, pauses)


@given(clocks(), later, later)
def test_a_standing_clock_stands(clock, before, length):
    start, limit, calendar, pauses = clock
    stopped = start + before
    pauses = [p for p in pauses if p.end is not None and p.end <= stopped]
    left = remaining(start, limit, calendar, pauses, now=stopped)
    standing = [*pauses, Pause(stopped, None, "等回复")]
    same_length_days = len({sum(b - a for a, b in h.intervals) for h in calendar.hours}) == 1
    if limit.kind != LimitKind.WORK_DAY or same_length_days:
        assert remaining(start, limit, calendar, standing, now=stopped + length) == left


@given(clocks(), later)
def test_an_explanation_covers_everything_once(clock, length):
    start, limit, calendar, pauses = clock
    until = start + length
    intervals = explain(start, limit, calendar, pauses, until=until)
    if until == start:
        assert intervals == []
        return
    assert intervals[0].start == start
    assert intervals[-1].end == until
    for left, right in pairwise(intervals):
        assert left.end == right.start
        assert (left.code, left.label) != (right.code, right.label)
    assert all(i.start < i.end and i.label for i in intervals)


@given(instants, later, kinds, calendars, st.data())
def test_what_is_explained_as_counted_is_what_has_elapsed(start, length, kind, calendar, data):
    pauses = data.draw(pause_lists(near=start))
    intervals = explain(start, Limit(1, kind), calendar, pauses, until=start + length)
    counted = sum((i.duration for i in intervals if i.counted), NOTHING)
    begins = start
    if kind.counts_days:
        begins = min(at(f"{start.date()} 00:00") + timedelta(days=1), start + length)
    assert counted == elapsed(begins, start + length, kind, calendar, pauses)

"""Spans by Shanghai's calendar, whatever the clock of the server says."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from nuanxin.insight.periods import KEPT, Period, before, span, trend
from nuanxin.kernel.worktime import SHANGHAI

NOW = datetime(2026, 11, 22, 5, 10, tzinfo=UTC)  # Sunday, 13:10 in Shanghai


def days(found):
    return found.first_day, found.last_day


@pytest.mark.parametrize(
    ("period", "first"),
    [
        (Period.TODAY, date(2026, 11, 22)),
        (Period.WEEK, date(2026, 11, 16)),
        (Period.MONTH, date(2026, 11, 1)),
        (Period.DAYS30, date(2026, 10, 24)),
        (Period.QUARTER, date(2026, 10, 1)),
        (Period.YEAR, date(2026, 1, 1)),
    ],
)
def test_a_span_begins_at_midnight_and_ends_now(period, first):
    found = span(period, now=NOW)
    assert found.start == datetime(first.year, first.month, first.day, tzinfo=SHANGHAI)
    assert found.end == NOW


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        (Period.TODAY, date(2026, 11, 21), date(2026, 11, 21)),
        (Period.WEEK, date(2026, 11, 9), date(2026, 11, 15)),
        (Period.MONTH, date(2026, 10, 1), date(2026, 10, 22)),
        (Period.DAYS30, date(2026, 9, 24), date(2026, 10, 23)),
        (Period.QUARTER, date(2026, 7, 1), date(2026, 8, 22)),
        (Period.YEAR, date(2025, 1, 1), date(2025, 11, 22)),
    ],
)
def test_it_is_held_against_the_same_stretch_of_the_one_before(period, first, last):
    earlier = before(span(period, now=NOW))
    assert days(earlier) == (first, last)


@pytest.mark.parametrize("period", KEPT)
def test_what_is_kept_begins_at_the_same_moment_an_hour_later(period):
    """Else no kept figure would ever be of the span that is asked for."""
    one, other = (before(span(period, now=NOW + later)) for later in (timedelta(), timedelta(hours=1)))
    assert one.start == other.start


def test_the_month_before_march_is_short():
    """31 days into March there are only 28 of February."""
    now = datetime(2026, 3, 31, 4, 0, tzinfo=UTC)
    assert days(before(span(Period.MONTH, now=now))) == (date(2026, 2, 1), date(2026, 2, 28))


def test_a_new_month_begins_in_shanghai_while_the_server_is_still_in_the_old_one():
    now = datetime(2026, 11, 30, 16, 30, tzinfo=UTC)
    assert span(Period.MONTH, now=now).first_day == date(2026, 12, 1)
    assert days(span(Period.TODAY, now=now)) == (date(2026, 12, 1), date(2026, 12, 1))


@pytest.mark.parametrize("period", KEPT)
def test_a_trend_is_whole_spans_without_a_gap(period):
    current = span(period, now=NOW)
    spans = [*trend(current), current]
    assert len(spans) == 6
    for earlier, later in pairwise(spans):
        assert earlier.end == later.start


def test_a_range_has_both_its_days_and_never_reaches_beyond_now():
    found = span(Period.RANGE, now=NOW, since=date(2026, 11, 1), until=date(2026, 11, 30))
    assert days(found) == (date(2026, 11, 1), date(2026, 11, 22))
    found = span(Period.RANGE, now=NOW, since=date(2026, 2, 1), until=date(2026, 2, 1))
    assert found.end - found.start == timedelta(days=1)
    assert days(before(found)) == (date(2026, 1, 31), date(2026, 1, 31))
    assert trend(found) == []

"""Spans of time by Shanghai's calendar: today, this week, …, an own range; the one before each; the trend behind it."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nuanxin.kernel.worktime import SHANGHAI

TREND = 5  # how many whole spans before the present one a trend shows
DAY = timedelta(days=1)
LONGEST = timedelta(days=3 * 366)


class Period(StrEnum):
    TODAY = "today"
    WEEK = "week"
    MONTH = "month"
    DAYS30 = "days30"
    QUARTER = "quarter"
    YEAR = "year"
    RANGE = "range"


NAMES: dict[Period, str | Promise] = {
    Period.TODAY: pgettext_lazy("span of time", "今天"),
    Period.WEEK: _("本周"),
    Period.MONTH: _("本月"),
    Period.DAYS30: _("近 30 天"),
    Period.QUARTER: _("本季度"),
    Period.YEAR: _("今年"),
    Period.RANGE: _("自选"),
}
BEFORE: dict[Period, str | Promise] = {
    Period.TODAY: _("昨天同一时刻"),
    Period.WEEK: _("上周同期"),
    Period.MONTH: _("上月同期"),
    Period.DAYS30: _("再前 30 天"),
    Period.QUARTER: _("上季度同期"),
    Period.YEAR: _("去年同期"),
    Period.RANGE: _("之前同样长的一段"),
}
KEPT = tuple(period for period in Period if period != Period.RANGE)


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open, in UTC or Shanghai alike; never beyond the moment at which it is looked at."""

    period: Period
    start: datetime
    end: datetime

    @property
    def first_day(self) -> date:
        return self.start.astimezone(SHANGHAI).date()

    @property
    def last_day(self) -> date:
        """The last day of which something is inside."""
        return max(self.first_day, (self.end - timedelta(microseconds=1)).astimezone(SHANGHAI).date())


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def span(period: Period, *, now: datetime, since: date | None = None, until: date | None = None) -> Span:
    """The span that holds `now`, as far as it has passed. A range without days is the last thirty."""
    today = now.astimezone(SHANGHAI).date()
    if period == Period.RANGE and since and until:
        return Span(period, midnight(since), min(midnight(until + DAY), now))
    start, _end = _bounds(Period.DAYS30 if period == Period.RANGE else period, today)
    return Span(period, midnight(start), now)


def before(current: Span) -> Span:
    """The same stretch of the span before: 1–22 November is held against 1–22 October, thirty days that end at noon
    against thirty that ended at noon. It begins at a midnight, so that kept figures hold it for a day.
    """
    if current.period == Period.RANGE:
        return Span(current.period, current.start - (current.end - current.start), current.start)
    start, end = _whole_before(current.period, current.first_day)
    return Span(current.period, start, min(start + (current.end - current.start), end))


def trend(current: Span, *, length: int = TREND) -> list[Span]:
    """Whole spans before the present one, the oldest first; none for a range of one's own."""
    if current.period == Period.RANGE:
        return []
    spans: list[Span] = []
    first = current.first_day
    for _each in range(length):
        start, end = _whole_before(current.period, first)
        spans.insert(0, Span(current.period, start, end))
        first = start.date()
    return spans


def _whole_before(period: Period, first: date) -> tuple[datetime, datetime]:
    start, _end = _bounds(period, first - DAY)
    return midnight(start), midnight(first)


def _bounds(period: Period, day: date) -> tuple[date, date]:
    """The first day of the span that the day lies in, and the first day after it."""
    match period:
        case Period.WEEK:
            start = day - timedelta(days=day.weekday())
            return start, start + timedelta(days=7)
        case Period.MONTH:
            return day.replace(day=1), _months_on(day.replace(day=1), 1)
        case Period.QUARTER:
            start = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
            return start, _months_on(start, 3)
        case Period.YEAR:
            return date(day.year, 1, 1), date(day.year + 1, 1, 1)
        case Period.DAYS30:
            return day - timedelta(days=29), day + DAY
    return day, day + DAY


def _months_on(first: date, months: int) -> date:
    count = first.year * 12 + first.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)

"""A working calendar as a value: office hours, days off, make-up workdays, the years that are published.

Instants inside this package are integers: microseconds of Shanghai wall time since the day before 0001-01-01,
so that a day is its proleptic ordinal times `DAY`. China has kept UTC+8 without daylight saving since 1992.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import pairwise
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.errors import Invalid

SHANGHAI = ZoneInfo("Asia/Shanghai")
MINUTE = 60 * 1_000_000
DAY = 24 * 60 * MINUTE
SNAPSHOT_FORMAT = 1

Span = tuple[int, int]

_CLOCK = re.compile(r"([0-9]{2}):([0-9]{2})")


class InvalidHours(Invalid):
    default_message = _("工作时间填得不对。")
    default_hint = _("请从早到晚填写至少一段，例如 09:00–12:00、13:30–17:30，不能重叠，不能跨过零点。")


class InvalidCalendar(Invalid):
    default_message = _("工作日历读不出来。")
    default_hint = _("请重新导入国务院办公厅的放假通知。")


@dataclass(frozen=True, slots=True)
class DayRule:
    """What the State Council says about one date: off, or worked although it is a weekend (调休)."""

    on: date
    is_workday: bool
    name: str


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """The opening intervals of a working day from a date on, in minutes: `((540, 720), (810, 1050))`."""

    intervals: tuple[Span, ...]
    valid_from: date = date.min

    def __post_init__(self) -> None:
        if not self.intervals:
            raise InvalidHours(_("工作时间不能为空。"))
        previous = 0
        for opens, closes in self.intervals:
            if not 0 <= opens < closes <= 24 * 60:
                raise InvalidHours(_("每一段的结束要晚于开始，并且在同一天内。"))
            if opens < previous:
                raise InvalidHours(_("各段工作时间不能重叠，要从早到晚排列。"))
            previous = closes

    @classmethod
    def parse(cls, intervals: Sequence[Sequence[str]], valid_from: date = date.min) -> Self:
        """Read `[["09:00", "12:00"], ["13:30", "17:30"]]`; `24:00` is the end of the day."""
        try:
            spans = tuple((_minute_of_day(opens), _minute_of_day(closes)) for opens, closes in intervals)
        except (TypeError, ValueError) as error:
            raise InvalidHours(_("时间要写成 09:00 这样的四位数字。")) from error
        return cls(spans, valid_from)

    def texts(self) -> list[list[str]]:
        return [[f"{minute // 60:02}:{minute % 60:02}" for minute in span] for span in self.intervals]


DEFAULT_HOURS = OfficeHours(((9 * 60, 12 * 60), (13 * 60 + 30, 17 * 60 + 30)))


@dataclass(frozen=True)
class WorkCalendar:
    """Immutable. Outside `published_years` only weekdays decide, and the answer is marked provisional.

    `hours` may hold several tables (summer and winter hours): on each day the last one that has begun is in
    force.
    """

    hours: tuple[OfficeHours, ...] = (DEFAULT_HOURS,)
    days: tuple[DayRule, ...] = ()
    published_years: frozenset[int] = frozenset()
    _rules: Mapping[int, DayRule] = field(init=False, repr=False, compare=False)
    _hours_from: tuple[int, ...] = field(init=False, repr=False, compare=False)
    _spans: tuple[tuple[Span, ...], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        starts = tuple(hours.valid_from.toordinal() for hours in self.hours)
        rules = {rule.on.toordinal(): rule for rule in self.days}
        if not self.hours:
            raise InvalidHours(_("工作时间不能为空。"))
        if any(later <= earlier for earlier, later in pairwise(starts)):
            raise InvalidCalendar(_("同一天开始的工作时间只能有一份，并按日期排列。"))
        if len(rules) != len(self.days):
            raise InvalidCalendar(_("同一天只能有一条放假或调休安排。"))
        object.__setattr__(self, "_rules", rules)
        object.__setattr__(self, "_hours_from", starts)
        object.__setattr__(
            self,
            "_spans",
            tuple(tuple((a * MINUTE, b * MINUTE) for a, b in hours.intervals) for hours in self.hours),
        )

    tz = SHANGHAI

    @property
    def published_until(self) -> int | None:
        """The last published year before a gap; None when nothing is loaded."""
        return min((y for y in self.published_years if y + 1 not in self.published_years), default=None)

    def rule_on(self, ordinal: int) -> DayRule | None:
        return self._rules.get(ordinal)

    def is_workday(self, on: date) -> bool:
        return self.works(on.toordinal())

    def works(self, ordinal: int) -> bool:
        rule = self._rules.get(ordinal)
        if rule is not None:
            return rule.is_workday
        return (ordinal + 6) % 7 < 5  # ordinal 1 was a Monday

    def spans_on(self, ordinal: int) -> tuple[Span, ...]:
        """The opening intervals that a working day has, in microseconds of the day."""
        if len(self._spans) == 1:
            return self._spans[0]
        return self._spans[max(bisect_right(self._hours_from, ordinal) - 1, 0)]

    def workdays_from(self, ordinal: int) -> Iterator[int]:
        """Ordinals of working days, beginning with this one."""
        for day in range(ordinal, date.max.toordinal() + 1):
            if self.works(day):
                yield day

    def open_spans(self, since: int) -> Iterator[Span]:
        """Working time from an instant on."""
        for day in self.workdays_from(since // DAY):
            midnight = day * DAY
            for opens, closes in self.spans_on(day):
                if midnight + closes > since:
                    yield max(midnight + opens, since), midnight + closes

    def is_published(self, year: int) -> bool:
        return year in self.published_years

    def is_provisional(self, first: int, last: int) -> bool:
        """Whether an answer that looked at the days between two instants may change with a coming notice."""
        years = range(year_of(first // DAY), year_of(last // DAY) + 1)
        return not self.published_years.issuperset(years)

    def to_snapshot(self) -> dict[str, Any]:
        """JSON that `from_snapshot` reads back to an equal calendar; equal calendars give equal JSON."""
        return {
            "format": SNAPSHOT_FORMAT,
            "tz": self.tz.key,
            "hours": [
                {"from": hours.valid_from.isoformat(), "intervals": hours.texts()} for hours in self.hours
            ],
            "days": [[rule.on.isoformat(), rule.is_workday, rule.name] for rule in self._in_order()],
            "published_years": sorted(self.published_years),
        }

    @classmethod
    def from_snapshot(cls, data: Mapping[str, Any]) -> Self:
        if data.get("format") != SNAPSHOT_FORMAT or data.get("tz") != SHANGHAI.key:
            raise InvalidCalendar(_("这份工作日历的格式不认识。"))
        try:
            return cls(
                hours=tuple(
                    OfficeHours.parse(row["intervals"], date.fromisoformat(row["from"]))
                    for row in data["hours"]
                ),
                days=tuple(
                    DayRule(date.fromisoformat(on), bool(is_workday), str(name))
                    for on, is_workday, name in data["days"]
                ),
                published_years=frozenset(int(year) for year in data["published_years"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidCalendar(_("这份工作日历不完整。")) from error

    def _in_order(self) -> Iterable[DayRule]:
        return (self._rules[ordinal] for ordinal in sorted(self._rules))


def to_local(at: datetime) -> int:
    """An aware datetime as the package's integer."""
    if at.tzinfo is None:
        raise ValueError(f"needs a datetime with a time zone, not {at!r}")
    local = at.astimezone(SHANGHAI)
    seconds = (local.hour * 60 + local.minute) * 60 + local.second
    return local.toordinal() * DAY + seconds * 1_000_000 + local.microsecond


def to_datetime(instant: int) -> datetime:
    ordinal, rest = divmod(instant, DAY)
    seconds, microsecond = divmod(rest, 1_000_000)
    clock = time(seconds // 3600, seconds // 60 % 60, seconds % 60, microsecond)
    return datetime.combine(date.fromordinal(ordinal), clock, SHANGHAI)


def year_of(ordinal: int) -> int:
    return date.fromordinal(ordinal).year


def _minute_of_day(text: str) -> int:
    match = _CLOCK.fullmatch(text)
    if match is None or int(match[2]) > 59:
        raise ValueError(text)
    return int(match[1]) * 60 + int(match[2])

"""A week as a table: what people fill in, and the expression that says the same.

`from_text` gives the table only for expressions of which nothing is lost that way; whether it is so is not argued from
their form but seen by comparing both over days of every kind.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby

from nuanxin.kernel.opening.holidays import Holidays
from nuanxin.kernel.opening.hours import parse
from nuanxin.kernel.opening.mistakes import InvalidOpening
from nuanxin.kernel.opening.syntax import ALWAYS, MINUTES, WEEKDAYS, Kind, Rule, Span

WHOLE_DAY = (Span(0, MINUTES),)
MOST_SPANS = 2  # one break


class OnHolidays(StrEnum):
    USUAL = "usual"
    CLOSED = "closed"
    HOURS = "hours"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Week:
    """`days` are Monday to Sunday, each its spans: none is closed, two have a break between them.

    `make_up`: weekend days that are worked count as working days; it means nothing where holidays are as usual.
    """

    days: tuple[tuple[Span, ...], ...]
    on_holidays: OnHolidays = OnHolidays.USUAL
    holiday_hours: tuple[Span, ...] = ()
    holiday_words: str = ""
    make_up: bool = True

    @property
    def working_days_are_alike(self) -> bool:
        """Only then is it known which hours a make-up day has."""
        return len(set(self.days[:5])) == 1 and bool(self.days[0])


def to_text(week: Week) -> str:
    """The expression, as short as it can be written plainly."""
    by_hours: dict[tuple[Span, ...], list[int]] = {}
    for number, spans in enumerate(week.days):
        by_hours.setdefault(spans, []).append(number)
    if by_hours == {WHOLE_DAY: list(range(7))} and week.on_holidays is OnHolidays.USUAL:
        return ALWAYS
    as_one = week.on_holidays is OnHolidays.USUAL or week.make_up
    rules = [f"{_days(days, as_one=as_one)} {_spans(spans)}" for spans, days in by_hours.items() if spans]
    if week.on_holidays is OnHolidays.CLOSED:
        rules.append("PH off")
    elif week.on_holidays is OnHolidays.HOURS:
        rules.append(f"PH {_spans(week.holiday_hours)}")
    elif week.on_holidays is OnHolidays.UNKNOWN:
        words = week.holiday_words.replace('"', "").strip()
        rules.append(f'PH unknown "{words}"' if words else "PH unknown")
    return "; ".join(rules) or "off"


def from_text(text: str) -> Week | None:
    """The table that says the same as an expression; None where no table does, or it cannot be read."""
    try:
        rules = parse(text).rules
    except InvalidOpening:
        return None
    week = Week(((),) * 7)
    for rule in rules:
        if not _fits(rule):
            return None
        week = _with(week, rule)
    tables = (replace(week, make_up=make_up) for make_up in (True, False))
    return next((table for table in tables if _same(text, to_text(table))), None)


def _fits(rule: Rule) -> bool:
    whole_day_unknown = rule.kind is Kind.UNKNOWN and not rule.spans and rule.holidays and not rule.days
    if rule.joint not in {"", ";"} or rule.wide or rule.both or any(days.nth for days in rule.days):
        return False
    if set(rule.holidays) - {0} or len(rule.spans) > MOST_SPANS or any(span.open_end for span in rule.spans):
        return False
    if rule.kind is Kind.UNKNOWN:
        return bool(whole_day_unknown)
    return not rule.comment and (rule.kind is Kind.OPEN or not rule.spans)


def _with(week: Week, rule: Rule) -> Week:
    spans = () if rule.kind is Kind.CLOSED else rule.spans or WHOLE_DAY
    if rule.holidays:
        kinds = {
            Kind.CLOSED: OnHolidays.CLOSED,
            Kind.UNKNOWN: OnHolidays.UNKNOWN,
            Kind.OPEN: OnHolidays.HOURS,
        }
        of_holidays = spans if rule.kind is Kind.OPEN else ()
        week = replace(
            week, on_holidays=kinds[rule.kind], holiday_hours=of_holidays, holiday_words=rule.comment
        )
        if not rule.days:
            return week
    numbers = {number for days in rule.days for number in days.numbers} if rule.days else set(range(7))
    days = tuple(spans if number in numbers else held for number, held in enumerate(week.days))
    return replace(week, days=days)


# Four weeks with a holiday of a week, one of a weekend day, one of a weekday, and both days of a weekend worked.
_FIRST = datetime(2026, 6, 1)  # noqa: DTZ001 -- wall time; a Monday
_SAMPLE = Holidays(
    off=frozenset(_FIRST.toordinal() + day for day in (2, 6, *range(9, 16), 24)),
    worked=frozenset(_FIRST.toordinal() + day for day in (19, 27)),
)


def _same(one: str, other: str) -> bool:
    week = timedelta(days=7)
    first, second = (
        [
            (each.start, each.end, each.kind, each.comment)
            for each in parse(text).stretches(_FIRST - week, _FIRST + 5 * week, _SAMPLE)
        ]
        for text in (one, other)
    )
    return first == second


def _days(numbers: Sequence[int], *, as_one: bool) -> str:
    """`Mo-Fr,Su`. Not as one: no range has all of Monday to Friday in it, so make-up days do not count."""
    parts = []
    for _gap, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        days = [number for _place, number in run]
        cuts = [days[:4], days[4:]] if not as_one and len(days) >= 5 and days[0] == 0 else [days]
        parts += [_range(cut) for cut in cuts]
    return ",".join(parts)


def _range(days: Sequence[int]) -> str:
    first, last = WEEKDAYS[days[0]], WEEKDAYS[days[-1]]
    return first if len(days) == 1 else f"{first}-{last}"


def _spans(spans: Sequence[Span]) -> str:
    return ",".join(f"{clock(span.start)}-{clock(span.end, end=True)}" for span in spans)


def clock(minute: int, *, end: bool = False) -> str:
    """`24:00` is the end of a day; after it the clock begins anew."""
    if minute > MINUTES or (minute == MINUTES and not end):
        minute -= MINUTES
    return f"{minute // 60:02}:{minute % 60:02}"

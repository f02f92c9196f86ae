"""An expression with its holidays as dates, in a form that the library evaluates right.

Days on which an expression reads differently from its plain weekdays (holidays, make-up workdays) get a programme of
their own: the rules that hold on them, repeated for these dates behind all others. What the rules say of `PH` in front
of them is left out, so the library's own holidays, which are wrong for China, never matter.

A night belongs to the evening on which it begins: `22:00-06:00; PH off` leaves out the nights that begin on a holiday
and no half of another. For that the whole expression is moved to the hour at which its nights are over, where nothing
in it forbids that (docs/decisions/0013-opening-hours.md).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from nuanxin.kernel.opening.holidays import Holidays
from nuanxin.kernel.opening.library import covers
from nuanxin.kernel.opening.syntax import MINUTES, MONTHS, Kind, Rule, Span

_WORDS = {Kind.OPEN: "open", Kind.CLOSED: "off", Kind.UNKNOWN: "unknown"}


@dataclass(frozen=True)
class Plan:
    """What the library is given: one expression for each group between `||`, `shift` minutes earlier than it is."""

    expressions: tuple[str, ...]
    shift: int


def uses_holidays(rules: Iterable[Rule]) -> bool:
    return any(rule.holidays for rule in rules)


def groups(rules: Sequence[Rule]) -> list[list[int]]:
    """The numbers of the rules, parted where `||` begins a group that fills what is closed."""
    parted: list[list[int]] = [[]]
    for number, rule in enumerate(rules):
        if rule.joint == "||":
            parted.append([])
        parted[-1].append(number)
    return parted


def rewrite(rules: Sequence[Rule], holidays: Holidays, *, tagged: bool = False) -> Plan:
    """`tagged` puts the number of each rule in the place of its comment, so that an answer says whose it is."""
    shift = night_end(rules)
    makes_up = uses_holidays(rules) and any(days.are_workdays for rule in rules for days in rule.days)
    special = holidays.off if uses_holidays(rules) else frozenset()
    offsets = {offset for rule in rules for offset in rule.holidays}
    special = frozenset(day + offset for day in special for offset in offsets)
    worked = holidays.worked if makes_up else frozenset()
    expressions = []
    for numbers in groups(rules):
        writer = _Writer(rules, shift, tagged=tagged)
        base = [number for number in numbers if not _only_holidays(rules[number])]
        written = [writer.rule(number, _plain_days(rules[number])) for number in base]
        programmes: dict[tuple[int, ...], list[int]] = defaultdict(list)
        for day in sorted(special | worked):
            held = [n for n in numbers if holds(rules[n], day, holidays, worked=day in worked)]
            plain = [n for n in base if _holds_plainly(rules[n], day)]
            if _what_counts(rules, held) != _what_counts(rules, plain):
                programmes[_what_counts(rules, held)].append(day)
        for programme, days in programmes.items():
            written += writer.programme(programme, dates(days))
        expressions.append("".join(written).lstrip(";, ") or "off")
    return Plan(tuple(expressions), shift)


def night_end(rules: Sequence[Rule]) -> int:
    """The minute at which all nights are over, if every other time of the expression is later; else 0."""
    spans = [span for rule in rules for span in rule.spans]
    latest = max((span.end for span in spans), default=0) - MINUTES
    if latest <= 0:
        return 0
    whole_days = any(not rule.spans and rule.kind is Kind.OPEN for rule in rules)
    if whole_days or any(span.start < latest or span.open_end for span in spans):
        return 0
    return latest


def holds(rule: Rule, day: int, holidays: Holidays, *, worked: bool) -> bool:
    """Whether a rule is about a date. `worked`: a weekend day that counts as a working day."""
    if not covers(rule.wide, day):
        return False
    if not rule.days and not rule.holidays:
        return True
    weekday = (day + 6) % 7
    is_holiday = any(day - offset in holidays.off for offset in rule.holidays)
    of_week = any(
        (days.are_workdays or (not days.are_weekend and weekday in days.numbers and covers(days.text(), day)))
        if worked
        else (weekday in days.numbers and covers(days.text(), day))
        for days in rule.days
    )
    return is_holiday and of_week if rule.both else is_holiday or of_week


def dates(days: Sequence[int]) -> str:
    """`2026 Oct 01-2026 Oct 07,2026 Oct 10`."""
    runs = []
    for _gap, run in groupby(enumerate(days), key=lambda pair: pair[1] - pair[0]):
        members = [day for _place, day in run]
        ends = dict.fromkeys((_date(members[0]), _date(members[-1])))
        runs.append("-".join(ends))
    return ",".join(runs)


def _date(ordinal: int) -> str:
    day = date.fromordinal(ordinal)
    return f"{day.year} {MONTHS[day.month - 1]} {day.day:02}"


def _what_counts(rules: Sequence[Rule], numbers: Sequence[int]) -> tuple[int, ...]:
    """From the last rule on that takes the day; of those before it nothing is left."""
    last = max((place for place, number in enumerate(numbers) if rules[number].takes_the_day), default=0)
    return tuple(numbers[last:])


def _only_holidays(rule: Rule) -> bool:
    return bool(rule.holidays) and (rule.both or not rule.days)


def _holds_plainly(rule: Rule, day: int) -> bool:
    """As the library sees the rule without its holidays."""
    weekdays = [days.text() for days in rule.days]
    return covers(rule.wide, day) and (not weekdays or any(covers(text, day) for text in weekdays))


def _plain_days(rule: Rule) -> str:
    return " ".join(part for part in (rule.wide, ",".join(days.text() for days in rule.days)) if part)


class _Writer:
    def __init__(self, rules: Sequence[Rule], shift: int, *, tagged: bool) -> None:
        self.rules = rules
        self.shift = shift
        self.tagged = tagged

    def rule(self, number: int, selector: str, *, joint: str = "") -> str:
        rule = self.rules[number]
        joint = joint or ("," if rule.joint == "," else ";")
        comment = str(number) if self.tagged else rule.comment
        ends = (f' "{comment}"') if comment else ""
        certain = [span for span in rule.spans if span.end > span.start]
        written = ""
        if certain or not rule.spans:
            times = ",".join(self._span(span) for span in certain) or "00:00-24:00"
            written = f"{joint} {selector} {times} {_WORDS[rule.kind]}{ends}"
            if not rule.spans and rule.kind is Kind.CLOSED:
                written = f"{joint} {selector} off{ends}"
            joint = ","
        for span in rule.spans:
            if span.open_end:
                written += f"{joint} {selector} {self._span(_rest(span))} unknown{ends}"
                joint = ","
        return written

    def programme(self, numbers: Sequence[int], selector: str) -> list[str]:
        """The rules for these dates alone; the first takes the day from what stands before."""
        if not numbers:
            return [f"; {selector} off"]
        written = [] if self.rules[numbers[0]].takes_the_day else [f"; {selector} off"]
        return written + [self.rule(number, selector) for number in numbers]

    def _span(self, span: Span) -> str:
        return f"{_clock(span.start - self.shift)}-{_clock(span.end - self.shift)}"


def _rest(span: Span) -> Span:
    """What is left of the day after an open end, when nobody knows."""
    end = MINUTES if span.end < MINUTES else span.end + 1
    return Span(span.end, end)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"

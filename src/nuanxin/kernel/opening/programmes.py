"""Which days an expression reads differently from its plain weekdays, and which of its rules hold on them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from nuanxin.kernel.opening.holidays import Holidays
from nuanxin.kernel.opening.library import covers
from nuanxin.kernel.opening.syntax import MONTHS, Days, Rule


class About(NamedTuple):
    """What decides on which days a rule holds: many expressions that differ in their hours are alike in this."""

    wide: str
    days: tuple[Days, ...]
    holidays: tuple[int, ...]
    both: bool
    joint: str
    takes_the_day: bool

    @property
    def only_holidays(self) -> bool:
        return bool(self.holidays) and (self.both or not self.days)


@dataclass(frozen=True)
class Group:
    """The rules between two `||`: what holds plainly, and behind it the programmes of other dates."""

    plain: tuple[int, ...]
    programmes: tuple[tuple[tuple[int, ...], str], ...]  # numbers of rules, dates


def uses_holidays(rules: Iterable[Rule | About]) -> bool:
    return any(rule.holidays for rule in rules)


def programmes(rules: Sequence[Rule], holidays: Holidays) -> tuple[Group, ...]:
    about = (
        About(rule.wide, rule.days, rule.holidays, rule.both, rule.joint, rule.takes_the_day)
        for rule in rules
    )
    return _programmes(tuple(about), holidays)


@lru_cache(maxsize=4096)
def _programmes(rules: tuple[About, ...], holidays: Holidays) -> tuple[Group, ...]:
    offsets = {offset for rule in rules for offset in rule.holidays}
    special = {day + offset for day in holidays.off for offset in offsets}
    if uses_holidays(rules) and any(days.are_workdays for rule in rules for days in rule.days):
        special |= holidays.worked
        worked = holidays.worked
    else:
        worked = frozenset()
    return tuple(
        _group(rules, numbers, sorted(special), worked, holidays) for numbers in _between_bars(rules)
    )


def _between_bars(rules: Sequence[About]) -> list[list[int]]:
    parted: list[list[int]] = [[]]
    for number, rule in enumerate(rules):
        if rule.joint == "||":
            parted.append([])
        parted[-1].append(number)
    return parted


def _group(
    rules: Sequence[About],
    numbers: Sequence[int],
    special: Sequence[int],
    worked: frozenset[int],
    holidays: Holidays,
) -> Group:
    base = [number for number in numbers if not rules[number].only_holidays]
    found: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for day in special:
        held = [number for number in numbers if _holds(rules[number], day, holidays, worked=day in worked)]
        plain = [number for number in base if _holds_plainly(rules[number], day)]
        if _what_counts(rules, held) != _what_counts(rules, plain):
            found[_what_counts(rules, held)].append(day)
    return Group(tuple(base), tuple((programme, dates(days)) for programme, days in found.items()))


def _holds(rule: About, day: int, holidays: Holidays, *, worked: bool) -> bool:
    """Whether a rule is about a date. `worked`: a weekend day that counts as a working day."""
    if not covers(rule.wide, day):
        return False
    if not rule.days and not rule.holidays:
        return True
    is_holiday = any(day - offset in holidays.off for offset in rule.holidays)
    of_week = any(
        days.are_workdays or (not days.are_weekend and _falls_on(days, day))
        if worked
        else _falls_on(days, day)
        for days in rule.days
    )
    return is_holiday and of_week if rule.both else is_holiday or of_week


def _holds_plainly(rule: About, day: int) -> bool:
    """As the library sees the rule without its holidays."""
    return covers(rule.wide, day) and (not rule.days or any(_falls_on(days, day) for days in rule.days))


def _falls_on(days: Days, day: int) -> bool:
    return (day + 6) % 7 in days.numbers and (not days.nth or covers(days.text(), day))


def _what_counts(rules: Sequence[About], numbers: Sequence[int]) -> tuple[int, ...]:
    """From the last rule on that takes the day; of those before it nothing is left."""
    last = max((place for place, number in enumerate(numbers) if rules[number].takes_the_day), default=0)
    return tuple(numbers[last:])


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

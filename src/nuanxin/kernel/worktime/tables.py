"""The calendar in force for a territory, read from our tables and kept in the process.

Every report asks for it, so a hot process answers without a query. The row of a snapshot is trusted once a
transaction that saw it has been committed: what is rolled back is never handed out.
"""

import hashlib
import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from django.db import connection, transaction
from django.db.models.signals import post_migrate

from nuanxin.kernel.access.scope import LEVELS
from nuanxin.kernel.cached import Cached
from nuanxin.kernel.worktime.calendar import DEFAULT_HOURS, DayRule, OfficeHours, WorkCalendar
from nuanxin.kernel.worktime.models import CalendarSnapshot, Holiday, WorkingHours
from nuanxin.kernel.worktime.notices import library_rules, new_years_days

MOST_PARSED = 256

library = cache(library_rules)


@dataclass
class _Held:
    """A calendar, its canonical content and, once it is known to be committed, the row that stores it."""

    calendar: WorkCalendar
    data: dict[str, Any]
    digest: str
    snapshot: CalendarSnapshot | None = None


@dataclass
class Tables:
    """The content of our tables; years of the library stand in where no notice is loaded."""

    rules: dict[int, list[DayRule]]
    loaded_years: frozenset[int]
    hours: dict[str, list[OfficeHours]]
    held: dict[tuple[tuple[str, ...], int], _Held] = field(default_factory=dict)

    def hold(self, scope_code: str, on: date) -> _Held:
        prefixes = tuple(p for p in _prefixes(scope_code) if p in self.hours)
        key = (prefixes, on.year)
        if key not in self.held:
            calendar = self._calendar(prefixes, first_year=on.year - 1)  # clocks from around New Year's Eve
            data = calendar.to_snapshot()
            self.held[key] = _Held(calendar, data, _digest(data))
        return self.held[key]

    def _calendar(self, prefixes: tuple[str, ...], first_year: int) -> WorkCalendar:
        rules = {
            rule.on: rule
            for year, days in library().items()
            if year >= first_year and year not in self.loaded_years
            for rule in days
        }
        rules |= {rule.on: rule for year, days in self.rules.items() if year >= first_year for rule in days}
        published = self.loaded_years | library().keys()
        return WorkCalendar(
            hours=_timeline([self.hours[prefix] for prefix in prefixes], date(first_year, 1, 1)),
            days=tuple(rules[on] for on in sorted(rules)),
            published_years=frozenset(year for year in published if year >= first_year),
        )


def calendar_for(scope_code: str, on: date) -> WorkCalendar:
    """The calendar of a territory ("" = everywhere): the days of the year before `on` and all later ones."""
    return tables.get().hold(scope_code, on).calendar


def snapshot_for(scope_code: str, on: date) -> CalendarSnapshot:
    """The stored row of `calendar_for(scope_code, on)`, to be kept with a clock. Creates it once."""
    held = tables.get().hold(scope_code, on)
    if held.snapshot is not None:
        return held.snapshot
    snapshot, _created = CalendarSnapshot.objects.get_or_create(
        digest=held.digest, defaults={"data": held.data}
    )

    def keep() -> None:
        if not connection.in_atomic_block:  # a test may run the hook by hand and undo what it saw
            held.snapshot = snapshot

    transaction.on_commit(keep)
    return snapshot


def snapshot_with_new_years(snapshot: CalendarSnapshot) -> CalendarSnapshot:
    """The same calendar with the years that have been published since; itself when there are none.

    Office hours and days of years that it knew stay as they were, whatever has been changed since. A notice may name
    days of the December before its year; of those it takes the ones that were nothing special.
    """
    known, table = calendar_of(snapshot), tables.get()
    today = {rule.on: rule for days in library().values() for rule in days}
    today |= {rule.on: rule for days in table.rules.values() for rule in days}
    first = min(known.published_years, default=0)
    published = (table.loaded_years | library().keys()) - known.published_years
    years = frozenset(year for year in published if year >= first)
    if not years:
        return snapshot
    rules = {rule.on: rule for rule in known.days}
    for on, rule in today.items():
        if on.year in years or (on.month == 12 and on.year + 1 in years):
            rules.setdefault(on, rule)
    calendar = WorkCalendar(
        hours=known.hours,
        days=tuple(rules[on] for on in sorted(rules)),
        published_years=known.published_years | years,
    )
    data = calendar.to_snapshot()
    return CalendarSnapshot.objects.get_or_create(digest=_digest(data), defaults={"data": data})[0]


def calendar_of(snapshot: CalendarSnapshot) -> WorkCalendar:
    """The calendar that a clock was started with. Reads `data` only if the process has not seen it."""
    calendar = _parsed.get(snapshot.digest)
    if calendar is None:
        if len(_parsed) >= MOST_PARSED:
            _parsed.clear()
        calendar = _parsed[snapshot.digest] = WorkCalendar.from_snapshot(snapshot.data)
    return calendar


def forget(**_kwargs: object) -> None:
    """Look at the tables again on the next call, as after a migration or flush, which change them unseen."""
    tables.forget()


def _read() -> Tables:
    rules: dict[int, list[DayRule]] = defaultdict(list)
    for on, is_workday, name in Holiday.objects.order_by("date").values_list("date", "is_workday", "name"):
        rules[on.year].append(DayRule(on, is_workday, name))
    hours: dict[str, list[OfficeHours]] = defaultdict(list)
    rows = WorkingHours.objects.order_by("valid_from").values_list("scope_code", "valid_from", "intervals")
    for scope_code, valid_from, intervals in rows:
        hours[scope_code].append(OfficeHours.parse(intervals, valid_from))
    loaded_years = new_years_days([rule for days in rules.values() for rule in days])
    return Tables(dict(rules), frozenset(loaded_years), dict(hours))


def _prefixes(scope_code: str) -> Iterable[str]:
    """The significant digits of the territory and of all that contain it, smallest first; "" ends them."""
    return dict.fromkeys(scope_code[:digits] for digits in (*sorted(LEVELS.values(), reverse=True), 0))


def _timeline(by_precedence: list[list[OfficeHours]], since: date) -> tuple[OfficeHours, ...]:
    """One sequence of office hours from several territories' rows: each day the first that has begun."""
    changes = sorted({date.min} | {row.valid_from for rows in by_precedence for row in rows})
    timeline: list[OfficeHours] = []
    for day in changes[max(bisect_right(changes, since) - 1, 0) :]:
        begun = ([row for row in rows if row.valid_from <= day] for rows in by_precedence)
        intervals = next((rows[-1].intervals for rows in begun if rows), DEFAULT_HOURS.intervals)
        if not timeline or timeline[-1].intervals != intervals:
            timeline.append(OfficeHours(intervals, day if timeline else date.min))
    return tuple(timeline)


def _digest(data: dict[str, Any]) -> str:
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


tables = Cached("worktime", _read)
_parsed: dict[str, WorkCalendar] = {}
post_migrate.connect(forget, dispatch_uid="kernel.worktime.forget")

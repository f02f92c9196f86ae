"""Changes to the calendar's tables. Clocks that run keep the calendar they were started with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import significant
from nuanxin.kernel.errors import Invalid
from nuanxin.kernel.worktime.calendar import DayRule, OfficeHours
from nuanxin.kernel.worktime.models import Holiday, WorkingHours
from nuanxin.kernel.worktime.notices import new_years_days, parse_notice, shipped_notices
from nuanxin.kernel.worktime.tables import (
    calendar_for,
    calendar_of,
    snapshot_for,
    snapshot_with_new_years,
    tables,
)

__all__ = [
    "HolidayImport",
    "calendar_for",
    "calendar_of",
    "import_holidays",
    "import_shipped_holidays",
    "set_working_hours",
    "snapshot_for",
    "snapshot_with_new_years",
]


@dataclass(frozen=True, slots=True)
class HolidayImport:
    """How many days an import changed, and which years it publishes."""

    created: int
    updated: int
    removed: int
    unchanged: int
    years: tuple[int, ...]


@transaction.atomic
def import_holidays(*, csv_text: str, source: str, now: datetime) -> HolidayImport:
    """Store a State Council notice given as `date,kind,name` rows; the same notice again changes nothing.

    A corrected notice is imported under the same `source`: days that it no longer names are removed. A day
    that another notice named is taken over.

    Raises InvalidNotice, with a field for each faulty line; nothing is stored then.
    """
    if not source.strip():
        raise Invalid(fields={"source": _("请写明是哪一份通知。")})
    rules = parse_notice(csv_text, published_years=tables.get().loaded_years)
    stored = {row.date: row for row in Holiday.objects.select_for_update()}
    created = [rule for rule in rules if rule.on not in stored]
    changed = [rule for rule in rules if rule.on in stored and not _same(stored[rule.on], rule, source)]
    named = {rule.on for rule in rules}
    gone = [row.pk for on, row in stored.items() if row.source == source and on not in named]

    Holiday.objects.filter(pk__in=gone).delete()
    Holiday.objects.bulk_create(
        [
            Holiday(date=r.on, is_workday=r.is_workday, name=r.name, source=source, imported_at=now)
            for r in created
        ]
    )
    for rule in changed:
        Holiday.objects.filter(date=rule.on).update(
            is_workday=rule.is_workday, name=rule.name, source=source, imported_at=now
        )
    if created or changed or gone:
        tables.changed()
    years = tuple(sorted(new_years_days(rules)))
    return HolidayImport(
        len(created), len(changed), len(gone), len(rules) - len(created) - len(changed), years
    )


def import_shipped_holidays(*, now: datetime) -> list[HolidayImport]:
    """Store the notices that come with the product. Idempotent."""
    return [import_holidays(csv_text=text, source=title, now=now) for title, text in shipped_notices()]


@transaction.atomic
def set_working_hours(
    *, scope_code: str, valid_from: date, intervals: Sequence[Sequence[str]], now: datetime
) -> WorkingHours:
    """Set a territory's office hours from a date on ("" = everywhere); the same date again replaces them.

    Raises InvalidHours for intervals that are empty, out of order, overlapping or not within one day; Invalid
    for a code that is none.
    """
    hours = OfficeHours.parse(intervals, valid_from)
    try:
        prefix = significant(scope_code) if scope_code else ""
    except ValueError as error:
        raise Invalid(fields={"scope_code": _("区划代码要是 12 位数字，网格是 15 位。")}) from error
    row, _created = WorkingHours.objects.update_or_create(
        scope_code=prefix, valid_from=valid_from, defaults={"intervals": hours.texts()}
    )
    tables.changed()
    return row


def _same(row: Holiday, rule: DayRule, source: str) -> bool:
    return (row.is_workday, row.name, row.source) == (rule.is_workday, rule.name, source)

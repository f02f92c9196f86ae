"""Public holidays and make-up workdays (调休) as an expression sees them, taken from the working calendar."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from nuanxin.kernel.worktime.calendar import SHANGHAI, WorkCalendar
from nuanxin.kernel.worktime.tables import calendar_for


@dataclass(frozen=True, eq=False)
class Holidays:
    """Dates as proleptic ordinals. `PH` is every day off that a notice names, the weekend days among them too."""

    off: frozenset[int] = frozenset()
    worked: frozenset[int] = frozenset()  # weekend days that are worked
    years: frozenset[int] = frozenset()  # those whose notice is published
    names: Mapping[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, calendar: WorkCalendar) -> "Holidays":
        return cls(
            off=frozenset(rule.on.toordinal() for rule in calendar.days if not rule.is_workday),
            worked=frozenset(
                rule.on.toordinal() for rule in calendar.days if rule.is_workday and rule.on.weekday() >= 5
            ),
            years=calendar.published_years,
            names={rule.on.toordinal(): rule.name for rule in calendar.days},
        )

    def is_published(self, first: int, last: int) -> bool:
        """Of the first and the last year that an answer looked at."""
        return first in self.years and last in self.years


NONE = Holidays()


@dataclass
class _Last:
    """One calendar is in force at a time, and it is the same object until it changes."""

    calendar: WorkCalendar | None = None
    holidays: Holidays = NONE


_last = _Last()


def holidays_at(now: datetime) -> Holidays:
    """The holidays in force: of the year before `now` and all later ones. No query within seconds of the last."""
    calendar = calendar_for("", now.astimezone(SHANGHAI).date())
    last = _last.calendar, _last.holidays
    if last[0] is calendar:
        return last[1]
    holidays = Holidays.of(calendar)
    _last.calendar, _last.holidays = calendar, holidays
    return holidays

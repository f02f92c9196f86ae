"""Working time: four kinds of limit, a calendar as a value, clocks that pause and can explain themselves.

Pure values and functions; tables and imports are in `nuanxin.kernel.worktime.services`.
"""

from nuanxin.kernel.worktime.calendar import (
    DEFAULT_HOURS,
    SHANGHAI,
    DayRule,
    InvalidCalendar,
    InvalidHours,
    OfficeHours,
    WorkCalendar,
)
from nuanxin.kernel.worktime.clock import (
    ClockPaused,
    Due,
    Pause,
    Reading,
    due_at,
    elapsed,
    read_clock,
    remaining,
)
from nuanxin.kernel.worktime.explain import Interval, Reason, explain
from nuanxin.kernel.worktime.limits import InvalidLimit, Limit, LimitKind

__all__ = [
    "DEFAULT_HOURS",
    "SHANGHAI",
    "ClockPaused",
    "DayRule",
    "Due",
    "Interval",
    "InvalidCalendar",
    "InvalidHours",
    "InvalidLimit",
    "Limit",
    "LimitKind",
    "OfficeHours",
    "Pause",
    "Reading",
    "Reason",
    "WorkCalendar",
    "due_at",
    "elapsed",
    "explain",
    "read_clock",
    "remaining",
]

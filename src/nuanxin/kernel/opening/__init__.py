"""Opening hours in OpenStreetMap's syntax with China's public holidays and make-up workdays (docs/opening-hours.md).

parse("Mo-Fr 09:00-18:00; PH off").at(now)      # State(kind, until, then, comment, provisional)
"""

from nuanxin.kernel.opening.answers import Interval, Reason, State, Why
from nuanxin.kernel.opening.holidays import NONE, Holidays, holidays_at
from nuanxin.kernel.opening.hours import Hours, at_all, parse
from nuanxin.kernel.opening.mistakes import InvalidOpening
from nuanxin.kernel.opening.rows import Change, Period, Season
from nuanxin.kernel.opening.syntax import Kind

__all__ = [
    "NONE",
    "Change",
    "Holidays",
    "Hours",
    "Interval",
    "InvalidOpening",
    "Kind",
    "Period",
    "Reason",
    "Season",
    "State",
    "Why",
    "at_all",
    "holidays_at",
    "parse",
]

"""A Case has a life; each organisation's part in it is a Task with its own; clocks run on both.

The reporter stands apart, in `Reporter`: nothing that case staff read joins it.
"""

from nuanxin.cases.models.case import KEY_LENGTH, OPEN, TEXT_LENGTH, Case, Reporter
from nuanxin.cases.models.catalogue import Category, DispatchRule
from nuanxin.cases.models.work import (
    RATING_WINDOW,
    Attachment,
    CaseLog,
    CaseMessage,
    Clock,
    ClockChange,
    Rating,
    Task,
)

__all__ = [
    "KEY_LENGTH",
    "OPEN",
    "RATING_WINDOW",
    "TEXT_LENGTH",
    "Attachment",
    "Case",
    "CaseLog",
    "CaseMessage",
    "Category",
    "Clock",
    "ClockChange",
    "DispatchRule",
    "Rating",
    "Reporter",
    "Task",
]

"""Teams and posts, activities and shifts, and what people really did."""

from nuanxin.volunteering.models.activities import (
    OPEN_SIGN_UPS,
    SEATED,
    Activity,
    CalendarFeed,
    Child,
    Shift,
    SignUp,
    Swap,
)
from nuanxin.volunteering.models.taxonomy import ActivityKind, ActivityTag

__all__ = [
    "OPEN_SIGN_UPS",
    "SEATED",
    "Activity",
    "ActivityKind",
    "ActivityTag",
    "CalendarFeed",
    "Child",
    "Shift",
    "SignUp",
    "Swap",
]

"""The library that evaluates expressions, in local wall time: since 1992 China has kept UTC+8 all year round."""

from datetime import datetime, time
from functools import lru_cache

from opening_hours import OpeningHours, validate


def evaluator(expression: str) -> OpeningHours:
    """Read without its own holidays and time zones."""
    return OpeningHours(expression, auto_country=False, auto_timezone=False)


def readable(expression: str) -> bool:
    return validate(expression)


def selects(selector: str) -> bool:
    """Whether the library can read what says on which days a rule is about."""
    return validate(f"{selector} 00:00-24:00")


@lru_cache(maxsize=4096)
def _days(selector: str) -> OpeningHours:
    return evaluator(f"{selector} 00:00-24:00")


def covers(selector: str, ordinal: int) -> bool:
    """Whether a selector of days holds on a date; nothing selects every day."""
    if not selector:
        return True
    noon = datetime.combine(datetime.fromordinal(ordinal), time(12))
    return _days(selector).is_open(noon)

"""What `nuanxin check` looks at. A context adds its own with `@check` in its `checks.py`.

A check is about this installation (its settings, its data, its backlog), not about the code: that is what
tests are for. It reads, or writes a few bytes that it takes away again, and answers within seconds on a city's
database.
"""

import enum
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

logger = logging.getLogger(__name__)


class Level(enum.IntEnum):
    OK = 0
    WARNING = 1  # works, but somebody should look before it does not
    ERROR = 2  # something promised does not hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing seen. `code` is stable, for monitoring; `hint` says what to do next."""

    level: Level
    code: str
    message: str
    hint: str = ""


Check = Callable[[datetime], Iterable[Finding]]

_checks: dict[str, Check] = {}


def check(function: Check) -> Check:
    """Register a check; findings come in the order of registration, kernel first."""
    _checks[f"{function.__module__}.{function.__name__}"] = function
    return function


def run(now: datetime) -> list[Finding]:
    return [finding for name, function in _checks.items() for finding in _findings(name, function, now)]


def _findings(name: str, function: Check, now: datetime) -> list[Finding]:
    try:
        return list(function(now))
    except Exception as error:  # one broken check must not hide what the others see
        logger.exception("check %s failed", name)
        return [
            Finding(
                level=Level.ERROR,
                code="check-failed",
                message=f"{name} could not finish: {type(error).__name__}: {error}",
                hint="Is the database reachable and migrated? Run `nuanxin migrate`, then look at the log.",
            )
        ]


__all__ = ["Finding", "Level", "check", "run"]

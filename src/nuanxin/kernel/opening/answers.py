"""What is said about an instant: the state, a stretch of time, and why."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from nuanxin.kernel.opening.rows import Row
from nuanxin.kernel.opening.syntax import Kind


@dataclass(frozen=True, slots=True)
class State:
    """`until` is when another kind begins, `then`; None: not within a year. `comment` is what a rule or row says."""

    kind: Kind
    until: datetime | None = None
    then: Kind | None = None
    comment: str = ""
    provisional: bool = False  # a holiday notice that is not published yet may change it

    @property
    def is_open(self) -> bool:
        return self.kind is Kind.OPEN


@dataclass(frozen=True, slots=True)
class Interval:
    """Half-open, in one state."""

    start: datetime
    end: datetime
    kind: Kind
    comment: str = ""


class Reason(StrEnum):
    """What decided."""

    RULE = "rule"
    NO_RULE = "no_rule"  # no rule opens at this time
    CHANGE = "change"
    SEASON = "season"


@dataclass(frozen=True, slots=True)
class Why:
    """`day` is the one that the hours belong to: after midnight the evening before, as long as its night lasts."""

    reason: Reason
    state: State
    day: date
    rule: str = ""
    holiday: str = ""  # the name under which the day stands in a holiday notice
    worked: bool = False  # it is a weekend day that counts as a working day here
    change: Row | None = None
    hours: tuple[Interval, ...] = ()  # when it is open, or may be, on that day

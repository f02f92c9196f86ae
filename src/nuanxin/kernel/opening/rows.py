"""What stands beside an expression in rows of its own: closures and other hours of single days, and seasons."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from nuanxin.kernel.opening.syntax import Kind
from nuanxin.kernel.opening.timeline import Stretch, clipped, overlay
from nuanxin.kernel.worktime.calendar import SHANGHAI

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Change:
    """From the first to the last day, both included, it is closed or has hours of its own (`text`); it wins."""

    first: date
    last: date
    text: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Period:
    """From one instant to another it is what the row says, whatever the rules say; it wins as a change does."""

    start: datetime
    end: datetime
    kind: Kind = Kind.CLOSED
    reason: str = ""

    @property
    def first(self) -> date:
        return self.start.astimezone(SHANGHAI).date()

    @property
    def last(self) -> date:
        return self.end.astimezone(SHANGHAI).date()

    def stretch(self, origin: int) -> Stretch:
        start, end = (at.astimezone(SHANGHAI).replace(tzinfo=None) for at in (self.start, self.end))
        return Stretch(start, end, self.kind, self.reason, origin)


Row = Change | Period


@dataclass(frozen=True, slots=True)
class Season:
    """Outside of all its seasons a place is closed. `yearly` takes month and day only, over New Year too."""

    first: date
    last: date
    yearly: bool = False

    def spans(self, since: date, until: date) -> Iterator[tuple[date, date]]:
        if not self.yearly:
            yield self.first, self.last
            return
        over_new_year = (self.last.month, self.last.day) < (self.first.month, self.first.day)
        for year in range(since.year - 1, until.year + 1):
            yield _in_year(self.first, year), _in_year(self.last, year + over_new_year)


def _in_year(day: date, year: int) -> date:
    """29 February is the 28th where there is none."""
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


def change_stretches(
    change: Change, hours: Iterable[Stretch], begins: timedelta, ends: timedelta, *, origin: int
) -> list[Stretch]:
    """What a row says, over its days: from when the night before them is over until their own last night is."""
    start = datetime.combine(change.first, time()) + begins
    end = datetime.combine(change.last + DAY, time()) + ends
    closed = [Stretch(start, end, Kind.CLOSED, change.reason, origin)]
    own = [
        Stretch(each.start, each.end, each.kind, each.comment or change.reason, origin)
        for each in clipped(hours, start, end)
        if each.kind is not Kind.CLOSED
    ]
    return overlay(closed, own)


def closed_seasons(
    seasons: Sequence[Season], start: datetime, end: datetime, shift: timedelta, *, origin: int
) -> list[Stretch]:
    """The stretches between the seasons, as closed."""
    if not seasons:
        return []
    spans = sorted(span for season in seasons for span in season.spans(start.date(), end.date()))
    closed, since = [], start
    for first, last in spans:
        begins = datetime.combine(first, time()) + shift
        ends = datetime.combine(last, time()) + DAY + shift
        if begins > since:
            closed.append(Stretch(since, min(begins, end), Kind.CLOSED, "", origin))
        since = max(since, ends)
        if since >= end:
            break
    if since < end:
        closed.append(Stretch(since, end, Kind.CLOSED, "", origin))
    return [each for each in closed if each.start < each.end]

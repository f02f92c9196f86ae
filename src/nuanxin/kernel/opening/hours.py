"""Opening hours at an instant: open, closed or nobody knows; until when; what is next; and which rule decided.

An expression is read once in a process and holds its last answer until that ends, so asking thousands of places at one
`now` costs little more than looking at the clock. Whoever has many to ask gives them to `at_all`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple

from opening_hours import OpeningHours

from nuanxin.kernel.opening.answers import Interval, Reason, State, Why
from nuanxin.kernel.opening.holidays import NONE, Holidays, holidays_at
from nuanxin.kernel.opening.library import evaluator, readable
from nuanxin.kernel.opening.mistakes import InvalidOpening, in_the_syntax, suggesting
from nuanxin.kernel.opening.programmes import uses_holidays
from nuanxin.kernel.opening.rewriting import night_end, rewrite
from nuanxin.kernel.opening.rows import Change, Row, Season, change_stretches, closed_seasons
from nuanxin.kernel.opening.syntax import Kind, Rule, read
from nuanxin.kernel.opening.timeline import Stretch, clipped, filled, merged, overlay
from nuanxin.kernel.worktime.calendar import SHANGHAI

# How far ahead is looked for the next change, in days, step by step; beyond the last nothing changes.
HORIZONS = (9, 70, 400)
DAY = timedelta(days=1)
PARSED = 20_000  # about 3 kB each

_KINDS = {"open": Kind.OPEN, "closed": Kind.CLOSED, "unknown": Kind.UNKNOWN}


@dataclass(slots=True)
class _Held:
    holidays: Holidays
    start: datetime
    end: datetime
    state: State


class _Found(NamedTuple):
    kind: Kind
    comment: str
    comment_until: datetime
    until: datetime
    then: Kind | None


class Hours:
    """One expression, read. Compare and keep its `text`; get it by `parse`."""

    __slots__ = ("_held", "_read", "rules", "shift", "text", "uses_holidays")

    def __init__(self, text: str, rules: tuple[Rule, ...]) -> None:
        self.text = text
        self.rules = rules
        self.uses_holidays = uses_holidays(rules)
        self.shift = timedelta(minutes=night_end(rules))
        self._read: tuple[Holidays, tuple[OpeningHours, ...]] | None = None
        self._held: _Held | None = None

    def __repr__(self) -> str:
        return f"Hours({self.text!r})"

    def at(
        self,
        now: datetime,
        *,
        holidays: Holidays | None = None,
        changes: Sequence[Row] = (),
        seasons: Sequence[Season] = (),
    ) -> State:
        """The state at an instant. `changes` win over `seasons`, and both over the rules; of two changes the later."""
        return self.state(_local(now), self._holidays(now, holidays, changes), changes, seasons)

    def state(
        self, at: datetime, holidays: Holidays, changes: Sequence[Row], seasons: Sequence[Season]
    ) -> State:
        """The same at a local wall time, with the holidays given: what `at_all` asks for each place."""
        if not seasons:
            held, own = self._held, holidays if self.uses_holidays else NONE
            if held is None or not (held.start <= at < held.end) or held.holidays is not own:
                held = self._held = self._look(at, own)
            if not changes or not _touched(changes, at, held.state.until):
                return held.state
        return self._look(at, holidays, changes, seasons).state

    def intervals(
        self,
        start: datetime,
        end: datetime,
        *,
        holidays: Holidays | None = None,
        changes: Sequence[Row] = (),
        seasons: Sequence[Season] = (),
    ) -> list[Interval]:
        """All stretches between two instants, closed ones too."""
        found = self.stretches(
            _local(start), _local(end), self._holidays(start, holidays, changes), changes, seasons
        )
        return [_interval(each) for each in found]

    def explain(
        self,
        now: datetime,
        *,
        holidays: Holidays | None = None,
        changes: Sequence[Row] = (),
        seasons: Sequence[Season] = (),
    ) -> Why:
        """Which rule or row decided, and the hours of the day."""
        at, holidays = _local(now), self._holidays(now, holidays, changes)
        state = self.state(at, holidays, changes, seasons)
        day = (at - self.shift).date()
        midnight = datetime.combine(day, time()) + self.shift
        of_day = list(self.stretches(midnight, midnight + DAY, holidays, changes, seasons))
        there = next(each for each in of_day if each.start <= at < each.end)
        rule = self._rule_at(at, holidays) if there.origin < 0 else None
        reason = Reason.NO_RULE if rule is None else Reason.RULE
        if there.origin >= 0:
            reason = Reason.CHANGE if there.origin < len(changes) else Reason.SEASON
        ordinal = day.toordinal()
        return Why(
            reason,
            state,
            day,
            rule=rule.text if rule else "",
            holiday=holidays.names.get(ordinal, "") if self.uses_holidays else "",
            worked=self.uses_holidays and ordinal in holidays.worked,
            change=changes[there.origin] if reason is Reason.CHANGE else None,
            hours=tuple(_interval(each) for each in of_day if each.kind is not Kind.CLOSED),
        )

    def needs_holidays(self, changes: Sequence[Row] = ()) -> bool:
        """Whether the expression or the hours of a row go by holidays."""
        texts = (row.text for row in changes if isinstance(row, Change) and row.text)
        return self.uses_holidays or any(parse(text).uses_holidays for text in texts)

    def _holidays(self, now: datetime, holidays: Holidays | None, changes: Sequence[Row]) -> Holidays:
        if holidays is not None:
            return holidays
        return holidays_at(now) if self.needs_holidays(changes) else NONE

    def _look(
        self,
        at: datetime,
        holidays: Holidays,
        changes: Sequence[Row] = (),
        seasons: Sequence[Season] = (),
    ) -> _Held:
        for days in HORIZONS:
            end = at + days * DAY
            if changes or seasons or len(self._groups(holidays)) > 1:
                found = self._first_two(self.stretches(at, end, holidays, changes, seasons))
            else:
                found = self._first_two_of_library(at, end, holidays)
            if found.then:
                break
        state = State(
            found.kind,
            found.until.replace(tzinfo=SHANGHAI) if found.then else None,
            found.then,
            found.comment,
            self.uses_holidays
            and not (found.then and holidays.is_published((at - self.shift).year, found.until.year)),
        )
        return _Held(holidays, at, min(found.comment_until, at + DAY), state)

    @staticmethod
    def _first_two(stretches: Iterator[Stretch]) -> _Found:
        first = next(stretches)
        until = first.end
        for each in stretches:
            if each.kind is not first.kind:
                return _Found(first.kind, first.comment, first.end, each.start, each.kind)
            until = each.end
        return _Found(first.kind, first.comment, first.end, until, None)

    def _first_two_of_library(self, at: datetime, end: datetime, holidays: Holidays) -> _Found:
        """The same for rules alone, which most are, without a stretch for each."""
        shift = self.shift
        found = self._groups(holidays)[0].intervals(at - shift, end - shift)
        _start, first_end, kind, comment = next(found)
        until = first_end
        for start, each_end, each, _comment in found:
            if each != kind:
                return _Found(_KINDS[str(kind)], comment, first_end + shift, start + shift, _KINDS[str(each)])
            until = each_end
        return _Found(_KINDS[str(kind)], comment, first_end + shift, until + shift, None)

    def stretches(
        self,
        start: datetime,
        end: datetime,
        holidays: Holidays,
        changes: Sequence[Row] = (),
        seasons: Sequence[Season] = (),
    ) -> Iterator[Stretch]:
        """Between two local wall times, in order and without gaps; read from the library only as far as it is taken."""
        groups = self._groups(holidays)
        if len(groups) == 1 and not changes and not seasons:
            return merged(self._of_library(groups[0], start, end))
        # Rows begin and end with a day: look from the day before on, so that a night of it is seen whole.
        since = datetime.combine(start.date(), time()) - DAY
        found: list[Stretch] = []
        for each in groups:
            group = list(self._of_library(each, since, end))
            found = filled(found, group) if found else group
        found = overlay(found, closed_seasons(seasons, since, end, self.shift, origin=len(changes)))
        for origin, row in enumerate(changes):
            found = overlay(found, self._of_row(row, origin, since, end, holidays))
        return merged(clipped(found, start, end))

    def _of_row(
        self, row: Row, origin: int, since: datetime, end: datetime, holidays: Holidays
    ) -> list[Stretch]:
        if not isinstance(row, Change):
            return [row.stretch(origin)]
        if not row.text:
            return change_stretches(row, (), self.shift, self.shift, origin=origin)
        own = parse(row.text)
        hours = own.stretches(since, end, holidays if own.uses_holidays else NONE)
        return change_stretches(row, hours, self.shift, max(self.shift, own.shift), origin=origin)

    def _groups(self, holidays: Holidays) -> tuple[OpeningHours, ...]:
        if self._read is None or self._read[0] is not holidays:
            expressions = rewrite(self.rules, holidays).expressions
            self._read = (holidays, tuple(evaluator(each) for each in expressions))
        return self._read[1]

    def _of_library(self, library: OpeningHours, start: datetime, end: datetime) -> Iterator[Stretch]:
        shift = self.shift
        for since, until, state, comment in library.intervals(start - shift, end - shift):
            yield Stretch(since + shift, until + shift, _KINDS[str(state)], comment)

    def _rule_at(self, at: datetime, holidays: Holidays) -> Rule | None:
        """The rule that decides, told by the library: each carries its number where its comment was."""
        plan = rewrite(self.rules, holidays, tagged=True)
        decided = None
        for expression in plan.expressions:
            state, number = evaluator(expression).state(at - self.shift)
            if number:
                decided = self.rules[int(number)]
            if _KINDS[str(state)] is not Kind.CLOSED:
                break
        return decided


@lru_cache(maxsize=PARSED)
def parse(text: str) -> Hours:
    """Read an expression. Raises `InvalidOpening` with the place of the mistake and what to write instead."""
    try:
        return Hours(text, _checked(text))
    except InvalidOpening as error:
        instead = in_the_syntax(text)
        if instead == text:
            raise
        try:
            _checked(instead)
        except InvalidOpening:
            raise error from None
        raise suggesting(error, instead) from None


def at_all(places: Iterable[tuple[Hours, Sequence[Row], Sequence[Season]]], now: datetime) -> list[State]:
    """The state of each place at one instant, in their order."""
    at = _local(now)
    in_force: Holidays | None = None
    found = []
    for hours, changes, seasons in places:
        if in_force is None and hours.needs_holidays(changes):
            in_force = holidays_at(now)
        holidays = in_force or NONE
        found.append(hours.state(at, holidays, changes, seasons))
    return found


def _checked(text: str) -> tuple[Rule, ...]:
    """The rules, once the library has read what it will be given."""
    rules = read(text)
    if not all(readable(expression) for expression in rewrite(rules, NONE).expressions):
        raise InvalidOpening
    return rules


def _local(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError(f"needs a datetime with a time zone, not {at!r}")
    return at.astimezone(SHANGHAI).replace(tzinfo=None)


def _interval(stretch: Stretch) -> Interval:
    return Interval(
        stretch.start.replace(tzinfo=SHANGHAI),
        stretch.end.replace(tzinfo=SHANGHAI),
        stretch.kind,
        stretch.comment,
    )


def _touched(changes: Sequence[Row], at: datetime, until: datetime | None) -> bool:
    """Whether one of the rows may matter before the rules change the state by themselves."""
    first, last = (at - DAY).date(), until.date() if until else date.max
    return any(change.first <= last and change.last >= first for change in changes)

"""All indicators of one place over one span: each with what it is held against and the way it has come."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from nuanxin.insight.indicators import GROUPS, INDICATORS, RELATIONS, Indicator, Words
from nuanxin.insight.periods import Span, before, trend
from nuanxin.insight.queries.areas import Area
from nuanxin.insight.queries.kept import BEFORE, NOW, Kept, kept_figures, slot_ago
from nuanxin.insight.queries.running import Place, figures
from nuanxin.insight.queries.values import Change, Part, Value, change, value_of

WIDTH, HEIGHT, EDGE = 120, 32, 4  # of a sparkline, in its own units


@dataclass(frozen=True, slots=True)
class Spark:
    """A trend as an inline drawing: the pieces of the line (a gap where there was no figure), and its last point."""

    lines: tuple[str, ...]
    last: tuple[float, float] | None
    words: str


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of a composition in a bar that is a hundred wide."""

    part: Part
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class Card:
    indicator: Indicator
    value: Value
    before: Value
    change: Change | None
    spark: Spark

    @property
    def pieces(self) -> list[Piece]:
        made: list[Piece] = []
        for part in self.value.parts:
            start = made[-1].start + made[-1].width if made else 0.0
            made.append(Piece(part, round(start, 3), round(part.share * 100, 3)))
        return made


@dataclass(frozen=True, slots=True)
class Overview:
    """`until` is the moment up to which it counts; `is_kept`: computed before, not now."""

    groups: list[tuple[Words, list[Card]]]
    span: Span
    held_against: Span
    until: datetime
    is_kept: bool


def overview(area: Area, span: Span, *, now: datetime) -> Overview:
    """Kept figures where there are any, else one statement for each relation and span."""
    kept, until = kept_figures(area.place, span.period, now=now)
    earlier = trend(span)
    if until is None:
        kept = _live(area.place, span, earlier)
    cards = [_card(indicator, kept, earlier) for indicator in INDICATORS]
    groups = [
        (words, [card for card in cards if card.indicator.group == group]) for group, words in GROUPS.items()
    ]
    return Overview(groups, span, before(span), until or span.end, until is not None)


@dataclass(frozen=True, slots=True)
class One:
    """One indicator by itself."""

    card: Card
    until: datetime
    is_kept: bool


def overview_of(indicator: Indicator, area: Area, span: Span, *, now: datetime) -> One:
    kept, until = kept_figures(area.place, span.period, now=now)
    earlier = trend(span)
    if until is None:
        kept = _live(area.place, span, earlier, relations=[indicator.relation.name])
    return One(_card(indicator, kept, earlier), until or span.end, until is not None)


def _live(place: Place, span: Span, earlier: Sequence[Span], *, relations: Iterable[str] = RELATIONS) -> Kept:
    slots = {NOW: span, BEFORE: before(span)}
    slots |= {slot_ago(len(earlier) - index): each for index, each in enumerate(earlier)}
    found: Kept = {}
    for slot, each in slots.items():
        for relation in relations:
            line = figures(relation, place, each).get("")
            for indicator in INDICATORS:
                if indicator.relation.name == relation:
                    found[slot, indicator.identifier] = value_of(indicator, line)
    return found


def _card(indicator: Indicator, found: Kept, earlier: Sequence[Span]) -> Card:
    def at(slot: str) -> Value:
        return found.get((slot, indicator.identifier)) or value_of(indicator, None)

    value, then = at(NOW), at(BEFORE)
    values = [at(slot_ago(steps)) for steps in range(len(earlier), 0, -1)]
    return Card(indicator, value, then, change(value, then), spark([*values, value] if earlier else []))


def spark(values: Sequence[Value]) -> Spark:
    """Scaled to what there is; a level line lies in the middle."""
    numbers = [value.number for value in values]
    known = [number for number in numbers if number is not None]
    words = " → ".join(value.text for value in values)
    if len(known) < 2:
        return Spark((), None, words)
    low, high = min(known), max(known)
    step = (WIDTH - 2 * EDGE) / (len(numbers) - 1)

    def point(index: int, number: float) -> tuple[float, float]:
        share = (number - low) / (high - low) if high > low else 0.5
        return round(EDGE + index * step, 1), round(HEIGHT - EDGE - share * (HEIGHT - 2 * EDGE), 1)

    pieces: list[list[str]] = [[]]
    last = None
    for index, number in enumerate(numbers):
        if number is None:
            pieces.append([])
            continue
        last = point(index, number)
        pieces[-1].append(f"{last[0]},{last[1]}")
    return Spark(tuple(" ".join(piece) for piece in pieces if piece), last, words)

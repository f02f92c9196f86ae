"""All indicators of one place over one span: each with what it is held against and the way it has come."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from nuanxin.insight.indicators import GROUPS, INDICATORS, RELATIONS, Indicator, Words, of_relation
from nuanxin.insight.periods import Span, before
from nuanxin.insight.queries.areas import Area
from nuanxin.insight.queries.kept import BEFORE, NOW, Found, kept_figures, slots_of
from nuanxin.insight.queries.running import TOTAL, Place, Question, answers
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
    found = kept_figures(area.place, span, now=now) or _live(area.place, span)
    cards = [_card(indicator, found) for indicator in INDICATORS]
    groups = [
        (words, [card for card in cards if card.indicator.group == group]) for group, words in GROUPS.items()
    ]
    return Overview(groups, span, before(span), found.until or span.end, found.until is not None)


@dataclass(frozen=True, slots=True)
class One:
    """One indicator by itself."""

    card: Card
    until: datetime
    is_kept: bool


def overview_of(indicator: Indicator, area: Area, span: Span, *, now: datetime) -> One:
    found = kept_figures(area.place, span, now=now) or _live(
        area.place, span, relations=[indicator.relation.name]
    )
    return One(_card(indicator, found), found.until or span.end, found.until is not None)


def _live(place: Place, span: Span, *, relations: Iterable[str] = RELATIONS) -> Found:
    asked = [
        (slot, Question(relation, each)) for slot, each in slots_of(span).items() for relation in relations
    ]
    lines = answers(place, [question for _slot, question in asked])
    values = {
        (slot, indicator.identifier): value_of(indicator, line.get(TOTAL))
        for (slot, question), line in zip(asked, lines, strict=True)
        for indicator in of_relation(question.relation)
    }
    return Found(values, frozenset(slot for slot, _question in asked))


def _card(indicator: Indicator, found: Found) -> Card:
    def at(slot: str) -> Value:
        return found.values.get((slot, indicator.identifier)) or value_of(indicator, None)

    value, then = at(NOW), at(BEFORE)
    earlier = sorted((slot for slot in found.slots if slot not in {NOW, BEFORE}), reverse=True)
    values = [at(slot) for slot in earlier]
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

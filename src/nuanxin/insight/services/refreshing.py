"""Keeping the figures of whole spans for a place with more cases than can be counted while somebody waits.

The worker that does this delivers events as well, so each turn counts one relation over one span, a statement or a few.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from nuanxin.cases.models import Case
from nuanxin.insight.indicators import RELATIONS, Kind, of_relation
from nuanxin.insight.models import Figure, Tally
from nuanxin.insight.periods import KEPT, Span, before, span, trend
from nuanxin.insight.queries.kept import BEFORE, NOW, slot_ago
from nuanxin.insight.queries.running import Place, Row, figures
from nuanxin.insight.queries.values import value_of
from nuanxin.kernel.access import level_of
from nuanxin.kernel.access.scope import LEVELS, padded

KEPT_LEVELS = ("city", "district", "street", "community")
FINEST = "community"
HOURLY, DAILY = timedelta(hours=1), timedelta(days=1)  # what is over changes little: appeals, late closures
BATCH = 500


@dataclass(frozen=True, slots=True)
class _Turn:
    """One relation over one span."""

    slot: str
    span: Span
    relation: str

    @property
    def name(self) -> tuple[str, str, str]:
        return self.span.period.value, self.slot, self.relation


def refresh_figures(*, now: datetime, most: int = 1) -> int:
    """Count again what was counted longest ago, at most so many turns; forget all where a place is small enough.

    Writes `Figure` and `Tally` rows. Returns how many turns were due and taken.
    """
    if not _is_big():
        Figure.objects.all().delete()
        Tally.objects.all().delete()
        return 0
    turns = _due(now)[:most]
    for turn in turns:
        _take(turn, now=now)
    return len(turns)


def _is_big() -> bool:
    """Whether there are more cases than are counted live; looks at no more rows than that."""
    limit = settings.NUANXIN_LIVE_FIGURES_UP_TO
    return Case.objects.order_by("-pk").values_list("pk")[limit : limit + 1].exists()


def _due(now: datetime) -> list[_Turn]:
    """Never counted or of another day first, the present before the past; then the oldest."""
    tallies = {(row.period, row.slot, row.relation): row for row in Tally.objects.all()}
    missing: list[_Turn] = []
    old: list[tuple[datetime, _Turn]] = []
    for slot, each in sorted(_spans(now), key=lambda pair: pair[0] not in {NOW, BEFORE}):
        for relation in RELATIONS:
            turn = _Turn(slot, each, relation)
            tally = tallies.get(turn.name)
            if tally is None or tally.since != each.start:
                missing.append(turn)
            elif tally.counted_at <= now - (HOURLY if slot in {NOW, BEFORE} else DAILY):
                old.append((tally.counted_at, turn))
    return missing + [turn for _at, turn in sorted(old, key=lambda pair: pair[0])]


def _spans(now: datetime) -> Iterator[tuple[str, Span]]:
    for period in KEPT:
        current = span(period, now=now)
        yield NOW, current
        yield BEFORE, before(current)
        earlier = trend(current)
        for index, each in enumerate(earlier):
            yield slot_ago(len(earlier) - index), each


def _take(turn: _Turn, *, now: datetime) -> None:
    indicators = of_relation(turn.relation)
    rows = [
        Figure(
            scope_code=code,
            period=turn.span.period,
            slot=turn.slot,
            indicator=indicator.identifier,
            numerator=value.numerator,
            denominator=value.denominator,
            median=value.median,
            parts=value.counts,
        )
        for code, line in _lines(turn)
        for indicator in indicators
        for value in [value_of(indicator, line)]
    ]
    period, slot, relation = turn.name
    with transaction.atomic():
        old = Figure.objects.filter(period=period, slot=slot)
        old.filter(indicator__in=[each.identifier for each in indicators]).delete()
        Figure.objects.bulk_create(rows, batch_size=BATCH)
        Tally.objects.update_or_create(
            period=period,
            slot=slot,
            relation=relation,
            defaults={"since": turn.span.start, "until": turn.span.end, "counted_at": now},
        )


def _lines(turn: _Turn) -> Iterator[tuple[str, Row]]:
    """Code → measures, for every territory in which something happened."""
    if any(indicator.kind == Kind.MINUTES for indicator in of_relation(turn.relation)):
        for level in KEPT_LEVELS:  # the middle of a street is not made of the middles of its communities
            yield from _at_level(level, figures(turn.relation, Place(), turn.span, by=level))
        return
    finest = figures(turn.relation, Place(), turn.span, by=FINEST)
    for level in KEPT_LEVELS:
        yield from _at_level(level, _summed(finest, LEVELS[level]))


def _summed(lines: dict[str, Row], digits: int) -> dict[str, Row]:
    made: dict[str, Row] = defaultdict(lambda: defaultdict(int))
    for key, line in lines.items():
        for name, count in line.items():
            made[key[:digits]][name] += count
    return made


def _at_level(level: str, lines: dict[str, Row]) -> Iterator[tuple[str, Row]]:
    """What lies in a street and in no community of it has the street's own digits, and is the street's alone."""
    return ((padded(key), line) for key, line in lines.items() if level_of(padded(key)) == level)

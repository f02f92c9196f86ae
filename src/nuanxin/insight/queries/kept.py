"""Figures that a job has counted before, where the place is too big to count while somebody waits."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from nuanxin.insight.indicators import BY_IDENTIFIER, RELATIONS, Indicator
from nuanxin.insight.models import Figure, Tally
from nuanxin.insight.periods import Period, Span, before, trend
from nuanxin.insight.queries.running import Place
from nuanxin.insight.queries.values import Value, value_of

NOW, BEFORE = "now", "before"
STALE = timedelta(hours=3)  # the job has stopped: better slowly and right


@dataclass(frozen=True, slots=True)
class Found:
    """Figures by slot and indicator. `until`: the earliest moment up to which one of the present ones counts."""

    values: dict[tuple[str, str], Value] = field(default_factory=dict)
    slots: frozenset[str] = frozenset()
    until: datetime | None = None


def slot_ago(steps: int) -> str:
    return f"ago{steps}"


def kept_figures(place: Place, span: Span, *, now: datetime) -> Found | None:
    """All that is kept for a territory and a span; nothing unless the present and what it is held against are whole."""
    if not _is_kept(place, span.period):
        return None
    spans = slots_of(span)
    tallies = {(row.slot, row.relation): row for row in Tally.objects.filter(period=span.period)}
    whole = {
        slot
        for slot, each in spans.items()
        if all(_is_fresh(tallies.get((slot, relation)), each, now) for relation in RELATIONS)
    }
    if not {NOW, BEFORE} <= whole:
        return None
    rows = Figure.objects.filter(scope_code=place.scope_code, period=span.period)
    values = {(row.slot, row.indicator): _value(row) for row in rows if row.indicator in BY_IDENTIFIER}
    return Found(values, frozenset(whole), min(tallies[NOW, relation].until for relation in RELATIONS))


def kept_lines(
    indicator: Indicator, codes: dict[str, str], span: Span, slot: str, *, now: datetime
) -> dict[str, Value] | None:
    """One indicator in many territories; `codes`: code → line of the breakdown."""
    relation = indicator.relation.name
    tally = Tally.objects.filter(period=span.period, slot=slot, relation=relation).first()
    if span.period == Period.RANGE or not _is_fresh(tally, span, now):
        return None
    rows = Figure.objects.filter(
        scope_code__in=codes, period=span.period, slot=slot, indicator=indicator.identifier
    )
    return {codes[row.scope_code]: _value(row) for row in rows}


def slots_of(span: Span) -> dict[str, Span]:
    """The span, what it is held against, and the way it has come."""
    earlier = trend(span)
    ago = {slot_ago(len(earlier) - index): each for index, each in enumerate(earlier)}
    return {NOW: span, BEFORE: before(span)} | ago


def _is_kept(place: Place, period: Period) -> bool:
    return bool(place.scope_code) and not place.unit_id and period != Period.RANGE


def _is_fresh(tally: Tally | None, span: Span, now: datetime) -> bool:
    """Of this very span, and not too old; what is over may be a day old, and three hours as well."""
    if tally is None or tally.since != span.start:
        return False
    return tally.counted_at > now - (STALE if tally.slot in {NOW, BEFORE} else timedelta(days=1) + STALE)


def _value(row: Figure) -> Value:
    indicator = BY_IDENTIFIER[row.indicator]
    counts = row.parts or value_of(indicator, None).counts
    return Value(indicator, row.numerator, row.denominator, row.median, counts)

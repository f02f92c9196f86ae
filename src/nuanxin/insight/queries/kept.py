"""Figures that a job has computed before, where the place is too big to count while somebody waits."""

from datetime import datetime, timedelta

from nuanxin.insight.indicators import BY_IDENTIFIER, Indicator
from nuanxin.insight.models import Figure
from nuanxin.insight.periods import Period
from nuanxin.insight.queries.running import Place
from nuanxin.insight.queries.values import Value

NOW, BEFORE = "now", "before"
STALE = timedelta(hours=3)  # the job has stopped: better slowly and right
Kept = dict[tuple[str, str], Value]  # (slot, indicator) → figure


def slot_ago(steps: int) -> str:
    return f"ago{steps}"


def kept_figures(place: Place, period: Period, *, now: datetime) -> tuple[Kept, datetime | None]:
    """All that is kept for a territory and a kind of span, and the moment up to which it counts; else nothing."""
    if place.unit_id or not place.scope_code or period == Period.RANGE:
        return {}, None
    rows = list(Figure.objects.filter(scope_code=place.scope_code, period=period))
    current = [row.until for row in rows if row.slot == NOW and row.computed_at > now - STALE]
    if not current:
        return {}, None
    return {
        (row.slot, row.indicator): value_from(row) for row in rows if row.indicator in BY_IDENTIFIER
    }, max(current)


def kept_lines(
    indicator: Indicator, codes: dict[str, str], period: Period, slot: str, *, now: datetime
) -> dict[str, Value] | None:
    """One indicator in many territories; nothing when none of them is kept. `codes`: code → line."""
    rows = Figure.objects.filter(
        scope_code__in=codes,
        period=period,
        slot=slot,
        indicator=indicator.identifier,
        computed_at__gt=now - STALE,
    )
    found = {codes[row.scope_code]: value_from(row) for row in rows}
    return found or None


def value_from(row: Figure) -> Value:
    return Value(
        BY_IDENTIFIER[row.indicator],
        numerator=row.numerator,
        denominator=row.denominator,
        median=row.median,
        counts=row.parts,
    )

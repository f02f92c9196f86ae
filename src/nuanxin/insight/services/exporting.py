"""Figures leaving the system as a table: an act that is written down. They hold counts, never a person or a case."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from nuanxin.insight.indicators import Indicator, Kind
from nuanxin.insight.periods import NAMES, Span
from nuanxin.insight.queries.areas import Area
from nuanxin.insight.queries.breakdown import breakdown
from nuanxin.insight.queries.overview import overview
from nuanxin.insight.queries.values import Value
from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.downloads import safe
from nuanxin.kernel.errors import NotAllowed


def export_overview(*, actor: Actor, area: Area, span: Span, now: datetime) -> Iterator[list[str]]:
    """All indicators of a place, with their definitions, as rows of text. Audited. Raises `NotAllowed`."""
    write_down(actor, area, "overview", span, form="csv", now=now)
    page = overview(area, span, now=now)
    yield from _head(area, span)
    yield [
        gettext("指标"), gettext("标识"), gettext("数值"), gettext("分子"), gettext("分母"), gettext("对比值"),
        gettext("口径"), gettext("分母怎么算"),
    ]  # fmt: skip
    for _group, cards in page.groups:
        for card in cards:
            each = card.indicator
            words = [str(each.formula), str(each.denominator_rule)]
            yield [
                safe(str(each.name)),
                each.identifier,
                *_cells(card.value),
                safe(card.before.text),
                *words,
            ]


def export_breakdown(
    *, actor: Actor, indicator: Indicator, area: Area, span: Span, by: str, now: datetime
) -> Iterator[list[str]]:
    """One indicator line by line, as rows of text. Audited. Raises `NotAllowed`."""
    write_down(actor, area, indicator.identifier, span, form="csv", now=now)
    yield from _head(area, span)
    yield [gettext("名称"), gettext("数值"), gettext("分子"), gettext("分母"), gettext("对比值")]
    for line in breakdown(indicator, area, span, by=by, now=now):
        yield [safe(line.name), *_cells(line.value), safe(line.before.text)]


def write_down(actor: Actor, area: Area, what: str, span: Span, *, form: str, now: datetime) -> None:
    """Who took what, before the first row leaves. Raises `NotAllowed`."""
    if not policy.permits(actor, "insight.view"):
        raise NotAllowed
    with transaction.atomic():
        audit.record(
            actor=actor,
            action="insight.export",
            object_type="insight.figures",
            object_id=what,
            scope_code=area.scope_code or actor.scope_code,
            detail={
                "from": span.first_day.isoformat(),
                "to": span.last_day.isoformat(),
                "unit": area.place.unit_id,
                "form": form,
            },
            now=now,
        )


def _head(area: Area, span: Span) -> Iterator[list[str]]:
    unit = area.unit.label if area.unit and not area.is_own_unit else ""
    yield [safe(area.name), safe(unit), str(NAMES[span.period]), days_of(span)]


def days_of(span: Span) -> str:
    return f"{span.first_day:%Y-%m-%d} – {span.last_day:%Y-%m-%d}"


def _cells(value: Value) -> list[str]:
    """What is not shown on the page is not in the file either."""
    if value.indicator.kind == Kind.COUNT:
        return [value.text, str(value.numerator), ""]
    if value.indicator.kind == Kind.SHARES:
        parts = " · ".join(f"{part.name} {part.count}" for part in value.parts)
        return [parts if value.is_shown else value.text, "", str(value.denominator)]
    if not value.is_shown:
        return [value.text, "", ""]
    if value.indicator.kind == Kind.MINUTES:
        return [value.text, str(round(value.numerator / 60)), str(value.denominator)]
    return [value.text, str(value.numerator), str(value.denominator)]

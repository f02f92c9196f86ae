"""The same figures as a workbook: typed cells, and a sheet that says what they are. They name no person and no case."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from nuanxin.insight.indicators import Indicator, Kind
from nuanxin.insight.periods import BEFORE, NAMES, Span
from nuanxin.insight.queries.areas import Area
from nuanxin.insight.queries.breakdown import BREAKDOWNS, Line, breakdown
from nuanxin.insight.queries.overview import Overview, overview, overview_of
from nuanxin.insight.queries.values import Value
from nuanxin.insight.services.exporting import days_of, write_down
from nuanxin.kernel.access import Actor
from nuanxin.kernel.downloads import File, safe, stamp, workbook_file
from nuanxin.kernel.workbooks import Cell, Column, Note, write_workbook

FIGURES = (
    Column(_("数值"), 16),
    Column(_("单位"), 8),
    Column(_("分子"), 9),
    Column(_("分母"), 9),
    Column(_("对比值"), 16),
)
OVERVIEW = (
    Column(_("分组"), 12),
    Column(_("指标"), 18),
    Column(_("标识"), 24),
    *FIGURES,
    Column(_("口径"), 60),
    Column(_("分母怎么算"), 40),
)
BREAKDOWN = (Column(_("名称"), 26), *FIGURES)
UNITS = {Kind.COUNT: _("个"), Kind.RATE: "%", Kind.MINUTES: _("分钟"), Kind.SHARES: _("构成")}


def overview_workbook(*, actor: Actor, area: Area, span: Span, now: datetime) -> File:
    """All indicators of a place. Audited. Raises `NotAllowed`."""
    write_down(actor, area, "overview", span, form="xlsx", now=now)
    page = overview(area, span, now=now)
    book = write_workbook(
        title=_("指标"),
        columns=OVERVIEW,
        rows=_of_all(page),
        notes=_notes(area, span, page.until, now=now),
        now=now,
    )
    return workbook_file(f"indicators-overview-{stamp(now)}", book)


def breakdown_workbook(
    *, actor: Actor, indicator: Indicator, area: Area, span: Span, by: str, now: datetime
) -> File:
    """One indicator line by line. Audited. Raises `NotAllowed`."""
    write_down(actor, area, indicator.identifier, span, form="xlsx", now=now)
    until = overview_of(indicator, area, span, now=now).until
    defined = (
        Note(_("指标"), f"{indicator.name}（{indicator.identifier}）"),
        Note(_("口径"), indicator.formula),
        Note(_("分母怎么算"), indicator.denominator_rule),
        Note(_("数什么"), indicator.relation.words),
        Note(_("分开看"), BREAKDOWNS[by]),
    )
    book = write_workbook(
        title=_("指标"),
        columns=BREAKDOWN,
        rows=_of_one(breakdown(indicator, area, span, by=by, now=now)),
        notes=[*defined, *_notes(area, span, until, now=now)],
        now=now,
    )
    return workbook_file(f"indicators-{indicator.identifier}-{stamp(now)}", book)


def _of_all(page: Overview) -> Iterator[list[Cell]]:
    for group, cards in page.groups:
        for card in cards:
            each = card.indicator
            begin: list[Cell] = [str(group), safe(str(each.name)), each.identifier]
            yield [*begin, *_cells(card.value, card.before), str(each.formula), str(each.denominator_rule)]


def _of_one(lines: list[Line]) -> Iterator[list[Cell]]:
    for line in lines:
        yield [safe(line.name), *_cells(line.value, line.before)]


def _cells(value: Value, before: Value) -> list[Cell]:
    """What is not shown on the page is not in the file either."""
    kind = value.indicator.kind
    numerator = value.numerator if kind in {Kind.COUNT, Kind.RATE} else None
    if kind == Kind.MINUTES:
        numerator = round(value.numerator / 60)
    counted: list[Cell] = [numerator, None if kind == Kind.COUNT else value.denominator]
    if value.has_too_few or (value.is_empty and kind != Kind.SHARES):
        counted = [None, None]
    return [_figure(value), str(UNITS[kind]), *counted, safe(before.text)]


def _figure(value: Value) -> Cell:
    """A number that can be reckoned with; in words where there is none."""
    if not value.is_shown:
        return value.text
    if value.indicator.kind == Kind.SHARES:
        return " · ".join(f"{part.name} {part.count}" for part in value.parts)
    number = value.number or 0
    return float(number) if value.indicator.kind == Kind.RATE else round(number)


def _notes(area: Area, span: Span, until: datetime, *, now: datetime) -> list[Note]:
    """What the figures are, for whoever finds the file later."""
    unit = area.unit.label if area.unit and not area.is_own_unit else ""
    few = _("没有分母的写“—”；样本少于 %(few)s 的评价类指标不给数。") % {
        "few": settings.NUANXIN_SMALLEST_SAMPLE
    }
    return [
        Note(_("范围"), " · ".join(filter(None, (area.name, unit)))),
        Note(_("时段"), f"{NAMES[span.period]} {days_of(span)}"),
        Note(_("对比值"), BEFORE[span.period]),
        Note(_("数据截至"), until),
        Note(_("导出时间"), now),
        Note(_("看数前先知道"), few),
        Note(_("没有的"), _("没有任何个人，也没有案件编号；不给人排名。")),
        Note(_("谁可以看"), _("只供本单位办理工作使用，不要转发到群里；这次导出已记入审计。")),
    ]

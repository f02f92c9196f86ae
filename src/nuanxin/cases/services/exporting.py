"""Rows leaving the system: a written act, masked, and never more than `EXPORT_MOST` at once (`domain.md` §8)."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import Source, Urgency
from nuanxin.cases.models import Case
from nuanxin.cases.queries.catalogue import MAJORS, kind_of
from nuanxin.cases.queries.discretion import coarse_case, reads_coarsely
from nuanxin.cases.queries.places import area_name, community_names
from nuanxin.cases.queries.queue import EXPORT_MOST, Filters, Tab, is_too_long_to_export, rows_to_export
from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.downloads import File, safe, workbook_file
from nuanxin.kernel.downloads import stamp as day_and_time
from nuanxin.kernel.errors import Invalid, NotAllowed
from nuanxin.kernel.privacy.masking import mask_address
from nuanxin.kernel.workbooks import Cell, Column, Note, write_workbook
from nuanxin.ui.phrases import HalfDay, stamp

CHUNK = 500
COLUMNS = (
    Column(_("案卷号"), 22),
    Column(_("类别编码"), 9),
    Column(_("类别"), 18),
    Column(_("紧急程度"), 10),
    Column(_("状态"), 12),
    Column(_("来源"), 10),
    Column(_("所在社区"), 14),
    Column(_("位置（脱敏）"), 30),
    Column(_("主办单位"), 24),
    Column(_("上报时间"), 17),
    Column(_("立案时间"), 17),
    Column(_("总时限"), 17),
    Column(_("办结时间"), 17),
    Column(_("办结方式"), 12),
    Column(_("退回次数"), 9),
    Column(_("返工次数"), 9),
)


class TooManyRows(Invalid):
    default_message = _("符合条件的超过 5,000 行，一次导不完。")
    default_hint = _("请加上日期、类别或社区，分几次导出；没有导出任何内容。")


def export_cases(*, actor: Actor, tab: Tab, filters: Filters, now: datetime) -> Iterator[list[str]]:
    """The headings and then the rows of a queue, as text. Free text stays here: it may hold anything. Audited.

    Raises `NotAllowed`, `TooManyRows`.
    """
    _write_down(actor, tab, filters, form="csv", now=now)
    return _lines(actor, tab, filters, now=now)


def export_workbook(*, actor: Actor, tab: Tab, filters: Filters, now: datetime) -> File:
    """The same rows as a workbook with typed cells, and a sheet that says what they are. Audited.

    Raises `NotAllowed`, `TooManyRows`.
    """
    _write_down(actor, tab, filters, form="xlsx", now=now)
    book = write_workbook(
        title=_("案件"),
        columns=COLUMNS,
        rows=_rows(actor, tab, filters, now=now),
        notes=_notes(actor, tab, filters, now=now),
        now=now,
    )
    return workbook_file(f"cases-{tab.name}-{day_and_time(now)}", book)


def _write_down(actor: Actor, tab: Tab, filters: Filters, *, form: str, now: datetime) -> None:
    may_export(actor)
    if is_too_long_to_export(actor, tab, filters, now=now):
        raise TooManyRows
    detail = {"most": EXPORT_MOST, "form": form, "filters": _narrowed(filters)}
    note_export(actor, "cases.queue", tab.name, detail=detail, now=now)


def may_export(actor: Actor, *permissions: str) -> None:
    """Raises `NotAllowed` for who holds neither the export itself nor what else the list asks for."""
    if not all(policy.permits(actor, name) for name in ("cases.export", *permissions)):
        raise NotAllowed


def leaving(actor: Actor) -> QuerySet[Case]:
    """The cases that this actor may take out of the system: fewer than may be seen."""
    return Case.objects.filter(policy.rule("cases.export", actor))


def note_export(actor: Actor, what: str, name: str, *, detail: dict[str, Any], now: datetime) -> None:
    """Who took what, before the first row leaves."""
    with transaction.atomic():
        audit.record(
            actor=actor,
            action="cases.export",
            object_type=what,
            object_id=name,
            scope_code=actor.scope_code,
            detail=detail,
            now=now,
        )


def _narrowed(filters: Filters) -> dict[str, str]:
    """Which filters were set; words that were searched for may name somebody and are only counted."""
    given = {name: value for name, value in asdict(filters).items() if value}
    return {name: str(len(value)) if name == "words" else str(value) for name, value in given.items()}


def _lines(actor: Actor, tab: Tab, filters: Filters, *, now: datetime) -> Iterator[list[str]]:
    yield [str(column.heading) for column in COLUMNS]
    for number, *others in _rows(actor, tab, filters, now=now):
        yield [f"\t{number}", *map(as_text, others)]  # a tab: no spreadsheet rounds the nineteen digits


def _rows(actor: Actor, tab: Tab, filters: Filters, *, now: datetime) -> Iterator[list[Cell]]:
    names: dict[str, str] = {}
    for case in rows_to_export(actor, tab, filters, now=now).iterator(chunk_size=CHUNK):
        community = case.scope_community.ljust(12, "0")
        if community not in names:
            names |= {community: "", **community_names([community])}
        told = coarse_case(case, None) if reads_coarsely(actor) else case
        yield [_cell(cell) for cell in _cells(told, names[community])]


def _cell(cell: Cell) -> Cell:
    if isinstance(cell, HalfDay):
        return as_text(cell)
    return safe(cell) if isinstance(cell, str) else cell


def _cells(case: Case, community: str) -> list[Cell]:
    address = case.address or (case.compound.name if case.compound else "")
    lead = case.lead_organisation.name if case.lead_organisation else ""
    return [
        case.number,
        case.category_id,
        kind_of(case.category_id).name,
        str(case.get_urgency_display()),
        str(case.get_state_display()),
        str(case.get_source_display()),
        community,
        mask_address(address),
        lead,
        case.reported_at,
        case.filed_at,
        case.due_at,
        case.closed_at,
        str(case.get_outcome_display()) if case.outcome else "",
        case.return_count,
        case.rework_count,
    ]


def as_text(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return stamp(cell, "Y-m-d H:i")
    return "" if cell is None else str(cell)


def _notes(actor: Actor, tab: Tab, filters: Filters, *, now: datetime) -> Sequence[Note]:
    """What the rows are, for whoever finds the file later. Words that were searched for may name somebody."""
    narrowed = "；".join(_conditions(filters)) or str(_("没有另加条件"))
    return (
        Note(_("范围"), area_name(actor.scope_code) if actor.scope_code else str(_("本单位有任务的案件"))),
        Note(_("队列"), str(tab.label)),
        Note(_("条件"), narrowed),
        Note(_("导出时间"), now),
        Note(
            _("口径"), _("一行一件，按队列的顺序；时间为北京时间；总时限从立案起算，危及生命的从收到起算。")
        ),
        Note(_("没有的"), _("保密类案件、文字描述、照片和上报人不在表里；位置只到楼栋。")),
        Note(_("谁可以看"), _("只供本单位办理工作使用，不要转发到群里；这次导出已记入审计。")),
    )


def _conditions(filters: Filters) -> Iterator[str]:
    if filters.words:
        yield str(_("有关键字（不写进文件）"))
    if filters.major:
        yield str(MAJORS[filters.major][0])
    if filters.category:
        yield kind_of(filters.category).name
    if filters.urgency:
        yield str(Urgency(filters.urgency).label)
    if filters.source:
        yield str(Source(filters.source).label)
    if filters.community:
        yield community_names([filters.community]).get(filters.community, filters.community)
    if filters.since:
        yield str(_("上报不早于 %(at)s") % {"at": as_text(filters.since)})
    if filters.until:
        yield str(_("上报早于 %(at)s") % {"at": as_text(filters.until)})

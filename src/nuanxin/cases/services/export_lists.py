"""The lists of the problem library, of supervision and of appeals as files: masked, audited, without free text."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.models import Case
from nuanxin.cases.queries.appealing import AppealFilters, appeals
from nuanxin.cases.queries.catalogue import kind_of
from nuanxin.cases.queries.extending import ExtensionFilters, extensions
from nuanxin.cases.queries.library import EXPORT_MOST, LibraryFilters, library
from nuanxin.cases.queries.supervision import SupervisionFilters, supervisions
from nuanxin.cases.services.exporting import (
    CHUNK,
    TooManyRows,
    as_text,
    leaving,
    may_export,
    note_export,
)
from nuanxin.kernel.access import Actor
from nuanxin.kernel.downloads import safe
from nuanxin.kernel.privacy.masking import mask_address
from nuanxin.kernel.workbooks import Cell

Headings = Sequence[str | Promise]
OF_THE_CASE: Headings = (_("案卷号"), _("类别"), _("紧急程度"), _("状态"), _("位置（脱敏）"))
OF_A_SHELVING: Headings = (
    _("申请单位"),
    _("原因"),
    _("挂账状态"),
    _("申请时间"),
    _("挂账时间"),
    _("目标日期"),
    _("下次复查"),
    _("销账时间"),
)
OF_A_SUPERVISION: Headings = (
    _("被督办单位"),
    _("级别"),
    _("事由"),
    _("督办时间"),
    _("回复期限"),
    _("回复时间"),
    _("解除时间"),
)
OF_AN_APPEAL: Headings = (
    _("申诉单位"),
    _("申诉什么"),
    _("申诉状态"),
    _("事实时间"),
    _("申诉时间"),
    _("本步时限"),
    _("决定时间"),
)


OF_AN_EXTENSION: Headings = (
    _("申请单位"),
    _("审批状态"),
    _("申请时间"),
    _("原时限"),
    _("想延到"),
    _("审批单位"),
    _("审批时间"),
)


def export_library(
    *, actor: Actor, filters: LibraryFilters, now: datetime, today: date
) -> Iterator[list[str]]:
    """What waits, as text. Audited. Raises `NotAllowed`, `TooManyRows`."""
    rows = library(actor, filters, now=now, today=today)
    return _export(actor, "library", filters, rows, OF_A_SHELVING, _of_a_shelving, now=now)


def export_supervisions(*, actor: Actor, filters: SupervisionFilters, now: datetime) -> Iterator[list[str]]:
    """Who was asked, as text. Audited. Raises `NotAllowed`, `TooManyRows`."""
    rows = supervisions(actor, filters, now=now)
    return _export(actor, "supervisions", filters, rows, OF_A_SUPERVISION, _of_a_supervision, now=now)


def export_appeals(*, actor: Actor, filters: AppealFilters, now: datetime) -> Iterator[list[str]]:
    """What is contested, as text. Audited. Raises `NotAllowed`, `TooManyRows`."""
    rows = appeals(actor, filters, now=now)
    return _export(actor, "appeals", filters, rows, OF_AN_APPEAL, _of_an_appeal, now=now)


def export_extensions(*, actor: Actor, filters: ExtensionFilters, now: datetime) -> Iterator[list[str]]:
    """Who asked for time, as text. Audited. Raises `NotAllowed`, `TooManyRows`."""
    rows = extensions(actor, filters)
    return _export(actor, "extensions", filters, rows, OF_AN_EXTENSION, _of_an_extension, now=now)


def _export(
    actor: Actor,
    name: str,
    filters: Any,
    rows: QuerySet[Any],
    headings: Headings,
    cells: Callable[[Any], list[Cell]],
    *,
    now: datetime,
) -> Iterator[list[str]]:
    may_export(actor)
    rows = rows.filter(case__in=leaving(actor))
    if rows[EXPORT_MOST : EXPORT_MOST + 1].exists():
        raise TooManyRows
    narrowed = {key: str(value) for key, value in asdict(filters).items() if value}
    note_export(actor, "cases.list", name, detail={"filters": narrowed}, now=now)
    return _lines(rows, headings, cells)


def _lines(
    rows: QuerySet[Any], headings: Headings, cells: Callable[[Any], list[Cell]]
) -> Iterator[list[str]]:
    yield [str(heading) for heading in (*OF_THE_CASE, *headings)]
    for row in rows.iterator(chunk_size=CHUNK):
        number, *others = [*_of_the_case(row.case), *cells(row)]
        yield [f"\t{number}", *(safe(as_text(cell)) for cell in others)]


def _of_the_case(case: Case) -> list[Cell]:
    address = case.address or (case.compound.name if case.compound else "")
    return [
        case.number,
        kind_of(case.category_id).name,
        str(case.get_urgency_display()),
        str(case.get_state_display()),
        mask_address(address),
    ]


def _of_a_shelving(row: Any) -> list[Cell]:
    return [
        row.organisation.name,
        row.get_cause_display(),
        row.get_state_display(),
        row.asked_at,
        row.decided_at,
        row.target_on.isoformat(),
        row.review_due,
        row.ended_at,
    ]


def _of_an_extension(row: Any) -> list[Cell]:
    return [
        row.organisation.name,
        row.get_state_display(),
        row.asked_at,
        row.due_before,
        row.until,
        row.decided_by.name if row.decided_by else "",
        row.decided_at,
    ]


def _of_a_supervision(row: Any) -> list[Cell]:
    return [
        row.organisation.name,
        row.get_level_display(),
        row.get_cause_display(),
        row.opened_at,
        row.reply_clock.due_at if row.reply_clock else None,
        row.replied_at,
        row.ended_at,
    ]


def _of_an_appeal(row: Any) -> list[Cell]:
    return [
        row.organisation.name,
        row.get_kind_display(),
        row.get_state_display(),
        row.fact_at,
        row.asked_at,
        row.due_at,
        row.decided_at,
    ]

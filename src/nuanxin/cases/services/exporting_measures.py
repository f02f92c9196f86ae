"""Notices and measures leaving the system: masked, audited, about places and things only."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.models import Measure
from nuanxin.cases.queries.catalogue import kind_of
from nuanxin.cases.queries.measures import EXPORT_MOST, Tab, measures_in
from nuanxin.cases.services.exporting import TooManyRows, as_text, leaving, may_export, note_export
from nuanxin.kernel.access import Actor
from nuanxin.kernel.downloads import safe
from nuanxin.kernel.privacy.masking import mask_address

HEADINGS = (
    _("案卷号"),
    _("类别"),
    _("措施"),
    _("对象"),
    _("位置（脱敏）"),
    _("单位"),
    _("时间"),
    _("请在此之前"),
    _("回头看的时间"),
    _("结果"),
    _("情况紧急"),
)


def export_measures(*, actor: Actor, tab: Tab, now: datetime) -> Iterator[list[str]]:
    """The headings and then the rows of a tab, as text. Audited. Raises `NotAllowed`, `TooManyRows`."""
    may_export(actor, "cases.measure")
    rows = measures_in(actor, tab, now=now).filter(case__in=leaving(actor))
    if rows[EXPORT_MOST : EXPORT_MOST + 1].exists():
        raise TooManyRows
    note_export(actor, "cases.measures", tab.name, detail={"most": EXPORT_MOST, "form": "csv"}, now=now)
    return _lines(rows)


def _lines(rows: QuerySet[Measure]) -> Iterator[list[str]]:
    yield [str(heading) for heading in HEADINGS]
    for row in rows:
        yield [f"\t{row.case.number}", *map(safe, _cells(row))]


def _cells(row: Measure) -> list[str]:
    case = row.case
    outcome = "" if row.complied is None else _("改好了") if row.complied else _("没有改")
    return [
        kind_of(case.category_id).name,
        str(row.get_kind_display()),
        row.subject,
        mask_address(case.address or (case.compound.name if case.compound else "")),
        row.organisation.name,
        *(as_text(at) for at in (row.at, row.comply_by, row.looked_at)),
        str(outcome),
        row.danger,
    ]

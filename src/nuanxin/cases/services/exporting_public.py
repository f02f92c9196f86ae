"""What is looked at before everybody may see it, leaving the system: audited, places as communities, days, no person.

Of what was written there is only what the list itself shows: the title once it is public, the reason why it is not.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import date, datetime
from operator import attrgetter
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import PublicationState
from nuanxin.cases.models import Publication, Redaction
from nuanxin.cases.queries.catalogue import kind_of
from nuanxin.cases.queries.publication_review import ReviewFilters, community_of, review_rows
from nuanxin.cases.queries.publications import unit_told
from nuanxin.cases.queries.queue import EXPORT_MOST
from nuanxin.cases.queries.redacting import PERMISSION, PictureFilters, found_words, pictures
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
from nuanxin.kernel.workbooks import Cell
from nuanxin.territories.enums import Level
from nuanxin.territories.queries import path_names

OF_A_PUBLICATION = (
    _("案卷号"),
    _("类别"),
    _("大概在"),
    _("状态"),
    _("办理单位"),
    _("上报日期"),
    _("办结日期"),
    _("公开日期"),
    _("公开的标题"),
    _("不公开的原因"),
)
OF_A_PICTURE = (
    _("案卷号"),
    _("类别"),
    _("大概在"),
    _("状态"),
    _("照片"),
    _("自动查找"),
    _("遮住的脸"),
    _("遮住的车牌"),
    _("手画的遮挡"),
    _("审核时间"),
    _("看原图的次数"),
)
Cells = Callable[[Any], list[Cell]]


def export_publications(
    *, actor: Actor, tab: str, filters: ReviewFilters, now: datetime
) -> Iterator[list[str]]:
    """The list of a tab, as text. Audited. Raises `NotAllowed`, `TooManyRows`."""
    may_export(actor, "cases.publish")
    rows = review_rows(actor, tab=tab, filters=filters).filter(case__in=leaving(actor))
    _write_down(actor, "cases.publications", tab, rows, filters, now=now)
    return _lines(rows, "scope_code", OF_A_PUBLICATION, _of_a_publication)


def export_pictures(*, actor: Actor, filters: PictureFilters, now: datetime) -> Iterator[list[str]]:
    """The list of pictures, as text; no picture, and no reason. Audited. Raises `NotAllowed`, `TooManyRows`."""
    may_export(actor, PERMISSION)
    rows = pictures(actor, filters).filter(case__in=leaving(actor))
    _write_down(actor, "cases.pictures", filters.show, rows, filters, now=now)
    return _lines(rows, "case__scope_code", OF_A_PICTURE, _of_a_picture)


def _write_down(
    actor: Actor, what: str, name: str, rows: QuerySet[Any], filters: Any, *, now: datetime
) -> None:
    """Words that were searched for may name somebody and are only counted."""
    if rows[EXPORT_MOST : EXPORT_MOST + 1].exists():
        raise TooManyRows
    given = {key: value for key, value in asdict(filters).items() if value}
    narrowed = {key: str(len(value) if key == "words" else value) for key, value in given.items()}
    note_export(actor, what, name, detail={"most": EXPORT_MOST, "form": "csv", "filters": narrowed}, now=now)


def _lines(rows: QuerySet[Any], scope: str, headings: Any, cells: Cells) -> Iterator[list[str]]:
    yield [str(heading) for heading in headings]
    codes = {community_of(code) for code in rows.order_by().values_list(scope, flat=True).distinct()}
    names, scope_of = path_names(codes, top=Level.STREET), attrgetter(scope.replace("__", "."))
    for row in rows.iterator(chunk_size=CHUNK):
        place = names[community_of(scope_of(row))]
        found = [kind_of(row.case.category_id).name, place, *cells(row)]
        yield [f"\t{row.case.number}", *(safe(as_text(cell)) for cell in found)]


def _of_a_publication(row: Publication) -> list[Cell]:
    return [
        row.get_state_display(),
        unit_told(row.unit, row.unit_kind),
        *(_day(day) for day in (row.reported_on, row.solved_on, row.published_on)),
        row.title if row.state == PublicationState.PUBLISHED else "",
        row.reason,
    ]


def _of_a_picture(row: Redaction) -> list[Cell]:
    hidden = found_words(row)
    return [
        row.get_state_display(),
        row.attachment.get_kind_display(),
        row.get_looked_display() if row.looked else "",
        hidden["face"],
        hidden["plate"],
        hidden["other"],
        row.reviewed_at,
        row.originals_seen,
    ]


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""

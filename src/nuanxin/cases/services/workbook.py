"""Writing a workbook (.xlsx) row by row: memory stays the same however many rows there are."""

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

Text = str | Promise
Cell = str | int | float | datetime | None  # a float is a share and shown in per cent
CASES = gettext_lazy("案件")
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


@dataclass(frozen=True, slots=True)
class Column:
    """`width` in characters."""

    heading: Text
    width: int


@dataclass(frozen=True, slots=True)
class Note:
    term: Text
    value: Text | datetime


def write_workbook(
    *,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Cell]],
    notes: Sequence[Note],
    now: datetime,
    title: Text = CASES,
) -> IO[bytes]:
    """A temporary file, at its beginning: the rows under a heading that stays and filters, and a sheet of notes."""
    from xlsxwriter import Workbook  # only who downloads a workbook pays for the library

    file = tempfile.TemporaryFile(prefix="nuanxin-export-")  # noqa: SIM115  -- the response closes it
    book = Workbook(file, OPTIONS)
    book.set_properties({"created": timezone.localtime(now).replace(tzinfo=None)})
    styles = {
        "heading": book.add_format(
            {"bold": True, "bg_color": "#FFF1E6", "bottom": 1, "bottom_color": "#D9480F", "valign": "vcenter"}
        ),
        "share": book.add_format({"num_format": "0.0%"}),
        "time": book.add_format({"num_format": "yyyy-mm-dd hh:mm", "align": "left"}),
        "term": book.add_format({"bold": True, "valign": "top"}),
        "wrapped": book.add_format({"text_wrap": True, "valign": "top"}),
    }
    count = _write_rows(book, title, columns, rows, styles)
    _write_notes(book, [*notes, Note(gettext("行数"), str(count))], styles)
    book.close()
    file.seek(0)
    return file


def _write_rows(
    book: Any, title: Text, columns: Sequence[Column], rows: Iterable[Sequence[Cell]], styles: Any
) -> int:
    sheet = book.add_worksheet(str(title))
    sheet.freeze_panes(1, 1)
    sheet.set_row(0, 22)
    for index, column in enumerate(columns):
        sheet.set_column(index, index, column.width)
        sheet.write_string(0, index, str(column.heading), styles["heading"])
    count = 0
    for count, row in enumerate(rows, start=1):
        for index, cell in enumerate(row):
            _write(sheet, count, index, cell, styles)
    sheet.autofilter(0, 0, count, len(columns) - 1)
    return count


def _write(sheet: Any, row: int, index: int, cell: Cell | Promise, styles: Any) -> None:
    if isinstance(cell, datetime):
        sheet.write_datetime(row, index, timezone.localtime(cell).replace(tzinfo=None), styles["time"])
    elif isinstance(cell, int):
        sheet.write_number(row, index, cell)
    elif isinstance(cell, float):
        sheet.write_number(row, index, cell, styles["share"])
    elif cell:
        sheet.write_string(row, index, str(cell))


def _write_notes(book: Any, notes: Sequence[Note], styles: Any) -> None:
    sheet = book.add_worksheet(gettext("说明"))
    sheet.set_column(0, 0, 12)
    sheet.set_column(1, 1, 70)
    for row, note in enumerate(notes):
        sheet.write_string(row, 0, str(note.term), styles["term"])
        if isinstance(note.value, datetime):
            _write(sheet, row, 1, note.value, styles)
        else:
            sheet.write_string(row, 1, str(note.value), styles["wrapped"])

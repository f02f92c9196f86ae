"""Writing workbooks (.xlsx): cells are text, figures or instants, never formulas or links.

Rows wait on the disk, not in memory, until the library packs them; what is packed of the few thousand rows that a list
may hold is small, so that it is handed on as bytes and nobody has to close it.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext

Text = str | Promise
Cell = Text | int | float | datetime | None  # a float is a share and shown in per cent
HEADING = {"bold": True, "bg_color": "#FFF1E6", "bottom": 1, "bottom_color": "#D9480F", "valign": "vcenter"}
PLAIN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


@dataclass(frozen=True, slots=True)
class Column:
    """`width` in characters."""

    heading: Text
    width: int = 16


@dataclass(frozen=True, slots=True)
class Note:
    term: Text
    value: Text | datetime


def new_book(file: io.BytesIO, *, row_by_row: bool) -> Any:
    """A context manager that packs the book into `file`; `row_by_row`: who writes each row once, from the top."""
    from xlsxwriter import Workbook  # only who downloads a workbook pays for the library

    return Workbook(file, {**PLAIN, "constant_memory": row_by_row})


def write_workbook(
    *,
    title: Text,
    columns: Sequence[Column],
    rows: Iterable[Iterable[Cell]],
    now: datetime,
    notes: Sequence[Note] = (),
    above: Sequence[Text] = (),
) -> bytes:
    """The rows under headings that stay and filter, and a sheet of notes that says what they are, if there are any.

    `above`: a line over the headings, such as the sections that the columns belong to.
    """
    file = io.BytesIO()
    with new_book(file, row_by_row=True) as book:
        book.set_properties({"created": timezone.localtime(now).replace(tzinfo=None)})
        styles = {
            "heading": book.add_format(HEADING),
            "share": book.add_format({"num_format": "0.0%"}),
            "time": book.add_format({"num_format": "yyyy-mm-dd hh:mm", "align": "left"}),
            "term": book.add_format({"bold": True, "valign": "top"}),
            "wrapped": book.add_format({"text_wrap": True, "valign": "top"}),
        }
        count = _write_rows(book.add_worksheet(str(title)), columns, rows, above, styles)
        if notes:
            _write_notes(book, [*notes, Note(gettext("行数"), str(count))], styles)
    return file.getvalue()


def _write_rows(
    sheet: Any, columns: Sequence[Column], rows: Iterable[Iterable[Cell]], above: Sequence[Text], styles: Any
) -> int:
    """How many there were."""
    head = 1 if above else 0
    sheet.freeze_panes(head + 1, 1)
    for index, text in enumerate(above):
        sheet.write_string(0, index, str(text), styles["term"])
    sheet.set_row(head, 22)
    for index, column in enumerate(columns):
        sheet.set_column(index, index, column.width)
        sheet.write_string(head, index, str(column.heading), styles["heading"])
    last = head
    for last, row in enumerate(rows, start=head + 1):
        for index, cell in enumerate(row):
            _write(sheet, last, index, cell, styles)
    sheet.autofilter(head, 0, last, len(columns) - 1)
    return last - head


def _write(sheet: Any, row: int, index: int, cell: Cell, styles: Any) -> None:
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

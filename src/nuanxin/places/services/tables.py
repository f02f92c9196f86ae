"""Rows as a file that a spreadsheet opens: CSV or a workbook, never with a formula in it."""

import csv
import io
import tempfile
from collections.abc import Iterable, Sequence
from typing import IO

from nuanxin.places.services.exporting import BOM, FORMS, File, safe


def table_file(heading: Sequence[object], rows: Iterable[Sequence[str]], *, title: str, form: str) -> File:
    """`form`: csv or xlsx; `title` is the name of the sheet."""
    table = [[str(each) for each in heading], *([safe(cell) for cell in row] for row in rows)]
    content = _workbook(table, title) if form == "xlsx" else _csv(table)
    return File(content, FORMS[form], form)


def _csv(table: Iterable[Sequence[str]]) -> IO[bytes]:
    text = io.StringIO()
    csv.writer(text).writerows(table)
    return io.BytesIO((BOM + text.getvalue()).encode())


def _workbook(table: Iterable[Sequence[str]], title: str) -> IO[bytes]:
    from xlsxwriter import Workbook  # only who downloads a workbook pays for the library

    file = tempfile.TemporaryFile(prefix="nuanxin-export-")  # noqa: SIM115  -- the response closes it
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(file, options) as book:
        page = book.add_worksheet(title)
        page.freeze_panes(1, 0)
        for number, row in enumerate(table):
            for place, text in enumerate(row):
                page.write_string(number, place, text)
    file.seek(0)
    return file

"""Rows as a file for a spreadsheet: never a formula; its name says which list and when, and names nobody."""

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone

BOM = "\ufeff"  # a spreadsheet takes the file for UTF-8 only with it
FORMULA = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "＝",
    "＋",
    "－",
    "＠",
)  # some spreadsheets take the wide ones too
FIGURE = re.compile(r"-\d+(\.\d+)?")
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class File:
    """Made by a service, sent by a view."""

    content: IO[bytes]
    content_type: str
    suffix: str


def safe(cell: str) -> str:
    """Never a formula, whatever somebody wrote into an address or a unit is called; a figure below zero is a figure."""
    return f"'{cell}" if cell.startswith(FORMULA) and not FIGURE.fullmatch(cell) else cell


class _Line:
    """What `csv.writer` writes to: it hands each line back."""

    def write(self, line: str) -> str:
        return line


def csv_file(name: str, rows: Iterable[Iterable[str]], *, now: datetime) -> HttpResponseBase:
    """`name-YYYYMMDD-HHMM.csv`; the rows are asked for while they are sent."""
    return named(StreamingHttpResponse(_csv(rows), content_type=CSV), f"{name}-{stamp(now)}.csv")


def table_file(heading: Iterable[object], rows: Iterable[Iterable[str]], *, title: str, form: str) -> File:
    """`form`: csv or xlsx; `title` is the name of the workbook's sheet."""
    table = [[str(each) for each in heading], *([safe(cell) for cell in row] for row in rows)]
    if form == "xlsx":
        return File(workbook(table, title=title), XLSX, form)
    return File(io.BytesIO("".join(_csv(table)).encode()), CSV, "csv")


def workbook(rows: Iterable[Sequence[str]], *, title: str, frozen: int = 1) -> IO[bytes]:
    """A temporary file, at its beginning; every cell is text. `frozen`: how many rows stay when one scrolls."""
    from xlsxwriter import Workbook  # only who downloads a workbook pays for the library

    file = tempfile.TemporaryFile(prefix="nuanxin-export-")  # noqa: SIM115  -- the response closes it
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(file, options) as book:
        page = book.add_worksheet(title)
        page.freeze_panes(frozen, 0)
        for number, row in enumerate(rows):
            for place, text in enumerate(row):
                page.write_string(number, place, text)
    file.seek(0)
    return file


def sent(file: File, name: str) -> HttpResponseBase:
    """`name` without its ending."""
    return named(FileResponse(file.content, content_type=file.content_type), f"{name}.{file.suffix}")


def named(response: HttpResponseBase, name: str) -> HttpResponseBase:
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def stamp(now: datetime) -> str:
    return f"{timezone.localtime(now):%Y%m%d-%H%M}"


def _csv(rows: Iterable[Iterable[str]]) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield BOM
    for row in rows:
        yield writer.writerow(row)

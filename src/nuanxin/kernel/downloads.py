"""Rows as a file for a spreadsheet: never a formula; its name says which list and when, and names nobody."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone

from nuanxin.kernel.workbooks import Column, Text, write_workbook

BOM = "\ufeff"  # a spreadsheet takes the file for UTF-8 only with it
FORMULA = (*"=+-@", "\t", "\r", "\n", *"＝＋－＠")  # some spreadsheets take the wide ones too
FIGURE = re.compile(r"-\d+(\.\d+)?")
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class File:
    """Made by a service, sent by a view."""

    name: str
    content: bytes
    content_type: str


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


def table_file(
    name: str,
    columns: Iterable[Column | Text],
    rows: Iterable[Iterable[str]],
    *,
    title: Text,
    form: str,
    now: datetime,
    above: Sequence[Text] = (),
) -> File:
    """`name` without its ending; `form`: xlsx, and else csv. `title` is the name of the workbook's sheet.

    `above`: what stands over the headings in a workbook; a csv begins with its headings.
    """
    wide = [each if isinstance(each, Column) else Column(each) for each in columns]
    table = ([safe(cell) for cell in row] for row in rows)
    if form == "xlsx":
        book = write_workbook(title=title, columns=wide, rows=table, now=now, above=above)
        return workbook_file(name, book)
    text = "".join(_csv([[str(each.heading) for each in wide], *table]))
    return File(f"{name}.csv", text.encode(), CSV)


def workbook_file(name: str, book: bytes) -> File:
    """`name` without its ending."""
    return File(f"{name}.xlsx", book, XLSX)


def sent(file: File) -> HttpResponseBase:
    return named(HttpResponse(file.content, content_type=file.content_type), file.name)


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

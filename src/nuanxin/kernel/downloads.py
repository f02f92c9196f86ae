"""Rows as a file for a spreadsheet: streamed, never a formula, its name says which list and when, and names nobody."""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils import timezone

BOM = "\ufeff"  # a spreadsheet takes the file for UTF-8 only with it
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe(cell: str) -> str:
    """Never a formula, whatever somebody wrote into an address or a unit is called."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


class _Line:
    """What `csv.writer` writes to: it hands each line back."""

    def write(self, line: str) -> str:
        return line


def csv_file(name: str, rows: Iterable[Iterable[str]], *, now: datetime) -> HttpResponseBase:
    """`name-YYYYMMDD-HHMM.csv`; the rows are asked for while they are sent."""
    response = StreamingHttpResponse(_csv(rows), content_type="text/csv; charset=utf-8")
    return named(response, f"{name}-{stamp(now)}.csv")


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

"""Rows as a file for a spreadsheet, streamed, under a name that says which list and when, and nobody."""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils import timezone

BOM = "\ufeff"  # a spreadsheet takes the file for UTF-8 only with it


class _Line:
    """What `csv.writer` writes to: it hands each line back."""

    def write(self, line: str) -> str:
        return line


def csv_file(name: str, rows: Iterable[list[str]], *, now: datetime) -> HttpResponseBase:
    response = StreamingHttpResponse(_csv(rows), content_type="text/csv; charset=utf-8")
    return named(response, f"{name}-{timezone.localtime(now):%Y%m%d-%H%M}.csv")


def named(response: HttpResponseBase, name: str) -> HttpResponseBase:
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _csv(rows: Iterable[list[str]]) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield BOM
    for row in rows:
        yield writer.writerow(row)

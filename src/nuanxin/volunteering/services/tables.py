"""A list as a workbook or CSV: never a formula in it, its name says which list and when."""

import tempfile
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.http import FileResponse, HttpResponseBase

from nuanxin.kernel.downloads import csv_file, named, safe, stamp

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def table_response(
    name: str, title: str, table: Iterable[Sequence[str]], *, form: str, now: datetime
) -> HttpResponseBase:
    """`form`: csv or xlsx; `title` is the name of the sheet."""
    rows = [[safe(cell) for cell in row] for row in table]
    if form != "xlsx":
        return csv_file(name, rows, now=now)
    from xlsxwriter import Workbook  # only who downloads a workbook pays for the library

    file = tempfile.TemporaryFile(prefix="nuanxin-export-")  # noqa: SIM115  -- the response closes it
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(file, options) as book:
        page = book.add_worksheet(title)
        page.freeze_panes(1, 0)
        for number, row in enumerate(rows):
            for place, text in enumerate(row):
                page.write_string(number, place, text)
    file.seek(0)
    return named(FileResponse(file, content_type=XLSX), f"{name}-{stamp(now)}.xlsx")

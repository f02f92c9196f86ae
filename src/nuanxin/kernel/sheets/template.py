"""The spreadsheet to fill in: headings, an example or the present rows, and a sheet that explains every column."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext

from nuanxin.kernel.sheets.plan import Sheet
from nuanxin.kernel.sheets.read import MOST_ROWS
from nuanxin.kernel.workbooks import HEADING, new_book


def write_template(sheet: Sheet, rows: Sequence[Mapping[str, str]] = ()) -> bytes:
    """Without rows it holds one example."""
    file = io.BytesIO()
    with new_book(file, row_by_row=False) as book:
        head = book.add_format({**HEADING, "text_wrap": True, "valign": "top"})
        text = book.add_format({"num_format": "@"})
        page = book.add_worksheet(str(sheet.title)[:31])
        page.freeze_panes(1, 0)
        given = list(rows) or [{column.key: column.example for column in sheet.columns}]
        for place, column in enumerate(sheet.columns):
            page.set_column(place, place, column.width, text)
            page.write_string(0, place, f"{column.heading}*" if column.required else column.heading, head)
            for number, row in enumerate(given, start=1):
                page.write_string(number, place, row.get(column.key, ""), text)
            if column.choices:
                page.data_validation(
                    1, place, MOST_ROWS, place, {"validate": "list", "source": list(column.choices)}
                )
        told = book.add_worksheet(gettext("填写说明"))
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        for place, width in enumerate((16, 8, 70, 30)):
            told.set_column(place, place, width)
        for place, words in enumerate((gettext("列"), gettext("必填"), gettext("怎么填"), gettext("例子"))):
            told.write_string(0, place, words, head)
        for number, column in enumerate(sheet.columns, start=1):
            needed = gettext("必填") if column.required else ""
            told.write_string(number, 0, column.heading, wrap)
            told.write_string(number, 1, needed, wrap)
            told.write_string(number, 2, str(column.help), wrap)
            told.write_string(number, 3, column.example, wrap)
        _write_lists(sheet, page, told, head)
    return file.getvalue()


def _write_lists(sheet: Sheet, page: Any, told: Any, head: Any) -> None:
    """What may be chosen stands beside the explanations, and the cells of the column offer it."""
    places = {column.key: place for place, column in enumerate(sheet.columns)}
    headings = {column.key: column.heading for column in sheet.columns}
    for place, (key, values) in enumerate(sheet.lists().items(), start=5):
        told.set_column(place, place, 24)
        told.write_string(0, place, headings[key], head)
        for number, value in enumerate(values, start=1):
            told.write_string(number, place, value)
        letter = chr(ord("A") + place)
        source = f"='{told.get_name()}'!${letter}$2:${letter}${len(values) + 1}"
        page.data_validation(1, places[key], MOST_ROWS, places[key], {"validate": "list", "source": source})

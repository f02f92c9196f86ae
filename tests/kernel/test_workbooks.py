"""The one writer of workbooks, read back by a reader of somebody else's."""

import io
from datetime import datetime

from django.utils import timezone
from python_calamine import load_workbook

from nuanxin.kernel.downloads import table_file
from nuanxin.kernel.workbooks import Column, Note, write_workbook

NOW = datetime(2026, 9, 15, 9, 30, tzinfo=timezone.get_default_timezone())


def opened(content):
    book = load_workbook(io.BytesIO(content))
    return [book.get_sheet_by_index(number).to_python() for number in range(len(book.sheet_names))]


def test_cells_keep_their_kind_and_the_notes_end_with_the_number_of_rows():
    content = write_workbook(
        title="指标",
        columns=[Column("名称"), Column("件数", 9), Column("占比", 9), Column("时间", 17), Column("没有", 9)],
        rows=iter([["枫林", 3, 0.5, NOW, None], ["云栖", 0, 1.0, NOW, ""]]),
        notes=[Note("范围", "暖阳区"), Note("导出时间", NOW)],
        now=NOW,
    )
    rows, notes = opened(content)
    at = datetime(2026, 9, 15, 9, 30)  # noqa: DTZ001  -- a workbook knows no zones: Beijing time, as its notes say
    assert rows[1:] == [["枫林", 3, 0.5, at, ""], ["云栖", 0, 1.0, at, ""]]
    assert notes == [["范围", "暖阳区"], ["导出时间", at], ["行数", "2"]]


def test_without_notes_it_is_one_sheet_and_sections_stand_over_the_headings():
    content = write_workbook(
        title="记录",
        columns=[Column("姓名"), Column("小时")],
        rows=[["王", "3"]],
        above=["基本", "服务"],
        now=NOW,
    )
    assert opened(content) == [[["基本", "服务"], ["姓名", "小时"], ["王", "3"]]]


def test_the_same_rows_are_the_same_file():
    made = [
        write_workbook(title="点位", columns=[Column("名称")], rows=[["枫林"]], now=NOW) for _ in range(2)
    ]
    assert made[0] == made[1]


def test_a_table_is_the_same_as_a_workbook_and_as_lines_and_holds_no_formula():
    given = {"columns": ["名称", "差"], "rows": [["=1+1", "-3"]], "title": "点位", "now": NOW}
    book, lines = (table_file("places", form=form, **given) for form in ("xlsx", "csv"))
    assert (book.name, lines.name) == ("places.xlsx", "places.csv")
    assert opened(book.content)[0] == [["名称", "差"], ["'=1+1", "-3"]]
    assert lines.content.decode("utf-8-sig").splitlines() == ["名称,差", "'=1+1,-3"]

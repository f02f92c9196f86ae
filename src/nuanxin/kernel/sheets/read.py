"""Reading an .xlsx as text with the address of every cell. The file is a stranger's: looked at before it is opened."""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.sheets.formats import UnreadableSheet, grid_of, is_workbook

Text = str | Promise
MOST_BYTES = 2 * 1024 * 1024
MOST_BY_HAND = 64 * 1024 * 1024  # of a CSV or GeoJSON that an operator brings in on the machine itself
MOST_UNPACKED = 60 * 1024 * 1024
MOST_ROWS = 5_000
MOST_COLUMNS = 60
MOST_CELL = 500
HEADING_WITHIN = 10  # rows above the headings may hold a title or an explanation
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading is how it is found, in whatever order they stand. `choices` become a list in the cell."""

    key: str
    heading: str
    help: Text
    example: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()
    width: int = 14


@dataclass(frozen=True, slots=True)
class Cell:
    """`ref` as the spreadsheet names it: C7."""

    ref: str
    text: str


@dataclass(frozen=True, slots=True)
class SheetRow:
    number: int
    cells: Mapping[str, Cell]

    def text(self, key: str) -> str:
        """Empty for an empty cell and for a column that the file does not have."""
        return self.cells[key].text if key in self.cells else ""

    def ref(self, key: str) -> str:
        return self.cells[key].ref if key in self.cells else f"A{self.number}"


@dataclass(frozen=True, slots=True)
class Table:
    """`unknown` are headings that no column has, with their addresses; `keys` the columns that the file has."""

    rows: tuple[SheetRow, ...]
    keys: frozenset[str]
    unknown: tuple[Cell, ...]


def read_rows(content: bytes, columns: Sequence[Column], *, by_hand: bool = False) -> Table:
    """The rows of the first sheet that has the headings; of a CSV or GeoJSON, `by_hand` of any length.

    Raises `UnreadableSheet`.
    """
    for name, grid in _all_grids(content, columns, by_hand=by_hand):
        found = _heading(grid, columns)
        if found is not None:
            return _table(grid, found, columns, name)
    needed = "、".join(column.heading for column in columns if column.required)
    raise UnreadableSheet(
        _("没有找到表头。"), hint=_("表头要有这几列：%(names)s。下载模板最稳妥。") % {"names": needed}
    )


def _all_grids(
    content: bytes, columns: Sequence[Column], *, by_hand: bool
) -> list[tuple[str, list[list[Any]]]]:
    """Raises `UnreadableSheet`."""
    if is_workbook(content):
        return _grids(content)
    if len(content) > (MOST_BY_HAND if by_hand else MOST_BYTES):
        raise UnreadableSheet(_("文件超过 2 MB。"), hint=_("去掉图片和多余的表，或分几个文件上传。"))
    grid = grid_of(content, {column.key: column.heading for column in columns})
    if len(grid) > MOST_ROWS + HEADING_WITHIN and not by_hand:
        raise _too_long()
    return [("", grid)]


def _too_long() -> UnreadableSheet:
    return UnreadableSheet(
        _("表太大了。"), hint=_("一次最多 %(most)d 行；请分几个文件上传。") % {"most": MOST_ROWS}
    )


def _grids(content: bytes) -> list[tuple[str, list[list[Any]]]]:
    _check_container(content)
    from python_calamine import CalamineError, load_workbook  # only who imports a sheet pays for the library

    try:
        book = load_workbook(io.BytesIO(content))
        grids = []
        for name in book.sheet_names[:10]:
            sheet = book.get_sheet_by_name(name)
            if sheet.total_height > MOST_ROWS + HEADING_WITHIN or sheet.total_width > MOST_COLUMNS * 10:
                raise _too_long()
            grids.append((name, sheet.to_python(skip_empty_area=False)))
    except (CalamineError, ValueError, KeyError) as error:
        raise UnreadableSheet from error
    return grids


def _check_container(content: bytes) -> None:
    """A zip of modest size that holds a workbook: by its own directory, before anything is unpacked."""
    if len(content) > MOST_BYTES:
        raise UnreadableSheet(_("文件超过 2 MB。"), hint=_("去掉图片和多余的表，或分几个文件上传。"))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise UnreadableSheet from None
    if "xl/workbook.xml" not in {part.filename for part in parts}:
        raise UnreadableSheet
    if len(parts) > 500 or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise UnreadableSheet(_("文件解开后太大。"), hint=_("去掉图片和多余的表，再另存一次。"))


def _heading(grid: list[list[Any]], columns: Sequence[Column]) -> int | None:
    """The row that holds every required heading."""
    needed = {column.heading for column in columns if column.required}
    for number, row in enumerate(grid[:HEADING_WITHIN]):
        if needed <= {_name(value) for value in row}:
            return number
    return None


def _table(grid: list[list[Any]], heading: int, columns: Sequence[Column], name: str) -> Table:
    by_heading = {column.heading: column.key for column in columns}
    headings = [_name(value) for value in grid[heading][:MOST_COLUMNS]]
    twice = {each for each in headings if each in by_heading and headings.count(each) > 1}
    if twice:
        raise UnreadableSheet(
            _("表头“%(name)s”出现了两次。") % {"name": min(twice)}, hint=_("留一列，删掉另一列再上传。")
        )
    unknown = tuple(
        Cell(reference(heading, place), text)
        for place, text in enumerate(headings)
        if text and text not in by_heading
    )
    rows = []
    for number, row in enumerate(grid[heading + 1 :], start=heading + 1):
        cells = {
            by_heading[headings[place]]: Cell(reference(number, place), text_of(value))
            for place, value in enumerate(row[: len(headings)])
            if headings[place] in by_heading
        }
        if any(cell.text for cell in cells.values()):
            rows.append(SheetRow(number + 1, cells))
    return Table(tuple(rows), frozenset(by_heading[each] for each in headings if each in by_heading), unknown)


def _name(value: Any) -> str:
    """A heading without the star of required columns and without line breaks."""
    return re.sub(r"\s+", "", text_of(value)).rstrip("*＊")


def text_of(value: Any) -> str:
    """A cell as text: whole numbers without `.0`, yes and no in Chinese, no control characters."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return CONTROL.sub("", str(value)).strip()[:MOST_CELL]


def reference(row: int, column: int) -> str:
    """A1 of counted from zero: (6, 2) → C7."""
    letters, rest = "", column + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return f"{letters}{row + 1}"

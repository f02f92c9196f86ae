"""A person's copy in plain words: what each column of an export is called, and what its codes mean.

Each context names its columns beside its tables, in `personal.py`. A test fails for one that an export hands out and
nobody has named: nobody should read `is_required: true` about themselves.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as _

Text = str | Promise
Reader = Callable[[Any], object]
LONGEST = 300  # a recording written out as text is for the other copy


@dataclass(frozen=True, slots=True)
class Column:
    label: Text
    reader: Reader | None = None


_columns: dict[tuple[str, str], Column] = {}


def name_columns(words: Mapping[str, Text | tuple[Text, Reader]], *, table: str = "") -> None:
    """`table`: where a column means something else than elsewhere."""
    for name, given in words.items():
        label, reader = given if isinstance(given, tuple) else (given, None)
        _columns[table, name] = Column(label, reader)


def choice(choices: Any) -> Reader:
    """Codes of a closed list as its labels; what is not in it stays as it is."""
    labels = dict(choices.choices)
    return lambda value: labels.get(value, value)


def is_named(table: str, name: str) -> bool:
    return (table, name) in _columns or ("", name) in _columns


def row_words(table: str, row: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The columns that hold something, in the order of the export."""
    told = []
    for name, value in row.items():
        column = _columns.get((table, name)) or _columns.get(("", name)) or Column(name)
        words = _value(table, column.reader(value) if column.reader and value not in (None, "") else value)
        if words:
            told.append((str(column.label), words))
    return told


def _value(table: str, value: Any) -> str:  # noqa: PLR0911  -- one line for each kind of value
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, Promise):
        return str(value)
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, Enum):
        return str(getattr(value, "label", value.value))
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return _("；").join(f"{label}：{words}" for label, words in row_words(table, value))
    if isinstance(value, Sequence | Iterable) and not isinstance(value, str | bytes):
        return "\n".join(_value(table, each) for each in value)
    return _text(str(value))


def _text(text: str) -> str:
    if len(text) in range(19, 40) and text[:4].isdigit():
        try:
            at = parse_datetime(text)
        except ValueError:
            at = None
        if at is not None and timezone.is_aware(at):
            return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"
    return text if len(text) <= LONGEST or not text.startswith("data:") else _("（在 JSON 里）")

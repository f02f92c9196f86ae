"""What the rows of a spreadsheet would do to the present data, before any of it is done."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import Actor
from nuanxin.kernel.sheets.read import Column, SheetRow, Table

Text = str | Promise


class Verdict(TextChoices):
    NEW = "new", _("新增")
    CHANGED = "changed", _("修改")
    REMOVED = "removed", _("删除")
    SAME = "same", _("不变")
    REFUSED = "refused", _("不导入")


@dataclass(frozen=True, slots=True)
class Change:
    """`column` is the heading of the field."""

    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Where and why; `ref` as the spreadsheet names the cell."""

    ref: str
    text: Text


@dataclass(frozen=True, slots=True)
class Planned:
    """One row. `values` is what applying needs; it is not shown."""

    number: int
    label: str
    verdict: Verdict
    changes: tuple[Change, ...] = ()
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """All rows in the order of the file. Headings that are not understood are said as `remarks`."""

    rows: tuple[Planned, ...]
    remarks: tuple[Problem, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        counted = Counter(str(row.verdict.value) for row in self.rows)
        return {verdict: counted[verdict] for verdict in Verdict.values}

    @property
    def effective(self) -> tuple[Planned, ...]:
        return tuple(
            row for row in self.rows if row.verdict in {Verdict.NEW, Verdict.CHANGED, Verdict.REMOVED}
        )

    @property
    def digest(self) -> str:
        """Changes when the file or the data behind it would make anything different from what was shown."""
        told = [
            [
                row.number,
                row.verdict,
                [[c.column, c.before, c.after] for c in row.changes],
                [p.ref for p in row.problems],
            ]
            for row in self.rows
        ]
        return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """`plan` reads only; with `lock` it holds what it compared with until the end of the transaction."""

    name: str  # "cases.categories"
    title: Text
    lead: Text
    permission: str
    columns: Sequence[Column]
    lists: Callable[[], Mapping[str, Sequence[str]]] = (
        dict  # column → what may be chosen, explained in the template
    )
    current: Callable[[Actor], Sequence[Mapping[str, str]]]
    plan: Callable[[Actor, Table, bool], Plan]
    apply: Callable[[Actor, Plan, datetime], None]


def refused(
    row: SheetRow, label: str, problems: Sequence[Problem], warnings: Sequence[Problem] = ()
) -> Planned:
    return Planned(row.number, label, Verdict.REFUSED, problems=tuple(problems), warnings=tuple(warnings))

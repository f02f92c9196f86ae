"""The rows of the reference tables, and what was changed in them, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nuanxin.incentives.enums import HoldReason, ReferenceKind
from nuanxin.incentives.models import ReferenceChange
from nuanxin.incentives.queries.reference_data import BOUNDS

HEADS: dict[str, tuple[Any, ...]] = {
    ReferenceKind.HOLD_RULE: (gettext_lazy("规则"), gettext_lazy("界限")),
    ReferenceKind.HONOUR_KIND: (
        gettext_lazy("荣誉"), gettext_lazy("公示期（工作日）"), gettext_lazy("展示几个月"), gettext_lazy("只提名"),
    ),
    ReferenceKind.RATING_LEVEL: (
        gettext_lazy("等级"), gettext_lazy("志愿服务（分钟）"), gettext_lazy("安全课程（门）"),
    ),
    ReferenceKind.TIP_PROGRAMME: (gettext_lazy("名称"), gettext_lazy("哪个部门发"), gettext_lazy("奖励")),
}  # fmt: skip
COLUMNS: dict[str, Any] = {
    "limit": gettext_lazy("界限"), "is_on": gettext_lazy("启用"), "is_active": gettext_lazy("启用"),
    "name_zh": gettext_lazy("名称"), "name_en": gettext_lazy("英文名称"), "about_zh": gettext_lazy("说明"),
    "about_en": gettext_lazy("英文说明"), "icon": gettext_lazy("图标"), "is_nomination_only": gettext_lazy("只提名"),
    "publicity_days": gettext_lazy("公示期（工作日）"), "display_months": gettext_lazy("展示几个月"),
    "sort": gettext_lazy("排第几"), "minutes": gettext_lazy("志愿服务（分钟）"),
    "courses": gettext_lazy("安全课程（门）"), "department_id": gettext_lazy("哪个部门发"),
    "reward": gettext_lazy("奖励"), "how": gettext_lazy("怎么领"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table; `is_on` is nothing where a row can be switched neither on nor off. `note`: under its name."""

    code: str
    cells: tuple[str, ...]
    is_on: bool | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class ChangeLine:
    at: datetime
    name: str
    by: str
    said: tuple[str, ...]


def head_of(kind: str) -> list[str]:
    return [str(each) for each in HEADS[kind]]


def name_of(kind: str, row: Any) -> str:
    return str(row.get_reason_display()) if kind == ReferenceKind.HOLD_RULE else str(row.name)


def adding(kind: str) -> str:
    return _("加一种荣誉") if kind == ReferenceKind.HONOUR_KIND else _("加一项举报奖励")


def line_of(kind: str, row: Any) -> Line:
    name = name_of(kind, row)
    match kind:
        case ReferenceKind.HOLD_RULE:
            limit = str(BOUNDS[HoldReason(row.reason)][2])
            return Line(row.reason, (name, str(row.limit)), row.is_on, limit)
        case ReferenceKind.HONOUR_KIND:
            only = _("是") if row.is_nomination_only else _("否")
            return Line(
                row.code, (name, str(row.publicity_days), str(row.display_months), only), row.is_active
            )
        case ReferenceKind.RATING_LEVEL:
            return Line(str(row.level), (name, str(row.minutes), str(row.courses)), None)
    return Line(row.code, (name, row.department.name, row.reward), row.is_active)


def change_lines(changes: list[ReferenceChange], rows: Iterable[Any]) -> list[ChangeLine]:
    """`rows`: those that the changes are about, for their names."""
    names = {
        line.code: line.cells[0] for line in (line_of(each.kind, row) for each in changes[:1] for row in rows)
    }
    return [_change_line(each, names.get(each.code, each.code)) for each in changes]


def _change_line(change: ReferenceChange, name: str) -> ChangeLine:
    office = change.by.role.name if change.by is not None else _("系统")
    if change.by is not None and change.by.organisation is not None:
        office = change.by.organisation.name
    if not change.before:
        return ChangeLine(change.at, name, office, (_("新加"),))
    said = tuple(
        _("%(name)s：%(before)s → %(after)s")
        % {
            "name": COLUMNS.get(column, column),
            "before": _shown(change.before.get(column)),
            "after": _shown(value),
        }
        for column, value in change.after.items()
        if change.before.get(column) != value
    )
    return ChangeLine(change.at, name, office, said)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return str(value) if value not in (None, "") else "—"

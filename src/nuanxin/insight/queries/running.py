"""The compiled statements, asked through Django's own connection (decision 0011)."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any

from django.db import connection, transaction

from nuanxin.insight.periods import Span
from nuanxin.kernel.access import level_of
from nuanxin.kernel.access.scope import LEVELS, MUNICIPALITIES

TOTAL, EVERYWHERE = "", "everywhere"
HIGHEST = 2**63 - 1
PLAN_WITH_VALUES = (
    "SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('jit', 'off', true)"
)
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Whose figures: a territory's, a unit's, or those of a unit in a territory. Empty is everywhere, 0 every unit."""

    scope_code: str = ""
    unit_id: int = 0


@dataclass(frozen=True, slots=True)
class Question:
    """One relation over one span, in one line or broken down."""

    relation: str
    span: Span
    by: str = TOTAL


def figures(relation: str, place: Place, span: Span, *, by: str = TOTAL) -> dict[str, Row]:
    """Line of the breakdown → measures. A line of which nothing happened is missing."""
    return answers(place, [Question(relation, span, by)])[0]


def answers(place: Place, questions: Sequence[Question]) -> list[dict[str, Row]]:
    """`figures` of each, in the order of the questions."""
    with _asking() as ask:
        found = [
            ask(_sql(each.relation, "figures"), _parameters(place, each.span, by=each.by))
            for each in questions
        ]
    return [{row.pop("key"): row for row in rows} for rows in found]


def case_ids(
    relation: str,
    place: Place,
    span: Span,
    *,
    measure: str,
    by: str = TOTAL,
    key: str = "",
    before: int = HIGHEST,
    size: int,
) -> list[int]:
    """The cases behind a measure, the newest first, from the one before `before` on."""
    asked = _parameters(place, span, by=by) | {"key": key, "measure": measure, "before": before, "size": size}
    with _asking() as ask:
        return [row["case_id"] for row in ask(_sql(relation, "cases"), asked)]


def _parameters(place: Place, span: Span, *, by: str) -> dict[str, Any]:
    level, digits = _scope(place.scope_code)
    return {
        "start": _instant(span.start),
        "end": _instant(span.end),
        "level": level,
        "scope": digits,
        "unit": place.unit_id,
        "by": by,
    }


def _scope(code: str) -> tuple[str, str]:
    if not code:
        return EVERYWHERE, ""
    level = level_of(code)
    if level == "city" and code[:2] in MUNICIPALITIES:
        level = "province"
    return level, code[: LEVELS[level]]


def _instant(at: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(at)


@contextmanager
def _asking() -> Iterator[Callable[[str, Row], list[Row]]]:
    """PostgreSQL folds the parameters into the plan, so that only the branch that was asked for is left of each CASE.

    SQLite has no such choice, and a transaction there would be one that locks out writers.
    """
    is_postgres = connection.vendor == "postgresql"
    with transaction.atomic() if is_postgres else nullcontext(), connection.cursor() as cursor:
        if is_postgres:
            cursor.execute(PLAN_WITH_VALUES)

        def ask(sql: str, asked: Row) -> list[Row]:
            cursor.execute(sql, asked)
            names = [each[0] for each in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

        yield ask


@cache
def _sql(relation: str, kind: str) -> str:
    folder = resources.files("nuanxin.insight") / "compiled" / connection.vendor
    return (folder / f"{relation}.{kind}.sql").read_text(encoding="utf-8")

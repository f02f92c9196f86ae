"""From the expressions to plain SQL, for both databases; `nuanxin indicators compile` writes it into `compiled/`.

Needs the extra `analytics`. Only the command and the tests import this: at run time the SQL is read from its file.
What differs from one question to the next are parameters. In the expressions they are calls of functions that no
database has; in sqlglot's tree each call is replaced by a placeholder.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis
import sqlglot
from django.apps import apps
from django.db import models
from ibis.expr import datatypes as dt
from sqlglot import exp

from nuanxin.insight.indicators import RELATIONS, Indicator, Kind, Relation, column, of_relation
from nuanxin.insight.relations import LEVELS, Tables, Window

DIALECTS = ("postgresql", "sqlite")  # by Django's names
SQLGLOT = {"postgresql": "postgres", "sqlite": "sqlite"}
INSTANT = dt.Timestamp(timezone="UTC")
PARAMETERS: dict[str, Any] = {
    "start": INSTANT,
    "end": INSTANT,
    "level": dt.string,  # which column of the place the scope is compared with; anything else is everywhere
    "scope": dt.string,
    "unit": dt.int64,  # 0 for all
    "by": dt.string,  # what the figures are broken down by: a level, `major`, `unit`, or anything else for a total
    "key": dt.string,  # of the cases: one line of the breakdown
    "measure": dt.string,
    "before": dt.int64,
    "size": dt.int64,
}
MARK = "nuanxin_parameter_"


@dataclass(frozen=True, slots=True)
class Question:
    """The parameters as ibis values: placeholders to compile, literals to ask ibis itself."""

    values: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    @classmethod
    def placeholders(cls) -> "Question":
        made = {
            name: ibis.udf.scalar.builtin(lambda: None, name=f"{MARK}{name}", signature=((), kind))()
            for name, kind in PARAMETERS.items()
        }
        return cls(made)

    @classmethod
    def literals(cls, **given: Any) -> "Question":
        return cls({name: ibis.literal(value, type=PARAMETERS[name]) for name, value in given.items()})


def live_tables(name: str) -> Any:
    """An unbound table of the live schema, as Django knows it."""
    model = next(model for model in apps.get_models() if model._meta.db_table == name)
    columns = {str(field.column): _type(field) for field in model._meta.concrete_fields}
    return ibis.table({key: kind for key, kind in columns.items() if kind is not None}, name=name)


def _type(field: "models.Field[Any, Any]") -> Any:
    found: Any = field.target_field if isinstance(field, models.ForeignKey) else field
    if isinstance(found, models.GeneratedField):
        found = found.output_field
    kinds: tuple[tuple[Any, Any], ...] = (
        (models.DateTimeField, INSTANT),
        (models.BooleanField, dt.boolean),
        ((models.IntegerField, models.AutoField), dt.int64),
        ((models.CharField, models.TextField), dt.string),
    )
    return next((kind for classes, kind in kinds if isinstance(found, classes)), None)


def figures(relation: Relation, tables: Tables, asked: Question) -> Any:
    """One row for each line of the breakdown, one column for each measure of each indicator of the relation."""
    rows = _keyed(relation, tables, asked)
    timed = [each for each in of_relation(relation.name) if each.kind == Kind.MINUTES]
    if timed:
        return _times(rows, timed[0])
    columns = {
        column(indicator, name): rows.count(where=flag(rows))
        for indicator in of_relation(relation.name)
        for name, flag in indicator.measures.items()
    }
    return rows.group_by("key").agg(**columns)


def _times(rows: Any, indicator: Indicator) -> Any:
    """The sum, how many, and the middle one, without a function of a median that not every database has."""
    inside = ibis.window(group_by=rows.key)
    place = ibis.row_number().over(ibis.window(group_by=rows.key, order_by=[rows.value, rows.case_id])) + 1
    rows = rows.mutate(place=place, many=rows.count().over(inside))
    middle = (rows.place * 2 >= rows.many) & (rows.place * 2 <= rows.many + 2)
    columns = {
        column(indicator, "numerator"): rows.value.sum(),
        column(indicator, "denominator"): rows.count(),
        column(indicator, "median"): rows.value.mean(where=middle),
    }
    return rows.group_by("key").agg(**columns)


def cases(relation: Relation, tables: Tables, asked: Question) -> Any:
    """The ids of the cases behind one measure, the newest first, page by page."""
    rows = _keyed(relation, tables, asked)
    flags = [
        (asked["measure"] == column(indicator, name), flag(rows))
        for indicator in of_relation(relation.name)
        for name, flag in indicator.measures.items()
    ]
    inside = ibis.cases(*flags, else_=False)
    found = rows.filter(
        inside, (asked["by"] == "") | (rows.key == asked["key"]), rows.case_id < asked["before"]
    )
    ids = found.select("case_id").distinct()
    return ids.order_by(ids.case_id.desc()).limit(PAGE_MARK)


PAGE_MARK = 987_654_321  # ibis takes a number only; the tree gets the placeholder


def _keyed(relation: Relation, tables: Tables, asked: Question) -> Any:
    """The rows of the relation inside the scope and the unit, each with the line of the breakdown that it is in."""
    rows = relation.rows(tables, Window(asked["start"], asked["end"]))
    place = ibis.cases(
        *((asked["level"] == level, rows[f"scope_{level}"]) for level in LEVELS), else_=asked["scope"]
    )
    rows = rows.filter(
        place == asked["scope"], (asked["unit"] == 0) | (rows.organisation_id == asked["unit"])
    )
    key = ibis.cases(
        *((asked["by"] == level, rows[f"scope_{level}"]) for level in LEVELS),
        (asked["by"] == "major", rows.category_id.left(2)),
        (asked["by"] == "unit", rows.organisation_id.cast("string").fill_null("")),
        else_="",
    )
    return rows.mutate(key=key)


def compiled(dialect: str) -> dict[str, str]:
    """File name → SQL, with Django's named placeholders; the same on every machine."""
    asked = Question.placeholders()
    made = {"figures": figures, "cases": cases}
    return {
        f"{relation.name}.{kind}.sql": to_sql(build(relation, live_tables, asked), dialect)
        for relation in RELATIONS.values()
        for kind, build in made.items()
    }


def to_sql(expression: Any, dialect: str) -> str:
    tree = sqlglot.parse_one(ibis.to_sql(expression, dialect=SQLGLOT[dialect]), read=SQLGLOT[dialect])
    sql: str = tree.transform(_with_placeholders).sql(dialect=SQLGLOT[dialect], pretty=True)
    return f"-- {NOTE}\n{sql}\n"


NOTE = "Written by `nuanxin indicators compile` from indicators.py; a test fails when it is out of date."


def _with_placeholders(node: exp.Expression) -> exp.Expression:
    if isinstance(node, exp.Anonymous) and str(node.this).lower().startswith(MARK):
        return _placeholder(str(node.this).lower().removeprefix(MARK))
    if isinstance(node, exp.Literal) and node.this == str(PAGE_MARK):
        return _placeholder("size")
    if isinstance(node, exp.Literal) and node.is_string and "%" in node.this:
        return exp.Literal.string(node.this.replace("%", "%%"))  # what Django reads a single one as
    return node


def _placeholder(name: str) -> exp.Expression:
    return exp.Var(this=f"%({name})s")


def write(folder: Path) -> list[Path]:
    """Both databases' files, one folder each. What is no longer made is removed."""
    written = []
    for dialect in DIALECTS:
        place = folder / dialect
        place.mkdir(parents=True, exist_ok=True)
        texts = compiled(dialect)
        for old in set(place.glob("*.sql")) - {place / name for name in texts}:
            old.unlink()
        for name, text in texts.items():
            (place / name).write_text(text, encoding="utf-8")
            written.append(place / name)
    return written

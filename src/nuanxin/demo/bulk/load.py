"""Rows into the database as fast as it takes them: COPY on PostgreSQL, one prepared INSERT elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, models

Row = (
    str | list[Any]
)  # a line of COPY's text format, or the values as the database takes them, in the order of `columns_of`
MEMORY = "512MB"  # for sorting what an index is made of
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def is_postgres() -> bool:
    return connection.vendor == "postgresql"


def columns_of(model: type[models.Model]) -> list[str]:
    """The attributes that are stored as given; generated columns make themselves."""
    return [field.attname for field in model._meta.concrete_fields if not field.generated]


class Mould:
    """A row of which only some columns differ from one place to the next: rendered once, cast many times.

    Rendering is what costs most when millions of rows are written, so all that stays the same is rendered here.
    """

    def __init__(self, row: models.Model, slots: Sequence[str]) -> None:
        columns = columns_of(type(row))
        self.row: Any = row
        self.places = [columns.index(slot) for slot in slots]
        self.values = [_plain(getattr(row, column)) for column in columns]
        self.line = ""
        if not is_postgres():
            fields = [field for field in type(row)._meta.concrete_fields if not field.generated]
            self.values = [
                field.get_db_prep_save(value, connection)
                for field, value in zip(fields, self.values, strict=True)
            ]
        if is_postgres():
            fixed = [copied(value).replace("%", "%%") for value in self.values]
            for place in self.places:
                fixed[place] = "%s"
            order = sorted(range(len(slots)), key=self.places.__getitem__)
            self.order = order if order != list(range(len(slots))) else None
            self.line = "\t".join(fixed)

    def cast(self, *changes: Any) -> Row:
        """The row with these values, in the order of the slots."""
        if self.line:
            texts = [copied(change) for change in changes]
            return self.line % tuple([texts[place] for place in self.order] if self.order else texts)
        values = list(self.values)
        for place, change in zip(self.places, changes, strict=True):
            values[place] = _adapted(change)
        return values


def _plain(value: Any) -> Any:
    return str(value.value) if isinstance(value, models.TextChoices) else value


def _adapted(value: Any) -> Any:
    """As the fields of what differs from row to row would write it."""
    if isinstance(value, UUID):
        return value.hex
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value


def copied(value: Any) -> str:
    """The value in COPY's text format."""
    if value is None:
        return "\\N"
    return value.translate(_ESCAPES) if isinstance(value, str) else str(value)


def put(model: type[models.Model], rows: Sequence[Row]) -> None:
    """Store the rows that moulds of this model have cast."""
    if is_postgres():
        names = [str(field.column) for field in model._meta.concrete_fields if not field.generated]
        copy_into(model._meta.db_table, names, [str(row) for row in rows])
        return
    names = [str(field.column) for field in model._meta.concrete_fields if not field.generated]
    quoted = ", ".join(map(connection.ops.quote_name, names))
    table, marks = connection.ops.quote_name(model._meta.db_table), ", ".join(["%s"] * len(names))
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {table} ({quoted}) VALUES ({marks})", rows)  # noqa: S608  -- a model's names


def copy_into(table: str, names: Sequence[str], lines: Sequence[str]) -> None:
    quoted = ", ".join(map(connection.ops.quote_name, names))
    statement = f"COPY {connection.ops.quote_name(table)} ({quoted}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write("".join(f"{line}\n" for line in lines))


def clear(table: str, first: int, count: int) -> None:
    """Remove what stands at these ids: a search table has no model, so emptying the database leaves it as it was."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE id >= %s AND id < %s", [first, first + count])  # noqa: S608  -- checked


def take_ids(model: type[models.Model], count: int) -> int:
    """The first of so many ids in a row, which nobody else will get."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if is_postgres():
            cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [table])
            sequence = cursor.fetchone()[0]
            cursor.execute("SELECT setval(%s, nextval(%s) + %s)", [sequence, sequence, count])
            return int(cursor.fetchone()[0]) - count
    return int(model._default_manager.aggregate(last=models.Max("pk"))["last"] or 0) + 1


@contextmanager
def bare(tables: Sequence[type[models.Model]], *, also: Sequence[str] = ()) -> Iterator[None]:
    """Load without indexes and foreign keys and make them again, which checks every row, as a restore would.

    Only PostgreSQL, inside a transaction: a failure leaves the tables as they were.
    """
    names = [*(model._meta.db_table for model in tables), *also]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SELECT set_config('maintenance_work_mem', %s, true)", [MEMORY])
        cursor.execute(_CONSTRAINTS, [names])
        constraints = cursor.fetchall()
        cursor.execute(_INDEXES, [names])
        indexes = cursor.fetchall()
        for table, name, _definition in constraints:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        for name, _definition in indexes:
            cursor.execute(f"DROP INDEX {name}")
    yield
    with connection.cursor() as cursor:
        for _name, definition in indexes:
            cursor.execute(definition)
        for table, name, definition in constraints:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


# Unique constraints last when made again (they sort before foreign keys, which may need them).
_CONSTRAINTS = """
    SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid)
    FROM pg_constraint WHERE conrelid = ANY(%s::regclass[]) AND contype IN ('f', 'u')
    ORDER BY contype = 'f', conname
"""
_INDEXES = """
    SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
    FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype IN ('p', 'u')
    WHERE i.indrelid = ANY(%s::regclass[]) AND c.oid IS NULL ORDER BY 1
"""

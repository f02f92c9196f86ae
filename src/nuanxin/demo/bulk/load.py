"""Rows into the database as fast as it takes them: COPY on PostgreSQL, `bulk_create` elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, models

Row = Sequence[Any]
BATCH = 2000
MEMORY = "512MB"  # for sorting what an index is made of


def columns_of(model: type[models.Model]) -> list[str]:
    """The attributes that are stored as given; generated columns make themselves."""
    return [field.attname for field in model._meta.concrete_fields if not field.generated]


def is_postgres() -> bool:
    return connection.vendor == "postgresql"


def put(model: type[models.Model], rows: Sequence[Row]) -> None:
    """Store the rows, each in the order of `columns_of`."""
    columns = columns_of(model)
    if is_postgres():
        names = [str(field.column) for field in model._meta.concrete_fields if not field.generated]
        copy_into(model._meta.db_table, names, rows)
        return
    made = (model(**dict(zip(columns, row, strict=True))) for row in rows)
    model._default_manager.bulk_create(made, batch_size=BATCH)


def copy_into(table: str, names: Sequence[str], rows: Sequence[Row]) -> None:
    quoted = ", ".join(map(connection.ops.quote_name, names))
    statement = f"COPY {connection.ops.quote_name(table)} ({quoted}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


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

"""The raw limit of what only reads: the very statements that the product sends, by the bare driver, prepared.

On PostgreSQL over a psycopg connection of its own; on SQLite over the connection that the product has, below Django,
because the functions that a statement uses are registered there.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
from django.db import connection

Statements = list[tuple[str, tuple[Any, ...]]]
Run = Callable[[Statements], float]


def statements_of(work: Callable[[], object]) -> Statements:
    """What `work` asks the database."""
    seen: Statements = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001  -- Django's
        seen.append((sql, tuple(params or ())))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        work()
    return seen


@contextlib.contextmanager
def bare_reader() -> Iterator[Run]:
    """A function that says how many seconds it takes to ask these statements and fetch what they answer."""
    if connection.vendor == "sqlite":
        yield _on_sqlite
        return
    parameters = connection.get_connection_params()
    names = ("host", "port", "dbname", "user", "password")
    given = {name: parameters[name] for name in names if parameters.get(name)}
    with psycopg.connect(**given, autocommit=True) as raw, raw.cursor() as cursor:

        def run(asked: Statements) -> float:
            begun = time.perf_counter()
            for sql, params in asked:
                cursor.execute(sql, params or None, prepare=True)
                cursor.fetchall()
            return time.perf_counter() - begun

        yield run


def _on_sqlite(asked: Statements) -> float:
    connection.ensure_connection()
    raw = connection.connection
    written = [
        (sql.replace("%s", "?").replace("%%", "%") if params else sql, params) for sql, params in asked
    ]
    begun = time.perf_counter()
    for sql, params in written:
        raw.execute(sql, params).fetchall()
    return time.perf_counter() - begun


def settle() -> None:
    """As a database is once its caretaker has been round."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")

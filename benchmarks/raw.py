"""The raw limit: what one unit of work writes, captured from a real one and replayed by bare psycopg.

Ids that the database hands out are recognised by their value (sequences are set far apart before the capture) and
become the ids of the replayed row; values that must be unique are made new for each replay.
"""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from threading import Barrier, BrokenBarrierError
from typing import Any

import psycopg
from django.db import connection, transaction

APART = 1_000_000_000
TABLE = re.compile(r'INSERT INTO "?(\w+)"?', re.IGNORECASE)
HEXADECIMAL = re.compile(r"(?:[0-9a-f]{32}){1,2}")
_apart = False
_unique = count(int(time.time() * 1000) % 10_000_000 * 1000)


class Made(uuid.UUID):
    """An id that one unit of work made for its own rows."""


@dataclass
class Statements:
    """What one unit of work executed. `writes` are the inserts and updates, with their parameters."""

    all: list[str] = field(default_factory=list)
    writes: list[tuple[str, list[Any]]] = field(default_factory=list)


def capture(work: Callable[[], None]) -> Statements:
    """Run `work` three times, the last one counts: caches are warm then, as in a server that has run for a minute.

    An id that the time before did not use is made by each unit of work for itself, and by each replay too.
    """
    set_sequences_apart()
    seen = Statements()

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001  -- Django's
        seen.all.append(sql)
        if sql.lstrip().upper().startswith(("INSERT", "UPDATE")):
            seen.writes.append((sql, list(params[0]) if many else list(params or ())))
        return execute(sql, params, many, context)

    work()
    with connection.execute_wrapper(watch):
        work()
        before, seen.all, seen.writes = seen.writes, [], []
        work()
    known = {value for _sql, params in before for value in params if isinstance(value, uuid.UUID)}
    for _sql, params in seen.writes:
        params[:] = [
            Made(int=value.int) if isinstance(value, uuid.UUID) and value not in known else value
            for value in params
        ]
    return seen


def set_sequences_apart() -> None:
    """Once is enough: ids that have been handed out since stay where they are."""
    global _apart  # noqa: PLW0603  -- one database for each process
    if _apart:
        return
    _apart = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT sequencename FROM pg_sequences WHERE data_type = 'bigint'::regtype ORDER BY 1")
        for place, (name,) in enumerate(cursor.fetchall(), start=1):
            cursor.execute(f'ALTER SEQUENCE "{name}" RESTART WITH {place * APART + 1}')


def replay(
    writes: Sequence[tuple[str, Sequence[Any]]],
    times: int,
    connections: int,
    rows: Sequence[dict[int, int]] = (),
) -> float:
    """Seconds for `times` transactions of these statements, prepared, over so many connections.

    `rows` gives each transaction rows of its own to change: the billions of a captured id, and the id to use.
    There must be one more for each connection, which warms up with it.
    """
    settings = connection.get_connection_params()
    settings = {
        key: settings[key] for key in ("host", "port", "dbname", "user", "password") if settings.get(key)
    }
    transaction.get_connection().ensure_connection()
    ready = Barrier(connections + 1)
    with ThreadPoolExecutor(connections) as pool:
        share = times // connections
        threads = [
            pool.submit(_replay, settings, writes, share, ready, rows[lane::connections])
            for lane in range(connections)
        ]
        with suppress(BrokenBarrierError):  # the failed connection's own error says why
            ready.wait()
        start = time.perf_counter()
        for thread in sorted(threads, key=lambda thread: isinstance(thread.exception(), BrokenBarrierError)):
            thread.result()
        return time.perf_counter() - start


def _replay(
    settings: dict[str, Any],
    writes: Sequence[tuple[str, Sequence[Any]]],
    times: int,
    ready: Barrier,
    rows: Sequence[dict[int, int]],
) -> None:
    try:
        with psycopg.connect(**settings, autocommit=True) as raw, raw.cursor() as cursor:
            for number in range(times + 1):
                if number == 1:
                    ready.wait()
                with raw.transaction():
                    once(cursor, writes, rows[number] if rows else {})
    except BaseException:
        ready.abort()  # nobody waits for a connection that failed
        raise


def once(
    cursor: psycopg.Cursor[Any], writes: Sequence[tuple[str, Sequence[Any]]], known: dict[int, int]
) -> None:
    """One transaction: captured ids map to the ids handed out now, unique values to new ones."""
    new: dict[Any, Any] = dict(known)
    for sql, params in writes:
        cursor.execute(sql, [_fresh(value, new) for value in params], prepare=True)
        if "RETURNING" in sql and cursor.description:
            table = TABLE.search(sql)
            for row in cursor.fetchall():
                new[("id", table.group(1) if table else "")] = row[0]
                _learn(new, row[0])


def _learn(new: dict[Any, Any], handed_out: Any) -> None:
    """The captured id of the same sequence has the same billions."""
    if isinstance(handed_out, int):
        new[handed_out // APART] = handed_out


def _fresh(value: Any, new: dict[Any, Any]) -> Any:
    if isinstance(value, list):  # many rows in one statement: a list for each column
        return [_fresh(each, new) for each in value]
    if isinstance(value, int) and not isinstance(value, bool) and value > APART:
        return new.get(value // APART, value)
    if isinstance(value, uuid.UUID):
        return new.setdefault(value, uuid.uuid4()) if isinstance(value, Made) else value
    if isinstance(value, str) and len(value) == 19 and value.isdigit():
        return new.setdefault(value, f"{next(_unique):019d}")
    if isinstance(value, str) and HEXADECIMAL.fullmatch(
        value
    ):  # keys, and whose counter it is: nobody waits for another
        return new.setdefault(value, uuid.uuid4().hex * (len(value) // 32))
    return value

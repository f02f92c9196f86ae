"""The database of a test at its beginning: as the migrations left it, or with the town that most tests begin with.

After a test that commits, what the migrations loaded is put back, the rest goes.

Django's flush empties every table, whether anything is in it or not, and loads all reference tables anew through the
services: half a second for each such test on PostgreSQL, most of what the test costs.
"""

import functools
import pickle
from contextlib import contextmanager
from datetime import timedelta

from django.db import connection, transaction
from django.test import TransactionTestCase

MINUTE = timedelta(minutes=1)


class Pristine:
    """The tables as they are now, and the way back to them."""

    def __init__(self):
        with connection.cursor() as cursor:
            known = connection.introspection.django_table_names(only_existing=True, include_views=False)
            # Search tables belong to no model, so Django knows nothing of them.
            searched = [
                name for name in connection.introspection.table_names(cursor) if name.endswith("_search")
            ]
            self.tables = sorted({*known, *searched} - {"django_migrations"})
            self.rows = _all(cursor, self.tables)

    def restore(self):
        """In one transaction: references between tables are looked at when it ends."""
        with transaction.atomic(), connection.cursor() as cursor:
            for table in _filled(cursor, self.tables):
                cursor.execute(f'DELETE FROM "{table}"')
            for table, rows in self.rows.items():
                _write(cursor, table, rows)

    @contextmanager
    def instead_of_flushing(self):
        flush = TransactionTestCase._fixture_teardown
        TransactionTestCase._fixture_teardown = self.restore
        try:
            yield
        finally:
            TransactionTestCase._fixture_teardown = flush


class Copies:
    """What `build(now)` puts into a pristine database, and what it answers: built once, then only written.

    One that was built for a moment stands for all of the next minute.
    """

    def __init__(self, pristine, build):
        self.pristine, self.build = pristine, build
        self.kept = []

    def __call__(self, now):
        found = next((each for moment, *each in self.kept if timedelta() <= now - moment < MINUTE), None)
        if not found:
            found = self._built(now)
            if not found:
                return self.build(now)
            self.kept.append((now, *found))
        rows, replaced, answer = found
        with transaction.atomic(), connection.cursor() as cursor:
            for table in replaced:
                cursor.execute(f'DELETE FROM "{table}"')
            for table in rows:
                _write(cursor, table, rows[table])
        return pickle.loads(answer)  # noqa: S301 -- written by this process

    def _built(self, now):
        """Nothing where somebody has written to the database already: that is no part of it."""
        with transaction.atomic(), connection.cursor() as cursor:
            if _all(cursor, self.pristine.tables) != self.pristine.rows:
                return None
            answer = pickle.dumps(self.build(now))
            rows = _all(cursor, self.pristine.tables)
            transaction.set_rollback(True)
        changed = {table: rows[table] for table in rows if rows[table] != self.pristine.rows.get(table)}
        return changed, changed.keys() & self.pristine.rows.keys(), answer


def _all(cursor, tables):
    return {table: _read(cursor, table) for table in _filled(cursor, tables)}


def _filled(cursor, tables):
    """Those with a row. Asked in few statements: a compound one has at most five hundred parts."""
    found = []
    for start in range(0, len(tables), 200):
        each = (
            f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM \"{table}\")" for table in tables[start:][:200]
        )
        cursor.execute(" UNION ALL ".join(each))
        found += [table for (table,) in cursor.fetchall()]
    return found


def _read(cursor, table):
    """As the database itself writes rows, so that every kind of column comes back as it was."""
    if connection.vendor == "postgresql":
        with cursor.copy(f'COPY "{table}" TO STDOUT') as copy:
            return b"".join(bytes(block) for block in copy)
    return connection.connection.execute(f'SELECT {_columns(table)} FROM "{table}"').fetchall()


def _write(cursor, table, rows):
    if connection.vendor == "postgresql":
        with cursor.copy(f'COPY "{table}" FROM STDIN') as copy:
            copy.write(rows)
    elif rows:
        holes = ", ".join("?" for _column in rows[0])
        connection.connection.executemany(f'INSERT INTO "{table}" ({_columns(table)}) VALUES ({holes})', rows)


@functools.cache
def _columns(table):
    """Without those that SQLite computes from the others."""
    found = connection.connection.execute(f'PRAGMA table_info("{table}")').fetchall()
    return ", ".join(f'"{name}"' for _number, name, *_more in found)

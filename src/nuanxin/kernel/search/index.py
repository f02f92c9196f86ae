import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BigIntegerField, Q
from django.db.models.expressions import Expression

from nuanxin.kernel.search.text import MAX_TOKENS, is_open_ended, phrases, spaced, tokens

TABLE_NAME = re.compile(r"[a-z][a-z0-9_]{0,58}")


@dataclass(frozen=True, slots=True)
class SearchIndex:
    """The search table of one model. Writing joins the caller's transaction, so row and index agree."""

    table: str

    def __post_init__(self) -> None:
        """The name goes into statements as it is."""
        if not TABLE_NAME.fullmatch(self.table):
            raise ValueError(f"not a table name: {self.table!r}")

    def index(self, pk: int, text: str) -> None:
        """Make the row findable by this text, whatever it was before; one statement."""
        with connection.cursor() as cursor:
            cursor.execute(self._upsert(), (pk, self._cut(text)))

    def index_many(self, rows: Iterable[tuple[int, str]]) -> None:
        with connection.cursor() as cursor:
            cursor.executemany(self._upsert(), [(pk, self._cut(text)) for pk, text in rows])

    def remove(self, pk: int) -> None:
        key = "rowid" if connection.vendor == "sqlite" else "id"
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {self.table} WHERE {key} = %s", [pk])  # noqa: S608  -- a checked name

    def matching(self, query: str, field: str = "pk") -> Q:
        """Rows that hold every word of the query; a query without a letter or a digit matches nothing.

        `field` leads to the indexed row from another one (`"case_id"`).
        """
        wanted = phrases(query)
        if not wanted:
            return Q(**{f"{field}__in": []})
        return Q(**{f"{field}__in": MatchingRows(self.table, tuple(map(tuple, wanted)))})

    @staticmethod
    def _cut(text: str) -> str:
        return spaced(text) if connection.vendor == "sqlite" else tsvector(text)

    def _upsert(self) -> str:
        if connection.vendor == "sqlite":
            return f"INSERT OR REPLACE INTO {self.table} (rowid, body) VALUES (%s, %s)"  # noqa: S608  -- as above
        return (
            f"INSERT INTO {self.table} (id, body) VALUES (%s, %s::tsvector) "  # noqa: S608  -- as above
            "ON CONFLICT (id) DO UPDATE SET body = EXCLUDED.body"
        )


class MatchingRows(Expression):
    """The keys that match, as a subquery in the words of the database that runs it."""

    def __init__(self, table: str, wanted: tuple[tuple[str, ...], ...]) -> None:
        super().__init__(output_field=BigIntegerField())
        self.table = table
        self.wanted = wanted

    def as_sql(self, compiler: Any, connection: BaseDatabaseWrapper) -> tuple[str, tuple[str | int, ...]]:
        if connection.vendor == "sqlite":
            select = f"(SELECT rowid FROM {self.table} WHERE {self.table} MATCH %s)"  # noqa: S608  -- a checked name
            return select, (fts5_query(self.wanted),)
        select = f"(SELECT id FROM {self.table} WHERE body @@ %s::tsquery)"  # noqa: S608  -- a checked name
        return select, (tsquery(self.wanted),)


def fts5_query(wanted: Iterable[tuple[str, ...]]) -> str:
    """`"井 盖" AND "nx2026" *` (FTS5 full-text query syntax)."""
    return " AND ".join(
        f'"{" ".join(phrase)}"{" *" if is_open_ended(phrase[-1]) else ""}' for phrase in wanted
    )


def tsquery(wanted: Iterable[tuple[str, ...]]) -> str:
    """`('井' <-> '盖') & ('nx2026':*)`."""
    return " & ".join(f"({' <-> '.join(_lexemes(phrase))})" for phrase in wanted)


def _lexemes(phrase: tuple[str, ...]) -> list[str]:
    last = f"'{phrase[-1]}'" + (":*" if is_open_ended(phrase[-1]) else "")
    return [*(f"'{token}'" for token in phrase[:-1]), last]


def tsvector(text: str) -> str:
    """The tokens with their positions, as PostgreSQL writes a tsvector: no parser, no locale in between."""
    return " ".join(f"'{token}':{place}" for place, token in enumerate(tokens(text)[:MAX_TOKENS], start=1))

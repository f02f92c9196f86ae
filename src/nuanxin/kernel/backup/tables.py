"""What a database holds, asked in the same words of a copy and of its original: counts, migrations, key ids."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps

from nuanxin.kernel.files.models import StoredFile
from nuanxin.kernel.privacy.fields import EncryptedTextField
from nuanxin.kernel.privacy.keys import UnreadableSecret, decrypt

Run = Callable[[str], Sequence[tuple[Any, ...]]]
SQLITE, POSTGRESQL = "sqlite", "postgresql"
TABLES = {
    # The tables behind a virtual table are its own business: rebuilding the index changes them.
    SQLITE: (
        "SELECT name FROM sqlite_master AS each WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' "
        "AND NOT EXISTS (SELECT 1 FROM sqlite_master AS virtual WHERE virtual.sql LIKE 'CREATE VIRTUAL TABLE%' "
        "AND each.name IN (virtual.name || '_data', virtual.name || '_idx', virtual.name || '_content', "
        "virtual.name || '_docsize', virtual.name || '_config')) ORDER BY name"
    ),
    POSTGRESQL: "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename",
}
KEY_OF = {SQLITE: "substr({0}, instr({0}, '.') + 1, 8)", POSTGRESQL: "split_part({0}, '.', 2)"}


@dataclass(frozen=True, slots=True)
class Facts:
    tables: dict[str, int]
    migrations: list[str]
    keys: list[str]
    pictures: frozenset[str]


def facts(run: Run, vendor: str) -> Facts:
    tables = counts(run, vendor)
    return Facts(
        tables=tables,
        migrations=[
            f"{app}.{name}" for app, name in run("SELECT app, name FROM django_migrations ORDER BY id")
        ],
        keys=sorted({key for column in encrypted_columns(tables) for key in _keys(run, vendor, column)}),
        pictures=frozenset(str(row[0]) for row in run(f"SELECT sha256 FROM {StoredFile._meta.db_table}")),  # noqa: S608  -- ours
    )


def names(run: Run, vendor: str) -> list[str]:
    return [str(row[0]) for row in run(TABLES[vendor])]


def counts(run: Run, vendor: str) -> dict[str, int]:
    """Rows of each table."""
    return {name: int(run(f'SELECT count(*) FROM "{name}"')[0][0]) for name in names(run, vendor)}  # noqa: S608  -- names of the schema


def encrypted_columns(tables: Iterable[str]) -> list[tuple[str, str, str]]:
    """(table, column, purpose)."""
    there = set(tables)
    return [
        (model._meta.db_table, str(field.column), field.purpose)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_fields
        if isinstance(field, EncryptedTextField) and model._meta.db_table in there
    ]


def unreadable(run: Run, vendor: str, tables: Iterable[str]) -> list[str]:
    """Columns of which not even one row for each of its keys can be read with this installation's keys."""
    found = []
    for table, column, purpose in encrypted_columns(tables):
        of_key = KEY_OF[vendor].format(f'"{column}"')
        sample = f'SELECT min("{column}") FROM "{table}" WHERE "{column}" <> \'\' GROUP BY {of_key}'  # noqa: S608  -- as above
        try:
            for row in run(sample):
                decrypt(row[0], purpose)
        except UnreadableSecret:
            found.append(f"{table}.{column}")
    return found


def _keys(run: Run, vendor: str, column: tuple[str, str, str]) -> set[str]:
    table, name, _purpose = column
    of_key = KEY_OF[vendor].format(f'"{name}"')
    return {str(row[0]) for row in run(f'SELECT DISTINCT {of_key} FROM "{table}" WHERE "{name}" <> \'\'')}  # noqa: S608  -- as above

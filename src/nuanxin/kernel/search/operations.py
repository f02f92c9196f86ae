from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from nuanxin.kernel.search.index import SearchIndex


class CreateSearchTable(Operation):
    """The table of a `SearchIndex`, in a migration: FTS5 on SQLite, a tsvector under GIN on PostgreSQL."""

    reversible = True
    reduces_to_sql = True
    atomic = True

    def __init__(self, table: str) -> None:
        self.table = SearchIndex(table).table

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [], {"table": self.table}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """No model: the table is only ever reached through its `SearchIndex`."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for statement in self._statements(schema_editor.connection.vendor):
            schema_editor.execute(statement)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        schema_editor.execute(f"DROP TABLE {self.table}")

    def describe(self) -> str:
        return f"Create search table {self.table}"

    @property
    def migration_name_fragment(self) -> str:
        return self.table

    def _statements(self, vendor: str) -> list[str]:
        if vendor == "sqlite":
            tokenizer = "tokenize='unicode61 remove_diacritics 0'"
            return [f"CREATE VIRTUAL TABLE {self.table} USING fts5(body, {tokenizer})"]
        return [
            f"CREATE TABLE {self.table} (id bigint PRIMARY KEY, body tsvector NOT NULL)",
            f"CREATE INDEX {self.table}_body ON {self.table} USING gin (body)",
        ]

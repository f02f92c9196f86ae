"""The rows that nearly every step writes: audit entries, events, what they cause, the state that changes.

`save`, `bulk_create` and `update` build their statement anew each time, with every column as an expression; that costs
several times what the database needs for the row. Here are plain values, so the statement is plain as well.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections, models, transaction

M = TypeVar("M", bound=models.Model)
FEW = 8  # rows of one portion whose statement is kept


class NewRows(Generic[M]):
    """Inserts of one model, whose columns hold plain values: of another row that it points to, the key it has by now.

    A column for which the database has the value (a default of its own, a generated one) is left to it.
    Nobody is signalled.
    """

    def __init__(self, model: type[M]) -> None:
        self._meta: Any = model._meta
        self._fields: list[Any] = [
            field
            for field in self._meta.local_concrete_fields
            if not (field.generated or field.has_db_default() or isinstance(field, models.AutoField))
        ]
        self._pointers = [field for field in self._fields if field.is_relation]
        self._statements: dict[tuple[str, int, str], str] = {}

    def write(self, *rows: M) -> None:
        """All of them; each gets its key."""
        for some in self._portions(rows):
            keys = self._insert(some, f"RETURNING {connection.ops.quote_name(self._meta.pk.column)}")
            for row, (key,) in zip(some, keys, strict=True):
                if row.pk is None:
                    row.pk = key
                row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS  # noqa: SLF001  -- as of a saved row

    def write_missing(self, *rows: M) -> int:
        """Those that no constraint finds there already, and how many that were. Nobody learns their keys."""
        key = connection.ops.quote_name(self._meta.pk.column)
        ending = f"ON CONFLICT DO NOTHING RETURNING {key}"
        return sum(len(self._insert(some, ending)) for some in self._portions(rows))

    def _portions(self, rows: Sequence[M]) -> Iterator[Sequence[M]]:
        """As many at once as a statement may have parameters for: mostly all."""
        most = connection.ops.bulk_batch_size(self._fields, rows) if rows else 1
        return (rows[start : start + most] for start in range(0, len(rows), most))

    def _insert(self, rows: Sequence[M], ending: str) -> list[tuple[Any, ...]]:
        wrapper = connections[DEFAULT_DB_ALIAS]  # this thread's own, asked for once
        for row in rows:
            self._point(row)
        values = [
            field.get_db_prep_save(field.pre_save(row, add=True), wrapper)
            for row in rows
            for field in self._fields
        ]
        with transaction.mark_for_rollback_on_error(DEFAULT_DB_ALIAS), wrapper.cursor() as cursor:
            cursor.execute(self._statement(len(rows), ending), values)
            return list(cursor.fetchall())

    def _point(self, row: M) -> None:
        """Take the keys of rows that had none when the instance was told of them."""
        for field in self._pointers:
            if getattr(row, field.attname) is None and field.is_cached(row):
                pointed = field.get_cached_value(row)
                setattr(row, field.attname, pointed and pointed.pk)

    def _statement(self, many: int, ending: str) -> str:
        """Written once for each database and number of rows; of large portions, each time."""
        key = (connection.vendor, many, ending)
        if key in self._statements:
            return self._statements[key]
        quoted = connection.ops.quote_name
        columns = ", ".join(quoted(field.column) for field in self._fields)
        places = ", ".join([f"({', '.join(['%s'] * len(self._fields))})"] * many)
        statement = f"INSERT INTO {quoted(self._meta.db_table)} ({columns}) VALUES {places} {ending}"  # noqa: S608
        if many <= FEW:
            self._statements[key] = statement
        return statement


def change_row(row: models.Model, *, to: Mapping[str, Any], only_if: Mapping[str, Any] | None = None) -> bool:
    """Write these columns of a stored row, if it still is as `only_if` says. The instance stays as it is."""
    quoted = connection.ops.quote_name
    meta: Any = row._meta
    asked = {"pk": row.pk, **(only_if or {})}
    columns = ", ".join(f"{quoted(_field(meta, name).column)} = %s" for name in to)
    same = " AND ".join(f"{quoted(_field(meta, name).column)} = %s" for name in asked)
    values = [_plain(_field(meta, name), value) for each in (to, asked) for name, value in each.items()]
    with transaction.mark_for_rollback_on_error(DEFAULT_DB_ALIAS), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {quoted(meta.db_table)} SET {columns} WHERE {same}", values)  # noqa: S608
        return bool(cursor.rowcount)


def change_rows(model: type[models.Model], keys: Sequence[int], *, to: Mapping[str, Any]) -> None:
    """Write these columns of the stored rows with these keys: of a batch, not of a table."""
    quoted = connection.ops.quote_name
    meta: Any = model._meta
    columns = ", ".join(f"{quoted(_field(meta, name).column)} = %s" for name in to)
    among = ", ".join(["%s"] * len(keys))
    statement = f"UPDATE {quoted(meta.db_table)} SET {columns} WHERE {quoted(meta.pk.column)} IN ({among})"  # noqa: S608
    values = [_plain(_field(meta, name), value) for name, value in to.items()]
    with transaction.mark_for_rollback_on_error(DEFAULT_DB_ALIAS), connection.cursor() as cursor:
        cursor.execute(statement, [*values, *keys])


def _field(meta: Any, name: str) -> Any:
    return meta.pk if name == "pk" else meta.get_field(name)


def _plain(field: Any, value: Any) -> Any:
    return field.get_db_prep_save(value.pk if isinstance(value, models.Model) else value, connection)

"""A query that Django builds once for each connection and then only runs: for the few that every request makes.

Building a statement out of filters, joins and columns costs several times what the database needs to answer a look-up
by key (`docs/performance.md`). What a `Prepared` returns is what its queryset would return.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, connection, connections, models

T = TypeVar("T")
FAR = datetime(2900, 1, 1, tzinfo=UTC)


class Prepared(Generic[T]):
    """`build` gets one stand-in for each parameter and returns the queryset; `fields` say what each parameter is.

    Stand-ins are compared with the values of the finished statement, so `build` must pass them on as they are.
    """

    def __init__(
        self, build: Callable[..., "models.QuerySet[Any, T]"], **fields: "models.Field[Any, Any]"
    ) -> None:
        self._build = build
        self._fields = fields
        self._statements: WeakKeyDictionary[Any, _Statement[T]] = WeakKeyDictionary()

    def rows(self, **values: Any) -> list[T]:
        """One statement. Raises `KeyError` for a missing parameter."""
        wrapper = connections[DEFAULT_DB_ALIAS]  # this thread's own
        statement = self._statements.get(wrapper)
        if statement is None:
            statement = self._statements[wrapper] = _Statement(self._build, self._fields)
        return statement.rows(values)

    def first(self, **values: Any) -> T | None:
        found = self.rows(**values)
        return found[0] if found else None


class _Statement(Generic[T]):
    _compiler: Any
    _queryset: Any

    def __init__(
        self, build: Callable[..., "models.QuerySet[Any, T]"], fields: "dict[str, models.Field[Any, Any]]"
    ) -> None:
        stand_ins = {name: _stand_in(field, place) for place, (name, field) in enumerate(fields.items())}
        self._fields = fields
        self._queryset = build(**stand_ins)
        self._compiler = self._queryset.query.get_compiler(connection.alias)
        self._sql, params = self._compiler.as_sql()
        names = {self._adapted(name, value): name for name, value in stand_ins.items()}
        self._params = [(names.get(param), param) for param in params]
        if set(names.values()) != {name for name, _param in self._params if name}:
            raise ValueError(f"not every parameter of {build.__qualname__} reaches its statement as it is")
        self._queryset.query.get_compiler = lambda *_args, **_kwargs: self._compiler

    def rows(self, values: dict[str, Any]) -> list[T]:
        adapted = {name: self._adapted(name, values[name]) for name in self._fields}
        bound = tuple(adapted[name] if name else param for name, param in self._params)
        self._compiler.as_sql = lambda *_args, **_kwargs: (self._sql, bound)
        return list(self._queryset._iterable_class(self._queryset))  # noqa: SLF001  -- past the cache of results

    def _adapted(self, name: str, value: Any) -> Any:
        return self._fields[name].get_db_prep_value(value, connection, prepared=False)


def _stand_in(field: "models.Field[Any, Any]", place: int) -> Any:
    """A value of the field's type that no statement contains by itself."""
    if isinstance(field, models.DateTimeField):
        return FAR.replace(microsecond=place + 1)
    if isinstance(field, models.UUIDField):
        return UUID(int=(1 << 127) + place)
    if isinstance(field, models.IntegerField):
        return (1 << 62) + place
    return f"\ue000{place}"

"""A query that Django builds once for each connection and then only runs: for the few that every request makes.

Building a statement out of filters, joins and columns costs several times what the database needs to answer a look-up
by key (`docs/performance.md`). What a `Prepared` returns is what its queryset would return.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Lock
from typing import Any, Generic, TypeVar
from uuid import UUID
from weakref import WeakKeyDictionary, WeakSet

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection, connections, models

from nuanxin.kernel.access.actor import Actor, Grants

T = TypeVar("T")
V = TypeVar("V")
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


class KeptFor(Generic[V]):
    """What an actor's rules come to, built once for each actor and key; the latest `most` are kept.

    What `build` returns may depend on nothing but the actor and the key, least of all on the time.
    """

    def __init__(self, build: Callable[..., V], *, most: int = 128) -> None:
        self._build = build
        self._most = most
        self._lock = Lock()
        self._kept: OrderedDict[Hashable, tuple[Grants, V]] = OrderedDict()
        _for_actors.add(self)

    def of(self, actor: Actor, *key: Hashable) -> V:
        with self._lock:
            found = self._kept.get((actor, *key))
        if found is None or found[0] is not actor.grants:  # a role that has been given other rights
            found = (actor.grants, self._build(actor, *key))
        with self._lock:
            self._kept[actor, *key] = found
            self._kept.move_to_end((actor, *key))
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return found[1]

    def forget(self) -> None:
        self._kept.clear()


class PreparedFor(KeptFor[Prepared[T]]):
    """A `Prepared` for each actor, whose rules are part of the statement.

    `build` gets the actor and the further keys before the stand-ins.
    """

    def __init__(
        self,
        build: Callable[..., "models.QuerySet[Any, T]"],
        *,
        most: int = 128,
        **fields: "models.Field[Any, Any]",
    ) -> None:
        super().__init__(
            lambda actor, *key: Prepared(partial(build, actor, *key), **fields),
            most=most,
        )


_for_actors: "WeakSet[KeptFor[Any]]" = WeakSet()


def forget_actors() -> None:
    """Build what is kept for actors anew: for tests, which register rules of their own."""
    for kept in list(_for_actors):
        kept.forget()


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
        try:
            self._sql, params = self._compiler.as_sql()
        except EmptyResultSet:  # a rule that lets nothing through needs no statement
            self._compiler = None
            return
        names = {self._adapted(name, value): name for name, value in stand_ins.items()}
        self._params = [(names.get(param), param) for param in params]
        if set(names.values()) != {name for name, _param in self._params if name}:
            raise ValueError(f"not every parameter of {build} reaches its statement as it is")
        self._queryset.query.get_compiler = lambda *_args, **_kwargs: self._compiler
        self._compiler.get_converters = _first_answer_of(
            self._compiler.get_converters
        )  # the columns stay what they are

    def rows(self, values: dict[str, Any]) -> list[T]:
        if self._compiler is None:
            return []
        wrapper = connections[DEFAULT_DB_ALIAS]
        adapted = {
            name: field.get_db_prep_value(values[name], wrapper, prepared=False)
            for name, field in self._fields.items()
        }
        bound = tuple(adapted[name] if name else param for name, param in self._params)
        self._compiler.as_sql = lambda *_args, **_kwargs: (self._sql, bound)
        return list(self._queryset._iterable_class(self._queryset))  # noqa: SLF001  -- past the cache of results

    def _adapted(self, name: str, value: Any) -> Any:
        return self._fields[name].get_db_prep_value(value, connection, prepared=False)


def _first_answer_of(function: Callable[[Any], V]) -> Callable[[Any], V]:
    """Its first answer, whatever it is asked later."""
    kept: list[V] = []

    def answer(argument: Any) -> V:
        if not kept:
            kept.append(function(argument))
        return kept[0]

    return answer


def _stand_in(field: "models.Field[Any, Any]", place: int) -> Any:
    """A value of the field's type that no statement contains by itself."""
    if isinstance(field, models.DateTimeField):
        return FAR.replace(microsecond=place + 1)
    if isinstance(field, models.DateField):
        return FAR.date() + timedelta(days=place)
    if isinstance(field, models.UUIDField):
        return UUID(int=(1 << 127) + place)
    if isinstance(field, models.IntegerField):
        return (1 << 62) + place
    return f"\ue000{place}"

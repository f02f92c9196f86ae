"""A value computed from reference tables, kept in the process and looked at again only when the tables changed.

For what every request needs and an administrator changes a few times a year: categories, roles, the working calendar,
boundaries. Between two looks (`ttl` seconds) it costs nothing; a look is one `Stamp` query; a change made in this
process is seen at once.
"""

import threading
import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid4
from weakref import WeakSet

from django.db import connection, models, transaction

T = TypeVar("T")
TTL = 5.0
_all: "WeakSet[Cached[Any]]" = WeakSet()


class Stamp(models.Model):
    """The version of a set of reference tables: a random token, because a counter that is rolled back repeats."""

    name = models.CharField(max_length=64, primary_key=True)
    token = models.UUIDField(default=uuid4)

    class Meta:
        app_label = "kernel"


class Cached(Generic[T]):
    def __init__(self, name: str, load: Callable[[], T], *, ttl: float = TTL) -> None:
        self.name = name
        self._load = load
        self._ttl = ttl
        self._lock = threading.Lock()
        self._values: dict[str, tuple[UUID | None, T]] = {}
        self._looked_at: dict[str, float] = {}
        _all.add(self)

    def get(self) -> T:
        """The value; at most one small query, and none within `ttl` of the last look."""
        database = str(connection.settings_dict["NAME"])
        held = self._values.get(database)
        if held and time.monotonic() - self._looked_at.get(database, 0.0) < self._ttl:
            return held[1]
        with self._lock:
            token = Stamp.objects.filter(name=self.name).values_list("token", flat=True).first()
            held = self._values.get(database)
            if held is None or held[0] != token:
                held = self._values[database] = (token, self._load())
            self._looked_at[database] = time.monotonic()
            return held[1]

    def changed(self) -> None:
        """Say, in the writer's transaction, that the tables have changed."""
        Stamp.objects.update_or_create(name=self.name, defaults={"token": uuid4()})
        self.forget()
        transaction.on_commit(self.forget)

    def forget(self) -> None:
        self._looked_at.clear()
        self._values.clear()


def forget_all() -> None:
    """Let every value be looked at anew, in this process: what was changed in a transaction may have been undone."""
    for value in list(_all):
        value.forget()

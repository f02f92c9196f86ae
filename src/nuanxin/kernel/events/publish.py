import dataclasses
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, dataclass_transform
from uuid import UUID

from django.db import connection

from nuanxin.kernel.events.models import Delivery, Event
from nuanxin.kernel.ids import uuid7
from nuanxin.kernel.plain_rows import NewRows

PRIMITIVES = (str, int, float, bool, type(None))
E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class Envelope:
    """What travels with an event. `id` is the key by which a handler stays idempotent."""

    id: UUID
    subject_id: UUID | None
    scope_code: str
    occurred_at: datetime


Handler = Callable[[Any, Envelope], None]
Waits = Callable[[datetime], datetime]

_events: dict[str, type] = {}
_handlers: dict[str, dict[str, Handler]] = defaultdict(dict)
_waits: dict[str, Waits] = {}
_new_events, _new_deliveries = NewRows(Event), NewRows(Delivery)


@dataclass_transform(frozen_default=True)
def event(cls: type[E]) -> type[E]:
    """Register a frozen dataclass as an event; its name is `context.ClassName`."""
    frozen = dataclass(frozen=True, slots=True)(cls)
    _events[_name_of(frozen)] = frozen
    return frozen


def _name_of(cls: type) -> str:
    context = cls.__module__.removeprefix("nuanxin.").split(".")[0]
    return f"{context}.{cls.__name__}"


def event_classes() -> dict[str, type]:
    return dict(sorted(_events.items()))


def subscribe(*classes: type, waits: Waits | None = None) -> Callable[[Handler], Handler]:
    """React to events of lower contexts. The handler runs later, in the worker, in a savepoint; it may fail loudly.

    `waits`: until when, of something that happened then; for what would tell by its moment what it does not say.
    """

    def decorate(handler: Handler) -> Handler:
        context = handler.__module__.removeprefix("nuanxin.").split(".")[0]
        name = f"{context}.{handler.__name__}"
        for cls in classes:
            _handlers[_name_of(cls)][name] = handler
        if waits is not None:
            _waits[name] = waits
        return handler

    return decorate


def subscribers(event_name: str) -> dict[str, Handler]:
    return _handlers.get(event_name, {})


def knows(event_name: str) -> bool:
    return event_name in _events


def rebuild(name: str, payload: dict[str, Any]) -> Any:
    """The event as its dataclass. Fields only ever get added, so older rows take the defaults."""
    cls: Any = _events[name]
    known = {field.name for field in dataclasses.fields(cls)}
    return cls(**{key: value for key, value in payload.items() if key in known})


class NotInTransaction(RuntimeError):
    """`publish` outside a transaction: the event could survive a cause that does not."""


def publish(happened: Any, *, now: datetime, subject_id: UUID | None = None, scope_code: str = "") -> None:
    """Write the event and one delivery for each subscriber, in the caller's transaction.

    Raises `NotInTransaction` outside one and `TypeError` for a payload that is not made of primitives.
    """
    if not connection.in_atomic_block:
        raise NotInTransaction
    row = _row(happened, now, subject_id, scope_code)
    _new_events.write(row)
    _new_deliveries.write(*_deliveries([row], now))


def publish_many(happened: Iterable[tuple[Any, str]], *, now: datetime) -> None:
    """Many events, each with its scope code, in two statements; else as `publish`."""
    if not connection.in_atomic_block:
        raise NotInTransaction
    rows = [_row(each, now, None, scope_code) for each, scope_code in happened]
    _new_events.write(*rows)
    _new_deliveries.write(*_deliveries(rows, now))


def _row(happened: Any, now: datetime, subject_id: UUID | None, scope_code: str) -> Event:
    name = _name_of(type(happened))
    payload = {field.name: getattr(happened, field.name) for field in dataclasses.fields(happened)}
    for key, value in payload.items():
        if not isinstance(value, PRIMITIVES):
            raise TypeError(f"{name}.{key} is not a primitive: {type(value).__name__}")
    return Event(
        uuid=uuid7(),
        name=name,
        payload=payload,
        subject_id=subject_id,
        scope_code=scope_code,
        occurred_at=now,
    )


def _deliveries(rows: Iterable[Event], now: datetime) -> Iterator[Delivery]:
    for row in rows:
        for subscriber in subscribers(row.name):
            waits = _waits.get(subscriber)
            yield Delivery(event=row, subscriber=subscriber, available_at=waits(now) if waits else now)

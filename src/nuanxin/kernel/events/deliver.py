"""Deliver what was published: claim a batch, run each reaction in a savepoint, mark the batch; one transaction.

A killed process leaves nothing behind: its transaction is rolled back, reactions and marks together, and the next
worker claims the same rows. So every reaction counts exactly once in the database. Several workers share the table:
`SKIP LOCKED` where the database has it; on SQLite the write lock that `BEGIN IMMEDIATE` takes lets one in at a time.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import groupby
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Count, DateTimeField, Min, Q, QuerySet
from django.utils import timezone

from nuanxin.kernel.errors import describe
from nuanxin.kernel.events.models import Delivery
from nuanxin.kernel.events.publish import Envelope, Handler, knows, rebuild, subscribers
from nuanxin.kernel.plain_rows import change_rows
from nuanxin.kernel.prepared import Prepared

log = logging.getLogger(__name__)

BATCH = 50
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=1)


class Undeliverable(Exception):
    """No attempt can succeed: this version of the program does not know the event or the subscriber."""


def pending(now: datetime) -> QuerySet[Delivery]:
    return Delivery.objects.filter(state=Delivery.State.PENDING, available_at__lte=now)


def deliver_batch(*, now: datetime, limit: int = BATCH) -> int:
    """Deliver up to `limit` due deliveries, oldest first; returns how many were tried.

    Raises the database's own errors (connection lost, lock not granted): then nothing of the batch has happened.
    """
    if _anything.first(now=now) is None:  # an idle worker takes no lock
        return 0
    claimed: list[int] = []
    try:
        with transaction.atomic():
            batch = _claimed(limit).rows(now=now)
            batch.sort(key=_by_event)
            claimed += [delivery.pk for delivery in batch]
            _deliver(batch, now)
    except (InterfaceError, OperationalError):
        raise
    except Exception as error:  # noqa: BLE001  -- a reaction broke the commit, for instance a deferred constraint
        log.warning("batch of %d falls back to single deliveries: %s", len(claimed), describe(error))
        for pk in claimed:
            _deliver_alone(pk, now)
    return len(claimed)


def drain(now: datetime | None = None) -> int:
    """Deliver until nothing is due, events published by reactions included; for tests, the demo and benchmarks."""
    total = 0
    while tried := deliver_batch(now=now or timezone.now()):
        total += tried
    return total


def redeliver(ids: Iterable[int] | None = None, *, now: datetime) -> int:
    """Give dead deliveries, by default all, a new life with all their attempts; returns how many there were."""
    dead = Delivery.objects.filter(state=Delivery.State.DEAD)
    if ids is not None:
        dead = dead.filter(pk__in=list(ids))
    return dead.update(
        state=Delivery.State.PENDING,
        attempts=0,
        available_at=now,
        last_error="",
    )


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is due or has failed before, and not delivered. `oldest_at` is when the oldest waiting one became due."""

    waiting: int
    failing: int
    dead: int
    oldest_at: datetime | None


def undelivered(now: datetime) -> Backlog:
    """Two counts over the partial indexes; `failing` have at least one failed attempt behind them."""
    due = Q(available_at__lte=now)
    waiting = Delivery.objects.filter(state=Delivery.State.PENDING).aggregate(
        waiting=Count("pk", filter=due | Q(attempts__gt=0)),
        failing=Count("pk", filter=Q(attempts__gt=0)),
        oldest_at=Min("available_at", filter=due),
    )
    return Backlog(dead=Delivery.objects.filter(state=Delivery.State.DEAD).count(), **waiting)


def dead_letters(limit: int = 100) -> QuerySet[Delivery]:
    return Delivery.objects.filter(state=Delivery.State.DEAD).select_related("event").order_by("pk")[:limit]


_anything = Prepared(lambda *, now: pending(now).values_list("pk", flat=True)[:1], now=DateTimeField())


@cache
def _claimed(limit: int) -> Prepared[Delivery]:
    """One statement for each size of batch that the code names."""
    return Prepared(lambda *, now: _claim(pending(now), limit), now=DateTimeField())


def _claim(rows: QuerySet[Delivery], limit: int) -> QuerySet[Delivery]:
    rows = rows.select_related("event").order_by("available_at", "pk")
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True, of=("self",))
    return rows[:limit]


def _by_event(delivery: Delivery) -> int:
    return delivery.event_id


def _attempts(delivery: Delivery) -> int:
    return delivery.attempts


def _deliver(batch: list[Delivery], now: datetime) -> None:
    done = sorted((each for each in batch if _attempt(each, now)), key=_attempts)
    for attempts, rows in groupby(done, key=_attempts):  # nearly always the first
        told = {"state": Delivery.State.DONE, "done_at": now, "attempts": attempts + 1, "last_error": ""}
        change_rows(Delivery, [each.pk for each in rows], to=told)


def _attempt(delivery: Delivery, now: datetime) -> bool:
    try:
        handler, happened, envelope = _reaction(delivery)
        with transaction.atomic():
            handler(happened, envelope)
    except Exception as error:
        if connection.needs_rollback or connection.closed_in_transaction:
            raise  # the savepoint could not be left: the connection is gone
        _fail(delivery, error, now)
        return False
    return True


def _deliver_alone(pk: int, now: datetime) -> None:
    try:
        with transaction.atomic():
            _deliver(list(_claim(pending(now).filter(pk=pk), 1)), now)
    except (InterfaceError, OperationalError):
        raise
    except Exception as error:  # noqa: BLE001  -- the commit itself failed, so the reason is kept on its own
        with transaction.atomic():
            for delivery in _claim(pending(now).filter(pk=pk), 1):
                _fail(delivery, error, now)


def _reaction(delivery: Delivery) -> tuple[Handler, Any, Envelope]:
    row = delivery.event
    if not knows(row.name):
        raise Undeliverable(f"this version knows no event {row.name}")
    handler = subscribers(row.name).get(delivery.subscriber)
    if handler is None:
        raise Undeliverable(f"this version has no subscriber {delivery.subscriber} for {row.name}")
    try:
        happened = rebuild(row.name, row.payload)
    except TypeError:
        raise Undeliverable(f"the payload of {row.name} lacks a field that this version needs") from None
    return handler, happened, Envelope(row.uuid, row.subject_id, row.scope_code, row.occurred_at)


def _fail(delivery: Delivery, error: Exception, now: datetime) -> None:
    attempts = delivery.attempts + 1
    hopeless = isinstance(error, Undeliverable)
    dead = hopeless or attempts >= settings.NUANXIN_DELIVERY_ATTEMPTS
    reason = str(error) if hopeless else describe(error)
    log.warning(
        "%s failed, attempt %d%s: %s", delivery.subscriber, attempts, " (dead)" if dead else "", reason
    )
    Delivery.objects.filter(pk=delivery.pk).update(
        state=Delivery.State.DEAD if dead else Delivery.State.PENDING,
        attempts=attempts,
        available_at=now + pause_after(attempts),
        last_error=reason[:500],
    )


def pause_after(attempts: int) -> timedelta:
    """Doubling from ten seconds, capped at an hour: twelve attempts take about three and a half hours."""
    return min(FIRST_PAUSE * (1 << min(attempts - 1, 20)), LONGEST_PAUSE)

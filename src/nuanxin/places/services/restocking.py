"""A restock task on its way: the street, the community or the host brings it, the keeper puts it on the shelf."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor
from nuanxin.kernel.errors import Invalid, NotAllowed
from nuanxin.kernel.events import publish
from nuanxin.places.events import (
    RestockAccepted,
    RestockConfirmed,
    RestockDelivered,
    RestockDropped,
    RestockOpened,
)
from nuanxin.places.models import RestockTask
from nuanxin.places.queries.register import changeable_place
from nuanxin.places.queries.stock import held_of, restock_task
from nuanxin.places.services.stock import Delivery, locked, put_in
from nuanxin.places.services.watching import open_task, settle
from nuanxin.places.workflow import RESTOCK


class AnothersTask(NotAllowed):
    default_message = _("这件事是另一个单位接的。")
    default_hint = _("由接的单位说送到了没有；他们去不了，可以先交回来。")


def ask_for_restock(*, actor: Actor, public_id: UUID, item: str, now: datetime) -> RestockTask:
    """The keeper wants more, whatever the minimum; where a task is under way it is that one.

    Publishes `RestockOpened`. Raises `PlaceNotFound`, `NotKept`.
    """
    place = changeable_place(actor, "places.stock", public_id)
    with transaction.atomic():
        line = locked(place, item)
        task = open_task(held_of([line], now=now)[line.pk], now)
        _audited(actor, task, "ask", now)
    return task


def accept_restock(*, actor: Actor, public_id: UUID, now: datetime) -> RestockTask:
    """This organisation brings it. Publishes `RestockAccepted`. Raises `TaskNotFound`, `IllegalMove`."""
    changes = {"organisation_id": actor.organisation_id}
    return _step(actor, "accept", public_id, RestockAccepted, now, changes)


def deliver_restock(*, actor: Actor, public_id: UUID, now: datetime) -> RestockTask:
    """It is at the place. Publishes `RestockDelivered`. Raises as above and `AnothersTask`."""
    return _step(actor, "deliver", public_id, RestockDelivered, now)


def give_back_restock(*, actor: Actor, public_id: UUID, reason: str, now: datetime) -> RestockTask:
    """Somebody else should go. Publishes `RestockOpened`. Raises as above and `Invalid` without a reason."""
    changes = {"organisation_id": None, "reason": _said(reason)}
    return _step(actor, "give_back", public_id, RestockOpened, now, changes)


def drop_restock(*, actor: Actor, public_id: UUID, reason: str, now: datetime) -> RestockTask:
    """Nobody needs to go. Publishes `RestockDropped`. Raises as above."""
    return _step(actor, "drop", public_id, RestockDropped, now, {"reason": _said(reason)})


def take_in_restock(
    *, actor: Actor, public_id: UUID, delivery: Delivery, key: UUID, now: datetime
) -> RestockTask:
    """Its keeper puts it on the shelf: the lot and the end of the task in one. The same `key` again is the same.

    Publishes `RestockConfirmed`. Raises `TaskNotFound`, `IllegalMove`, and what receiving raises.
    """
    task = restock_task(actor, public_id, "places.take_in")
    with transaction.atomic():
        line = locked(task.place, task.line.item_id)
        task.refresh_from_db()
        if put_in(actor, line, delivery, key, now):
            RESTOCK.step(task, "take_in", state_since=now)
            settle(line, now, seen=True)
            _told(actor, task, "take_in", RestockConfirmed, now)
    return task


def perform_restock(
    *,
    actor: Actor,
    public_id: UUID,
    name: str,
    now: datetime,
    reason: str = "",
    quantity: int = 0,
    expires_on: date | None = None,
    source: str = "",
    key: UUID | None = None,
) -> RestockTask:
    """The step of that name. Raises `KeyError` for one that nobody presses."""
    given: dict[str, Any] = {"actor": actor, "public_id": public_id, "now": now}
    if name == "take_in":
        delivery = Delivery(quantity, expires_on, source)
        return take_in_restock(**given, delivery=delivery, key=key or public_id)
    if "reason" in RESTOCK[name].required_fields:
        given["reason"] = reason
    steps: dict[str, Callable[..., RestockTask]] = {
        "accept": accept_restock,
        "deliver": deliver_restock,
        "give_back": give_back_restock,
        "drop": drop_restock,
    }
    return steps[name](**given)


def _said(reason: str) -> str:
    if not reason.strip():
        raise Invalid(fields={"reason": _("请写一句为什么，接着办的人看得到。")})
    return reason.strip()[:120]


def _step(
    actor: Actor,
    name: str,
    public_id: UUID,
    event: Callable[[int, int, str], Any],
    now: datetime,
    changes: dict[str, Any] | None = None,
) -> RestockTask:
    task = restock_task(actor, public_id, RESTOCK[name].permission)
    theirs = task.organisation_id is not None and task.organisation_id != actor.organisation_id
    if name in ("deliver", "give_back") and theirs:
        raise AnothersTask
    with transaction.atomic():
        RESTOCK.step(task, name, state_since=now, **(changes or {}))
        _told(actor, task, name, event, now)
    return task


def _told(
    actor: Actor, task: RestockTask, name: str, event: Callable[[int, int, str], Any], now: datetime
) -> None:
    _audited(actor, task, name, now)
    publish(event(task.place_id, task.pk, task.line.item_id), scope_code=task.place.scope_code, now=now)


def _audited(actor: Actor, task: RestockTask, name: str, now: datetime) -> None:
    audit.record(
        actor=actor, action=f"places.restock_{name}", object_type="restock_task", object_id=task.pk,
        scope_code=task.line.place.scope_code, now=now,
    )  # fmt: skip

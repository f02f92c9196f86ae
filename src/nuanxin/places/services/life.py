"""The life of a place, by the table in `workflow.py`."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import Actor
from nuanxin.kernel.errors import Invalid
from nuanxin.kernel.events import publish
from nuanxin.people.models import Site
from nuanxin.places.events import PlaceClosed, PlaceOpened, PlaceSuspended
from nuanxin.places.models import Place
from nuanxin.places.queries.register import changeable_place
from nuanxin.places.services.noting import note
from nuanxin.places.workflow import PLACE


class NotReady(Invalid):
    default_message = _("还不能对外开放。")
    default_hint = _("先填好开放时间和地址：小哥要知道几点来、怎么找到。")


def open_place(*, actor: Actor, public_id: UUID, now: datetime) -> Place:
    """Let everybody find it. Publishes `PlaceOpened`. Raises `NotReady`, `PlaceNotFound`, `IllegalMove`."""
    return _step(actor, "open", public_id, "", now, lambda place: PlaceOpened(place.pk, place.type_id))


def suspend_place(*, actor: Actor, public_id: UUID, reason: str, now: datetime) -> Place:
    """Out of service until further notice; its page stays and says why. Publishes `PlaceSuspended`. Raises as above."""
    return _step(actor, "suspend", public_id, reason, now, lambda place: PlaceSuspended(place.pk))


def resume_place(*, actor: Actor, public_id: UUID, now: datetime) -> Place:
    """Back in service. Publishes `PlaceOpened`."""
    return _step(actor, "resume", public_id, "", now, lambda place: PlaceOpened(place.pk, place.type_id))


def close_place(*, actor: Actor, public_id: UUID, reason: str, now: datetime) -> Place:
    """For good: it leaves the map, its record stays. Publishes `PlaceClosed`."""
    return _step(actor, "close", public_id, reason, now, lambda place: PlaceClosed(place.pk))


def perform(*, actor: Actor, public_id: UUID, name: str, reason: str, now: datetime) -> Place:
    """The step of that name. Raises `KeyError` for one that the table does not have."""
    given: dict[str, Any] = {"actor": actor, "public_id": public_id, "now": now}
    if "reason" in PLACE[name].required_fields:
        given["reason"] = reason
    steps: dict[str, Callable[..., Place]] = {
        "open": open_place,
        "suspend": suspend_place,
        "resume": resume_place,
        "close": close_place,
    }
    return steps[name](**given)


def _step(
    actor: Actor, name: str, public_id: UUID, reason: str, now: datetime, happened: Callable[[Place], Any]
) -> Place:
    move = PLACE[name]
    place = changeable_place(actor, move.permission, public_id)
    if "reason" in move.required_fields and not reason.strip():
        raise Invalid(fields={"reason": _("请写一句原因，来的人看得到。")})
    if name == "open" and not (place.opening and place.address):
        raise NotReady
    with transaction.atomic():
        PLACE.step(place, name, state_since=now, state_reason=reason.strip()[:120], updated_at=now)
        if name == "close":
            Site.objects.filter(pk=place.site_id).update(is_active=False)
        note(actor, name, place, (), now)
        publish(happened(place), scope_code=place.scope_code, now=now)
    return place

"""Who looks after a place."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import SYSTEM, Actor
from nuanxin.kernel.errors import Invalid
from nuanxin.kernel.events import publish
from nuanxin.places.enums import PlaceState
from nuanxin.places.events import KeeperChanged, PlaceLeftWithoutKeeper
from nuanxin.places.models import Place
from nuanxin.places.permissions import KEEPER_ROLES
from nuanxin.places.queries.register import changeable_place, possible_keepers
from nuanxin.places.services.noting import note


class NotAtThisPlace(Invalid):
    default_message = _("这个人现在不在这里任职。")
    default_hint = _("先在“人员”里给他安排这个场所的管理员岗位，再来交接。")


def hand_over_keeper(*, actor: Actor, public_id: UUID, assignment_id: int, now: datetime) -> Place:
    """Somebody with a keeper's role at the site looks after it from now on. Publishes `KeeperChanged`.

    Raises `PlaceNotFound`, `NotAtThisPlace`.
    """
    place = changeable_place(actor, "places.hand_over", public_id)
    if assignment_id not in {each.pk for each in possible_keepers(place, now)}:
        raise NotAtThisPlace
    if place.keeper_id != assignment_id:
        _give(actor, place, assignment_id, now)
    return place


def keeper_started(*, assignment_id: int, role: str, site_id: int | None, now: datetime) -> None:
    """The first to get a keeper's role at a site without one keeps it. Publishes `KeeperChanged`."""
    if site_id is None or role not in KEEPER_ROLES:
        return
    place = Place.objects.filter(site=site_id, keeper=None).exclude(state=PlaceState.CLOSED).first()
    if place is not None:
        _give(SYSTEM, place, assignment_id, now)


def keeper_ended(*, assignment_id: int, successor_id: int | None, now: datetime) -> None:
    """Its successor keeps the place, else whoever else has the role there, else nobody, which is said.

    Publishes `KeeperChanged` or `PlaceLeftWithoutKeeper`.
    """
    place = Place.objects.filter(keeper=assignment_id).first()
    if place is None:
        return
    others = [each.pk for each in possible_keepers(place, now) if each.pk != assignment_id]
    following = successor_id if successor_id in others else next(iter(others), None)
    if following is not None:
        _give(SYSTEM, place, following, now)
        return
    with transaction.atomic():
        Place.objects.filter(pk=place.pk).update(keeper=None, updated_at=now)
        note(SYSTEM, "keeper", place, (), now)
        publish(PlaceLeftWithoutKeeper(place.pk), scope_code=place.scope_code, now=now)


def _give(actor: Actor, place: Place, assignment_id: int, now: datetime) -> None:
    with transaction.atomic():
        Place.objects.filter(pk=place.pk).update(keeper=assignment_id, updated_at=now)
        place.keeper_id = assignment_id
        note(actor, "keeper", place, (), now)
        publish(KeeperChanged(place.pk, assignment_id), scope_code=place.scope_code, now=now)

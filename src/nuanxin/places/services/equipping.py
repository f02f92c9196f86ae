"""What a place has and offers, and what of it is broken."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.errors import Invalid, NotAllowed
from nuanxin.kernel.events import publish
from nuanxin.places.enums import DoubtEnd, Order
from nuanxin.places.events import FacilityBroken, FacilityDoubted, FacilityRepaired, PlaceChanged
from nuanxin.places.models import Bookable, Place, PlaceFacility, PlaceService
from nuanxin.places.queries.catalogue import catalogue
from nuanxin.places.queries.register import changeable_place, public_place
from nuanxin.places.services.doubting import settle_doubt
from nuanxin.places.services.noting import note


class NoSuchFacility(Invalid):
    default_message = _("这里没有这项设施。")
    default_hint = _("请刷新页面，看看现在登记了哪些。")


@dataclass(frozen=True, slots=True)
class Equipment:
    """A facility of the catalogue; without `order` it keeps the one that it has."""

    code: str
    order: str = ""
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Offered:
    """A service item, in plain words: who, when, how one books, what it costs."""

    code: str
    provider: str = ""
    hours: str = ""
    booking: str = ""
    cost: str = ""


def set_facilities(*, actor: Actor, public_id: UUID, facilities: Iterable[Equipment], now: datetime) -> bool:
    """Exactly these from now on; returns whether anything changed. Publishes `PlaceChanged`, `FacilityBroken`,
    `FacilityRepaired`. Raises `PlaceNotFound`, `Invalid`.
    """
    place = changeable_place(actor, "places.edit", public_id)
    wanted = {each.code: each for each in facilities}
    if set(wanted) - set(catalogue().facilities):
        raise Invalid(fields={"facilities": _("有一项设施不在目录里。")})
    with transaction.atomic():
        known = {each.facility_id: each for each in PlaceFacility.objects.filter(place=place)}
        gone = sorted(set(known) - set(wanted))
        added = [_new(place, each, now) for code, each in wanted.items() if code not in known]
        kept = [(known[code], each) for code, each in wanted.items() if code in known]
        changed = [held for held, each in kept if _take_over(held, each, now)]
        if not (gone or added or changed):
            return False
        PlaceFacility.objects.filter(place=place, facility__in=gone).delete()
        PlaceFacility.objects.bulk_create(added)
        PlaceFacility.objects.bulk_update(changed, ["order", "since", "count", "doubted_at"])
        _touched(actor, place, "facilities", [*gone, *(each.facility_id for each in [*added, *changed])], now)
        _tell_orders(place, [*added, *changed], now)
    return True


def _new(place: Place, given: Equipment, now: datetime) -> PlaceFacility:
    order = given.order if given.order in Order.values else Order.UNKNOWN
    return PlaceFacility(place=place, facility_id=given.code, order=order, since=now, count=given.count)


def _take_over(held: PlaceFacility, given: Equipment, now: datetime) -> bool:
    order = given.order if given.order in Order.values else held.order
    if (held.order, held.count) == (order, given.count):
        return False
    if held.order != order:
        held.order, held.since, held.doubted_at = order, now, None
    held.count = given.count
    return True


def _tell_orders(place: Place, facilities: Iterable[PlaceFacility], now: datetime) -> None:
    for each in facilities:
        if each.since == now and each.order == Order.BROKEN:
            publish(FacilityBroken(place.pk, each.facility_id), scope_code=place.scope_code, now=now)


def record_breakdown(*, actor: Actor, public_id: UUID, facility: str, now: datetime) -> bool:
    """A facility is out of order since now; said again it changes nothing. Publishes `FacilityBroken`.

    Raises `PlaceNotFound`, `NoSuchFacility`.
    """
    place = changeable_place(actor, "places.keep", public_id)
    with transaction.atomic():
        if not _put_order(actor, place, facility, Order.BROKEN, now):
            return False
        publish(FacilityBroken(place.pk, facility), scope_code=place.scope_code, now=now)
    return True


def doubt_facility(*, actor: Actor, public_id: UUID, facility: str, now: datetime) -> bool:
    """Somebody says that it is out of order: shown as not verified until its keeper or the street has looked.

    Said again it changes nothing, and who said it is not kept. Publishes `FacilityDoubted`.
    Raises `NotAllowed`, `PlaceNotFound`, `NoSuchFacility`.
    """
    if not policy.permits(actor, "places.tell"):
        raise NotAllowed
    place = public_place(public_id)
    with transaction.atomic():
        held = PlaceFacility.objects.filter(place=place, facility=facility)
        fresh = held.exclude(order=Order.BROKEN).filter(doubted_at=None).update(doubted_at=now)
        if not fresh and not held.exists():
            raise NoSuchFacility
        if fresh:
            publish(FacilityDoubted(place.pk, facility), scope_code=place.scope_code, now=now)
    return bool(fresh)


def record_repair(*, actor: Actor, public_id: UUID, now: datetime, facility: str = "") -> bool:
    """A facility works again, or is known to work; without one the place itself: the door opens, the doubt is settled.

    Publishes `FacilityRepaired` after a breakdown, `PlaceDoubtSettled`. Raises as above.
    """
    place = changeable_place(actor, "places.keep", public_id)
    if not facility:
        return settle_doubt(actor=actor, place=place, end=DoubtEnd.REPAIRED, now=now)
    with transaction.atomic():
        was_broken = PlaceFacility.objects.filter(place=place, facility=facility, order=Order.BROKEN).exists()
        if not _put_order(actor, place, facility, Order.WORKS, now):
            return False
        if was_broken:
            publish(FacilityRepaired(place.pk, facility), scope_code=place.scope_code, now=now)
    return True


def _put_order(actor: Actor, place: Place, facility: str, order: Order, now: datetime) -> bool:
    held = PlaceFacility.objects.filter(place=place, facility=facility)
    if not held.filter(~Q(order=order) | Q(doubted_at__isnull=False)).update(
        order=order, since=now, doubted_at=None
    ):
        if not held.exists():
            raise NoSuchFacility
        return False
    action = "breakdown" if order is Order.BROKEN else "repair"
    Place.objects.filter(pk=place.pk).update(updated_at=now)
    note(actor, action, place, [facility], now)
    return True


def set_services(*, actor: Actor, public_id: UUID, services: Iterable[Offered], now: datetime) -> bool:
    """Exactly these service items from now on; returns whether anything changed. Publishes `PlaceChanged`.

    Raises `PlaceNotFound`, `Invalid`.
    """
    place = changeable_place(actor, "places.edit", public_id)
    wanted = {each.code: each for each in services}
    if set(wanted) - set(catalogue().services):
        raise Invalid(fields={"services": _("有一项服务不在目录里。")})
    with transaction.atomic():
        known = {each.item_id: each for each in PlaceService.objects.filter(place=place)}
        changed = [code for code, each in wanted.items() if code not in known or _told(known[code]) != each]
        gone = sorted(set(known) - set(wanted))
        if not (changed or gone):
            return False
        PlaceService.objects.filter(place=place, item__in=[*gone, *changed]).delete()
        # What is offered no more is booked no more; what was promised stays.
        Bookable.objects.filter(place=place, item__in=gone).update(is_active=False, updated_at=now)
        PlaceService.objects.bulk_create(_service(place, wanted[code]) for code in changed)
        _touched(actor, place, "services", [*gone, *changed], now)
    return True


def _service(place: Place, given: Offered) -> PlaceService:
    return PlaceService(
        place=place,
        item_id=given.code,
        provider=given.provider,
        hours=given.hours,
        booking=given.booking,
        cost=given.cost,
    )


def _told(held: PlaceService) -> Offered:
    return Offered(held.item_id, held.provider, held.hours, held.booking, held.cost)


def _touched(actor: Actor, place: Place, what: str, codes: list[str], now: datetime) -> None:
    Place.objects.filter(pk=place.pk).update(updated_at=now)
    note(actor, what, place, codes, now)
    publish(PlaceChanged(place.pk, what), scope_code=place.scope_code, now=now)

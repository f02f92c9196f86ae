"""The keeper's open-check."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import Actor
from nuanxin.kernel.errors import Conflict, Invalid
from nuanxin.kernel.events import publish
from nuanxin.places.enums import PlaceState
from nuanxin.places.events import PlaceChecked
from nuanxin.places.models import OpenCheck, Place, PlaceFacility
from nuanxin.places.queries.catalogue import catalogue
from nuanxin.places.queries.register import changeable_place
from nuanxin.places.services.equipping import record_breakdown
from nuanxin.places.services.locking import lock_place
from nuanxin.places.services.noting import note


class UnknownPoint(Invalid):
    default_message = _("有一项不在检查清单里。")
    default_hint = _("清单可能改过了，请刷新页面再查一次。")


class NotInService(Conflict):
    default_message = _("这里现在不对外开放，不用做开门检查。")
    default_hint = _("恢复开放以后再查。")


def check_place(*, actor: Actor, public_id: UUID, wrong: Iterable[str], now: datetime) -> OpenCheck:
    """The keeper has gone round: everything is right but `wrong`. Once a day; the last word of the day holds.

    What is wrong about a facility that the place has puts it out of order. Publishes `PlaceChecked`, `FacilityBroken`.
    Raises `PlaceNotFound`, `UnknownPoint`, `NotInService`.
    """
    place = changeable_place(actor, "places.check", public_id)
    if place.state != PlaceState.OPEN:
        raise NotInService
    points = catalogue().points
    found = sorted(set(wrong), key=list(points).index) if set(wrong) <= set(points) else None
    if found is None:
        raise UnknownPoint
    today, told = timezone.localdate(now), ",".join(found)
    with transaction.atomic():
        lock_place(place.pk)
        earlier = OpenCheck.objects.filter(place=place, on=today).first()
        is_known = earlier is not None and earlier.wrong == told
        made = earlier or OpenCheck(place=place, on=today)
        made.at, made.points, made.wrong, made.role = now, len(points), told, actor.role
        made.save()
        if is_known:
            return made
        Place.objects.filter(pk=place.pk).update(checked_on=today)
        note(actor, "check", place, found, now)
        publish(PlaceChecked(place.pk, told), scope_code=place.scope_code, now=now)
        if broken := {points[code].facility for code in found} - {""}:
            _put_out_of_order(actor, place, broken, now)
    return made


def _put_out_of_order(actor: Actor, place: Place, facilities: set[str], now: datetime) -> None:
    held = PlaceFacility.objects.filter(place=place, facility__in=facilities)
    for code in list(held.values_list("facility", flat=True)):
        record_breakdown(actor=actor, public_id=place.public_id, facility=code, now=now)

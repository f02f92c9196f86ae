"""What becomes of a door that people found locked."""

from datetime import datetime

from django.db import transaction

from nuanxin.kernel.access import Actor
from nuanxin.kernel.events import publish
from nuanxin.places.enums import DoubtEnd
from nuanxin.places.events import PlaceDoubtSettled
from nuanxin.places.models import Doubt, Place
from nuanxin.places.services.noting import note


def settle_doubt(*, actor: Actor, place: Place, end: DoubtEnd, now: datetime) -> bool:
    """It has been looked into; without an open doubt nothing happens. Publishes `PlaceDoubtSettled`."""
    with transaction.atomic():
        doubt = Doubt.objects.select_for_update().filter(place=place, settled_at=None).first()
        if doubt is None:
            return False
        Doubt.objects.filter(pk=doubt.pk).update(settled_at=now, end=end)
        note(actor, "settle", place, [end.value], now)
        publish(PlaceDoubtSettled(place.pk, doubt.pk, end.value), scope_code=place.scope_code, now=now)
    return True

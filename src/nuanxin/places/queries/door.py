"""The place whose plate somebody has scanned."""

from django.db.models import CharField

from nuanxin.kernel.prepared import Prepared
from nuanxin.places.models import Place
from nuanxin.places.permissions import PUBLIC
from nuanxin.places.queries.register import PlaceNotFound


def place_at_door(code: str) -> Place:
    """As everybody may see it. Raises `PlaceNotFound`."""
    found = _behind.first(code=code.lower())
    if found is None:
        raise PlaceNotFound
    return found


_behind = Prepared(
    lambda *, code: (
        Place.objects.filter(PUBLIC, door_code=code).select_related("type", "host").order_by("pk")[:1]
    ),
    code=CharField(),
)

"""The place whose plate somebody has scanned."""

from nuanxin.places.models import Place
from nuanxin.places.permissions import PUBLIC
from nuanxin.places.queries.register import PlaceNotFound


def place_at_door(code: str) -> Place:
    """As everybody may see it. Raises `PlaceNotFound`."""
    rows = Place.objects.filter(PUBLIC, door_code=code.lower()).select_related("type", "host")
    found = rows.first()
    if found is None:
        raise PlaceNotFound
    return found

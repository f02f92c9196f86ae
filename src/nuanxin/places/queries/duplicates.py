"""Whether a place is in the register already: the same name, not far away."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

from nuanxin.kernel.geo.coordinates import distance_m
from nuanxin.kernel.geo.queries import near
from nuanxin.places.enums import PlaceState
from nuanxin.places.models import Place

SAME_WITHIN_M = 200.0
NOT_A_LETTER = re.compile(r"[\W_]+")


def plain_name(name: str) -> str:
    """Without spaces, brackets and differences of width: `枫林 暖新驿站（东门）` is `枫林暖新驿站东门`."""
    return NOT_A_LETTER.sub("", unicodedata.normalize("NFKC", name).casefold())


def same_place(name: str, lng: float, lat: float, *, other_than: int | None = None) -> Place | None:
    """The nearest one of that name, in service or not, closed for good left out."""
    rows = near(Place.objects.exclude(state=PlaceState.CLOSED), lng, lat, SAME_WITHIN_M)
    wanted = plain_name(name)
    found: Iterable[Place] = rows.exclude(pk=other_than) if other_than else rows
    return next((each for each in found if plain_name(each.name_zh) == wanted), None)


class Known:
    """Many names to look up at once, for a file of places: from memory."""

    def __init__(self, places: Iterable[Place]) -> None:
        self._by_name: dict[str, list[Place]] = defaultdict(list)
        for each in places:
            self._by_name[plain_name(each.name_zh)].append(each)

    def same(self, name: str, lng: float, lat: float) -> Place | None:
        for each in self._by_name.get(plain_name(name), ()):
            if each.lng is None or each.lat is None:
                continue
            if distance_m(lng, lat, each.lng, each.lat) <= SAME_WITHIN_M:
                return each
        return None

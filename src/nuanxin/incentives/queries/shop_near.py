"""Which shop is near: from a point that is kept nowhere, else in a street that one says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils import timezone

from nuanxin.incentives.models import Shop
from nuanxin.incentives.queries.shop import PUBLIC, SHOWN, in_season_q
from nuanxin.kernel.access import Actor, scope_q
from nuanxin.kernel.access.scope import LEVELS, padded
from nuanxin.kernel.geo.queries import near
from nuanxin.places.models import Place
from nuanxin.places.queries import Hours, Way, hours_of_all, streets_with_places, way

REACH_M = 20_000.0
NEAREST = 20


@dataclass(frozen=True, slots=True)
class ShopCard:
    """`words`: whether it is open, and until when. `way` only where one asked from a point."""

    shop: Shop
    hours: Hours
    words: str
    items: int
    way: Way | None = None


@dataclass(frozen=True, slots=True)
class ShopsFound:
    """`is_wider`: there is none in the street, so these are of the whole district. `is_near`: by distance."""

    cards: list[ShopCard] = field(default_factory=list)
    is_wider: bool = False
    is_near: bool = False


def shops_around(lng: float, lat: float, *, now: datetime) -> ShopsFound:
    """Open to the public within twenty kilometres, nearest first; four statements. Raises `NotACoordinate`."""
    shown = Shop.objects.filter(PUBLIC, place=OuterRef("pk"))
    rows = near(Place.objects.filter(Exists(shown)), lng, lat, REACH_M)
    far = dict(rows.values_list("pk", "distance_m")[:NEAREST])
    cards = _cards(Shop.objects.filter(PUBLIC, place__in=far), now, far)
    return ShopsFound(sorted(cards, key=lambda each: far[each.shop.place_id]), is_near=True)


def shops_for(actor: Actor, code: str, *, now: datetime) -> ShopsFound:
    """Without a position: those of one's own community first, then what is open at this hour.

    Where a street has none, those of its district.
    """
    found = shops_within(code, now=now)
    own = actor.scope_code[: LEVELS["community"]]
    found.sort(key=lambda each: each.shop.place.scope_community != own)
    if found or len(code.rstrip("0")) <= LEVELS["district"]:
        return ShopsFound(found)
    return ShopsFound(shops_within(padded(code[: LEVELS["district"]]), now=now), is_wider=True)


def shops_within(code: str, *, now: datetime) -> list[ShopCard]:
    """Open to the public in a territory, what is open at this hour first."""
    cards = _cards(Shop.objects.filter(PUBLIC).filter(scope_q(code, "place__")), now)
    return sorted(cards, key=lambda each: (not each.hours.is_open, each.shop.pk))


def _cards(rows: QuerySet[Shop], now: datetime, far: Mapping[int, float] | None = None) -> list[ShopCard]:
    today = timezone.localdate(now)
    related = rows.select_related("place__type", "run_by")
    shops = list(related.annotate(shown=Count("items", filter=in_season_q(today, "items__")))[:SHOWN])
    hours = hours_of_all([each.place for each in shops], now)
    cards = []
    for each in shops:
        said = hours[each.place_id]
        how_far = way(far[each.place_id]) if far else None
        cards.append(ShopCard(each, said, said.words(now), each.shown, how_far))
    return cards


def streets_with_shops() -> Mapping[str, list[tuple[str, str]]]:
    """What one chooses from without a position, by district."""
    rows = Shop.objects.filter(PUBLIC).order_by().values_list("place__scope_street", flat=True).distinct()
    wanted = {padded(each) for each in rows if len(each) == LEVELS["street"]}
    return {
        district: kept
        for district, streets in streets_with_places().items()
        if (kept := [each for each in streets if each[0] in wanted])
    }

"""Places around a point that are in service now: a few ranges of one index, nearest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from nuanxin.kernel.geo.queries import near
from nuanxin.places.enums import Order, PlaceState
from nuanxin.places.models import Place, PlaceFacility
from nuanxin.places.queries.catalogue import catalogue
from nuanxin.places.queries.hours import JUDGED, Hours, hours_of_all
from nuanxin.places.queries.stock import having
from nuanxin.places.queries.warnings import shelter_q

NEAR_M = 3000.0
MOST_M = 50_000.0
FIRST_M = 400.0  # where much lies around, this is enough; where little does, the next ring follows from what was found
FEW = 600  # when no more than so many are to be expected within reach, they are looked at together
LIMIT = 20
BATCH = 120
MOST_BATCHES = 4  # so many candidates are looked at for "open now"; what lies beyond is not near


@dataclass(frozen=True, slots=True)
class Wanted:
    """A place must have every facility that is asked for, and not out of order, and every item, still good; of the
    types any.
    """

    types: tuple[str, ...] = ()
    facilities: tuple[str, ...] = ()
    open_now: bool = False
    items: tuple[str, ...] = ()
    shelter_from: str = ""


@dataclass(frozen=True, slots=True)
class NearPlace:
    place: Any
    distance_m: float
    hours: Hours
    facilities: tuple[PlaceFacility, ...]


def near_places(
    lng: float,
    lat: float,
    *,
    now: datetime,
    radius_m: float = NEAR_M,
    wanted: Wanted | None = None,
    limit: int = LIMIT,
) -> list[NearPlace]:
    """Nearest first, in four statements, in a few more where the first ring does not hold enough.

    Candidates are read in few columns; only those that stay are read whole. Raises `NotACoordinate`.
    """
    asked = wanted or Wanted()
    kept = _nearest(lng, lat, min(radius_m, MOST_M), asked, now, limit)
    places = Place.objects.in_bulk([place.pk for place, _hours in kept])
    types = catalogue().types
    for place in places.values():
        if place.type_id in types:
            place.type = types[place.type_id]
    equipped = facilities_of(places)
    return [
        NearPlace(places[place.pk], place.distance_m, hours, tuple(equipped.get(place.pk, ())))
        for place, hours in kept
        if place.pk in places
    ]


def _nearest(
    lng: float, lat: float, furthest: float, asked: Wanted, now: datetime, limit: int
) -> list[tuple[Any, Hours]]:
    """Ring by ring: a wider one begins with what the narrower one held, in the same order."""
    reach, seen = min(FIRST_M, furthest), 0
    found: list[tuple[Any, Hours]] = []
    for _batch in range(MOST_BATCHES):
        rows = rows_near(lng, lat, reach, asked, now).values_list("distance_m", *JUDGED, named=True)
        batch = list(rows[seen : seen + BATCH])
        seen += len(batch)
        hours = hours_of_all(batch, now)
        found += [(each, hours[each.pk]) for each in batch if not asked.open_now or hours[each.pk].is_open]
        if len(found) >= limit or (len(batch) < BATCH and reach >= furthest):
            break
        if len(batch) < BATCH:
            reach = _wider(reach, furthest, len(found), seen, limit)
    return found[:limit]


def _wider(reach: float, furthest: float, found: int, seen: int, limit: int) -> float:
    """As far as it should take for enough, by how many lay in this ring; all at once where they are few."""
    expected = max(seen, 1) * (furthest / reach) ** 2
    if expected <= FEW:
        return furthest
    factor = 1.3 * sqrt(limit / max(found, 0.5))
    return min(furthest, reach * min(8.0, max(2.0, factor)))


def rows_near(lng: float, lat: float, radius_m: float, asked: Wanted, now: datetime) -> QuerySet[Any]:
    """Those in service, with their `distance_m`, whatever the hour."""
    return near(_in_service(asked, now), lng, lat, min(radius_m, MOST_M))


def _in_service(asked: Wanted, now: datetime) -> QuerySet[Place]:
    return narrowed(Place.objects.filter(in_season(now), state=PlaceState.OPEN), asked, now)


def narrowed(rows: QuerySet[Place], asked: Wanted, now: datetime) -> QuerySet[Place]:
    """By all but the hour."""
    for code in asked.items:
        rows = rows.filter(having(code, now))
    if asked.types:
        rows = rows.filter(type__in=asked.types)
    for code in asked.facilities:
        rows = rows.filter(has_facility(code))
    return rows.filter(shelter_q(asked.shelter_from)) if asked.shelter_from else rows


def in_season(now: datetime) -> Q:
    today = timezone.localdate(now)
    begun = Q(valid_from=None) | Q(valid_from__lte=today)
    return begun & (Q(valid_to=None) | Q(valid_to__gte=today))


def has_facility(code: str) -> Exists:
    held = PlaceFacility.objects.filter(place=OuterRef("pk"), facility=code)
    return Exists(held.exclude(order=Order.BROKEN))


def facilities_of(keys: Iterable[int]) -> dict[int, list[PlaceFacility]]:
    """In the order of the catalogue, which the process holds; one statement."""
    wanted = list(keys)
    told: dict[int, list[PlaceFacility]] = {}
    known = catalogue().facilities
    ranks = {code: rank for rank, code in enumerate(known)}
    rows = list(PlaceFacility.objects.filter(place__in=wanted).order_by()) if wanted else []
    for each in sorted(rows, key=lambda row: ranks.get(row.facility_id, len(ranks))):
        if each.facility_id in known:
            each.facility = known[each.facility_id]
        told.setdefault(each.place_id, []).append(each)
    return told


def nearest_with(
    lng: float, lat: float, item: str, *, now: datetime, open_now: bool = False
) -> NearPlace | None:
    """The nearest place in service that has some of it that is still good. Raises `NotACoordinate`."""
    wanted = Wanted(items=(item,), open_now=open_now)
    return next(iter(near_places(lng, lat, now=now, radius_m=MOST_M, wanted=wanted, limit=1)), None)

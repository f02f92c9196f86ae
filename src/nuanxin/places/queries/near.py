"""Places around a point that are in service now: a few ranges of one index, nearest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from nuanxin.kernel.geo.queries import near
from nuanxin.places.enums import Order, PlaceState
from nuanxin.places.models import Place, PlaceFacility
from nuanxin.places.queries.hours import Hours, hours_of_all

NEAR_M = 3000.0
MOST_M = 50_000.0
LIMIT = 20
BATCH = 60
MOST_BATCHES = 5  # so many candidates are looked at for "open now"; what lies beyond is not near


@dataclass(frozen=True, slots=True)
class Wanted:
    """A place must have every facility that is asked for, and not out of order; of the types any."""

    types: tuple[str, ...] = ()
    facilities: tuple[str, ...] = ()
    open_now: bool = False


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
    """Nearest first, in three statements; with `open_now` a few more where many are closed. Raises `NotACoordinate`."""
    asked = wanted or Wanted()
    rows = rows_near(lng, lat, radius_m, asked, now)
    found: list[tuple[Any, Hours]] = []
    if not asked.open_now:
        page = list(rows[:limit])
        hours = hours_of_all(page, now)
        found = [(each, hours[each.pk]) for each in page]
    for number in range(MOST_BATCHES if asked.open_now else 0):
        batch = list(rows[number * BATCH : (number + 1) * BATCH])
        hours = hours_of_all(batch, now)
        found += [(each, hours[each.pk]) for each in batch if hours[each.pk].is_open]
        if len(found) >= limit or len(batch) < BATCH:
            break
    kept = found[:limit]
    equipped = facilities_of(place.pk for place, _hours in kept)
    return [
        NearPlace(place, place.distance_m, hours, tuple(equipped.get(place.pk, ()))) for place, hours in kept
    ]


def rows_near(lng: float, lat: float, radius_m: float, asked: Wanted, now: datetime) -> QuerySet[Any]:
    """Those in service, with their `distance_m`, whatever the hour."""
    return near(_in_service(asked, now), lng, lat, min(radius_m, MOST_M))


def _in_service(asked: Wanted, now: datetime) -> QuerySet[Place]:
    rows = Place.objects.filter(in_season(now), state=PlaceState.OPEN).select_related("type")
    if asked.types:
        rows = rows.filter(type__in=asked.types)
    for code in asked.facilities:
        rows = rows.filter(has_facility(code))
    return rows


def in_season(now: datetime) -> Q:
    today = timezone.localdate(now)
    begun = Q(valid_from=None) | Q(valid_from__lte=today)
    return begun & (Q(valid_to=None) | Q(valid_to__gte=today))


def has_facility(code: str) -> Exists:
    held = PlaceFacility.objects.filter(place=OuterRef("pk"), facility=code)
    return Exists(held.exclude(order=Order.BROKEN))


def facilities_of(keys: Iterable[int]) -> dict[int, list[PlaceFacility]]:
    """In the order of the catalogue; one statement."""
    wanted = list(keys)
    told: dict[int, list[PlaceFacility]] = {}
    rows = PlaceFacility.objects.filter(place__in=wanted).select_related("facility")
    for each in rows.order_by("facility__sort", "facility_id") if wanted else ():
        told.setdefault(each.place_id, []).append(each)
    return told

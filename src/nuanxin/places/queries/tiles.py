"""Vector tiles of what is in service: places where they can be told apart, elsewhere how many lie together.

A tile is a square of Web Mercator, cut into cells of its own, so that no two tiles count the same place.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import asinh, atan, degrees, floor, pi, radians, sinh, tan
from typing import Any

from django.db.models import Avg, Count, F, FloatField, Min, QuerySet, Value
from django.db.models.functions import Cast, Floor

from nuanxin.kernel.geo.queries import in_box
from nuanxin.places.enums import PlaceState
from nuanxin.places.models import Place
from nuanxin.places.queries.hours import JUDGED, Hours, hours_of_all
from nuanxin.places.queries.near import Wanted, in_season, narrowed
from nuanxin.territories.queries import Bounds

LAYER = "places"
DEEPEST = 20
APART_FROM = 14  # from this zoom on each place is drawn by itself: a tile is two kilometres wide
MOST_APART = 1000
CELLS = 8  # along one side of a tile in which places are drawn together
EXTENT = 4096
DRAWN = ("public_id", "type_id", "name_zh", "name_en", "lng", "lat", *JUDGED)


@dataclass(frozen=True, slots=True)
class Tile:
    zoom: int
    x: int
    y: int

    @property
    def bounds(self) -> Bounds:
        west, east = _lng(self.zoom, self.x), _lng(self.zoom, self.x + 1)
        return Bounds(west, _lat(self.zoom, self.y + 1), east, _lat(self.zoom, self.y))

    def pixel(self, lng: float, lat: float) -> tuple[int, int]:
        """Within the tile, from its north-west corner."""
        across, down = (share * 2**self.zoom for share in _shares(lng, lat))
        return _inside(across - self.x), _inside(down - self.y)


@dataclass(frozen=True, slots=True)
class Together:
    """So many places, drawn where their middle is."""

    lng: float
    lat: float
    count: int


def _inside(share: float) -> int:
    return min(EXTENT - 1, max(0, floor(share * EXTENT)))


def _shares(lng: float, lat: float) -> tuple[float, float]:
    """Of the whole map, from its west and from its north."""
    return (lng + 180) / 360, (1 - asinh(tan(radians(lat))) / pi) / 2


def _lng(zoom: int, x: int) -> float:
    return x / float(2**zoom) * 360.0 - 180.0


def _lat(zoom: int, y: int) -> float:
    return degrees(atan(sinh(pi * (1 - 2 * y / 2**zoom))))


def is_tile(zoom: int, x: int, y: int) -> bool:
    return 0 <= zoom <= DEEPEST and 0 <= x < 2**zoom and 0 <= y < 2**zoom


def tile_of(lng: float, lat: float, zoom: int) -> Tile:
    """The one that the point lies in."""
    across, down = _shares(lng, lat)
    last = 2**zoom - 1
    return Tile(zoom, min(last, floor(across * 2**zoom)), min(last, floor(down * 2**zoom)))


def places_in_tile(
    tile: Tile, wanted: Wanted, *, now: datetime
) -> tuple[list[tuple[Place, Hours]], list[Together]]:
    """What is in service there, by all that is wanted but the hour: places, and groups of them."""
    rows = _there(tile, wanted, now)
    if tile.zoom >= APART_FROM:
        alone = list(rows.only(*DRAWN).order_by("pk")[: MOST_APART + 1])
        if len(alone) <= MOST_APART:
            return _judged(alone, now), []
    groups = _grouped(rows, tile.bounds)
    keys = [each["first"] for each in groups if each["count"] == 1]
    alone = list(Place.objects.filter(pk__in=keys).only(*DRAWN).order_by("pk")) if keys else []
    return _judged(alone, now), [
        Together(each["lng__avg"], each["lat__avg"], each["count"]) for each in groups if each["count"] > 1
    ]


def _there(tile: Tile, wanted: Wanted, now: datetime) -> QuerySet[Place]:
    """Half open, so that what lies on an edge is in one tile only."""
    rows = narrowed(Place.objects.filter(in_season(now), state=PlaceState.OPEN), wanted, now)
    box = tile.bounds
    return in_box(rows, *box).filter(lng__lt=box.east, lat__gt=box.south)


def _judged(places: Sequence[Place], now: datetime) -> list[tuple[Place, Hours]]:
    hours = hours_of_all(places, now)
    return [(each, hours[each.pk]) for each in places]


def _grouped(rows: QuerySet[Place], box: Bounds) -> list[dict[str, Any]]:
    """By cell, in one statement."""
    cells = rows.annotate(
        column=_cell(F("lng"), box.west, box.east), line=_cell(F("lat"), box.south, box.north)
    )
    grouped: Any = cells.order_by().values("column", "line")
    middles = grouped.annotate(Avg("lng"), Avg("lat"), first=Min("pk"), count=Count("pk"))
    return list(middles.order_by("column", "line"))


def _cell(degree: F, first: float, last: float) -> Any:
    share = (Cast(degree, FloatField()) - Value(first, FloatField())) * Value(
        CELLS / (last - first), FloatField()
    )
    return Floor(share)


def drawn(tile: Tile, features: Sequence[tuple[float, float, dict[str, Any]]]) -> bytes:
    """The features, each a point and its properties, as a Mapbox Vector Tile 2.1."""
    from mapbox_vector_tile import encode  # only a process that is asked for tiles pays for the library

    layer = {
        "name": LAYER,
        "features": [
            {"geometry": {"type": "Point", "coordinates": tile.pixel(lng, lat)}, "properties": properties}
            for lng, lat, properties in features
        ],
    }
    told: bytes = encode(
        [layer] if features else [], default_options={"y_coord_down": True, "extents": EXTENT}
    )
    return told

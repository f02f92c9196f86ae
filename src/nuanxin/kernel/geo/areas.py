"""Which areas hold a point: what every report and every search asks, without a geometry library in the process.

Shapes are checked, cut and measured with shapely where they are loaded (`territories.services`). To ask afterwards
where a point lies takes a ray and some boxes; shapely and numpy would be 15 MB in every web process for it.
"""

import json
import math
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any, Generic, TypeVar

from nuanxin.kernel.geo.coordinates import LngLat

TILE = 0.02  # degrees: about two kilometres, a community or two
MOST_TILES = 400  # what covers more is asked each time: provinces, cities, districts
K = TypeVar("K")


class Area:
    """A valid polygon or multipolygon in WGS-84, as flat arrays of its rings, holes included."""

    __slots__ = ("box", "rings")

    def __init__(self, geometry: dict[str, Any]) -> None:
        """A GeoJSON `Polygon` or `MultiPolygon`. Raises `KeyError` or `ValueError` for anything else."""
        parts = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
        self.rings = tuple(
            (array("d", [point[0] for point in ring]), array("d", [point[1] for point in ring]))
            for part in parts
            for ring in part
        )
        west, east = (pick(pick(lngs) for lngs, _ in self.rings) for pick in (min, max))
        south, north = (pick(pick(lats) for _, lats in self.rings) for pick in (min, max))
        self.box = (west, south, east, north)

    @classmethod
    def of(cls, geojson: str) -> "Area":
        return cls(json.loads(geojson))

    def covers(self, lng: float, lat: float) -> bool:
        """Inside or on an edge. A ray to the east crosses the edges of an area that holds its start an odd number of
        times; holes are rings like any other.
        """
        west, south, east, north = self.box
        if not (west <= lng <= east and south <= lat <= north):
            return False
        is_inside = False
        for (x1, y1), (x2, y2) in self._edges():
            side = (x2 - x1) * (lat - y1) - (lng - x1) * (y2 - y1)
            if side == 0 and min(x1, x2) <= lng <= max(x1, x2) and min(y1, y2) <= lat <= max(y1, y2):
                return True
            if (y1 > lat) != (y2 > lat) and (side > 0) == (y2 > y1):
                is_inside = not is_inside
        return is_inside

    def _edges(self) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
        for lngs, lats in self.rings:
            yield from pairwise(zip(lngs, lats, strict=True))

    @property
    def size(self) -> float:
        """In square degrees, to tell the smaller from the larger. Holes run the other way round and take away."""
        x, y, _east, _north = self.box  # from a corner of its own, so that small areas keep their digits
        doubled = ((x1 - x) * (y2 - y) - (x2 - x) * (y1 - y) for (x1, y1), (x2, y2) in self._edges())
        return abs(math.fsum(doubled)) / 2

    def point_inside(self) -> LngLat:
        """For a name: the middle of the widest stretch at half the height."""
        _west, south, _east, north = self.box
        lat = (south + north) / 2
        crossings = sorted(
            x1 + (lat - y1) * (x2 - x1) / (y2 - y1)
            for (x1, y1), (x2, y2) in self._edges()
            if (y1 > lat) != (y2 > lat)
        )
        stretches = zip(crossings[::2], crossings[1::2], strict=True)
        start, end = max(stretches, key=lambda stretch: stretch[1] - stretch[0])
        return LngLat((start + end) / 2, lat)


class AreaIndex(Generic[K]):
    """Areas by tile. What covers very many tiles is few, and asked each time."""

    def __init__(self, rows: Iterable[tuple[K, Area]]) -> None:
        self._rows = list(rows)
        self._tiles: dict[tuple[int, int], list[int]] = defaultdict(list)
        self._wide: list[int] = []
        for position, (_key, area) in enumerate(self._rows):
            tiles = list(_tiles_of(area)) if _tile_count(area) <= MOST_TILES else []
            for tile in tiles:
                self._tiles[tile].append(position)
            if not tiles:
                self._wide.append(position)

    def __len__(self) -> int:
        return len(self._rows)

    def covering(self, lng: float, lat: float) -> list[K]:
        """Keys of the areas that hold the point, in the order in which they were given."""
        near = self._tiles.get((int(lng // TILE), int(lat // TILE)), [])
        positions = sorted([*near, *self._wide])
        return [key for key, area in map(self._rows.__getitem__, positions) if area.covers(lng, lat)]


def _span(start: float, end: float) -> range:
    return range(int(start // TILE), int(end // TILE) + 1)


def _tile_count(area: Area) -> int:
    west, south, east, north = area.box
    return len(_span(west, east)) * len(_span(south, north))


def _tiles_of(area: Area) -> Iterator[tuple[int, int]]:
    west, south, east, north = area.box
    return ((x, y) for x in _span(west, east) for y in _span(south, north))

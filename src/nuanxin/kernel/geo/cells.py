"""H3 cells as integers, and shapes as a few contiguous ranges of them.

A cell's index spells its ancestors digit by digit, so that all resolution-12 children of a coarser cell are
one range of integers. Descendants protrude beyond their ancestor's hexagon, which `DESCENDANT_REACH` allows
for; every query filters exactly afterwards, so a cover may be too large but never too small.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple, Protocol

import h3.api.basic_int as h3_int

from nuanxin.kernel.geo.coordinates import EARTH_RADIUS_M, checked, distance_m

RESOLUTION = 12  # edge about 9 m
DIGIT_BITS = 3
FINEST = 15
# Greatest distance of a descendant's point from a cell's centre, in average edges: 1.14 in 320,000 random
# ones.
DESCENDANT_REACH = 1.3
RING = 7
# From anywhere in a cell, its neighbours reach at least so many average edges: hexagons are distorted, and their
# descendants stick out of them and leave gaps.
RING_REACH = 0.7
MAX_CELLS = 48  # more cells fit the shape closer, but each separate range is one more index probe
METRES_PER_DEGREE = math.radians(1) * EARTH_RADIUS_M


class Range(NamedTuple):
    """First and last index, both included."""

    first: int
    last: int


class Shape(Protocol):
    """What a cover needs to know of a shape."""

    def centre(self) -> tuple[float, float]: ...

    def reach_m(self) -> float:
        """Distance from the centre that the shape does not exceed."""

    def is_within(self, lng: float, lat: float, margin_m: float) -> bool:
        """Whether the shape may come within the margin of the point; never wrongly False."""


@dataclass(frozen=True, slots=True)
class Disk:
    lng: float
    lat: float
    radius_m: float

    def centre(self) -> tuple[float, float]:
        return self.lng, self.lat

    def reach_m(self) -> float:
        return self.radius_m

    def is_within(self, lng: float, lat: float, margin_m: float) -> bool:
        return distance_m(self.lng, self.lat, lng, lat) <= self.radius_m + margin_m


@dataclass(frozen=True, slots=True)
class Box:
    """Between two meridians (eastwards from `west`, across 180° when `west` is greater) and two parallels."""

    west: float
    south: float
    east: float
    north: float

    @property
    def width(self) -> float:
        return self.east - self.west if self.west <= self.east else self.east - self.west + 360

    def centre(self) -> tuple[float, float]:
        lng = self.west + self.width / 2
        return (lng if lng <= 180 else lng - 360), (self.south + self.north) / 2

    def reach_m(self) -> float:
        """No path along the middle meridian and then a parallel is shorter than the great circle."""
        widest = 0.0 if self.south <= 0 <= self.north else min(abs(self.south), abs(self.north))
        across = self.width / 2 * math.cos(math.radians(widest))
        return math.hypot((self.north - self.south) / 2, across) * METRES_PER_DEGREE * 1.01

    def is_within(self, lng: float, lat: float, margin_m: float) -> bool:
        up = margin_m / METRES_PER_DEGREE
        if not self.south - up <= lat <= self.north + up:
            return False
        highest = min(89.0, abs(lat) + up)
        aside = up / math.cos(math.radians(highest)) * 1.01
        east_of_west = (lng - self.west) % 360
        return east_of_west <= self.width + aside or east_of_west >= 360 - aside


def cell_of(lng: float, lat: float) -> int:
    """The resolution-12 cell. H3 keeps the highest bit zero, so it fits a signed 64-bit column."""
    point = checked(lng, lat)
    return int(h3_int.latlng_to_cell(point.lat, point.lng, RESOLUTION))


def range_of(cell: int) -> Range:
    """All resolution-12 descendants of a cell (of resolution 12 or coarser) as one range."""
    resolution = h3_int.get_resolution(cell)
    digits_end = DIGIT_BITS * (FINEST - RESOLUTION)
    free = DIGIT_BITS * (RESOLUTION - resolution)
    lowest = (cell & ~(0xF << 52) | RESOLUTION << 52) & ~((1 << free) - 1 << digits_end)
    return Range(lowest, lowest | ((1 << free) - 1) << digits_end)


def cover(shape: Shape) -> list[Range] | None:
    """Ranges that together hold the cell of every point of the shape; None when only the whole table would
    do.
    """
    start = _start_resolution(shape.reach_m())
    if start is None:
        return None
    lng, lat = shape.centre()
    home = h3_int.latlng_to_cell(lat, lng, start)
    cells = _touching(h3_int.grid_disk(home, 2), start, shape)
    resolution = start
    while resolution < RESOLUTION:
        children = (child for cell in cells for child in h3_int.cell_to_children(cell, resolution + 1))
        finer = _touching(children, resolution + 1, shape)
        if len(finer) > MAX_CELLS:
            break
        cells, resolution = finer, resolution + 1
    return merged(range_of(cell) for cell in h3_int.compact_cells(cells))


def merged(ranges: Iterable[Range]) -> list[Range]:
    """Sorted, and joined where they touch."""
    result: list[Range] = []
    for first, last in sorted(ranges):
        if result and first <= result[-1].last + 1:
            result[-1] = Range(result[-1].first, max(last, result[-1].last))
        else:
            result.append(Range(first, last))
    return result


def _start_resolution(reach_m: float) -> int | None:
    """The finest resolution at which two rings around the centre's cell surely contain the shape."""
    for resolution in range(RESOLUTION, -1, -1):
        if _edge_m(resolution) >= reach_m:
            return resolution
    return None


def _touching(cells: Iterable[int], resolution: int, shape: Shape) -> list[int]:
    """The cells of which some descendant may hold a point of the shape."""
    margin = DESCENDANT_REACH * _edge_m(resolution)
    kept = []
    for cell in cells:
        lat, lng = h3_int.cell_to_latlng(cell)
        if shape.is_within(lng, lat, margin):
            kept.append(cell)
    return kept


@cache
def _edge_m(resolution: int) -> float:
    return float(h3_int.average_hexagon_edge_length(resolution, unit="m"))


def ring(lng: float, lat: float, radius_m: float) -> list[Range]:
    """Always seven ranges that together hold every point within the radius: a cell and its six neighbours.

    So few, and always as many, that one prepared statement asks for them; filter by the exact distance afterwards.
    Those that the disk does not reach repeat another, which costs nothing. Raises `NotACoordinate`.
    """
    point = checked(lng, lat)
    home_resolution = next(
        each for each in range(RESOLUTION, -1, -1) if _edge_m(each) * RING_REACH >= radius_m
    )
    home = h3_int.latlng_to_cell(point.lat, point.lng, home_resolution)
    disk = Disk(point.lng, point.lat, radius_m)
    cells = _touching(h3_int.grid_disk(home, 1), home_resolution, disk)
    found = [range_of(cell) for cell in cells] or [range_of(home)]
    return [*found, *[found[-1]] * (RING - len(found))]

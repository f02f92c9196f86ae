"""A local plane in metres, and the gentle warp that turns a lattice into streets that look grown.

The district lies, as a 示意图 must, where there is nothing: in the middle of a desert, inside the area in
which GCJ-02 applies. Nobody can mistake it for a real town.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import cos, exp, pi, radians, sin
from random import Random
from typing import Any

from shapely import transform
from shapely.geometry.base import BaseGeometry

ORIGIN = (104.50, 38.50)  # lng, lat in WGS-84
METRES_PER_DEGREE = 111_320.0
WIDTH, HEIGHT = 8_200.0, 6_200.0

Point = tuple[float, float]


def to_wgs84(x: float, y: float) -> Point:
    """Metres east and north of the origin to (lng, lat), seven decimals (a centimetre)."""
    lng = ORIGIN[0] + x / (METRES_PER_DEGREE * cos(radians(ORIGIN[1])))
    return round(lng, 7), round(ORIGIN[1] + y / METRES_PER_DEGREE, 7)


def geometry_to_wgs84(geometry: BaseGeometry, decimals: int = 7) -> BaseGeometry:
    scale_x = 1 / (METRES_PER_DEGREE * cos(radians(ORIGIN[1])))

    def project(points: Any) -> Any:
        return (points * (scale_x, 1 / METRES_PER_DEGREE) + ORIGIN).round(decimals)

    return transform(geometry, project)


def _ease(t: float) -> float:
    return t * t * (3 - 2 * t)


@dataclass(frozen=True, slots=True)
class Warp:
    """Maps lattice metres (u, v) to plane metres (x, y); smooth, so that shared edges stay shared."""

    columns: tuple[float, ...]
    rows: tuple[float, ...]
    jitter: tuple[tuple[Point, ...], ...]  # [column][row]

    @classmethod
    def grown(cls, rng: Random, columns: tuple[float, ...], rows: tuple[float, ...]) -> Warp:
        nodes = tuple(tuple((rng.uniform(-75, 75), rng.uniform(-65, 65)) for _ in rows) for _ in columns)
        return cls(columns, rows, nodes)

    def __call__(self, u: float, v: float) -> Point:
        du, dv = self._jitter_at(u, v)
        x, y = u + du, v + dv
        meander = 150 * sin(2 * pi * x / 2_500 + 1.3) * exp(-((y / 850) ** 2))
        bend = 260 * sin(2 * pi * x / 7_600 + 0.7) + 90 * sin(2 * pi * x / 3_100 + 2.1)
        sway = 190 * sin(2 * pi * y / 6_400 + 0.4) + 95 * sin(2 * pi * (y + 0.3 * x) / 2_900)
        return x + sway, y + bend + meander - 0.04 * x

    def _jitter_at(self, u: float, v: float) -> Point:
        i, s = _cell(self.columns, u)
        j, t = _cell(self.rows, v)
        a, b = self.jitter[i][j], self.jitter[i + 1][j]
        c, d = self.jitter[i][j + 1], self.jitter[i + 1][j + 1]
        weights = ((1 - s) * (1 - t), s * (1 - t), (1 - s) * t, s * t)
        return (
            sum(w * p[0] for w, p in zip(weights, (a, b, c, d), strict=True)),
            sum(w * p[1] for w, p in zip(weights, (a, b, c, d), strict=True)),
        )

    def line(self, start: Point, end: Point, pieces: int = 8) -> list[Point]:
        """The image of a straight lattice segment; the same points whichever way it is walked."""
        if start > end:
            return self.line(end, start, pieces)[::-1]
        (u0, v0), (u1, v1) = start, end
        steps = (k / pieces for k in range(pieces + 1))
        return [self(u0 + (u1 - u0) * t, v0 + (v1 - v0) * t) for t in steps]

    def rectangle(self, u0: float, v0: float, u1: float, v1: float, pieces: int = 8) -> list[Point]:
        corners = [(u0, v0), (u1, v0), (u1, v1), (u0, v1), (u0, v0)]
        ring: list[Point] = []
        for start, end in pairwise(corners):
            ring.extend(self.line(start, end, pieces)[:-1])
        return ring


def _cell(lines: tuple[float, ...], value: float) -> tuple[int, float]:
    last = len(lines) - 2
    index = next((k for k in range(last + 1) if value <= lines[k + 1]), last)
    low, high = lines[index], lines[index + 1]
    return index, _ease(min(1.0, max(0.0, (value - low) / (high - low))))

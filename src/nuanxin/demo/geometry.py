"""The invented ground of the demo city: streets, communities, grids, water and roads, in plane metres.

A lattice of blocks is bent by a smooth warp and cut by an irregular district boundary. A grid is one block;
communities are grown from blocks, streets from communities, so that everything nests and leaves no gap by
construction.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import cos, hypot, pi, sin
from random import Random

from shapely import LineString, MultiLineString, Polygon, line_merge, set_precision, unary_union
from shapely import Point as ShapelyPoint
from shapely.geometry.base import BaseGeometry

from nuanxin.demo.names import AVENUES, CREEK, CROSS_STREETS, LAKE, RIVER, RIVERSIDE, STREETS
from nuanxin.demo.plane import HEIGHT, WIDTH, Point, Warp

COLUMN_SHARES = (0.105, 0.088, 0.082, 0.064, 0.076, 0.062, 0.083, 0.07, 0.088, 0.094, 0.108, 0.08)
ROW_SHARES = (0.125, 0.112, 0.088, 0.102, 0.088, 0.092, 0.084, 0.1, 0.092, 0.117)
RIVER_ROW = 5
CREEK_COLUMN = 6
BRIDGES = frozenset({2, 4, 6, 7, 9})
ARTERIAL_COLUMNS = frozenset({3, 6, 9})
ARTERIAL_ROWS = frozenset({2, 8})
SMALLEST_BLOCK = 90_000.0  # square metres; smaller remnants at the rim stay outside the district

Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Block:
    cell: Cell
    uv: tuple[float, float, float, float]
    shape: Polygon
    side: str


@dataclass(frozen=True, slots=True)
class Road:
    name: str
    kind: str  # arterial | secondary | riverside | lane
    line: BaseGeometry


@dataclass(frozen=True, slots=True)
class Ground:
    warp: Warp
    blocks: dict[Cell, Block]
    street_of: dict[Cell, int]
    community_of: dict[Cell, tuple[int, int]]
    river: BaseGeometry
    creek: BaseGeometry
    lake: Polygon
    roads: tuple[Road, ...]

    @property
    def district(self) -> BaseGeometry:
        return unary_union([block.shape for block in self.blocks.values()])

    @property
    def water(self) -> tuple[tuple[str, str, BaseGeometry], ...]:
        inside = self.district.buffer(60)
        return (
            (RIVER, "river", self.river.intersection(inside)),
            (CREEK, "creek", self.creek.intersection(inside)),
            (LAKE, "lake", self.lake),
        )


def grow_ground(seed: int) -> Ground:
    rng = Random(seed)
    columns = _spacing(WIDTH, COLUMN_SHARES)
    rows = _spacing(HEIGHT, ROW_SHARES)
    warp = Warp.grown(rng, columns, rows)
    blocks = _blocks(warp)
    street_of = _streets(blocks)
    community_of = _communities(street_of, seed)
    river = _river(warp)
    creek = _creek(warp).difference(river)
    roads = _roads(warp, blocks, river)
    return Ground(warp, blocks, street_of, community_of, river, creek, _lake(blocks, street_of), roads)


def _spacing(total: float, shares: tuple[float, ...]) -> tuple[float, ...]:
    scale, lines, at = total / sum(shares), [-total / 2], -total / 2
    for share in shares:
        at += share * scale
        lines.append(at)
    return tuple(lines)


def _outline() -> Polygon:
    """A rounded, lobed figure about 8 × 6 km: rivers and hills draw borders, not rulers."""
    ring = []
    for k in range(360):
        a = 2 * pi * k / 360
        lobes = 1 + 0.05 * sin(3 * a + 0.6) + 0.035 * sin(5 * a + 2.0) + 0.02 * sin(9 * a + 1.0)
        flatten = (abs(cos(a)) ** 2.7 + abs(sin(a)) ** 2.7) ** (-1 / 2.7)
        ring.append((WIDTH * 0.49 * flatten * lobes * cos(a), HEIGHT * 0.49 * flatten * lobes * sin(a)))
    return Polygon(ring)


def _blocks(warp: Warp) -> dict[Cell, Block]:
    outline, blocks = _outline(), {}
    for i, (u0, u1) in enumerate(pairwise(warp.columns)):
        for j, (v0, v1) in enumerate(pairwise(warp.rows)):
            shape = Polygon(warp.rectangle(u0, v0, u1, v1)).intersection(outline)
            shape = set_precision(shape, 0.01)
            if shape.geom_type == "Polygon" and shape.area >= SMALLEST_BLOCK:
                side = "north" if j >= RIVER_ROW else "south"
                blocks[(i, j)] = Block((i, j), (u0, v0, u1, v1), shape, side)
    return blocks


def _streets(blocks: dict[Cell, Block]) -> dict[Cell, int]:
    """Every block belongs to the nearest street seed on its own bank of the river."""

    def nearest(block: Block) -> int:
        u = (block.uv[0] + block.uv[2]) / 2 / WIDTH + 0.5
        v = (block.uv[1] + block.uv[3]) / 2 / HEIGHT + 0.5
        own_bank = [k for k, street in enumerate(STREETS) if street.bank == block.side]
        return min(own_bank, key=lambda k: hypot(u - STREETS[k].seed[0], 0.6 * (v - STREETS[k].seed[1])))

    return {cell: nearest(block) for cell, block in blocks.items()}


def _communities(street_of: dict[Cell, int], seed: int) -> dict[Cell, tuple[int, int]]:
    found: dict[Cell, tuple[int, int]] = {}
    for street, row in enumerate(STREETS):
        cells = sorted(cell for cell, owner in street_of.items() if owner == street)
        parts = _balanced_parts(cells, len(row.communities), Random(seed + street))
        found.update({cell: (street, part) for cell, part in parts.items()})
    return found


def _balanced_parts(cells: list[Cell], count: int, rng: Random) -> dict[Cell, int]:
    """Connected parts of two to five blocks each, grown in turn; drawn again until they are balanced."""
    best: dict[Cell, int] = {}
    best_spread = 10**6
    for _ in range(60):
        parts = _grow_parts(cells, count, rng)
        sizes = [sum(1 for p in parts.values() if p == k) for k in range(count)]
        spread = 100 * max(0, 2 - min(sizes)) + max(sizes) - min(sizes)
        if spread < best_spread:
            best, best_spread = parts, spread
    order = sorted(range(count), key=lambda k: (-max(j for (_, j), p in best.items() if p == k), k))
    return {cell: order.index(part) for cell, part in best.items()}


def _grow_parts(cells: list[Cell], count: int, rng: Random) -> dict[Cell, int]:
    free = set(cells)
    parts: dict[Cell, int] = {}
    for part, cell in enumerate(rng.sample(cells, count)):
        parts[cell] = part
        free.discard(cell)
    while free:
        moved = False
        for part in range(count):
            rim = sorted({n for cell, p in parts.items() if p == part for n in _neighbours(cell)} & free)
            if rim:
                chosen = max(rim, key=lambda cell: (_contacts(cell, parts, part), rng.random()))
                parts[chosen] = part
                free.discard(chosen)
                moved = True
        if not moved:
            parts[free.pop()] = 0
    return parts


def _neighbours(cell: Cell) -> list[Cell]:
    i, j = cell
    return [(i - 1, j), (i + 1, j), (i, j - 1), (i, j + 1)]


def _contacts(cell: Cell, parts: dict[Cell, int], part: int) -> int:
    return sum(1 for neighbour in _neighbours(cell) if parts.get(neighbour) == part)


def _river_width(t: float) -> float:
    return 46 + 16 * sin(2 * pi * t * 2.2 + 0.5) + 9 * sin(2 * pi * t * 5.3)


def _ribbon(line: list[Point], half_widths: list[float]) -> BaseGeometry:
    pairs = zip(pairwise(line), pairwise(half_widths), strict=True)
    pieces: list[BaseGeometry] = [Polygon(_quad(a, b, wa, wb)) for (a, b), (wa, wb) in pairs]
    joints = [ShapelyPoint(p).buffer(w, quad_segs=6) for p, w in zip(line, half_widths, strict=True)]
    return unary_union(pieces + joints).buffer(4).buffer(-4).simplify(1.0)


def _quad(a: Point, b: Point, wa: float, wb: float) -> list[Point]:
    length = hypot(b[0] - a[0], b[1] - a[1])
    nx, ny = -(b[1] - a[1]) / length, (b[0] - a[0]) / length
    return [
        (a[0] + nx * wa, a[1] + ny * wa),
        (b[0] + nx * wb, b[1] + ny * wb),
        (b[0] - nx * wb, b[1] - ny * wb),
        (a[0] - nx * wa, a[1] - ny * wa),
    ]


def _river_line(warp: Warp) -> list[Point]:
    v = warp.rows[RIVER_ROW]
    return warp.line((-WIDTH * 0.53, v), (WIDTH * 0.53, v), 120)


def _river(warp: Warp) -> BaseGeometry:
    line = _river_line(warp)
    return _ribbon(line, [_river_width(k / len(line)) for k in range(len(line))])


def _creek(warp: Warp) -> BaseGeometry:
    u = warp.columns[CREEK_COLUMN] - 170
    line = warp.line((u, warp.rows[RIVER_ROW]), (u - 120, HEIGHT * 0.53), 60)
    meander = [(x + 26 * sin(k / 4.1), y) for k, (x, y) in enumerate(line)]
    return _ribbon(meander, [11 + 3 * sin(k / 5) for k in range(len(meander))])


def _lake(blocks: dict[Cell, Block], street_of: dict[Cell, int]) -> Polygon:
    """In the block of 望湖街道 nearest to its middle."""
    mine = [blocks[cell] for cell, street in street_of.items() if STREETS[street].name.startswith(LAKE)]
    middle = unary_union([block.shape for block in mine]).centroid
    home = min(mine, key=lambda block: block.shape.centroid.distance(middle)).shape.centroid
    ring = []
    for k in range(72):
        a = 2 * pi * k / 72
        r = 150 * (1 + 0.16 * sin(2 * a + 0.4) + 0.1 * sin(3 * a + 1.9) + 0.05 * sin(5 * a))
        ring.append((home.x + 1.25 * r * cos(a), home.y + 0.9 * r * sin(a)))
    return Polygon(ring)


def _roads(warp: Warp, blocks: dict[Cell, Block], river: BaseGeometry) -> tuple[Road, ...]:
    banks = river.buffer(34, quad_segs=6)
    roads = [*_avenues(warp, blocks, banks), *_cross_streets(warp, blocks, banks)]
    district = unary_union([block.shape for block in blocks.values()])
    roads = [Road(road.name, road.kind, road.line.intersection(district)) for road in roads]
    edge = banks.boundary.intersection(district)
    middle = LineString(_river_line(warp))
    for side, name in RIVERSIDE.items():
        half = Polygon([*middle.coords, *_far_corners(side)]).buffer(0)
        roads.append(Road(name, "riverside", edge.intersection(half).simplify(1.5)))
    return tuple(roads)


def _far_corners(side: str) -> list[Point]:
    y = HEIGHT if side == "north" else -HEIGHT
    return [(WIDTH, y), (-WIDTH, y)]


def _avenues(warp: Warp, blocks: dict[Cell, Block], banks: BaseGeometry) -> list[Road]:
    roads = []
    for i in range(1, len(warp.columns) - 1):
        pieces = [
            warp.line((warp.columns[i], v0), (warp.columns[i], v1))
            for j, (v0, v1) in enumerate(pairwise(warp.rows))
            if (i - 1, j) in blocks and (i, j) in blocks
        ]
        line: BaseGeometry = MultiLineString(pieces)
        kind = "arterial" if i in ARTERIAL_COLUMNS else "secondary"
        crossing = line if i in BRIDGES | ARTERIAL_COLUMNS else line.difference(banks)
        roads.append(Road(AVENUES[i - 1], kind, line_merge(crossing)))
    return roads


def _cross_streets(warp: Warp, blocks: dict[Cell, Block], banks: BaseGeometry) -> list[Road]:
    roads = []
    for j in range(1, len(warp.rows) - 1):
        if j == RIVER_ROW:
            continue
        pieces = [
            warp.line((u0, warp.rows[j]), (u1, warp.rows[j]))
            for i, (u0, u1) in enumerate(pairwise(warp.columns))
            if (i, j - 1) in blocks and (i, j) in blocks
        ]
        kind = "arterial" if j in ARTERIAL_ROWS else "secondary"
        roads.append(Road(CROSS_STREETS[j - 1], kind, line_merge(MultiLineString(pieces))))
    return roads

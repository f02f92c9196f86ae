"""What stands on the ground: lots, residential compounds, parks, public places, lanes and buildings."""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2, cos, sin
from random import Random

import numpy as np
import shapely
from shapely import Polygon, unary_union
from shapely.geometry.base import BaseGeometry

from nuanxin.demo.geometry import Block, Cell, Ground, Road
from nuanxin.demo.names import LANE_STEMS, PARKS, PLACES, STREETS
from nuanxin.demo.plane import Point, Warp

STREET_HALF = 13.0  # half a road with its pavement, kept free around every lot
GREEN_HALF = 62.0  # the river's green bank


@dataclass(frozen=True, slots=True)
class Lot:
    cell: Cell
    shape: Polygon
    angle: float  # the direction in which its rows of houses run


@dataclass(frozen=True, slots=True)
class NamedLot:
    name: str
    kind: str  # compound | park | school | market | works
    cell: Cell
    shape: BaseGeometry


@dataclass(frozen=True, slots=True)
class Fabric:
    compounds: tuple[NamedLot, ...]
    parks: tuple[NamedLot, ...]
    places: tuple[NamedLot, ...]
    lanes: tuple[Road, ...]
    buildings: tuple[tuple[str, Polygon], ...]  # (home | work, footprint)


def weave_fabric(ground: Ground, seed: int) -> Fabric:
    rng = Random(seed * 7 + 1)
    wet = unary_union([*(ground.river.buffer(GREEN_HALF), ground.creek.buffer(22), ground.lake.buffer(30))])
    splits = {cell: (rng.uniform(0.42, 0.58), rng.uniform(0.42, 0.58)) for cell in ground.blocks}
    lots = {cell: _lots(ground.warp, block, splits[cell], wet) for cell, block in ground.blocks.items()}
    lanes = _lanes(ground, splits, wet, rng)
    free = {cell: list(found) for cell, found in lots.items()}
    parks = _parks(ground, free, rng)
    compounds, homes = _compounds(ground, free, rng)
    places, works = _places(free, rng)
    buildings = [("home", shape) for lot in homes for shape in _terraces(lot, rng)]
    rest = [lot for cell in sorted(free) for lot in free[cell]]
    buildings += [("work", shape) for lot in [*works, *rest] for shape in _halls(lot, rng)]
    return Fabric(tuple(compounds), tuple(parks), tuple(places), tuple(lanes), tuple(buildings))


def _lots(warp: Warp, block: Block, split: tuple[float, float], wet: BaseGeometry) -> list[Lot]:
    u0, v0, u1, v1 = block.uv
    um, vm = u0 + (u1 - u0) * split[0], v0 + (v1 - v0) * split[1]
    lots = []
    for ua, va, ub, vb in ((u0, v0, um, vm), (um, v0, u1, vm), (u0, vm, um, v1), (um, vm, u1, v1)):
        whole = Polygon(warp.rectangle(ua, va, ub, vb)).intersection(block.shape)
        shape = whole.buffer(-STREET_HALF, join_style="mitre").difference(wet)
        shape = shape.buffer(-6).buffer(6, quad_segs=3).simplify(0.8)
        if shape.geom_type == "Polygon" and shape.area > 14_000:
            west, east = warp(ua, (va + vb) / 2), warp(ub, (va + vb) / 2)
            lots.append(Lot(block.cell, shape, atan2(east[1] - west[1], east[0] - west[0])))
    return lots


def _lanes(
    ground: Ground, splits: dict[Cell, tuple[float, float]], wet: BaseGeometry, rng: Random
) -> list[Road]:
    endings = ("巷", "里弄", "一巷", "二巷", "支路", "三巷")
    names = [stem + ending for ending in endings for stem in LANE_STEMS]
    lanes = []
    for cell, (s, t) in splits.items():
        block = ground.blocks[cell]
        u0, v0, u1, v1 = block.uv
        um, vm = u0 + (u1 - u0) * s, v0 + (v1 - v0) * t
        for start, end in (((um, v0), (um, v1)), ((u0, vm), (u1, vm))):
            line = shapely.LineString(ground.warp.line(start, end)).intersection(block.shape).difference(wet)
            if line.geom_type == "LineString" and line.length > 120:
                lanes.append((line.length, line))
    rng.shuffle(lanes)
    return [Road(name, "lane", line) for name, (_, line) in zip(names, lanes, strict=False)]


def _parks(ground: Ground, free: dict[Cell, list[Lot]], rng: Random) -> list[NamedLot]:
    middle = ground.lake.centroid
    lake_cell = next(cell for cell, block in ground.blocks.items() if block.shape.contains(middle))
    shore = ground.blocks[lake_cell].shape.buffer(-STREET_HALF).difference(ground.lake)
    free[lake_cell] = []
    lakeside = PARKS[2]
    parks = [NamedLot(lakeside, "park", lake_cell, shore)]
    cells = sorted(cell for cell, lots in free.items() if len(lots) >= 2)
    for name in PARKS[:2] + PARKS[3:]:
        cell = cells.pop(rng.randrange(len(cells)))
        parks.append(NamedLot(name, "park", cell, free[cell].pop(0).shape))
    green = ground.river.buffer(GREEN_HALF - 36).difference(ground.river).intersection(ground.district)
    parks.append(NamedLot("滨河绿带", "park", lake_cell, green))
    return parks


def _compounds(ground: Ground, free: dict[Cell, list[Lot]], rng: Random) -> tuple[list[NamedLot], list[Lot]]:
    named, homes = [], []
    for index, street in enumerate(STREETS):
        for k, name in enumerate(street.compounds):
            owner = (index, k % len(street.communities))
            cells = sorted(cell for cell, own in ground.community_of.items() if own == owner)
            lots = sorted((lot for cell in cells for lot in free[cell]), key=_unlike_a_compound)
            lot = lots[rng.randrange(min(4, len(lots)))]
            free[lot.cell].remove(lot)
            named.append(NamedLot(name, "compound", lot.cell, lot.shape))
            homes.append(lot)
    return named, homes


def _unlike_a_compound(lot: Lot) -> float:
    return abs(lot.shape.area - 60_000)


def _places(free: dict[Cell, list[Lot]], rng: Random) -> tuple[list[NamedLot], list[Lot]]:
    named, works = [], []
    cells = sorted(cell for cell, lots in free.items() if lots)
    for kind, names in PLACES.items():
        for name in names:
            cell = cells.pop(rng.randrange(len(cells)))
            lot = free[cell].pop()
            named.append(NamedLot(name, kind, cell, lot.shape))
            works.append(lot)
    return named, works


def _grid_of_boxes(lot: Lot, step: Point, size: Point, rng: Random, keep: float) -> list[Polygon]:
    """Boxes in rows along the lot's own direction; only those that fit inside, with some left out."""
    inner = lot.shape.buffer(-9)
    if inner.is_empty:
        return []
    c, s = cos(lot.angle), sin(lot.angle)
    middle = inner.centroid
    reach = 260
    boxes = []
    for row in range(-int(reach / step[1]), int(reach / step[1]) + 1):
        shift = rng.uniform(0, step[0] * 0.4)
        for column in range(-int(reach / step[0]), int(reach / step[0]) + 1):
            if rng.random() > keep:
                continue
            x, y = column * step[0] + shift, row * step[1]
            w, h = size[0] / 2 * rng.uniform(0.82, 1.08), size[1] / 2 * rng.uniform(0.9, 1.12)
            corners = ((x - w, y - h), (x + w, y - h), (x + w, y + h), (x - w, y + h))
            boxes.append([(middle.x + a * c - b * s, middle.y + a * s + b * c) for a, b in corners])
    shapes = shapely.polygons(np.array(boxes))
    shapely.prepare(inner)
    return list(shapes[shapely.contains_properly(inner, shapes)])


def _terraces(lot: Lot, rng: Random) -> list[Polygon]:
    """Rows of houses facing south, as nearly every residential compound is laid out."""
    if rng.random() < 0.3:
        return _grid_of_boxes(lot, (58.0, 62.0), (26.0, 22.0), rng, 0.92)
    return _grid_of_boxes(lot, (64.0, 41.0), (52.0, 13.0), rng, 0.93)


def _halls(lot: Lot, rng: Random) -> list[Polygon]:
    style = rng.choice(((92.0, 74.0, 70.0, 44.0), (70.0, 58.0, 50.0, 34.0), (120.0, 88.0, 92.0, 56.0)))
    return _grid_of_boxes(lot, style[:2], style[2:], rng, 0.72)

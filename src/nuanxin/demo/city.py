"""The demo city 云川市暖阳区 as data: territories with codes and borders, roads, water, parks, compounds.

Everything is generated from one seed in well under two seconds and is marked 示意图: there is no such place.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from shapely import Point, STRtree, unary_union
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from nuanxin.demo.fabric import Fabric, weave_fabric
from nuanxin.demo.geometry import Cell, Ground, Road, grow_ground
from nuanxin.demo.names import CITY, DISTRICT, PROVINCE, STREETS
from nuanxin.demo.plane import geometry_to_wgs84, to_wgs84

SEED = 990101
METRES_PER_HOUSE_NUMBER = 14

Feature = dict[str, Any]


@dataclass(frozen=True, slots=True)
class DemoTerritory:
    code: str  # 12 digits, a grid 15
    name: str
    level: str  # province | city | district | street | community | grid
    parent: str
    shape: BaseGeometry | None  # WGS-84; the province and the city have none


@dataclass(frozen=True, slots=True)
class DemoCompound:
    key: str
    name: str
    community: str
    grid: str
    address: str
    company: str  # key of its property company in organisations.py
    lng: float
    lat: float
    shape: BaseGeometry
    metres: BaseGeometry  # the same outline in plane metres, to draw points from


@dataclass(frozen=True)
class DemoCity:
    ground: Ground
    fabric: Fabric
    territories: tuple[DemoTerritory, ...]
    compounds: tuple[DemoCompound, ...]
    grid_of: dict[Cell, str]
    roads: tuple[Road, ...]
    _index: STRtree = field(repr=False)

    def at_level(self, level: str) -> tuple[DemoTerritory, ...]:
        return tuple(t for t in self.territories if t.level == level)

    def address(self, x: float, y: float) -> str:
        """Road and house number nearest to a point in plane metres: 枫林横街 38 号."""
        point = Point(x, y)
        road = self.roads[int(self._index.nearest(point))]
        return f"{road.name}{1 + int(road.line.project(point) // METRES_PER_HOUSE_NUMBER)}号"

    def distance_to_road(self, x: float, y: float) -> float:
        point = Point(x, y)
        return float(self.roads[int(self._index.nearest(point))].line.distance(point))

    def grid_at(self, x: float, y: float) -> str | None:
        point = Point(x, y)
        return next((self.grid_of[c] for c, b in self.ground.blocks.items() if b.shape.covers(point)), None)


def community_code(street: int, part: int) -> str:
    return DISTRICT[0] + STREETS[street].code + STREETS[street].communities[part][0]


def build_city(seed: int = SEED) -> DemoCity:
    ground = grow_ground(seed)
    fabric = weave_fabric(ground, seed)
    grid_of = _grid_codes(ground)
    roads = (*ground.roads, *fabric.lanes)
    index = STRtree([road.line for road in roads])
    city = DemoCity(ground, fabric, _territories(ground, grid_of), (), grid_of, roads, index)
    return DemoCity(ground, fabric, city.territories, _compounds(city), grid_of, roads, index)


def _grid_codes(ground: Ground) -> dict[Cell, str]:
    counters: dict[str, int] = {}
    codes: dict[Cell, str] = {}
    for cell in sorted(ground.community_of, key=lambda c: (-c[1], c[0])):
        community = community_code(*ground.community_of[cell])
        counters[community] = counters.get(community, 0) + 1
        codes[cell] = f"{community}{counters[community]:03d}"
    return codes


def _territories(ground: Ground, grid_of: dict[Cell, str]) -> tuple[DemoTerritory, ...]:
    province, city, district = PROVINCE[0] + "0" * 10, CITY[0] + "0" * 8, DISTRICT[0] + "0" * 6
    rows = [
        DemoTerritory(province, PROVINCE[1], "province", "", None),
        DemoTerritory(city, CITY[1], "city", province, None),
        DemoTerritory(district, DISTRICT[1], "district", city, geometry_to_wgs84(ground.district)),
    ]
    shapes = {code: ground.blocks[cell].shape for cell, code in grid_of.items()}
    for street in STREETS:
        code = DISTRICT[0] + street.code + "000"
        rows.append(DemoTerritory(code, street.name, "street", district, _union(shapes, code[:9])))
        for part, name in street.communities:
            community = code[:9] + part
            rows.append(DemoTerritory(community, name, "community", code, _union(shapes, community)))
            short = name.removesuffix("社区")
            grids = sorted(grid for grid in shapes if grid.startswith(community))
            rows += [
                DemoTerritory(grid, f"{short}第{k}网格", "grid", community, _union(shapes, grid))
                for k, grid in enumerate(grids, start=1)
            ]
    return tuple(rows)


def _union(shapes: dict[str, BaseGeometry], prefix: str) -> BaseGeometry:
    inside = [shape for code, shape in shapes.items() if code.startswith(prefix)]
    return geometry_to_wgs84(unary_union(inside))


def _compounds(city: DemoCity) -> tuple[DemoCompound, ...]:
    companies = {street.code: f"wy{k}" for k, street in enumerate(STREETS, start=1)}
    found = []
    for number, lot in enumerate(city.fabric.compounds, start=1):
        grid = city.grid_of[lot.cell]
        inside = lot.shape.representative_point()
        lng, lat = to_wgs84(inside.x, inside.y)
        company = "wy7" if number % 5 == 0 else "wy8" if number % 7 == 0 else companies[grid[6:9]]
        address = city.address(inside.x, inside.y)
        outline = (geometry_to_wgs84(lot.shape), lot.shape)
        place = (grid[:12], grid, address, company, lng, lat)
        found.append(DemoCompound(f"c{number:02d}", lot.name, *place, *outline))
    return tuple(found)


def _collection(features: Iterable[Feature]) -> Feature:
    return {"type": "FeatureCollection", "name": "示意图 · 演示数据", "features": list(features)}


def _feature(shape: BaseGeometry, **properties: str) -> Feature:
    return {"type": "Feature", "properties": properties, "geometry": mapping(shape)}


def _level(city: DemoCity, level: str) -> Feature:
    return _collection(
        _feature(t.shape, code=t.code, name=t.name, parent=t.parent)
        for t in city.at_level(level)
        if t.shape is not None
    )


def district(city: DemoCity) -> Feature:
    return _level(city, "district")


def streets(city: DemoCity) -> Feature:
    return _level(city, "street")


def communities(city: DemoCity) -> Feature:
    return _level(city, "community")


def grids(city: DemoCity) -> Feature:
    return _level(city, "grid")


def roads(city: DemoCity) -> Feature:
    return _collection(_feature(geometry_to_wgs84(r.line), name=r.name, kind=r.kind) for r in city.roads)


def water(city: DemoCity) -> Feature:
    return _collection(
        _feature(geometry_to_wgs84(shape), name=name, kind=kind) for name, kind, shape in city.ground.water
    )


def parks(city: DemoCity) -> Feature:
    return _collection(_feature(geometry_to_wgs84(p.shape), name=p.name) for p in city.fabric.parks)


def places(city: DemoCity) -> Feature:
    return _collection(
        _feature(geometry_to_wgs84(p.shape), name=p.name, kind=p.kind) for p in city.fabric.places
    )


def compounds(city: DemoCity) -> Feature:
    return _collection(
        _feature(c.shape, key=c.key, name=c.name, community=c.community, address=c.address)
        for c in city.compounds
    )


def buildings(city: DemoCity) -> Feature:
    return _collection(_feature(geometry_to_wgs84(s, 6), kind=kind) for kind, s in city.fabric.buildings)

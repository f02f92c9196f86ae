"""Where the demo city's places are and what they are: some four hundred of every type, in the streets of the plan.

`spots()` writes nothing: the first so many are the same however many there are. What a type usually has is data
(reference/place_kinds.csv).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from random import Random

from shapely import Point
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from nuanxin.demo.city import DemoCity, DemoCompound, community_code
from nuanxin.demo.geometry import Cell
from nuanxin.demo.names import DISTRICT, LANE_STEMS, REFERENCE
from nuanxin.demo.plane import to_wgs84

MOST, FEWEST = 400, 60
FROM_THE_KERB = 18.0  # metres
HOME = DISTRICT[0] + "001"  # the street of the story has more of everything
WITHOUT = f"{DISTRICT[0]}101202"  # a village that is still waiting for its first place


@dataclass(frozen=True, slots=True)
class Kind:
    """A type with what it usually has. `host` is an organisation's key, or `sq`, `jd`, `wy` for whose area it is."""

    type: str
    share: int
    stems: str  # what it is called after: road | compound | community | street | word
    endings: tuple[str, ...]
    ending_en: str
    openings: tuple[str, ...]
    facilities: tuple[str, ...]
    services: tuple[str, ...]
    host: str
    friendly_class: str
    keeper: str  # the role of whoever looks after it; empty where nobody does by name


@dataclass(frozen=True, slots=True)
class Spot:
    key: str
    number: int
    kind: Kind
    name: str
    stem: str
    community: str
    lng: float
    lat: float
    address: str
    opening: str
    host: str  # key of an organisation
    compound: str = ""

    @property
    def rng(self) -> Random:
        return Random(f"places/{self.key}")


@cache
def kinds() -> tuple[Kind, ...]:
    with (REFERENCE / "place_kinds.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return tuple(
        Kind(
            type=row["type"],
            share=int(row["share"]),
            stems=row["stems"],
            endings=tuple(row["endings"].split("|")),
            ending_en=row["ending_en"],
            openings=tuple(row["opening"].split("|")),
            facilities=tuple(row["facilities"].split()),
            services=tuple(row["services"].split()),
            host=row["host"],
            friendly_class=row["class"],
            keeper=row["keeper"],
        )
        for row in rows
    )


def dealt() -> Iterator[Kind]:
    """One of each type, the usual ones first; from then on each as often as its share says."""
    known = sorted(kinds(), key=lambda kind: -kind.share)
    given = dict.fromkeys(known, 1)
    yield from known
    while True:
        kind = max(known, key=lambda each: each.share / (given[each] + 0.5))
        given[kind] += 1
        yield kind


def kept(city: DemoCity) -> list[Spot]:
    """Those with a keeper of their own, in a city of any size; the story's station has one who can be entered."""
    return [each for each in spots(city, FEWEST) if each.kind.keeper][1:]


def spots(city: DemoCity, count: int = MOST) -> list[Spot]:
    """The first two are those of the story."""
    plan = _Plan(city)
    others = enumerate(islice(dealt(), count - 2), start=3)
    return [*plan.of_the_story(), *(plan.spot(number, kind) for number, kind in others)]


class _Plan:
    def __init__(self, city: DemoCity) -> None:
        self.city = city
        self.taken: set[str] = set()
        self.cells: dict[str, list[Cell]] = {}
        for cell, owner in sorted(city.ground.community_of.items()):
            self.cells.setdefault(community_code(*owner), []).append(cell)
        self.names = {
            each.code: each.name for each in (*city.at_level("community"), *city.at_level("street"))
        }
        self.communities = sorted(code for code in self.cells if code != WITHOUT)
        self.weights = [3 if code.startswith(HOME) else 2 for code in self.communities]

    def of_the_story(self) -> list[Spot]:
        """The station that everybody visits, and the one beside it that is open all night."""
        home = next(each for each in self.city.compounds if each.community == f"{HOME}001")
        day, night = (
            next(each for each in kinds() if each.type == type_) for type_ in ("station", "station_24h")
        )
        named = ((day, "枫林暖新驿站", "枫林"), (night, "云栖全时驿站", "云栖"))
        return [self._told(number, home, *each) for number, each in enumerate(named, start=1)]

    def _told(self, number: int, compound: DemoCompound, kind: Kind, name: str, stem: str) -> Spot:
        self.taken.add(name)
        point = self._at_the_gate(Random(name), compound)
        at = (compound.community, *to_wgs84(point.x, point.y), f"{compound.address}旁")
        return Spot(f"s{number}", number, kind, name, stem, *at, kind.openings[0], kind.host, compound.key)

    def spot(self, number: int, kind: Kind) -> Spot:
        rng = Random(f"{DISTRICT[0]}/{number}")
        community = rng.choices(self.communities, self.weights)[0]
        compound = self._compound(rng, community) if kind.stems == "compound" else None
        if compound:
            point, address = self._at_the_gate(rng, compound), f"{compound.address}旁"
        else:
            point = self._by_the_road(rng, community)
            address = self.city.address(point.x, point.y)
        stem = self._stem(rng, kind, community, compound, address)
        name = self._named(rng, kind, stem, address)
        lng, lat = to_wgs84(point.x, point.y)
        opening = rng.choice(kind.openings)
        host = self._host(kind, community, compound)
        key = f"s{number}"
        return Spot(
            key, number, kind, name, stem, community, lng, lat, address, opening, host, compound.key if compound else ""
        )  # fmt: skip

    def _compound(self, rng: Random, community: str) -> DemoCompound | None:
        near = [each for each in self.city.compounds if each.community == community]
        return rng.choice(near) if near else None

    def _at_the_gate(self, rng: Random, compound: DemoCompound) -> Point:
        edge: BaseGeometry = compound.metres.exterior
        return self._moved(edge.interpolate(rng.random(), normalized=True), compound.metres.centroid, -6.0)

    def _by_the_road(self, rng: Random, community: str) -> Point:
        """Blocks end at the middle of the road: a little inside of one stands the row of houses."""
        wet = (self.city.ground.river, self.city.ground.creek, self.city.ground.lake)
        while True:
            block: Polygon = self.city.ground.blocks[rng.choice(self.cells[community])].shape
            point = block.exterior.interpolate(rng.random(), normalized=True)
            inside = self._moved(point, block.centroid, FROM_THE_KERB)
            near = self.city.distance_to_road(inside.x, inside.y) < 2 * FROM_THE_KERB
            if near and block.contains(inside) and not any(each.distance(inside) < 25 for each in wet):
                return inside

    def _moved(self, point: Point, towards: Point, metres: float) -> Point:
        way = point.distance(towards) or 1.0
        share = metres / way
        return Point(point.x + (towards.x - point.x) * share, point.y + (towards.y - point.y) * share)

    def _stem(
        self, rng: Random, kind: Kind, community: str, compound: DemoCompound | None, address: str
    ) -> str:
        if compound:
            return compound.name
        if kind.stems == "word":
            return rng.choice(LANE_STEMS)
        if kind.stems == "street":
            return self.names[f"{community[:9]}000"]
        if kind.stems == "community":
            return self.names[community].removesuffix("社区")
        return address.rstrip("0123456789号")

    def _named(self, rng: Random, kind: Kind, stem: str, address: str) -> str:
        road = address.rstrip("旁").rstrip("0123456789号")
        number = address.rstrip("旁")[len(road) :]
        ending = rng.choice(kind.endings)
        of_the_road = (f"{road}{number}{ending}",) if stem == road else ()
        offered = (
            f"{stem}{ending}",
            *of_the_road,
            f"{stem}{ending}（{road}）",
            f"{stem}{ending}（{road}{number}）",
        )
        name = next(
            (each for each in offered if each not in self.taken), f"{stem}{ending}{len(self.taken)}号"
        )
        self.taken.add(name)
        return name

    def _host(self, kind: Kind, community: str, compound: DemoCompound | None) -> str:
        if kind.host == "wy":
            return compound.company if compound else f"sq{community[6:]}"
        return {"sq": f"sq{community[6:]}", "jd": f"jd{community[6:9]}"}.get(kind.host, kind.host)

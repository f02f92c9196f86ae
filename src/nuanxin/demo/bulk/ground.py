"""Where cases lie: the communities of a district with points inside them, their compounds, and who answers there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random

import shapely

from nuanxin.compounds.models import Compound
from nuanxin.demo.bulk.life import ASSIST, COMMUNITY, LEAD, STREET
from nuanxin.kernel.access import scope_q, significant
from nuanxin.kernel.access.scope import padded
from nuanxin.kernel.geo.cells import cell_of
from nuanxin.people.models import Assignment, Organisation
from nuanxin.territories.models import Boundary, Territory, code_range

MANAGER, COMMITTEE, OFFICE = "WY", "SQ", "JD"
POINTS = 240  # in a community: enough that a heat map looks like a city
INSIDE_COMPOUND = 0.35
TILE, TILES_NORTH = 0.3, 20  # degrees, wider than the district; and how many stand above each other


class NotEnoughGround(ValueError):
    """The district lacks what every case needs; the sentence says what."""


@dataclass(frozen=True, slots=True)
class Point:
    scope_code: str  # grid, else community
    lng: float | None
    lat: float | None
    h3: int | None


@dataclass(frozen=True, slots=True)
class Spot:
    """One place of one case: territory, point, words, and the organisation of each slot of its life."""

    point: Point
    address: str
    compound_id: int | None
    organisations: dict[int | None, int | None]


@dataclass(frozen=True)
class _Community:
    code: str
    name: str
    committee: int
    office: int
    points: Sequence[Point]
    compounds: Sequence[Compound]


class Ground:
    """A district as the database knows it. `spot()` draws a place for a case of some category."""

    def __init__(self, area: str, rng: Random, *, tiles: range | None = None) -> None:
        """With `tiles` a new point for each case, in one of these copies of the district."""
        self.rng = rng
        self.tiles = tiles
        units = Organisation.objects.filter(is_active=True).exclude(unit_type="").order_by("pk")
        self.units: dict[str, list[Organisation]] = defaultdict(list)
        for unit in units:
            if area.startswith(significant(unit.scope_code)) or unit.unit_type in {COMMITTEE, OFFICE}:
                self.units[unit.unit_type].append(unit)
        self.district_units = [
            unit.pk for kind, found in self.units.items() if kind not in {COMMITTEE, OFFICE} for unit in found
        ]
        if len(self.district_units) < 3:
            raise NotEnoughGround(f"fewer than three units take cases in {area}")
        self.communities = list(self._communities(area))
        if not self.communities:
            raise NotEnoughGround(f"no community of {area} has a committee and a street office")
        self.pull = list(accumulate(rng.uniform(0.4, 2.0) for _ in self.communities))

    def spot(self, leads: Iterable[str], assists: Iterable[str], *, confidential: bool = False) -> Spot:
        rng = self.rng
        community = rng.choices(self.communities, cum_weights=self.pull)[0]
        compound = (
            rng.choice(community.compounds)
            if community.compounds and rng.random() < INSIDE_COMPOUND
            else None
        )
        point = rng.choice(community.points)
        number = rng.randrange(1, 180)
        if compound:
            address = f"{compound.name}{number % 18 + 1}号楼旁"
            inside = Point(compound.scope_code, compound.lng, compound.lat, compound.h3)
            point = inside if self.tiles is None else point
        else:
            address = f"{community.name}{number}号附近"
        point = self._elsewhere(point)
        taken = {community.committee, community.office}
        lead = self._unit(leads, compound, taken - {community.office}) or community.office
        assist = self._unit(assists, compound, {*taken, lead})
        if assist is None:
            assist = next(pk for pk in rng.sample(self.district_units, 3) if pk not in {*taken, lead})
        organisations: dict[int | None, int | None] = {
            None: None, STREET: community.office, COMMUNITY: community.committee, LEAD: lead, ASSIST: assist,
        }  # fmt: skip
        return Spot(point, address, compound.pk if compound else None, organisations)

    def _elsewhere(self, point: Point) -> Point:
        """With tiles: a new point in the same territory, in one of the copies of the district."""
        if self.tiles is None or point.lng is None:
            return point
        east, north = divmod(self.rng.choice(self.tiles), TILES_NORTH)
        lng, lat = _within(self.rng, self.outlines[point.scope_code])
        lng, lat = lng + east * TILE, lat + north * TILE
        return Point(point.scope_code, lng, lat, cell_of(lng, lat))

    def _unit(self, kinds: Iterable[str], compound: Compound | None, taken: set[int]) -> int | None:
        """The first unit of these types that answers here and has no other part in the case."""
        for kind in kinds:
            if kind == MANAGER:
                found = [compound.manager_id] if compound and compound.manager_id else []
            else:
                found = [unit.pk for unit in self.units.get(kind, ()) if kind not in {COMMITTEE, OFFICE}]
            for pk in found:
                if pk not in taken:
                    return pk
        return None

    def _communities(self, area: str) -> Iterable[_Community]:
        committees = {unit.scope_code: unit.pk for unit in self.units[COMMITTEE]}
        offices = {unit.scope_code: unit.pk for unit in self.units[OFFICE]}
        self.outlines = outlines = _outlines(area)
        compounds: dict[str, list[Compound]] = defaultdict(list)
        for compound in Compound.objects.filter(scope_q(area), is_active=True).order_by("pk"):
            compounds[compound.scope_code[:12]].append(compound)
        grids: dict[str, list[str]] = defaultdict(list)
        inside = Territory.objects.filter(code_range(significant(area)), valid_to=None).order_by("code")
        for code in inside.filter(level="grid").values_list("code", flat=True):
            grids[code[:12]].append(code)
        for code, name in inside.filter(level="community").values_list("code", "name"):
            committee, office = committees.get(code), offices.get(padded(code[:9]))
            if committee and office:
                points = [*self._points(grids[code] or [code], outlines)]
                yield _Community(code, name, committee, office, points, compounds[code])

    def _points(self, codes: Sequence[str], outlines: dict[str, shapely.Geometry]) -> Iterable[Point]:
        for number in range(POINTS):
            code = codes[number % len(codes)]
            outline = outlines.get(code)
            if outline is None:
                yield Point(code, None, None, None)
                continue
            lng, lat = _within(self.rng, outline)
            yield Point(code, lng, lat, cell_of(lng, lat))


def _outlines(area: str) -> dict[str, shapely.Geometry]:
    rows = Boundary.objects.filter(code_range(significant(area), "territory_id"), valid_to=None)
    return {code: shapely.from_geojson(text) for code, text in rows.values_list("territory_id", "geometry")}


def _within(rng: Random, outline: shapely.Geometry) -> tuple[float, float]:
    west, south, east, north = outline.bounds
    while True:
        lng, lat = round(rng.uniform(west, east), 6), round(rng.uniform(south, north), 6)
        if outline.contains(shapely.Point(lng, lat)):
            return lng, lat


def assignments() -> dict[tuple[int | None, str], int]:
    """Somebody who acts for an organisation in a role, for the log: organisation, role → assignment."""
    rows = Assignment.objects.filter(active_to=None).exclude(organisation=None).order_by("-pk")
    return {(row[0], row[1]): row[2] for row in rows.values_list("organisation_id", "role_id", "pk")}

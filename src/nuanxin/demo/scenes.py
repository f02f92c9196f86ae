"""Where something is seen, when, and by whom: the beginning of every report."""

from __future__ import annotations

from bisect import bisect
from datetime import datetime, time, timedelta
from itertools import accumulate
from random import Random

from shapely import Point
from shapely.geometry.base import BaseGeometry

from nuanxin.demo.catalogue import DemoKind
from nuanxin.demo.city import DemoCity, DemoCompound
from nuanxin.demo.geometry import Block
from nuanxin.demo.personas import Cast, DemoPerson
from nuanxin.demo.plane import to_wgs84
from nuanxin.demo.planned import PlannedPhoto, PlannedPlace, Seat
from nuanxin.demo.stories import Numbers
from nuanxin.kernel.worktime import SHANGHAI

# Reports by hour: after the morning round, in the lull of the afternoon, in the evening; hardly any in the two
# peaks 11–13 and 17–20 (domain.md §10.3).
HOURS = (3, 2, 1, 1, 1, 3, 8, 14, 24, 26, 18, 4, 3, 12, 30, 32, 20, 6, 4, 6, 18, 22, 14, 6)
_BESIDE = ("旁", "对面", "路口往北二十米", "公交站旁", "树池旁", "人行道上", "拐角处", "门前")
_INSIDE = (
    "{b}号楼旁",
    "{b}号楼{u}单元门口",
    "北门内侧",
    "东门岗亭旁",
    "{b}号楼与消防通道之间",
    "车棚旁",
    "中心花园旁",
)
_HOME_STREET = "990101001"
_HOME_COMMUNITY = "990101001001"


def moment(rng: Random, day: datetime) -> datetime:
    """A time on the day of `day`, Shanghai time, in the rhythm of those who ride."""
    cumulative = list(accumulate(HOURS))
    hour = bisect(cumulative, rng.random() * cumulative[-1])
    local = datetime.combine(day.astimezone(SHANGHAI).date(), time(hour), SHANGHAI)
    return local + timedelta(seconds=rng.randrange(3600))


def place(rng: Random, city: DemoCity, kind: DemoKind, numbers: Numbers) -> PlannedPlace:
    if kind.inside:
        return in_compound(
            rng, rng.choices(city.compounds, [_pull(c.grid) for c in city.compounds])[0], numbers
        )
    return by_the_road(rng, city)


def in_compound(rng: Random, compound: DemoCompound, numbers: Numbers) -> PlannedPlace:
    point = _point_in(rng, compound.metres)
    lng, lat = to_wgs84(point.x, point.y)
    address = compound.name + rng.choice(_INSIDE).format(**numbers)
    return PlannedPlace(lng, lat, address, compound.grid[:9], compound.grid[:12], compound.grid, compound.key)


def by_the_road(rng: Random, city: DemoCity) -> PlannedPlace:
    cells = sorted(city.grid_of)
    weights = [_pull(city.grid_of[cell]) for cell in cells]
    while True:
        cell = rng.choices(cells, weights)[0]
        point = _kerb(rng, city.ground.blocks[cell])
        if city.distance_to_road(point.x, point.y) < 25:
            break
    code = city.grid_of[cell]
    lng, lat = to_wgs84(point.x, point.y)
    address = city.address(point.x, point.y) + rng.choice(_BESIDE)
    return PlannedPlace(lng, lat, address, code[:9], code[:12], code)


def _pull(grid: str) -> float:
    """枫林街道, where most personas work, sees a good third of everything."""
    if grid.startswith(_HOME_COMMUNITY):
        return 4.5
    return 2.2 if grid.startswith(_HOME_STREET) else 1.0


def _kerb(rng: Random, block: Block) -> Point:
    ring = block.shape.exterior
    edge, middle = ring.interpolate(rng.random() * ring.length), block.shape.centroid
    share = 9 / edge.distance(middle)
    return Point(edge.x + (middle.x - edge.x) * share, edge.y + (middle.y - edge.y) * share)


def _point_in(rng: Random, shape: BaseGeometry) -> Point:
    west, south, east, north = shape.bounds
    while True:
        point = Point(rng.uniform(west, east), rng.uniform(south, north))
        if shape.contains(point):
            return point


def reporter(rng: Random, people: Cast, at: PlannedPlace) -> DemoPerson:
    """Whoever rides there: persona workers often, others evenly, neighbours near their own home."""
    public = people.reporters()
    return rng.choices(public, [_presence(person, at) for person in public])[0]


def _presence(person: DemoPerson, at: PlannedPlace) -> float:
    near = person.community[:9] == at.street
    if person.posts[0].role == "resident":
        return 3.0 if person.community == at.community else 0.15
    if person.key == "wang":
        return 9.0 if at.community == _HOME_COMMUNITY else 2.5 if near else 0.3
    return (2.2 if near else 0.8) * (1.6 if person.enterable else 1.0)


def on_behalf(rng: Random, people: Cast, at: PlannedPlace) -> Seat | None:
    """One in twenty comes in over the counter or by telephone and is registered by staff."""
    if rng.random() > 0.05:
        return None
    if rng.random() < 0.5:
        office = f"jd{at.street[6:9]}"
        return Seat(people.holding("dispatcher", organisation=office)[0], "dispatcher", office)
    committee = f"sq{at.community[6:12]}"
    return Seat(people.holding("community", organisation=committee)[0], "community", committee)


def photos(rng: Random, kind: DemoKind) -> tuple[PlannedPhoto, ...]:
    if not kind.takes_photos or rng.random() < 0.06:
        return ()
    if "T" in kind.evidence and rng.random() < 0.6:
        return ()
    seed = rng.randrange(10_000)
    near = "near" if "N" in kind.evidence else "far"
    shots = [PlannedPhoto(near, kind.code, seed)]
    if rng.random() < 0.35:
        shots.append(PlannedPhoto("far", kind.code, seed + 1))
    return tuple(shots)

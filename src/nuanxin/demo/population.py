"""The city is settled: territories and the map first, then organisations, compounds, a station, people.

Everything goes through the services of its context, at one moment before the thirty days begin.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from shapely.geometry import Point

from nuanxin.cases.services import put_dispatch_rule
from nuanxin.compounds.models import Compound
from nuanxin.compounds.services import CompoundData, create_compound
from nuanxin.demo import city as shapes
from nuanxin.demo.city import DemoCity, DemoCompound, Feature
from nuanxin.demo.names import CITY, DISTRICT
from nuanxin.demo.organisations import organisations
from nuanxin.demo.personas import Cast, DemoPerson, Post
from nuanxin.demo.planned import Seat
from nuanxin.demo.spots import FEWEST, spots
from nuanxin.demo.stations import open_places
from nuanxin.kernel.access import SYSTEM, Actor
from nuanxin.kernel.access.scope import FULL_CODE, padded
from nuanxin.people import queries, services
from nuanxin.people.enums import Channel, DeclaredAs, WorkerType
from nuanxin.people.models import Assignment, Organisation, Person, Site
from nuanxin.people.services import Work
from nuanxin.places.models import Place
from nuanxin.territories.services import DivisionRow, load_boundaries, put_map_layer, put_territories

SOURCE = "演示数据 · 示意图"
CHARGER_RULE = ("1203", "op2")  # two operators serve the district; this one has the chargers
# Who answers for a trade in the district (`domain.md` 000-14).
CHARGES = {
    WorkerType.DELIVERY_RIDER: "sj",
    WorkerType.COURIER: "yz",
    WorkerType.RIDE_HAILING_DRIVER: "jt",
    WorkerType.TRUCK_DRIVER: "jt",
}
LAYERS: tuple[tuple[str, str, Callable[[DemoCity], Feature]], ...] = (
    ("parks", "park", shapes.parks),
    ("water", "water", shapes.water),
    ("buildings", "building", shapes.buildings),
    ("roads", "road", shapes.roads),
)


@dataclass
class Population:
    """What was created, by the keys of the script."""

    organisations: dict[str, Organisation] = field(default_factory=dict)
    compounds: dict[str, Compound] = field(default_factory=dict)
    sites: dict[str, Site] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    persons: dict[str, Person] = field(default_factory=dict)
    assignments: dict[tuple[str, str, str], Assignment] = field(default_factory=dict)
    _actors: dict[tuple[str, str, str], Actor] = field(default_factory=dict)

    def assignment(self, seat: Seat) -> Assignment:
        return self.assignments[seat.person, seat.role, seat.organisation]

    def actor(self, seat: Seat) -> Actor:
        key = (seat.person, seat.role, seat.organisation)
        if key not in self._actors:
            self._actors[key] = queries.actor_for(self.assignments[key])
        return self._actors[key]

    def everybody(self) -> list[Actor]:
        """Each person once, in their first post."""
        first = {
            person: Seat(person, role, organisation)
            for person, role, organisation in reversed(self.assignments)
        }
        return [self.actor(seat) for seat in first.values()]


def settle(city: DemoCity, people: Cast, *, now: datetime, places: int = FEWEST) -> Population:
    """Everything that was there before the first report; of places so many."""
    settled = Population()
    _lay_out(city, now)
    _found(settled, now)
    for compound in city.compounds:
        _build(settled, compound, now)
    open_places(settled, spots(city, places), now=now)
    for person in people.people:
        _move_in(settled, person, now)
    return settled


def _lay_out(city: DemoCity, now: datetime) -> None:
    rows = [DivisionRow(t.code, t.name) for t in city.territories]
    put_territories(rows=rows, source=SOURCE, now=now)
    for outlines in (shapes.district, shapes.streets, shapes.communities, shapes.grids):
        report = load_boundaries(source=outlines(city), origin=SOURCE, now=now)
        if report.errors:
            raise ValueError(report.errors)
    for name, kind, features in LAYERS:
        put_map_layer(name=name, kind=kind, geojson=features(city), source=SOURCE, now=now)
    put_map_layer(name="labels", kind="label", geojson=_labels(city), source=SOURCE, now=now)


def _labels(city: DemoCity) -> Feature:
    """Names of compounds and places, at a point inside each."""
    named = [(c.name, Point(c.lng, c.lat)) for c in city.compounds]
    for feature in shapes.places(city)["features"]:
        named.append((feature["properties"]["name"], _inside(feature)))
    features = [
        {
            "type": "Feature",
            "properties": {"name": name},
            "geometry": {"type": "Point", "coordinates": [p.x, p.y]},
        }
        for name, p in named
    ]
    return {"type": "FeatureCollection", "features": features}


def _inside(feature: Feature) -> Point:
    ring = feature["geometry"]["coordinates"][0]
    return Point(sum(x for x, _ in ring) / len(ring), sum(y for _, y in ring) / len(ring))


def _found(settled: Population, now: datetime) -> None:
    district = padded(DISTRICT[0])
    for planned in organisations():
        settled.organisations[planned.key] = services.create_organisation(
            name=planned.name,
            short_name=planned.short,
            kind=planned.kind,
            unit_type=planned.unit_type,
            uscc=planned.uscc,
            scope_code=padded(planned.scope),
            now=now,
        )
    for trade, key in CHARGES.items():
        services.put_industry_charge(
            worker_type=trade, organisation=settled.organisations[key], scope_code=district, now=now
        )
    category, operator = CHARGER_RULE
    put_dispatch_rule(
        actor=SYSTEM,
        category=category,
        area_code=padded(CITY[0]),
        organisation=settled.organisations[operator],
        note="本区充换电设施由小满充换电维护",
        now=now,
    )


def _build(settled: Population, planned: DemoCompound, now: datetime) -> None:
    data = CompoundData(
        name=planned.name,
        scope_code=planned.community,
        lng=planned.lng,
        lat=planned.lat,
        outline=planned.shape.__geo_interface__,
        address=planned.address,
        manager_id=settled.organisations[planned.company].pk,
    )
    compound = create_compound(actor=SYSTEM, data=data, source=SOURCE, external_id=planned.key, now=now)
    settled.compounds[planned.key] = compound
    settled.sites[planned.key] = compound.site


def _move_in(settled: Population, planned: DemoPerson, now: datetime) -> None:
    posts = planned.posts
    if planned.reports:
        person = _register(settled, planned, now)
        settled.persons[planned.key] = person
        first = queries.assignments_in_force(person_id=person.pk, now=now).get()
        settled.assignments[planned.key, posts[0].role, ""] = first
        posts = posts[1:]
    else:
        person = services.create_person(
            name=planned.name, phone=planned.phone, login_name=f"demo.{planned.key}", now=now
        )
        settled.persons[planned.key] = person
    for post in posts:
        settled.assignments[planned.key, post.role, post.organisation] = _appoint(settled, person, post, now)


def _register(settled: Population, planned: DemoPerson, now: datetime) -> Person:
    if planned.posts[0].role == "resident":
        return services.register_resident(
            phone=planned.phone,
            name=planned.name,
            community_code=planned.community,
            consents=["service", "location"],
            channel=Channel.DEMO,
            now=now,
        )
    platform = settled.organisations.get(planned.platform)
    return services.register_worker(
        phone=planned.phone,
        name=planned.name,
        community_code=planned.community,
        declared_as=DeclaredAs.WORK if planned.enterable else DeclaredAs.HOME,
        works=[Work(kind, platform) for kind in planned.worker_types],
        consents=["service", "work_profile", "location", "notices_sms"],
        channel=Channel.DEMO,
        now=now,
    )


def _appoint(settled: Population, person: Person, post: Post, now: datetime) -> Assignment:
    scope = post.scope if len(post.scope) > FULL_CODE else padded(post.scope) if post.scope else ""
    return services.assign(
        actor=SYSTEM,
        person=person,
        role=post.role,
        scope_code=scope,
        organisation=settled.organisations.get(post.organisation),
        site=settled.sites.get(post.site),
        now=now,
    )

"""A small town for tests: two streets, three communities, the units that a gas leak and a manhole need, its people."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from nuanxin.cases.services import load_categories
from nuanxin.compounds.models import Compound
from nuanxin.kernel.access import Actor
from nuanxin.people.identifiers import normal_mobile
from nuanxin.people.models import Assignment, Organisation, Person, Role, Site, Subject
from nuanxin.people.queries.actors import actor_for
from nuanxin.people.services.reference import load_reference
from nuanxin.territories.services import DivisionRow, load_boundaries, put_territories

DISTRICT = "990101000000"
STREET, OTHER_STREET = "990101001000", "990101002000"
COMMUNITY, NEXT_COMMUNITY, FAR_COMMUNITY = "990101001001", "990101001002", "990101002001"
LNG, LAT = 105.0, 30.0  # the south-west corner of the town; a community is a hundredth of a degree wide
START = datetime(2026, 9, 15, 1, 0, tzinfo=UTC)  # a Tuesday, 09:00 in Shanghai

NAMES = {
    "990000000000": "演示省",
    "990100000000": "云川市",
    DISTRICT: "暖阳区",
    STREET: "枫林街道",
    OTHER_STREET: "云溪街道",
    COMMUNITY: "枫桥社区",
    NEXT_COMMUNITY: "枫叶社区",
    FAR_COMMUNITY: "云上社区",
}


def box(west: float, south: float, east: float, north: float) -> dict:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def outlines() -> dict:
    places = {
        DISTRICT: box(LNG, LAT, LNG + 0.03, LAT + 0.01),
        STREET: box(LNG, LAT, LNG + 0.02, LAT + 0.01),
        OTHER_STREET: box(LNG + 0.02, LAT, LNG + 0.03, LAT + 0.01),
        COMMUNITY: box(LNG, LAT, LNG + 0.01, LAT + 0.01),
        NEXT_COMMUNITY: box(LNG + 0.01, LAT, LNG + 0.02, LAT + 0.01),
        FAR_COMMUNITY: box(LNG + 0.02, LAT, LNG + 0.03, LAT + 0.01),
    }
    features = [
        {"type": "Feature", "properties": {"code": code, "name": NAMES[code]}, "geometry": geometry}
        for code, geometry in places.items()
    ]
    return {"type": "FeatureCollection", "features": features}


@dataclass
class Town:
    now: datetime = START
    organisations: dict[str, Organisation] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)
    persons: dict[str, Person] = field(default_factory=dict)
    compound: Compound | None = None

    def __getitem__(self, name: str) -> Actor:
        return self.actors[name]


def build_town(now: datetime = START) -> Town:
    load_reference()
    load_categories()
    rows = [DivisionRow(code, name) for code, name in NAMES.items()]
    put_territories(rows=rows, source="test", now=now)
    report = load_boundaries(source=outlines(), origin="test", now=now)
    assert not report.errors, report.errors
    town = Town(now=now)
    _organisations(town)
    _compound(town)
    _people(town)
    return town


def organisation(town: Town, key: str, name: str, kind: str, scope: str, unit_type: str = "") -> Organisation:
    """One more than every town has."""
    row = Organisation.objects.create(
        name=name, kind=kind, unit_type=unit_type, scope_code=scope, created_at=town.now
    )
    town.organisations[key] = row
    return row


ORGANISATIONS: tuple[tuple[str, str, str, str, str], ...] = (
    # key, name, kind, scope, type of unit
    ("street", "枫林街道办事处", "street_office", STREET, "JD"),
    ("other_street", "云溪街道办事处", "street_office", OTHER_STREET, "JD"),
    ("community", "枫桥社区居委会", "residents_committee", COMMUNITY, "SQ"),
    ("next_community", "枫叶社区居委会", "residents_committee", NEXT_COMMUNITY, "SQ"),
    ("gas", "云川燃气", "utility", "990100000000", "RQ"),
    ("water", "云川水务", "utility", DISTRICT, "SW"),
    ("city_management", "暖阳区城管局", "city_management", DISTRICT, "CG"),
    ("fire", "暖阳区消防救援大队", "fire", DISTRICT, "XF"),
    ("property", "暖居物业", "property_manager", DISTRICT, "WY"),
    ("swd", "暖阳区社会工作部", "society_work_dept", DISTRICT, ""),
    ("platform", "飞燕外卖", "platform_company", DISTRICT, ""),
)


def _organisations(town: Town) -> None:
    """In one statement, as are those of `_people`: most tests begin with this."""
    rows = [
        Organisation(name=name, kind=kind, unit_type=unit_type, scope_code=scope, created_at=town.now)
        for _key, name, kind, scope, unit_type in ORGANISATIONS
    ]
    Organisation.objects.bulk_create(rows)
    town.organisations |= {key: row for (key, *_), row in zip(ORGANISATIONS, rows, strict=True)}


def _compound(town: Town) -> None:
    site = Site.objects.create(
        name="云栖里",
        kind="compound",
        scope_code=COMMUNITY,
        lng=LNG + 0.005,
        lat=LAT + 0.005,
        operator=town.organisations["property"],
    )
    town.compound = Compound.objects.create(
        site=site,
        manager=town.organisations["property"],
        name="云栖里",
        scope_code=COMMUNITY,
        lng=LNG + 0.005,
        lat=LAT + 0.005,
        created_at=town.now,
        updated_at=town.now,
    )


PEOPLE: tuple[tuple[str, str, str, str], ...] = (
    # key, role, scope, organisation
    ("worker", "worker", COMMUNITY, ""),
    ("other_worker", "worker", NEXT_COMMUNITY, ""),
    ("resident", "resident", COMMUNITY, ""),
    ("grid_part", "grid_part", COMMUNITY, ""),
    ("grid", "grid", COMMUNITY, "community"),
    ("community", "community", COMMUNITY, "community"),
    ("community_head", "community_head", COMMUNITY, "community"),
    ("next_community", "community", NEXT_COMMUNITY, "next_community"),
    ("dispatcher", "dispatcher", STREET, "street"),
    ("other_dispatcher", "dispatcher", OTHER_STREET, "other_street"),
    ("street_lead", "street_lead", STREET, "street"),
    ("gas", "dept", "990100000000", "gas"),
    ("gas_lead", "dept_lead", "990100000000", "gas"),
    ("water", "dept", DISTRICT, "water"),
    ("city_management", "dept", DISTRICT, "city_management"),
    ("property", "property", COMMUNITY, "property"),
    ("guard", "guard", COMMUNITY, ""),
    ("station", "station", COMMUNITY, ""),
    ("merchant", "merchant", COMMUNITY, ""),
    ("swd", "swd", DISTRICT, "swd"),
    ("platform", "platform", DISTRICT, "platform"),
    ("system_admin", "system_admin", "", ""),
    ("security_admin", "security_admin", "", ""),
    ("audit_admin", "audit_admin", "", ""),
)


def _people(town: Town) -> None:
    persons = [
        Person(
            name=f"测试{key}",
            phone=normal_mobile(f"1990000{number:04d}"),
            login_name=key if role not in {"worker", "resident", "grid_part"} else None,
            registered_at=town.now,
        )
        for number, (key, role, _scope, _organisation) in enumerate(PEOPLE)
    ]
    Person.objects.bulk_create(persons)
    Subject.objects.bulk_create(Subject(person=person) for person in persons)
    roles = Role.objects.in_bulk()
    assignments = [
        Assignment(
            person=person,
            role=roles[role],
            scope_code=scope or DISTRICT,
            organisation=town.organisations.get(organisation_key),
            site=town.compound.site if role in {"property", "guard"} and town.compound else None,
            active_from=town.now,
        )
        for person, (_key, role, scope, organisation_key) in zip(persons, PEOPLE, strict=True)
    ]
    Assignment.objects.bulk_create(assignments)
    for (key, *_), person, assignment in zip(PEOPLE, persons, assignments, strict=True):
        town.persons[key] = person
        town.actors[key] = actor_for(assignment)

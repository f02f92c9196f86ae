"""The people of the demo city: the personas a visitor may enter as, and their neighbours and colleagues.

All names are invented and look it (doubled, friendly words); all numbers come from 1990000xxxx.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from random import Random
from typing import TYPE_CHECKING

from nuanxin.demo.names import DISTRICT, REFERENCE, STREETS
from nuanxin.demo.organisations import DemoOrganisation, organisations

if TYPE_CHECKING:
    from nuanxin.demo.city import DemoCity

_SURNAMES = (
    "周吴郑冯褚卫蒋沈韩杨朱秦许吕张孔曹魏陶姜谢邹喻柏章苏潘葛范彭鲁韦苗凤花俞任袁柳鲍史唐费岑薛雷贺倪汤"
)
_GIVEN = "禾麦米豆果桃杏梨橙柚枣栗松竹梅兰荷菊桂桑云雨雪霜露月星晨晓晴风川溪泉湖舟帆桥灯火炉糖茶饼糕粥"
_WORKER_TYPES = (
    ("delivery_rider", "pf1"),
    ("courier", "pf2"),
    ("delivery_rider", "pf1"),
    ("ride_hailing_driver", "pf3"),
    ("delivery_rider", "pf1"),
    ("truck_driver", "pf4"),
    ("courier", "pf2"),
    ("livestreamer", ""),
    ("online_seller", ""),
)
POST_COLUMNS = ("role", "scope", "organisation", "site", "title_zh", "title_en", "about_zh", "about_en")
OTHER_WORKERS = 30
OTHER_RESIDENTS = 8


@dataclass(frozen=True, slots=True)
class Post:
    """One assignment. `scope` is an unpadded territory code; `site` the key of a compound or a place."""

    role: str
    scope: str = ""
    organisation: str = ""
    site: str = ""
    title_zh: str = ""
    title_en: str = ""
    about_zh: str = ""
    about_en: str = ""


@dataclass(frozen=True, slots=True)
class DemoPerson:
    key: str
    name: str
    phone: str
    posts: tuple[Post, ...]
    worker_types: tuple[str, ...] = ()
    platform: str = ""
    community: str = ""  # the one a worker or resident has declared
    group: str = ""  # of the chooser page; empty for people one meets but does not play

    @property
    def enterable(self) -> bool:
        return bool(self.group)

    @property
    def reports(self) -> bool:
        return self.posts[0].role in {"worker", "resident"}


@dataclass(frozen=True)
class Cast:
    people: tuple[DemoPerson, ...]

    def person(self, key: str) -> DemoPerson:
        return next(found for found in self.people if found.key == key)

    def personas(self) -> tuple[DemoPerson, ...]:
        return tuple(person for person in self.people if person.enterable)

    def reporters(self) -> tuple[DemoPerson, ...]:
        return tuple(person for person in self.people if person.reports)

    def holding(self, role: str, *, scope: str = "", organisation: str = "", site: str = "") -> list[str]:
        """Keys of those who hold a role there, personas first."""
        return [
            person.key
            for person in self.people
            for post in person.posts
            if post.role == role
            and (not scope or post.scope == scope)
            and (not organisation or post.organisation == organisation)
            and (not site or post.site == site)
        ]


def cast(city: DemoCity) -> Cast:
    known = known_personas()
    taken = {person.name for person in known}
    names = (name for name in _invented_names() if name not in taken)
    posts = [*_territory_posts(city), *_unit_posts(), *_place_posts(city)]
    filled = {(p.role, p.scope, p.organisation, p.site) for person in known for p in person.posts}
    open_posts = [p for p in posts if (p.role, p.scope, p.organisation, p.site) not in filled]
    first = len(known) + 1
    staff = [
        DemoPerson(f"p{k:03d}", next(names), _phone(k), (post,))
        for k, post in enumerate(open_posts, start=first)
    ]
    first += len(staff)
    public = [_public(k, first + k, next(names), city) for k in range(OTHER_WORKERS + OTHER_RESIDENTS)]
    return Cast((*known, *staff, *public))


def _phone(number: int) -> str:
    return f"1990000{number:04d}"


def _invented_names() -> list[str]:
    """王小禾, 王禾禾: recognisably made up, never twice."""
    names = [s + g + g for s in _SURNAMES for g in _GIVEN] + [s + "小" + g for s in _SURNAMES for g in _GIVEN]
    Random(len(names)).shuffle(names)
    return names


@cache
def known_personas() -> tuple[DemoPerson, ...]:
    with (REFERENCE / "personas.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    people = []
    for number, (key, group) in enumerate(groupby(rows, key=lambda row: row["key"]), start=1):
        mine = list(group)
        first = mine[0]
        posts = tuple(Post(**{column: row[column] for column in POST_COLUMNS}) for row in mine)
        types = tuple(filter(None, first["worker_types"].split("|")))
        community = first["scope"] if first["role"] in {"worker", "resident"} else ""
        person = DemoPerson(
            key, first["name"], _phone(number), posts, types, first["platform"], community, first["group"]
        )
        people.append(person)
    return tuple(people)


def _territory_posts(city: DemoCity) -> list[Post]:
    posts = []
    for street in STREETS:
        code, office = DISTRICT[0] + street.code, f"jd{street.code}"
        posts += [Post(role, code, office) for role in ("dispatcher", "street_lead")]
        for part, _ in street.communities:
            committee = f"sq{street.code}{part}"
            posts += [Post(role, code + part, committee) for role in ("community", "community_head")]
            grids = sorted(g for g in city.grid_of.values() if g.startswith(code + part))
            posts += [Post("grid", grid, committee) for grid in grids]
    return posts


def _unit_posts() -> list[Post]:
    outside = {"", "WY", "SQ"}
    units = [found for found in organisations() if found.unit_type not in outside]
    return [Post(role, unit.scope, unit.key) for unit in units for role in _roles_of(unit)]


def _roles_of(unit: DemoOrganisation) -> tuple[str, ...]:
    """A street office and an operator have people who do the work; their leaders are posts of their own."""
    return ("dept",) if unit.unit_type in {"JD", "OP"} else ("dept", "dept_lead")


def _place_posts(city: DemoCity) -> list[Post]:
    managers = [Post("property", c.community, c.company, c.key) for c in city.compounds]
    from nuanxin.demo.spots import kept  # a city is drawn where it is built, not by who only shows its people

    keepers = [Post(s.kind.keeper, s.community, s.host or f"sq{s.community[6:]}", s.key) for s in kept(city)]
    return [*managers, Post("station", DISTRICT[0], "op2"), *keepers]


def _public(index: int, number: int, name: str, city: DemoCity) -> DemoPerson:
    communities = [t.code for t in city.at_level("community")]
    home = communities[index * 7 % len(communities)]
    if index >= OTHER_WORKERS:
        return DemoPerson(f"r{number:03d}", name, _phone(number), (Post("resident", home),), community=home)
    kind, platform = _WORKER_TYPES[index % len(_WORKER_TYPES)]
    posts = [Post("worker", home)]
    if kind == "delivery_rider":
        grids = sorted(grid for grid in city.grid_of.values() if grid.startswith(home))
        posts.append(Post("grid_part", grids[0]))
    return DemoPerson(f"w{number:03d}", name, _phone(number), tuple(posts), (kind,), platform, home)

"""Whom a visitor may be, and the walk through a gas leak: what the chooser page shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import groupby

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from nuanxin.demo.organisations import organisation
from nuanxin.demo.personas import DemoPerson, Post, known_personas
from nuanxin.people.models import Assignment, Person
from nuanxin.people.queries import assignments_in_force, person_by_phone

GROUPS: dict[str, tuple[str | Promise, str]] = {
    "workers": (_("小哥和居民"), "motorbike"),
    "territory": (_("街道和社区"), "building-community"),
    "units": (_("部门和公用事业"), "tool"),
    "places": (_("小区和驿站"), "building-store"),
    "admin": (_("三员：互相制约的管理员"), "shield-lock"),
}


@dataclass(frozen=True, slots=True)
class Persona:
    """One person in one of their posts."""

    person: DemoPerson
    post: Post

    @property
    def key(self) -> str:
        return self.person.key

    @property
    def name(self) -> str:
        return self.person.name

    @property
    def title(self) -> str:
        return self.post.title_en if _in_english() else self.post.title_zh

    @property
    def about(self) -> str:
        return self.post.about_en if _in_english() else self.post.about_zh

    @property
    def where(self) -> str:
        key = self.post.organisation or (self.person.platform if self.post.role == "worker" else "")
        return organisation(key).short if key else ""


@dataclass(frozen=True, slots=True)
class Group:
    label: str | Promise
    icon: str
    personas: tuple[Persona, ...]


@dataclass(frozen=True, slots=True)
class Stop:
    """One station of the walk: who, what one does there, and the page on which it happens."""

    persona: Persona
    text: str | Promise
    path: str


def _in_english() -> bool:
    return (get_language() or "").startswith("en")


@cache
def personas() -> tuple[Persona, ...]:
    return tuple(
        Persona(person, post) for person in known_personas() for post in person.posts if post.title_zh
    )


def persona(key: str, role: str) -> Persona | None:
    return next((found for found in personas() if (found.key, found.post.role) == (key, role)), None)


def groups() -> list[Group]:
    order = list(GROUPS)
    listed = sorted(personas(), key=lambda each: order.index(each.person.group))
    return [
        Group(*GROUPS[name], tuple(members))
        for name, members in groupby(listed, key=lambda each: each.person.group)
    ]


GAS_LEAK: tuple[tuple[str, str, str | Promise, str], ...] = (
    ("wang", "worker", _("随手拍选“燃气泄漏”：先打电话，再一键告诉社区。"), "/report/?danger=1"),
    ("lipai", "dispatcher", _("街道同时收到：系统已经派给社区和燃气公司，看时钟和每家的任务单。"), "/cases/"),
    ("wen", "community", _("社区领单，先到现场疏散、看住人。"), "/cases/"),
    ("zhao", "dept", _("燃气公司接单、到场、控制险情，修好后交照片。"), "/cases/"),
    ("fang", "grid", _("网格员去现场核查：办的人不能自己核。通过就结案。"), "/cases/"),
    ("wang", "worker", _("回到小王：看五步走完，评价“解决了，谢谢”。"), "/mine/"),
)


def gas_leak_walk() -> list[Stop]:
    """A gas smell in 云栖里 (`domain.md` 001-02), by its five personas."""
    walk = []
    for key, role, text, path in GAS_LEAK:
        who = persona(key, role)
        if who is not None:
            walk.append(Stop(who, text, path))
    return walk


def assignment_of(chosen: Persona, *, now: datetime) -> tuple[Person, Assignment] | None:
    """The account behind a persona; nothing after its visitor has erased it or handed its post on."""
    person = person_by_phone(chosen.person.phone)
    if person is None:
        return None
    posts = assignments_in_force(person_id=person.pk, now=now).filter(role=chosen.post.role)
    assignment = posts.first()
    return (person, assignment) if assignment else None

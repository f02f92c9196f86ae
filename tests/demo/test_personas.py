"""Everybody in the demo city is invented, can be told apart and stands where the work needs somebody."""

import csv
import re

import pytest

from nuanxin.demo.city import build_city
from nuanxin.demo.names import REFERENCE
from nuanxin.demo.organisations import organisations
from nuanxin.demo.personas import cast
from nuanxin.demo.spots import kept
from nuanxin.people.enums import WorkerType

# The roles of domain.md §10.2 that have something to do with a report.
ROLES = {
    "worker", "grid_part", "resident", "grid", "community", "community_head", "dispatcher", "street_lead", "dept",
    "dept_lead", "property", "guard", "station", "clinic", "swd", "team_leader", "system_admin", "security_admin",
    "audit_admin",
}  # fmt: skip


@pytest.fixture(scope="module")
def city():
    return build_city()


@pytest.fixture(scope="module")
def people(city):
    return cast(city)


def test_every_role_can_be_entered(people):
    assert {post.role for person in people.personas() for post in person.posts} == ROLES


def test_names_keys_and_numbers_are_unique(people):
    for values in (
        [person.key for person in people.people],
        [person.name for person in people.people],
        [person.phone for person in people.people],
    ):
        assert len(values) == len(set(values))


def test_numbers_come_from_the_invented_range(people):
    assert all(re.fullmatch(r"1990000\d{4}", person.phone) for person in people.people)


def test_every_persona_says_who_they_are_in_both_languages(people):
    for person in people.personas():
        for post in person.posts:
            assert post.title_zh
            assert post.about_zh.endswith("。")
            assert post.title_en
            assert post.about_en.endswith(".")
            assert not re.search(r"[一-鿿]", post.title_en + post.about_en)


def test_all_kinds_of_worker_are_there(people):
    assert {kind for person in people.people for kind in person.worker_types} == set(WorkerType.values)
    assert any(len(person.worker_types) > 1 for person in people.people)


def test_posts_name_organisations_and_sites_that_exist(city, people):
    known = {organisation.key for organisation in organisations()}
    sites = {compound.key for compound in city.compounds} | {"s1"} | {spot.key for spot in kept(city)}
    for person in people.people:
        for post in person.posts:
            assert post.organisation in known | {""}
            assert post.site in sites | {""}


def test_every_place_has_its_people(city, people):
    for grid in city.at_level("grid"):
        assert people.holding("grid", scope=grid.code), grid.name
    for community in city.at_level("community"):
        assert people.holding("community", scope=community.code)
        assert people.holding("community_head", scope=community.code)
    for street in city.at_level("street"):
        assert people.holding("dispatcher", scope=street.code[:9])
    for compound in city.compounds:
        assert people.holding("property", site=compound.key, organisation=compound.company)
    for unit in organisations():
        if unit.unit_type not in {"", "WY", "SQ"}:
            assert people.holding("dept", organisation=unit.key), unit.name


def test_the_gas_leak_personas_work_at_the_same_place(city, people):
    home = next(compound for compound in city.compounds if compound.key == "c01")
    assert home.name == "云栖里"
    assert people.person("fang").posts[0].scope == home.grid
    assert people.person("wen").posts[0].scope == home.community
    assert people.person("lipai").posts[0].scope == home.grid[:9]
    assert people.person("wu").posts[0].site == home.key
    assert people.person("wu").posts[0].organisation == home.company
    assert people.person("luo").posts[1].scope == home.grid


def test_the_same_people_every_time(city, people):
    assert cast(city).people == people.people


def test_the_files_hold_no_stray_columns():
    for file in ("personas.csv", "organisations.csv", "texts.csv", "phrases.csv"):
        with (REFERENCE / file).open(encoding="utf-8", newline="") as lines:
            assert all(None not in row and None not in row.values() for row in csv.DictReader(lines)), file

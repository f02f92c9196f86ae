"""The invented ground nests without gaps, is the same every time, and lies nowhere."""

import csv
import json
import re
import time
from importlib.resources import files
from itertools import combinations

import pytest
from shapely import unary_union
from shapely.geometry import Point, shape

from nuanxin.demo import city as demo_city
from nuanxin.demo.city import build_city
from nuanxin.demo.organisations import committee, credit_code, district_unit, organisations, street_office
from nuanxin.demo.spots import FEWEST, WITHOUT, kinds, spots
from nuanxin.kernel.opening import parse
from nuanxin.people.enums import OrganisationKind, UnitType
from nuanxin.people.identifiers import is_uscc

SLIVER = 1e-9  # square degrees: about ten square metres


@pytest.fixture(scope="module")
def city():
    return build_city()


def test_it_grows_in_under_two_seconds():
    began = time.process_time()
    build_city()
    assert time.process_time() - began < 2


def test_it_is_the_same_every_time(city):
    again = build_city()
    for collection in (demo_city.streets, demo_city.grids, demo_city.roads, demo_city.compounds):
        assert json.dumps(collection(city)) == json.dumps(collection(again))


def test_another_seed_is_another_town():
    assert demo_city.roads(build_city(7)) != demo_city.roads(build_city(8))


@pytest.mark.parametrize(
    ("level", "children"), [("district", "street"), ("street", "community"), ("community", "grid")]
)
def test_children_fill_their_parent_without_gap_or_overlap(city, level, children):
    for parent in city.at_level(level):
        mine = [t for t in city.at_level(children) if t.parent == parent.code]
        assert len(mine) >= 2, parent.name
        assert unary_union([t.shape for t in mine]).symmetric_difference(parent.shape).area < SLIVER
        for one, other in combinations(mine, 2):
            assert one.shape.intersection(other.shape).area < SLIVER


def test_every_territory_is_in_one_piece_and_valid(city):
    for territory in city.territories:
        if territory.shape is not None:
            assert territory.shape.is_valid, territory.name
            assert territory.shape.geom_type == "Polygon", territory.name


def test_the_levels_have_their_sizes(city):
    assert len(city.at_level("street")) == 6
    assert all(
        4 <= sum(c.parent == s.code for c in city.at_level("community")) <= 6 for s in city.at_level("street")
    )
    assert all(
        2 <= sum(g.parent == c.code for g in city.at_level("grid")) <= 5 for c in city.at_level("community")
    )


def test_codes_follow_the_national_pattern(city):
    codes = [t.code for t in city.territories]
    assert len(codes) == len(set(codes))
    for territory in city.territories:
        assert territory.code.isdigit()
        assert len(territory.code) == (15 if territory.level == "grid" else 12)
    towns = [s for s in city.at_level("street") if s.code[6:9] >= "100"]
    assert [town.name[-1] for town in towns] == ["镇"]
    assert all(c.name.endswith("村") == (c.code[9:12] >= "200") for c in city.at_level("community"))


def test_every_compound_lies_in_its_community_and_grid(city):
    grids = {t.code: t.shape for t in city.at_level("grid")}
    for compound in city.compounds:
        assert grids[compound.grid].buffer(1e-7).contains(compound.shape), compound.name
        assert compound.shape.contains(Point(compound.lng, compound.lat))
        assert compound.grid.startswith(compound.community)
        assert city.address(*compound.metres.centroid.coords[0]).endswith("号")
    names = [compound.name for compound in city.compounds]
    assert 60 <= len(names) == len(set(names))


def test_every_community_has_compounds(city):
    assert {c.community for c in city.compounds} == {t.code for t in city.at_level("community")}


def test_compounds_do_not_overlap(city):
    for one, other in combinations(city.compounds, 2):
        assert not one.metres.intersects(other.metres)


def test_nothing_is_built_in_the_water(city):
    wet = unary_union([water for _, _, water in city.ground.water])
    assert all(not compound.metres.intersects(wet) for compound in city.compounds)


def test_the_maps_are_marked_and_inside_the_district(city):
    district = shape(demo_city.district(city)["features"][0]["geometry"]).buffer(0.002)
    for collection in (
        demo_city.roads,
        demo_city.water,
        demo_city.parks,
        demo_city.places,
        demo_city.buildings,
    ):
        found = collection(city)
        assert "示意图" in found["name"]
        assert found["features"]
        assert all(district.contains(shape(feature["geometry"])) for feature in found["features"][:200])


def test_credit_codes_are_valid_and_unique():
    codes = [organisation.uscc for organisation in organisations()]
    assert all(is_uscc(code) for code in codes)
    assert len(codes) == len(set(codes))
    assert credit_code("91", 1).startswith("91990101DM")


def test_every_kind_of_unit_has_an_organisation(city):
    found = {organisation.unit_type for organisation in organisations()}
    assert found - {""} == set(UnitType.values)
    assert {organisation.kind for organisation in organisations()} <= set(OrganisationKind.values)
    assert district_unit("RQ").short == "云川燃气"
    for grid in city.at_level("grid"):
        assert grid.code.startswith(committee(grid.code).scope)
        assert grid.code.startswith(street_office(grid.code).scope)


def test_four_hundred_places_of_every_type_stand_in_their_communities(city):
    found = spots(city)
    assert len(found) == 400
    assert {spot.kind for spot in found} == set(kinds())
    assert {kind.type for kind in kinds()} == set(load_rows("place_types"))
    outlines = {t.code: t.shape.buffer(1e-6) for t in city.at_level("community")}
    assert all(outlines[spot.community].contains(Point(spot.lng, spot.lat)) for spot in found)
    assert len({spot.name for spot in found}) == len(found)
    assert not [spot.name for spot in found if re.search(REAL_BRANDS, spot.name)]
    assert set(outlines) - {spot.community for spot in found} == {WITHOUT}
    assert spots(city, FEWEST) == found[:FEWEST]


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.type)
def test_what_a_type_usually_has_is_in_the_catalogue(kind):
    assert set(kind.facilities) <= load_rows("facilities")
    assert set(kind.services) <= load_rows("service_items")
    assert all(parse(opening) for opening in kind.openings)


def load_rows(name):
    text = files("nuanxin.places").joinpath(f"reference/{name}.csv").read_text(encoding="utf-8")
    return {row["code"] for row in csv.DictReader(text.splitlines())}


REAL_BRANDS = "美团|饿了么|顺丰|中通|圆通|韵达|京东|滴滴|高德|万科|碧桂园|保利|龙湖"


def test_no_real_brand_is_named(city):
    names = (
        [o.name for o in organisations()] + [c.name for c in city.compounds] + [r.name for r in city.roads]
    )
    assert not [name for name in names if re.search(REAL_BRANDS, name)]

"""Outlines from GeoJSON, and which territory a point lies in."""

import copy
import json
from datetime import timedelta

import pytest

from nuanxin.kernel.geo.coordinates import Crs, NotACoordinate, wgs84_to_gcj02
from nuanxin.territories import queries, services
from nuanxin.territories.models import Boundary, Territory
from nuanxin.territories.queries import spatial
from tests.factories.territories import (
    COMMUNITY,
    DISTRICT,
    GRID,
    NOW,
    OTHER_COMMUNITY,
    OTHER_STREET,
    STREET,
    VILLAGE,
    city_outlines,
    collection,
    square,
)

BAD = {
    "no code": ({}, square(104.48, 38.48, 104.49, 38.49), "code"),
    "unknown code": ({"code": "990101001077"}, square(104.48, 38.48, 104.49, 38.49), "990101001077"),
    "a line": ({"code": VILLAGE}, {"type": "LineString", "coordinates": [[104.5, 38.5], [104.6, 38.5]]}, "LineString"),
    "no shape": ({"code": VILLAGE}, None, "—"),
    "a bow tie": (
        {"code": VILLAGE},
        {
            "type": "Polygon",
            "coordinates": [[[104.5, 38.49], [104.51, 38.5], [104.51, 38.49], [104.5, 38.5], [104.5, 38.49]]],
        },
        "Self-intersection",
    ),
    "metres": ({"code": VILLAGE}, square(400000, 38000, 400100, 38100), "经纬度"),
    "no ring": ({"code": VILLAGE}, {"type": "Polygon", "coordinates": [[[104.5, 38.5]]]}, ""),
    "outside its street": ({"code": VILLAGE}, square(104.49, 38.48, 104.51, 38.49), "50%"),
}  # fmt: skip


def load(source, **kwargs):
    return services.load_boundaries(source=source, origin="test", now=kwargs.pop("now", NOW), **kwargs)


def test_the_smallest_territory_answers(drawn_city):
    assert queries.locate(104.485, 38.485) == GRID
    assert queries.locate(104.495, 38.485) == COMMUNITY
    assert queries.locate(104.485, 38.51) == OTHER_COMMUNITY
    assert queries.locate(104.51, 38.5) == OTHER_STREET
    assert queries.locate(105.0, 38.5) is None
    assert queries.territories_at(104.485, 38.485) == [GRID, COMMUNITY, STREET, DISTRICT]


def test_a_point_on_an_edge_belongs_to_somebody_always_the_same(drawn_city):
    assert queries.locate(104.485, 38.50) in (COMMUNITY, OTHER_COMMUNITY)
    assert queries.locate(104.48, 38.48) == GRID


def test_without_outlines_there_is_no_answer(city):
    assert queries.locate(104.485, 38.485) is None


@pytest.mark.parametrize("point", [(float("nan"), 1.0), (181.0, 0.0), (0.0, 91.0)])
def test_a_point_that_is_none_is_refused(drawn_city, point):
    with pytest.raises(NotACoordinate):
        queries.locate(*point)


def test_the_hot_path_asks_the_database_nothing(drawn_city, django_assert_num_queries):
    queries.locate(104.485, 38.485)
    with django_assert_num_queries(0):
        assert queries.locate(104.495, 38.485) == COMMUNITY


def test_another_process_sees_a_change_after_a_while(drawn_city, monkeypatch):
    queries.locate(104.485, 38.485)
    Boundary.objects.filter(territory=GRID).delete()
    monkeypatch.setattr("nuanxin.territories.services.stamps.expire_all", lambda name: None)
    services.touch("boundaries")  # what the other process did
    assert queries.locate(104.485, 38.485) == GRID
    monkeypatch.setattr(spatial, "CHECK_SECONDS", 0.0)
    assert queries.locate(104.485, 38.485) == COMMUNITY


def test_loading_again_changes_nothing(drawn_city):
    before = list(Boundary.objects.order_by("pk").values())
    edition = queries.boundaries_edition()
    report = load(city_outlines(), now=NOW + timedelta(days=9))
    assert (report.created, report.changed, report.unchanged) == (0, 0, 6)
    assert list(Boundary.objects.order_by("pk").values()) == before
    assert queries.boundaries_edition() == edition


def test_a_shape_written_from_another_corner_is_the_same(drawn_city):
    shape = square(104.48, 38.48, 104.49, 38.49)
    shape["coordinates"][0] = [*shape["coordinates"][0][2:], *shape["coordinates"][0][1:3]]
    assert load(collection(({"code": GRID}, shape))).unchanged == 1


def test_a_new_outline_ends_the_old_one(drawn_city):
    later = NOW + timedelta(days=9)
    smaller = collection(({"code": GRID}, square(104.48, 38.48, 104.485, 38.485)))
    assert load(smaller, now=later).changed == 1
    old, new = Boundary.objects.filter(territory=GRID).order_by("pk")
    assert (old.valid_to.isoformat(), new.valid_from.isoformat(), new.valid_to) == (
        "2026-03-11",
        "2026-03-11",
        None,
    )
    assert queries.locate(104.488, 38.488) == COMMUNITY
    load(collection(({"code": GRID}, square(104.48, 38.48, 104.486, 38.486))), now=later)
    assert Boundary.objects.filter(territory=GRID).count() == 2  # corrected on the same day


@pytest.mark.parametrize("name", BAD)
def test_a_bad_feature_is_named_and_the_others_are_loaded(drawn_city, name):
    properties, geometry, said = BAD[name]
    good = ({"code": f"{OTHER_COMMUNITY}001"}, square(104.48, 38.50, 104.49, 38.51))
    report = load(collection(good, (properties, geometry)))
    assert report.created == 1
    [error] = report.errors
    assert error.index == 1
    assert said in error.message


def test_a_code_may_come_once(drawn_city):
    feature = ({"code": VILLAGE}, square(104.50, 38.48, 104.51, 38.49))
    report = load(collection(feature, copy.deepcopy(feature)))
    assert (report.created, len(report.errors)) == (1, 1)
    assert "两次" in report.errors[0].message


def test_the_level_may_be_demanded(drawn_city):
    report = load(collection(({"code": STREET}, square(104.48, 38.48, 104.49, 38.49))), level="grid")
    assert "不是这一级" in report.errors[0].message


def test_offices_never_agree_exactly(drawn_city):
    """Two per cent outside the parent is the surveyors' business, not an error."""
    box = square(104.4998, 38.48, 104.52, 38.49)
    assert not load(collection(({"code": VILLAGE}, box))).errors


def test_short_codes_and_other_names_for_them_are_understood(drawn_city):
    assert load(collection(({"adcode": 990101}, square(104.47, 38.47, 104.53, 38.53)))).changed == 1


def test_an_unknown_grid_is_created_in_its_community(drawn_city):
    code = f"{OTHER_COMMUNITY}007"
    assert load(collection(({"code": code}, square(104.48, 38.50, 104.49, 38.51)))).created == 1
    grid = Territory.objects.get(code=code)
    assert (grid.name, grid.level, grid.parent_code) == ("第 7 网格", "grid", OTHER_COMMUNITY)
    assert load(collection(({"code": "990101001099001"}, square(104.48, 38.50, 104.49, 38.51)))).errors


def test_larger_territories_are_stored_first(city):
    source = city_outlines()
    source["features"].reverse()
    assert not load(source).errors


def test_coordinates_of_another_system_are_converted(city):
    west, south = wgs84_to_gcj02(104.48, 38.48)
    east, north = wgs84_to_gcj02(104.52, 38.52)
    load(collection(({"code": DISTRICT}, square(west, south, east, north))), crs=Crs.GCJ02)
    boundary = Boundary.objects.get()
    assert boundary.west == pytest.approx(104.48, abs=1e-4)
    assert boundary.area_m2 == pytest.approx(15.5e6, rel=0.02)


def test_a_file_is_read_and_a_broken_one_is_a_clear_error(city, tmp_path):
    path = tmp_path / "outlines.geojson"
    path.write_text(json.dumps(city_outlines()))
    assert load(path).created == 6
    path.write_text("{")
    with pytest.raises(services.NotGeoJson):
        load(path)
    with pytest.raises(services.NotGeoJson):
        load({"type": "Feature"})

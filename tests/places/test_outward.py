"""What a place says to machines: points and tiles for maps, schema.org for search engines."""

import json
import re
from datetime import date, timedelta
from importlib import import_module

import pytest
from django.utils import timezone
from mapbox_vector_tile import decode

from nuanxin.kernel.access import SYSTEM
from nuanxin.places import queries, services
from nuanxin.places.queries import tile_of, tiles
from tests.factories.places import LAT, LNG, place
from tests.factories.territories import NOW, OTHER_STREET, STREET

pytestmark = pytest.mark.usefixtures("city")
POINTS = "/places/map/points.geojson"
CLOSER = 16


def features(client, zoom, *, lng=LNG, lat=LAT, **asked):
    tile = tile_of(lng, lat, zoom)
    answer = client.get(f"/places/tiles/{zoom}/{tile.x}/{tile.y}.mvt", asked)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/vnd.mapbox-vector-tile"
    layers = decode(answer.content) if answer.content else {}
    return [each["properties"] for each in layers.get("places", {"features": []})["features"]]


def linked(client, made):
    page = client.get(f"/places/at/{made.public_id}/").content.decode()
    (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    return json.loads(text), text


def test_few_places_are_points_of_the_map(client):
    place("有编号的", facilities=["toilet"])
    for asked in ({"at": STREET}, {}):
        (only,) = client.get(POINTS, asked).json()["features"]
        assert only["properties"]["title"] == "有编号的"
    assert client.get(POINTS, {"at": OTHER_STREET}).json()["features"] == []
    page = client.get("/places/map/").content.decode()
    assert POINTS in page
    assert ".mvt" not in page


@pytest.mark.parametrize("path", ["/places/map/", "/places/map/embed/"])
def test_many_places_are_tiles_of_what_is_looked_for(client, monkeypatch, path):
    monkeypatch.setattr(import_module("nuanxin.places.queries.around"), "POINTS", 1)
    for number in range(2):
        place(f"站{number}", lat=LAT + number / 1000)
    page = client.get(path, {"f": "toilet"}).content.decode()
    assert 'data-tiles="/places/tiles/{z}/{x}/{y}.mvt?lang=zh-hans&amp;f=toilet"' in page
    assert POINTS not in page


def test_a_tile_tells_each_place_apart_or_counts_them(client):
    made = [place(f"站{number}", lng=LNG + number / 4000, lat=LAT + number / 4000) for number in range(3)]
    place("筹备", is_open=False)
    (only,) = features(client, 9)
    assert only == {"kind": "cluster", "count": 3}
    (first, *_others) = sorted(features(client, 15), key=lambda each: each["title"])
    assert first["title"] == "站0"
    assert (first["kind"], first["tone"], first["type"]) == ("place", "ok", "station")
    assert first["url"] == f"/places/at/{made[0].public_id}/"
    assert set(first) == {"kind", "id", "type", "title", "text", "tone", "url"}
    assert features(client, 9, lng=LNG + 5) == []


def test_one_alone_is_itself_however_far_one_is(client):
    place("独一处", name_en="Alone")
    assert [each["title"] for each in features(client, 5)] == ["独一处"]
    assert [each["title"] for each in features(client, 5, lang="en")] == ["Alone"]
    assert [each["title"] for each in features(client, 5, lang="xx")] == ["独一处"]


def test_too_many_close_by_are_counted_too(client, monkeypatch):
    monkeypatch.setattr(tiles, "MOST_APART", 2)
    for number in range(3):
        place(f"站{number}", lng=LNG + number / 100_000, lat=LAT + number / 100_000)
    assert [each["kind"] for each in features(client, CLOSER)] == ["cluster"]


def test_what_is_looked_for_and_the_season_narrow_a_tile(client):
    place("有", facilities=["toilet"])
    place("没有", lat=LAT + 0.0002)
    place("过季", lat=LAT + 0.0004, facilities=["toilet"], valid_to=date(2026, 1, 1))
    assert [each["title"] for each in features(client, CLOSER, f="toilet")] == ["有"]
    assert len(features(client, CLOSER)) == 2


@pytest.mark.parametrize("zoom", [3, 9, 13])
def test_no_place_is_in_two_tiles_and_none_is_lost(zoom):
    """Points on edges and corners of tiles too."""
    corner = tile_of(LNG, LAT, zoom).bounds
    points = [(corner.west, corner.north), (corner.west, LAT), (LNG, corner.north), (LNG, LAT)]
    for number, (lng, lat) in enumerate(points):
        place(f"站{number}", lng=lng, lat=lat)
    here = tile_of(LNG, LAT, zoom)
    found = 0
    for across in (-1, 0, 1):
        for down in (-1, 0, 1):
            tile = queries.Tile(zoom, here.x + across, here.y + down)
            if queries.is_tile(tile.zoom, tile.x, tile.y):
                alone, together = queries.places_in_tile(tile, queries.Wanted(), now=NOW)
                found += len(alone) + sum(each.count for each in together)
    assert found == len(points)


def test_a_tile_is_kept_for_a_while_and_asked_for_again_by_its_tag(client):
    place()
    tile = tile_of(LNG, LAT, 12)
    path = f"/places/tiles/12/{tile.x}/{tile.y}.mvt"
    answer = client.get(path)
    assert "max-age=60" in answer["Cache-Control"]
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert not answer.cookies
    again = client.get(path, headers={"if-none-match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    for nowhere in ("0/1/0", "3/0/8", "21/0/0"):
        assert client.get(f"/places/tiles/{nowhere}.mvt").status_code == 404
    about = client.get("/places/tiles.json").json()
    assert about["tiles"] == ["http://testserver/places/tiles/{z}/{x}/{y}.mvt"]
    assert about["vector_layers"][0]["id"] == "places"


def test_a_tile_asks_the_same_few_questions_however_much_is_in_it(client, django_assert_max_num_queries):
    for number in range(12):
        place(f"站{number}", lng=LNG + number / 100_000)
    features(client, CLOSER)
    for zoom in (8, CLOSER):
        with django_assert_max_num_queries(5):
            features(client, zoom)


def test_a_search_engine_reads_what_the_page_says(client):
    made = place(
        "枫林</script><b>驿站", name_en="Fenglin", facilities=["toilet", "hot_water!"], phone="0512-66660000",
        opening="Mo-Fr 08:00-22:00; Sa-Su 10:00-18:00", capacity=12,
    )  # fmt: skip
    said, text = linked(client, made)
    assert said["@context"] == "https://schema.org"
    assert (said["@type"], said["name"]) == ("CivicStructure", "枫林</script><b>驿站")
    assert "<" not in text
    assert said["geo"] == {"@type": "GeoCoordinates", "latitude": LAT, "longitude": LNG}
    assert said["address"]["streetAddress"] == "枫林横街 3 号"
    assert {each["name"]: each["value"] for each in said["amenityFeature"]} == {"厕所": True, "热水": False}
    weekdays, weekend = said["openingHoursSpecification"]
    assert (weekdays["opens"], weekdays["closes"], len(weekdays["dayOfWeek"])) == ("08:00", "22:00", 5)
    assert weekend["dayOfWeek"] == ["Saturday", "Sunday"]
    assert said["url"] == f"http://testserver/places/at/{made.public_id}/"


@pytest.mark.parametrize(
    ("opening", "opens", "closes"),
    [
        ("24/7", "00:00", "23:59"),
        ("Mo-Su 18:00-02:00", "18:00", "02:00"),
        ("Mo-Su 08:00-24:00", "08:00", "23:59"),
    ],
)
def test_hours_for_a_search_engine(client, opening, opens, closes):
    (only,) = linked(client, place(opening=opening))[0]["openingHoursSpecification"]
    assert (only["opens"], only["closes"], len(only["dayOfWeek"])) == (opens, closes, 7)


def test_hours_that_are_no_week_are_told_by_the_day(client):
    said, _text = linked(client, place(opening="Mo-Su 08:00-12:00; Jan-Dec Su off"))
    days = said["openingHoursSpecification"]
    assert len(days) == 6
    assert {(each["opens"], each["closes"]) for each in days} == {("08:00", "12:00")}
    assert all(each["validFrom"] == each["validThrough"] for each in days)


def test_a_suspended_place_and_days_off(client):
    made = place()
    now = timezone.now()
    starts = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    services.except_hours(
        actor=SYSTEM, public_id=made.public_id, kind="closed", starts_at=starts, ends_at=starts + timedelta(days=2),
        reason="检修", now=now,
    )  # fmt: skip
    (off,) = linked(client, made)[0]["specialOpeningHoursSpecification"]
    assert (off["opens"], off["closes"]) == ("00:00", "00:00")
    assert off["validFrom"] == starts.date().isoformat()
    assert off["validThrough"] == (starts.date() + timedelta(days=1)).isoformat()
    services.suspend_place(actor=SYSTEM, public_id=made.public_id, reason="装修", now=now)
    assert "openingHoursSpecification" not in linked(client, made)[0]

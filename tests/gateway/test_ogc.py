"""OGC API – Features: links, media types, counts, boxes across 180°, filters, pages; refusals that say what to do."""

import json
from datetime import date, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from nuanxin.kernel.access import SYSTEM
from nuanxin.places import services
from nuanxin.places.models import Place
from nuanxin.places.queries import published
from tests.factories import territories as city
from tests.factories.places import LAT, LNG, place

ROOT = "/ogc/"
ITEMS = "/ogc/collections/places/items"
GEOJSON = "application/geo+json"


@pytest.fixture(autouse=True)
def town(db):
    city.put_city()
    city.put_outlines()


def get(client, path, **given):
    answer = client.get(path, given)
    return answer, (
        json.loads(answer.content) if "json" in answer["Content-Type"] else answer.content.decode()
    )


def names(client, **given):
    answer, said = get(client, ITEMS, **given)
    assert answer.status_code == 200, said
    return [each["properties"]["name"] for each in said["features"]]


def followed(client, links, rel):
    (href,) = [each["href"] for each in links if each["rel"] == rel]
    parts = urlsplit(href)
    return get(client, parts.path, **dict(parse_qsl(parts.query)))


def test_from_the_landing_page_every_link_leads_to_what_it_says(client):
    answer, landing = get(client, ROOT)
    assert answer["Content-Type"] == "application/json"
    kinds = {}
    for each in landing["links"]:
        parts = urlsplit(each["href"])
        found = client.get(parts.path, dict(parse_qsl(parts.query)))
        assert found.status_code == 200, each
        assert found["Content-Type"].split(";")[0] == each["type"].split(";")[0], each
        kinds[each["rel"]] = each["type"]
    assert {"self", "alternate", "service-desc", "conformance", "data"} <= set(kinds)
    assert kinds["service-desc"] == "application/vnd.oai.openapi+json;version=3.0"
    assert client.get("/ogc").json() == landing
    _answer, said = get(client, f"{ROOT}conformance")
    ends = {each.rpartition("/")[2] for each in said["conformsTo"]}
    assert ends == {"core", "oas30", "geojson"}
    _answer, said = followed(client, landing["links"], "data")
    (only,) = said["collections"]
    assert only["id"] == "places"
    assert only["itemType"] == "feature"
    assert only["crs"] == ["http://www.opengis.net/def/crs/OGC/1.3/CRS84"]
    west, south, east, north = only["extent"]["spatial"]["bbox"][0]
    assert west < LNG < east
    assert south < LAT < north
    answer, page = followed(client, only["links"], "items")
    assert answer["Content-Type"] == GEOJSON
    assert page["type"] == "FeatureCollection"


def test_a_feature_says_what_its_page_says_and_no_more(client):
    made = place(
        "枫林驿站",
        facilities=["toilet", "hot_water!"],
        name_en="Fenglin",
        number="99-1",
        phone="0512-66660000",
    )
    answer, said = get(client, f"{ITEMS}/{made.public_id}")
    assert answer["Content-Type"] == GEOJSON
    assert said["id"] == str(made.public_id)
    assert said["geometry"] == {"type": "Point", "coordinates": [LNG, LAT]}
    about = said["properties"]
    assert (about["name"], about["name_en"], about["type"], about["standing"]) == (
        "枫林驿站",
        "Fenglin",
        "station",
        "open",
    )
    assert (about["facilities"], about["out_of_order"]) == (["toilet"], ["hot_water"])
    assert about["street"] == city.STREET
    assert about["opening_hours"] == "24/7"
    assert {each["rel"] for each in said["links"]} == {"self", "collection", "alternate"}
    assert client.get(urlsplit(about["page"]).path).status_code == 200
    said_of_people = {
        "keeper",
        "door_code",
        "state_reason",
        "source",
        "external_id",
        "site",
        "pinyin",
        "initials",
    }
    assert not said_of_people & set(about)


def test_only_what_is_public_is_here(client):
    place("筹备", is_open=False)
    gone, paused = place("撤了", lat=LAT + 0.01), place("停着", lat=LAT + 0.02)
    services.close_place(actor=SYSTEM, public_id=gone.public_id, reason="搬走", now=city.NOW)
    services.suspend_place(actor=SYSTEM, public_id=paused.public_id, reason="装修", now=city.NOW)
    _answer, said = get(client, ITEMS)
    assert [each["properties"]["name"] for each in said["features"]] == ["停着"]
    assert said["features"][0]["properties"]["state"] == "suspended"
    for row in Place.objects.exclude(pk=paused.pk):
        assert client.get(f"{ITEMS}/{row.public_id}").status_code == 404
    assert names(client, state="open") == []


def test_pages_hold_everything_once_and_count_it(client):
    made = [place(f"站{number}", lat=LAT + number / 1000) for number in range(7)]
    found = []
    answer, page = get(client, ITEMS, limit=3, type="station")
    while True:
        assert page["numberMatched"] == 7
        assert page["numberReturned"] == len(page["features"]) <= 3
        found += [each["id"] for each in page["features"]]
        if not any(each["rel"] == "next" for each in page["links"]):
            break
        answer, page = followed(client, page["links"], "next")
    assert answer["Content-Type"] == GEOJSON
    assert sorted(found) == sorted(str(each.public_id) for each in made)
    assert len(names(client, limit=99_999)) == 7  # more than there may be is as many as there may be


def test_more_than_can_be_counted_is_not_counted(client, monkeypatch):
    monkeypatch.setattr(published, "COUNTED", 2)
    for number in range(3):
        place(f"站{number}", lat=LAT + number / 1000)
    _answer, page = get(client, ITEMS)
    assert "numberMatched" not in page
    assert page["numberReturned"] == 3


def test_what_is_open_now_goes_on_where_the_look_ended(client, monkeypatch):
    monkeypatch.setattr(published, "LOOKED_AT", 2)
    monkeypatch.setattr(published, "LOOKS", 2)
    for number in range(9):
        place(
            f"站{number}",
            lat=LAT + number / 1000,
            opening="24/7" if number in (1, 7, 8) else "2020 Jan 01 08:00-09:00",
        )
    found, pages = [], 0
    _answer, page = get(client, ITEMS, open_now="true", limit=2)
    while True:
        assert "numberMatched" not in page
        found += [each["properties"]["name"] for each in page["features"]]
        pages += 1
        if not any(each["rel"] == "next" for each in page["links"]):
            break
        _answer, page = followed(client, page["links"], "next")
    assert sorted(found) == ["站1", "站7", "站8"]
    assert pages == 3


def test_boxes(client):
    place("里", lng=LNG, lat=LAT)
    place("外", lng=LNG + 0.02, lat=LAT)
    west, south, east, north = LNG - 0.01, LAT - 0.01, LNG + 0.01, LAT + 0.01
    assert names(client, bbox=f"{west},{south},{east},{north}") == ["里"]
    assert names(client, bbox=f"{west},{south},-100,{east},{north},9000") == ["里"]
    assert names(client, bbox=f"{LNG},{LAT},{LNG},{LAT}") == ["里"]
    assert names(client, bbox=f"170,{south},-170,{north}") == []
    assert (
        len(names(client, bbox=f"{west},{south},{west - 0.1},{north}")) == 2
    )  # all the way round, less a strip


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("2026-07-15", ["夏", "常"]),
        ("2026-07-15T10:00:00Z", ["夏", "常"]),
        ("2026-07-15T10:00:00+08:00", ["夏", "常"]),
        ("2026-01-15/2026-06-01", ["夏", "常"]),
        ("2026-12-01/..", ["常"]),
        ("../2026-05-31T12:00:00+08:00", ["常"]),
        ("2026-05-31T23:00:00Z", ["夏", "常"]),  # it is June in Shanghai
        ("../..", ["夏", "常"]),
        ("/2026-01-01", ["常"]),
    ],
)
def test_a_time_is_about_the_season(client, given, found):
    place("常")
    place("夏", lat=LAT + 0.01, valid_from=date(2026, 6, 1), valid_to=date(2026, 9, 30))
    assert sorted(names(client, datetime=given)) == sorted(found)


def test_filters(client):
    place("一", facilities=["toilet", "hot_water"], number="99-1")
    place("二", lat=LAT + 0.01, type="canteen", facilities=["toilet", "hot_water!"])
    assert names(client, type="canteen") == ["二"]
    assert names(client, type="canteen,station") == ["一", "二"]
    assert names(client, facility="toilet") == ["一", "二"]
    assert names(client, facility="toilet,hot_water") == ["一"]
    assert names(client, number="99-1") == ["一"]
    assert names(client, street=city.STREET) == ["一", "二"]
    assert names(client, district=city.DISTRICT) == ["一", "二"]
    assert names(client, street=city.OTHER_STREET) == []
    assert names(client, type="no_such_type") == []


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"colour": "red"}, "colour"),
        ({"limit": "0"}, "limit"),
        ({"limit": "-1"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"limit": ""}, "limit"),
        ({"limit": "٣"}, "limit"),
        ({"bbox": "1,2,3"}, "bbox"),
        ({"bbox": "1,2,3,4,5"}, "bbox"),
        ({"bbox": "1,5,3,4"}, "bbox"),
        ({"bbox": "181,1,182,2"}, "bbox"),
        ({"bbox": "nan,1,2,3"}, "bbox"),
        ({"bbox": "1e99,1,2,3"}, "bbox"),
        ({"datetime": "yesterday"}, "datetime"),
        ({"datetime": "2026-13-01"}, "datetime"),
        ({"datetime": "2026-02-01/2026-01-01"}, "datetime"),
        ({"datetime": "2026-02-01/2026-03-01/2026-04-01"}, "datetime"),
        ({"datetime": ".."}, "datetime"),
        ({"datetime": "9999-12-31T23:59:59Z"}, "datetime"),
        ({"type": "Rm -rf"}, "type"),
        ({"facility": ",".join(map(str, range(30)))}, "facility"),
        ({"after": "1"}, "after"),
        ({"street": "1"}, "street"),
        ({"state": "draft"}, "state"),
        ({"open_now": "maybe"}, "open_now"),
        ({"number": "\x00"}, "number"),
        ({"number": "x" * 500}, "number"),
        ({"crs": "http://www.opengis.net/def/crs/EPSG/0/3857"}, "crs"),
        ({"bbox-crs": "4326"}, "bbox-crs"),
        ({"f": "xml"}, "f "),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(client, given, word):
    answer, said = get(client, ITEMS, **given)
    assert answer.status_code == 400, said
    assert answer["Content-Type"] == "application/json"
    assert word in said["description"]
    assert said["code"] == "BadParameter"
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path", ["nowhere", "collections/cases", "collections/cases/items", "collections/places/items/1"]
)
def test_what_is_not_there_says_where_to_go(client, path):
    answer, said = get(client, f"{ROOT}{path}")
    assert answer.status_code == 404
    assert "/ogc" in said["description"]


def test_other_sites_may_read_it_and_nobody_writes(client):
    place()
    answer = client.get(ITEMS, headers={"origin": "https://map.example"})
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "max-age=60" in answer["Cache-Control"]
    assert not answer.cookies
    assert client.options(ITEMS).status_code == 204
    assert client.head(ITEMS).status_code == 200
    for method in (client.post, client.put, client.delete):
        refused = method(ITEMS)
        assert refused.status_code == 405
        assert "GET" in refused["Allow"]


def test_it_is_limited_like_every_public_door(client, settings):
    settings.NUANXIN_LIMITS = ["public=10/10m"]
    answers = [client.get(f"{ROOT}conformance") for _time in range(11)]
    assert [each.status_code for each in answers] == [200] * 10 + [429]
    assert answers[-1]["Retry-After"]
    assert json.loads(answers[-1].content)["description"]


def test_a_person_reads_pages_a_program_json():
    browser = Client(headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8", "accept-language": "en"})
    answer, page = get(browser, ROOT)
    assert "text/html" in answer["Content-Type"]
    assert "OAPIF:http://testserver/ogc/" in page
    assert answer["Cache-Control"] == "no-store"
    assert "csrf" not in page
    answer, page = get(browser, "/ogc/collections/places")
    assert "open_now" in page
    assert "standing_until" in page
    assert isinstance(get(browser, ROOT, f="json")[1], dict)
    assert isinstance(get(Client(), ROOT, f="html")[1], str)
    assert get(browser, ITEMS)[0]["Content-Type"] == GEOJSON


def test_a_page_of_any_length_asks_the_same_few_questions(client, django_assert_max_num_queries):
    for number in range(12):
        place(f"站{number}", lat=LAT + number / 1000, facilities=["toilet"])
    names(client, limit=1)
    for limit in (1, 12):
        with django_assert_max_num_queries(8):
            assert len(names(client, limit=limit)) == limit


def test_closed_for_now_is_said(client):
    made = place()
    begun, ended = timezone.now() - timedelta(hours=1), timezone.now() + timedelta(hours=5)
    services.except_hours(
        actor=SYSTEM,
        public_id=made.public_id,
        kind="closed",
        starts_at=begun,
        ends_at=ended,
        reason="检修",
        now=begun,
    )
    assert get(client, ITEMS)[1]["features"][0]["properties"]["standing"] == "closed"

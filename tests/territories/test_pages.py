"""Tree, picker, map and API, as those who use them see them."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from nuanxin.kernel.access import SYSTEM
from nuanxin.territories import services
from nuanxin.territories.models import Boundary, Territory
from tests.factories import people
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

pytestmark = pytest.mark.django_db


@pytest.fixture
def dispatcher(client, drawn_city):
    return people.sign_in(client, people.staff("dispatcher", scope_code=STREET))


@pytest.fixture
def swd(client, drawn_city):
    return people.sign_in(client, people.staff("swd", scope_code=DISTRICT))


def test_one_begins_at_the_own_territory(dispatcher):
    response = dispatcher.get("/places/territories/")
    assert response.headers["Location"] == f"/places/territories/{STREET}/"
    page = dispatcher.get(response.headers["Location"]).content.decode()
    assert "云栖社区" in page
    assert COMMUNITY in page
    assert "社区村 2" in page


def test_a_page_asks_the_same_few_questions_however_long(dispatcher, django_assert_max_num_queries):
    dispatcher.get(f"/places/territories/{STREET}/")
    more = [services.DivisionRow(f"990101001{number:03d}", f"第{number}社区") for number in range(100, 140)]
    services.put_territories(rows=more, source="test", now=NOW)
    with django_assert_max_num_queries(12):
        assert "第139社区" in dispatcher.get(f"/places/territories/{STREET}/").content.decode()


def test_the_list_alone_answers_htmx(dispatcher):
    page = dispatcher.get(
        f"/places/territories/{STREET}/?q=hysq", headers={"HX-Request": "true"}
    ).content.decode()
    assert "红叶社区" in page
    assert "云栖社区" not in page
    assert "<html" not in page


def test_every_emptiness_says_what_to_do(dispatcher):
    assert "换个写法" in dispatcher.get(f"/places/territories/{STREET}/?q=没有这个").content.decode()
    assert "15 位代码" in dispatcher.get(f"/places/territories/{OTHER_COMMUNITY}/").content.decode()
    assert "最小的一级" in dispatcher.get(f"/places/territories/{GRID}/").content.decode()
    Boundary.objects.all().delete()
    assert "还没有画边界" in dispatcher.get(f"/places/territories/{STREET}/").content.decode()
    Territory.objects.all().delete()
    assert "nuanxin territories load" in dispatcher.get("/places/territories/?all").content.decode()


def test_an_ended_territory_leads_to_its_successor(dispatcher):
    services.record_succession(
        actor=SYSTEM, old_code=VILLAGE, new_codes=[OTHER_COMMUNITY], change="merged", at=NOW.date(), now=NOW
    )
    services.rescope_due(now=NOW)
    page = dispatcher.get(f"/places/territories/{VILLAGE}/").content.decode()
    assert "2026-03-02 起停用" in page
    assert f"/places/territories/{OTHER_COMMUNITY}/" in page
    assert (
        VILLAGE
        not in dispatcher.get(f"/places/territories/{OTHER_STREET}/").content.decode().split("<table")[-1]
    )
    assert "青麦村" in dispatcher.get(f"/places/territories/{OTHER_STREET}/?former=1").content.decode()


@pytest.mark.parametrize("code", ["123456789012", "12", "99010100100000"])
def test_an_unknown_code_is_not_found(dispatcher, code):
    assert dispatcher.get(f"/places/territories/{code}/").status_code == 404


def test_strangers_sign_in_first(client, drawn_city):
    assert client.get(f"/places/territories/{STREET}/").status_code == 302
    assert client.get("/places/territories/outlines/").status_code == 302


def test_the_picker_leads_down_the_tree(client, drawn_city):
    page = client.get(f"/places/territories/picker/?name=community&root={DISTRICT}").content.decode()
    assert 'name="community" value=""' in page
    assert "枫林街道" in page
    page = client.get(f"/places/territories/picker/?root={DISTRICT}&code={STREET}").content.decode()
    assert f'name="scope_code" value="{STREET}"' in page
    assert "云栖社区" in page
    page = client.get(f"/places/territories/picker/?root={DISTRICT}&code={COMMUNITY}").content.decode()
    assert "已选好" in page
    assert GRID not in page


def test_the_picker_finds_by_pinyin_and_shows_the_way(client, drawn_city):
    page = client.get(f"/places/territories/picker/?root={DISTRICT}&picker_q=yqsq").content.decode()
    assert "暖阳区 枫林街道 云栖社区" in page
    assert (
        "换个写法" in client.get(f"/places/territories/picker/?root={DISTRICT}&picker_q=zzz").content.decode()
    )


@pytest.mark.parametrize("query", ["?name=%22%3E%3Cscript%3E&code=abc&root=%22", "?finest=nonsense", ""])
def test_the_picker_trusts_nothing(client, drawn_city, query):
    response = client.get(f"/places/territories/picker/{query}")
    assert response.status_code == 200
    assert "<script" not in response.content.decode()


def test_outlines_are_loaded_in_the_browser_with_a_word_for_each_failure(swd):
    source = collection(
        ({"code": VILLAGE}, square(104.50, 38.48, 104.51, 38.49)),
        ({"code": "880101001001"}, square(104.50, 38.48, 104.51, 38.49)),
    )
    upload = SimpleUploadedFile("outlines.geojson", json.dumps(source).encode())
    page = swd.post(
        "/places/territories/outlines/", {"file": upload, "crs": "wgs84", "level": ""}
    ).content.decode()
    assert "新增 1，更新 0，没变 0" in page
    assert "880101001001" in page


def test_a_broken_upload_is_a_clear_error(swd):
    upload = SimpleUploadedFile("outlines.geojson", b"{")
    response = swd.post("/places/territories/outlines/", {"file": upload, "crs": "wgs84"})
    assert response.status_code == 422
    assert "读不懂这个 GeoJSON" in response.content.decode()


def test_nobody_draws_the_neighbours(client, drawn_city):
    lead = people.actor(people.staff("street_lead", scope_code=STREET))
    outlines = city_outlines({VILLAGE: (104.50, 38.48, 104.51, 38.49)})
    report = services.load_boundaries(source=outlines, origin="x", now=NOW, actor=lead)
    assert [error.code for error in report.errors] == [VILLAGE]


def test_who_may_not_load_does_not_find_the_page(dispatcher):
    assert dispatcher.get("/places/territories/outlines/").status_code == 404
    assert "导入边界" not in dispatcher.get(f"/places/territories/{STREET}/").content.decode()


def test_outlines_come_as_geojson_compressed_and_only_when_changed(client, drawn_city):
    address = f"/places/map/territories.geojson?level=community&within={STREET}"
    response = client.get(address)
    features = json.loads(response.content)["features"]
    assert [each["properties"]["code"] for each in features] == [COMMUNITY, OTHER_COMMUNITY]
    assert features[0]["properties"]["title"] == "云栖社区"
    assert client.get(address, headers={"If-None-Match": response.headers["ETag"]}).status_code == 304
    services.touch("boundaries")
    assert client.get(address, headers={"If-None-Match": response.headers["ETag"]}).status_code == 200
    squeezed = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert squeezed.headers["Content-Encoding"] == "gzip"


def test_outlines_in_a_box_and_as_points(client, drawn_city):
    found = client.get(
        "/places/map/territories.geojson?level=community&bbox=104.481,38.481,104.482,38.482"
    ).json()
    assert [each["properties"]["code"] for each in found["features"]] == [COMMUNITY]
    points = client.get("/places/map/territories.geojson?level=community&names").json()["features"]
    assert {each["geometry"]["type"] for each in points} == {"Point"}


@pytest.mark.parametrize(
    "query",
    [
        "level=x",
        "level=street&within=1",
        "level=street&within=١٢٣٤٥٦٧٨٩٠١٢",
        "level=street&bbox=1,2,3",
        "level=street&bbox=9,9,1,1",
        "level=street&bbox=nan,1,2,3",
    ],
)
def test_a_wrong_request_is_refused(client, drawn_city, query):
    response = client.get(f"/places/map/territories.geojson?{query}", headers={"Accept": "application/json"})
    assert response.status_code == 422


def test_too_many_shapes_are_refused(client, drawn_city, monkeypatch):
    monkeypatch.setattr("nuanxin.territories.queries.maps.MOST_SHAPES", 1)
    response = client.get(
        "/places/map/territories.geojson?level=community", headers={"Accept": "application/json"}
    )
    assert response.status_code == 422
    sources = client.get("/places/map/style.json").json()["sources"]
    assert "borders-community" not in sources
    assert "borders-district" in sources


def test_the_style_draws_our_layers_from_our_own_address(client, drawn_city):
    line = {"type": "LineString", "coordinates": [[104.48, 38.49], [104.52, 38.49]]}
    roads = collection(({"name": "枫林横街", "class": "arterial"}, line))
    assert services.put_map_layer(name="roads", kind="road", geojson=roads, source="test", now=NOW)
    assert not services.put_map_layer(name="roads", kind="road", geojson=roads, source="test", now=NOW)
    style = client.get("/places/map/style.json").json()
    assert style["version"] == 8
    assert "glyphs" not in style
    addresses = [source["data"] for source in style["sources"].values()]
    assert "/places/map/layers/roads.geojson" in addresses
    assert all(address.startswith("/places/map/") for address in addresses)
    assert all(client.get(address).status_code == 200 for address in addresses)
    assert all(layer.get("source", "") in {"", *style["sources"]} for layer in style["layers"])
    assert len({layer["id"] for layer in style["layers"]}) == len(style["layers"])
    assert style["metadata"]["nuanxin:bounds"] == [104.48, 38.48, 104.52, 38.52]
    dark = client.get("/places/map/style.json?theme=dark").json()
    assert dark["layers"][0]["paint"] != style["layers"][0]["paint"]


def test_a_layer_that_is_not_there(client, db):
    assert client.get("/places/map/layers/nothing.geojson").status_code == 404
    assert client.get("/places/map/style.json").json()["sources"] == {}
    with pytest.raises(services.NotGeoJson):
        services.put_map_layer(name="x", kind="road", geojson={"type": "x"}, source="", now=NOW)

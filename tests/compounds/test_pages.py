"""The pages of compounds, and what the report form asks."""

import json

import pytest

from nuanxin.compounds.models import Compound
from tests.factories import people
from tests.factories.compounds import compound
from tests.factories.territories import COMMUNITY, OTHER_COMMUNITY, STREET, VILLAGE, square

pytestmark = pytest.mark.usefixtures("city")
LIST = "/places/compounds/"


@pytest.fixture
def community_worker(client):
    return people.sign_in(client, people.staff("community", scope_code=COMMUNITY))


@pytest.fixture
def manager(db):
    return people.organisation("暖居物业", kind="property_manager")


def test_the_list_begins_with_the_own_area_and_is_narrowed(community_worker, manager):
    compound("云栖里", manager_id=manager.pk)
    compound("半亩园", lng=104.489, lat=38.489)
    compound("青麦新居", scope_code=VILLAGE, lng=104.51, lat=38.5)
    page = community_worker.get(LIST).content.decode()
    assert "云栖里" in page
    assert "青麦新居" not in page
    assert "枫林街道 云栖社区" in page
    assert "青麦新居" in community_worker.get(f"{LIST}?within=").content.decode()
    page = community_worker.get(f"{LIST}?manager={manager.pk}").content.decode()
    assert "云栖里" in page
    assert "半亩园" not in page
    assert "云栖里" not in community_worker.get(f"{LIST}?state=unmanaged").content.decode()
    part = community_worker.get(f"{LIST}?q=bmy", headers={"HX-Request": "true"}).content.decode()
    assert "半亩园" in part
    assert "<html" not in part


def test_pages_follow_one_another(community_worker, monkeypatch):
    monkeypatch.setattr("nuanxin.compounds.queries.PAGE", 2)
    for name in ("甲苑", "乙苑", "丙苑"):
        compound(name)
    first = community_worker.get(LIST)
    assert [row["compound"].name for row in first.context["rows"]] == ["丙苑", "甲苑"]
    second = community_worker.get(first.context["next"])
    assert [row["compound"].name for row in second.context["rows"]] == ["乙苑"]
    assert second.context["next"] == ""


def test_the_list_asks_the_same_few_questions_however_long(community_worker, django_assert_max_num_queries):
    for number in range(30):
        compound(f"小区{number}")
    community_worker.get(LIST)
    with django_assert_max_num_queries(10):
        community_worker.get(LIST)


@pytest.mark.parametrize(
    "query", ["after=x:y", "manager=99999999999999999999", "within=abc", "state=x", "after=:1"]
)
def test_nonsense_in_the_address_does_no_harm(community_worker, query):
    assert community_worker.get(f"{LIST}?{query}").status_code == 200


def test_every_emptiness_says_what_to_do(community_worker):
    assert "加一个小区" in community_worker.get(LIST).content.decode()
    assert "去掉一两个条件" in community_worker.get(f"{LIST}?q=没有").content.decode()


def test_a_compound_has_a_page_with_its_outline(community_worker):
    made = compound("云栖里", outline=square(104.48, 38.48, 104.484, 38.484))
    page = community_worker.get(f"{LIST}{made.public_id}/").content.decode()
    assert "云栖里" in page
    assert "还没有物业" in page
    assert "修改" in page
    outline = community_worker.get(f"{LIST}{made.public_id}/outline.geojson").json()
    assert outline["features"][0]["geometry"]["type"] == "Polygon"
    here = "/places/scenes/new/?q=%E4%BA%91%E6%A0%96%E9%87%8C"
    assert f'href="{here}"' in page  # a friendly scene is asked for from here
    given = {"site": made.site.public_id, "type": "compound", "words": "外卖车有地方停"}
    assert community_worker.post(here, given).status_code == 302
    assert here not in community_worker.get(f"{LIST}{made.public_id}/").content.decode()  # it is under way
    point_only = compound("半亩园", lng=104.489, lat=38.489)
    assert community_worker.get(f"{LIST}{point_only.public_id}/outline.geojson").json()["features"] == []


def test_one_is_added_and_changed(community_worker, manager):
    assert community_worker.get(f"{LIST}new/").status_code == 200
    form = {"name": "云栖里", "lng": "104.485", "lat": "38.485", "manager": manager.pk, "is_active": "on"}
    response = community_worker.post(f"{LIST}new/", form)
    made = Compound.objects.get()
    assert response.headers["Location"] == f"{LIST}{made.public_id}/"
    assert (made.scope_code, made.manager) == (COMMUNITY, manager)
    page = community_worker.get(f"{LIST}{made.public_id}/edit/").content.decode()
    assert "云栖里" in page
    outline = json.dumps(square(104.48, 38.48, 104.49, 38.49))
    community_worker.post(f"{LIST}{made.public_id}/edit/", {**form, "name": "云栖新里", "outline": outline})
    made.refresh_from_db()
    assert made.name == "云栖新里"
    assert made.outline


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": ""}, "名称"),
        ({"outline": "{"}, "不是 GeoJSON"),
        ({"outline": "[]"}, "Polygon"),
        ({"households": "-1"}, "0"),
        ({"lng": "", "lat": ""}, "还没有位置"),
        ({"scope_code": "990101009009"}, "归哪个社区"),
        ({"outline": json.dumps({"type": "Point", "coordinates": [1, 2]})}, "Point"),
    ],
)
def test_a_mistake_is_explained_on_the_form(community_worker, changed, said):
    form = {"name": "云栖里", "lng": "104.485", "lat": "38.485", "is_active": "on"}
    response = community_worker.post(f"{LIST}new/", {**form, **changed})
    page = response.content.decode()
    assert response.status_code == 422
    assert said in page
    assert 'name="households"' in page
    assert not Compound.objects.exists()


def test_who_may_not_edit_does_not_find_the_form(client, manager):
    compound("云栖里")
    other = compound("红叶家园", scope_code=OTHER_COMMUNITY, lng=104.485, lat=38.51)
    worker = people.sign_in(client, people.worker(community_code=COMMUNITY))
    assert worker.get(f"{LIST}new/").status_code == 404
    assert worker.get(f"{LIST}{other.public_id}/edit/").status_code == 404
    page = worker.get(f"{LIST}{other.public_id}/").content.decode()
    assert "/edit/" not in page


def test_the_report_form_asks_by_name_or_by_place(client):
    compound("云栖里", address="枫林横街 3 号")
    worker = people.sign_in(client, people.worker(community_code=COMMUNITY))
    found = worker.get(f"{LIST}pick/?q=yq").json()["compounds"]
    assert found[0]["name"] == "云栖里"
    assert set(found[0]) == {"id", "name", "address", "place", "scope_code", "lng", "lat", "distance_m"}
    near = worker.get(f"{LIST}pick/?lng=104.4851&lat=38.485").json()["compounds"]
    assert near[0]["distance_m"] in range(5, 15)
    assert worker.get(f"{LIST}pick/").json() == {"compounds": []}
    part = worker.get(f"{LIST}pick/?lng=104.4851&lat=38.485", headers={"HX-Request": "true"}).content.decode()
    assert 'data-name="云栖里"' in part
    assert (
        "附近没有" in worker.get(f"{LIST}pick/?lng=1&lat=1", headers={"HX-Request": "true"}).content.decode()
    )
    for query in ("lng=a&lat=b", "lng=999&lat=1"):
        assert worker.get(f"{LIST}pick/?{query}", headers={"Accept": "application/json"}).status_code == 422


def test_points_for_the_map(client):
    compound("云栖里")
    worker = people.sign_in(client, people.staff("dispatcher", scope_code=STREET))
    found = worker.get(f"{LIST}near.geojson?bbox=104.48,38.48,104.49,38.49").json()["features"]
    assert [each["properties"]["title"] for each in found] == ["云栖里"]
    assert worker.get(f"{LIST}near.geojson").json()["features"] == found
    assert (
        worker.get(f"{LIST}near.geojson?bbox=1,2,3", headers={"Accept": "application/json"}).status_code
        == 422
    )


def test_strangers_sign_in_first(client):
    for address in ("", "pick/", "new/", "near.geojson"):
        assert client.get(f"{LIST}{address}").status_code == 302

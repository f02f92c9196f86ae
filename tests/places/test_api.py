"""The API: what is public, near a point, one place; a key of any role."""

from datetime import date
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from nuanxin.kernel.access import SYSTEM
from nuanxin.people.services import create_token
from nuanxin.places import services
from tests.factories import people
from tests.factories.offers import offer
from tests.factories.places import LAT, LNG, place
from tests.factories.stock import kept, receive
from tests.factories.territories import COMMUNITY, NOW, STREET

pytestmark = pytest.mark.usefixtures("city")


@pytest.fixture
def api():
    staff = people.staff("dispatcher", scope_code=COMMUNITY)
    _token, text = create_token(person=staff.person, assignment=staff, name="x", now=timezone.now())
    return Client(headers={"authorization": f"Bearer {text}"})


def test_the_list_goes_on_and_holds_what_is_public(api, monkeypatch):
    for number in range(3):
        place(f"站{number}", lat=LAT + number / 1000)
    place("筹备", is_open=False, lat=LAT + 0.005)
    page = api.get("/api/v1/places").json()
    assert "items" in page, page
    assert [each["name"] for each in page["items"]] == ["站0", "站1", "站2"]
    assert page["next"] == ""
    assert page["items"][0]["now"]["standing"] == "open"
    following = api.get(f"/api/v1/places?after={page['items'][1]['id']}").json()
    assert [each["name"] for each in following["items"]] == ["站2"]
    assert [each["name"] for each in api.get("/api/v1/places?q=站1").json()["items"]] == ["站1"]


def test_near_and_one(api, django_assert_max_num_queries):
    near = place("近", lat=LAT + 0.001, facilities=["toilet", "hot_water!"])
    place("远", lat=LAT + 0.01)
    asked = f"/api/v1/places/near?lng={LNG}&lat={LAT}"
    found = api.get(asked).json()
    assert [each["name"] for each in found] == ["近", "远"]
    assert found[0]["distance_m"] == pytest.approx(111, abs=1)
    assert [each["name"] for each in api.get(f"{asked}&facilities=toilet&open_now=true").json()] == ["近"]
    assert api.get(f"{asked}&facilities=hot_water").json() == []
    assert api.get(f"{asked}&radius_m=0").status_code == 422
    with django_assert_max_num_queries(10):
        api.get(asked)
    one = api.get(f"/api/v1/places/{near.public_id}").json()
    assert {each["code"]: each["order"] for each in one["facilities"]} == {
        "toilet": "works",
        "hot_water": "broken",
    }
    services.close_place(actor=SYSTEM, public_id=near.public_id, reason="搬走", now=NOW)
    assert api.get(f"/api/v1/places/{near.public_id}").status_code == 404


def test_near_with_something_in_stock(api):
    place("没有", lat=LAT + 0.001)
    with_some = kept(name="有")
    receive(with_some, 2, date(2099, 1, 1), now=timezone.now())
    here = f"/api/v1/places/near?lng={LNG}&lat={LAT}&items="
    assert [each["name"] for each in api.get(f"{here}plaster").json()] == ["有"]
    assert api.get(f"{here}gauze").json() == []


def test_a_voucher_is_taken_shown_and_redeemed_over_the_api(api):
    now = timezone.now()
    shop = place("枫林小面", type="merchant")
    made = offer(shop)
    keys = {}
    for who in (people.worker().assignments.get(), people.staff("merchant", site=shop.site)):
        _token, text = create_token(person=who.person, assignment=who, name="x", now=now)
        keys[who.role_id] = Client(headers={"authorization": f"Bearer {text}"})
    worker, desk = keys["worker"], keys["merchant"]
    [listed] = worker.get(f"/api/v1/offers?within={STREET}").json()
    assert (listed["name"], listed["worth"]) == ("骑手套餐八折", "减 20%")
    assert worker.get(f"/api/v1/offers/{made.public_id}").json()["id"] == str(made.public_id)

    def post(client, path, body):
        return client.post(f"/api/v1/offers/{path}", body, content_type="application/json")

    taken = [
        post(worker, f"{made.public_id}/vouchers", {"key": str(made.public_id)}).json() for _twice in "ab"
    ]
    assert taken[0] == taken[1] == worker.get("/api/v1/offers/vouchers").json()[0]
    code = post(worker, f"vouchers/{taken[0]['id']}/code", {}).json()
    body = {"code": code["signed"], "key": str(shop.public_id), "at": now.isoformat()}
    here = f"at/{shop.public_id}/redemptions"
    assert post(worker, here, body).status_code == 404
    assert [post(desk, here, body).status_code for _twice in "ab"] == [201, 200]
    rows = [
        {**body, "code": code["typed"], "key": str(made.public_id)},
        {**body, "code": "nonsense", "key": str(uuid4())},
    ]
    assert [each["outcome"] for each in post(desk, f"{here}/sync", {"rows": rows}).json()] == [
        "twice",
        "unknown",
    ]
    assert post(desk, f"{here}/sync", {"rows": []}).status_code == 422
    assert post(worker, f"vouchers/{taken[0]['id']}/back", {}).json()["code"] == "ShownAlready"

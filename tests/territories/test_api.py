"""The REST operations of territories and compounds."""

from datetime import timedelta

import pytest
from django.utils import timezone

from nuanxin.people.services import create_token
from tests.factories import people
from tests.factories.compounds import compound
from tests.factories.territories import COMMUNITY, DISTRICT, GRID, OTHER_STREET, STREET


@pytest.fixture
def api(client, drawn_city):
    """Asks as a worker, with a bearer token."""
    worker = people.worker(community_code=COMMUNITY)
    now = timezone.now() + timedelta(seconds=1)
    _token, key = create_token(person=worker, assignment=worker.assignments.get(), name="test", now=now)
    return lambda address: client.get(f"/api/v1{address}", headers={"Authorization": f"Bearer {key}"})


def codes(response):
    return [each["code"] for each in response.json()]


def test_the_tree(api):
    assert codes(api("/territories/")) == ["990000000000"]
    assert codes(api(f"/territories/?parent={DISTRICT}")) == [STREET, OTHER_STREET]
    assert api(f"/territories/{STREET}").json() == {
        "code": STREET, "parent_code": DISTRICT, "level": "street", "kind": "subdistrict", "name": "枫林街道",
    }  # fmt: skip
    assert codes(api(f"/territories/search?q=yqsq&within={DISTRICT}")) == [COMMUNITY]


def test_where_a_point_lies(api):
    found = api("/territories/locate?lng=104.485&lat=38.485").json()
    assert found == {
        "code": GRID,
        "path": "暖阳区 枫林街道 云栖社区 云栖第一网格",
        "around": [GRID, COMMUNITY, STREET, DISTRICT],
    }
    assert api("/territories/locate?lng=1&lat=1").json() == {"code": None, "path": "", "around": []}


def test_compounds(api):
    made = compound("云栖里", address="枫林横街 3 号")
    assert [each["name"] for each in api("/compounds/search?q=yql").json()] == ["云栖里"]
    near = api("/compounds/near?lng=104.4851&lat=38.485").json()
    assert near[0]["distance_m"] == pytest.approx(8.7, abs=1)
    assert set(api(f"/compounds/{made.pk}").json()) == {
        "id", "name", "address", "scope_code", "lng", "lat", "distance_m",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/territories/?parent=12", 422),
        ("/territories/locate?lng=999&lat=1", 422),
        ("/territories/locate?lng=nan&lat=1", 422),
        ("/territories/search?q=%00", 422),
        ("/territories/990101009000", 404),
        ("/compounds/999999", 404),
        ("/compounds/99999999999999999999", 422),
        ("/compounds/near?lng=1&lat=1&limit=999", 422),
    ],
)
def test_what_cannot_be_answered_says_why(api, address, status):
    response = api(address)
    assert response.status_code == status
    assert response.json()["message"]


def test_without_a_token_there_is_no_answer(client, db):
    assert client.get("/api/v1/territories/").status_code == 401

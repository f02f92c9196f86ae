"""Five ways of getting at what is not one's own, against every operation of the API.

The operations are those of its own description: one that is added without a row in the table fails. Open311 knows no
persons, only keys: its doors are knocked on in tests/gateway/test_open311_doors.py.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from nuanxin.cases import services
from nuanxin.cases.models import Attachment, Case, CaseLog, Clock, Task
from nuanxin.compounds.models import Compound
from nuanxin.config.api import api
from nuanxin.kernel.access import SYSTEM
from nuanxin.people.models import Assignment
from nuanxin.people.services import create_token, end_assignment
from tests.factories.fixtures import jpeg
from tests.factories.town import COMMUNITY, LAT, LNG
from tests.factories.walked import walked_case

pytestmark = pytest.mark.django_db
SECRET = "一句只有上报人写过的话"
FORGED = {
    "number": "9901012026091599999",
    "name": "no-such-step",
    "compound_id": "999999999",
    "code": "990199999999",
    "public_id": "01900000-0000-7000-8000-000000000009",
    "place_id": "01900000-0000-7000-8000-000000000008",
}
NOWHERE = {"place": FORGED["place_id"], "item": "haircut"}
MULTIPART, FORM, JSON = "multipart/form-data", "application/x-www-form-urlencoded", "application/json"

Body = Callable[[Any, Case], dict[str, Any]]


@dataclass(frozen=True)
class Row:
    """What an operation is about decides who finds nothing: a `case` its desk, `own` its reporter, else nobody's."""

    about: str
    body: Body = field(default=lambda town, case: {})
    query: str = ""
    rightful: str = "dispatcher"
    again: tuple[int, int] | None = None  # what the same call answers the first time and the second


def _report(town, case):
    return {"key": "once-0001", "category": "0401", "text": "路面一个大坑", "territory": COMMUNITY}


def _book(town, case):
    return {**NOWHERE, "key": FORGED["public_id"], "starts_at": "2026-09-15T15:00:00+08:00"}


def _taken_in(town, case):
    return {"key": FORGED["public_id"], "code": "AAAA-AAAA-AAAA", "at": "2026-09-15T15:00:00+08:00"}


def _thank(town, case):
    somewhere = FORGED["place_id"]
    return {
        "key": FORGED["public_id"],
        "team": somewhere,
        "member": somewhere,
        "amount": 5,
        "reason": "帮了忙",
    }


def _claim(town, case):
    return {
        "key": FORGED["public_id"], "organisation": FORGED["place_id"], "source": "help", "title": "搬东西",
        "starts_at": "2026-09-15T15:00:00+08:00", "ends_at": "2026-09-15T16:00:00+08:00", "proof": "网格员在场",
        "picture": jpeg("#137A4B"),
    }  # fmt: skip


def _dearer(town, case):
    return {"amount": 6, "reason": "立案更要紧"}


def _because(town, case):
    return {"because": "说明一下"}


def _rows(**given):
    return lambda town, case: {"key": "bulk-0001", "items": [{"number": case.number, **given}]}


def _lead(town, case):
    return _rows(lead=str(town.organisations["water"].public_id))(town, case)


ROWS = {
    "GET /api/v1/cases/categories": Row("all"),
    "POST /api/v1/cases/suggestions": Row("all", lambda town, case: {"text": "井盖"}),
    "POST /api/v1/cases": Row("new", _report, rightful="worker", again=(201, 200)),
    "GET /api/v1/cases": Row("list", query="?tab=all"),
    "GET /api/v1/cases/similar": Row("list", query=f"?category=0302&lng={LNG}&lat={LAT}", rightful="worker"),
    "POST /api/v1/cases/confirmations": Row(
        "own", lambda town, case: {"key": "seen-0001", "token": "not-one-of-ours"}, rightful="worker"
    ),
    "GET /api/v1/cases/mine": Row("list", rightful="worker"),
    "GET /api/v1/cases/mine/{number}": Row("own", rightful="worker"),
    "POST /api/v1/cases/mine/{number}/rating": Row(
        "own", lambda town, case: {"contacted": True, "solved": True, "satisfied": True}, rightful="worker"
    ),
    "POST /api/v1/cases/mine/{number}/reopening": Row(
        "own", lambda town, case: {"text": "还是坏的"}, rightful="worker"
    ),
    "POST /api/v1/cases/mine/{number}/additions": Row(
        "own", lambda town, case: {"key": "more-0001", "photos": jpeg("#137A4B")}, rightful="worker", again=(201, 200)
    ),
    "POST /api/v1/cases/mine/{number}/answers": Row("own", lambda town, case: {"text": "在门口"}, rightful="worker"),
    "POST /api/v1/cases/bulk/dispatch": Row("list", _lead),
    "POST /api/v1/cases/bulk/verify": Row("list", _rows(outcome="passed")),
    "GET /api/v1/cases/{number}": Row("case"),
    "POST /api/v1/cases/{number}/transitions/{name}": Row("case", lambda town, case: {"opinion": "说明"}),
    "GET /api/v1/compounds/search": Row("all", query="?q=云栖"),
    "GET /api/v1/compounds/near": Row("all", query=f"?lng={LNG}&lat={LAT}"),
    "GET /api/v1/compounds/{compound_id}": Row("all"),
    "GET /api/v1/places": Row("all"),
    "GET /api/v1/places/near": Row("all", query=f"?lng={LNG}&lat={LAT}"),
    "GET /api/v1/places/{public_id}": Row("all"),
    "GET /api/v1/bookings": Row("all", rightful="worker"),
    "GET /api/v1/bookings/slots": Row("all", query=f"?{urlencode(NOWHERE)}", rightful="worker"),
    "POST /api/v1/bookings": Row("all", _book, rightful="worker"),
    "POST /api/v1/bookings/{public_id}/acceptance": Row("all", rightful="worker"),
    "POST /api/v1/bookings/{public_id}/withdrawal": Row("all", rightful="worker"),
    "POST /api/v1/bookings/{public_id}/move": Row(
        "all", lambda town, case: {"starts_at": "2026-09-15T16:00:00+08:00"}, rightful="worker"
    ),
    "GET /api/v1/offers": Row("all", query=f"?within={COMMUNITY}", rightful="worker"),
    "GET /api/v1/offers/{public_id}": Row("all", rightful="worker"),
    "POST /api/v1/offers/{public_id}/vouchers": Row(
        "all", lambda town, case: {"key": FORGED["place_id"]}, rightful="worker"
    ),
    "GET /api/v1/offers/vouchers": Row("all", rightful="worker"),
    "POST /api/v1/offers/vouchers/{public_id}/code": Row("all", rightful="worker"),
    "POST /api/v1/offers/vouchers/{public_id}/back": Row("all", rightful="worker"),
    "POST /api/v1/offers/at/{place_id}/redemptions": Row("all", _taken_in, rightful="merchant"),
    "POST /api/v1/offers/at/{place_id}/redemptions/sync": Row(
        "all", lambda town, case: {"rows": [_taken_in(town, case)]}, rightful="merchant"
    ),
    "GET /api/v1/scenes": Row("all"),
    "GET /api/v1/scenes/score-cards": Row("all"),
    "GET /api/v1/scenes/plates/{code}": Row("all"),
    "GET /api/v1/scenes/{public_id}": Row("all"),
    "POST /api/v1/scenes/{public_id}/transitions/{name}": Row("all", lambda town, case: {"reason": "说明"}),
    "GET /api/v1/activities": Row("all", query=f"?within={COMMUNITY}", rightful="worker"),
    "GET /api/v1/activities/{public_id}": Row("all", rightful="worker"),
    "GET /api/v1/activities/sign-ups": Row("all", rightful="worker"),
    "POST /api/v1/activities/sign-ups": Row(
        "all", lambda town, case: {"key": FORGED["place_id"], "shift": FORGED["public_id"]}, rightful="worker"
    ),
    "POST /api/v1/activities/sign-ups/{public_id}/acceptance": Row("all", rightful="worker"),
    "POST /api/v1/activities/sign-ups/{public_id}/withdrawal": Row("all", rightful="worker"),
    "GET /api/v1/points/balance": Row("all", rightful="worker"),
    "GET /api/v1/points/statement": Row("all", rightful="worker"),
    "GET /api/v1/points/team-awards": Row("all", rightful="community_head"),
    "POST /api/v1/points/team-awards": Row("all", _thank),
    "POST /api/v1/points/team-awards/{public_id}/transitions/{name}": Row("all", _because, rightful="community_head"),
    "GET /api/v1/points/grants": Row("all"),
    "POST /api/v1/points/grants": Row("all", lambda town, case: {"number": FORGED["number"], "reason": "没有出事"}),
    "POST /api/v1/points/grants/{public_id}/transitions/{name}": Row("all", _because, rightful="street_lead"),
    "GET /api/v1/points/rules": Row("all"),
    "GET /api/v1/points/rules/{code}": Row("all"),
    "POST /api/v1/points/rules/{code}/simulation": Row("all", _dearer, rightful="street_lead"),
    "POST /api/v1/points/rules/{code}/versions": Row("all", _dearer, rightful="street_lead"),
    "POST /api/v1/points/rules/versions/{public_id}/transitions/{name}": Row("all", _because, rightful="street_lead"),
    "GET /api/v1/shops": Row("all", query=f"?within={COMMUNITY}", rightful="worker"),
    "GET /api/v1/shops/{public_id}/items": Row("all", rightful="worker"),
    "GET /api/v1/shops/orders": Row("all", rightful="worker"),
    "POST /api/v1/shops/orders": Row(
        "all", lambda town, case: {"item": FORGED["public_id"], "key": FORGED["place_id"]}, rightful="worker"
    ),
    "POST /api/v1/shops/orders/{public_id}/code": Row("all", rightful="worker"),
    "POST /api/v1/shops/orders/{public_id}/cancel": Row("all", rightful="worker"),
    "POST /api/v1/shops/{public_id}/pickups": Row("all", _taken_in, rightful="station"),
    "POST /api/v1/shops/{public_id}/pickups/sync": Row(
        "all", lambda town, case: {"rows": [_taken_in(town, case)]}, rightful="station"
    ),
    "GET /api/v1/teams": Row("all", query="?q=枫", rightful="worker"),
    "GET /api/v1/teams/mine": Row("all", rightful="worker"),
    "POST /api/v1/teams/{public_id}/join": Row(
        "all", lambda town, case: {"shown_as": "阿望"}, rightful="worker"
    ),
    "GET /api/v1/teams/posts": Row("all", rightful="worker"),
    "POST /api/v1/teams/posts/{public_id}/apply": Row("all", lambda town, case: {"why": "熟悉这里"}, rightful="worker"),
    "GET /api/v1/teams/appointments": Row("all", rightful="worker"),
    "POST /api/v1/teams/appointments/{public_id}/transitions/{name}": Row(
        "all", lambda town, case: {"words": "说明"}, rightful="worker"
    ),
    "GET /api/v1/thanks/own": Row("all", rightful="worker"),
    "GET /api/v1/thanks/roll": Row("all"),
    "GET /api/v1/thanks/held": Row("all", rightful="worker"),
    "POST /api/v1/thanks/held/{public_id}/answer": Row("all", lambda town, case: {"words": "说明"}, rightful="worker"),
    "GET /api/v1/service-records/mine": Row("all", rightful="worker"),
    "GET /api/v1/service-records/organisations": Row("all", rightful="worker"),
    "POST /api/v1/service-records": Row("all", _claim, rightful="worker"),
    "GET /api/v1/service-records/{public_id}": Row("all", rightful="worker"),
    "POST /api/v1/service-records/check-in": Row("all", lambda town, case: {"code": "AAAAAA"}, rightful="worker"),
    "POST /api/v1/service-records/{public_id}/check-out": Row("all", rightful="worker"),
    "POST /api/v1/service-records/{public_id}/corrections": Row(
        "all", lambda town, case: {"words": "少了半小时", "wanted_minutes": 60}, rightful="worker"
    ),
    "GET /api/v1/service-records/certificates": Row("all", rightful="worker"),
    "POST /api/v1/service-records/certificates": Row(
        "all", lambda town, case: {"since": "2026-01-01", "until": "2026-09-01"}, rightful="worker"
    ),
    "GET /api/v1/service-records/verify/{number}/{code}": Row("all"),
    "GET /api/v1/territories/": Row("all"),
    "GET /api/v1/territories/search": Row("all", query="?q=枫桥"),
    "GET /api/v1/territories/locate": Row("all", query=f"?lng={LNG}&lat={LAT}"),
    "GET /api/v1/territories/{code}": Row("all"),
}  # fmt: skip
OPERATIONS = {
    f"{method.upper()} {path}": next(iter(about.get("requestBody", {}).get("content", {MULTIPART: None})))
    for path, methods in api.get_openapi_schema()["paths"].items()
    for method, about in methods.items()
}
WITH_NUMBER = [name for name, row in ROWS.items() if "{" in name]
WRITING = [name for name in ROWS if name.startswith("POST")]


def test_every_operation_has_its_row():
    assert set(ROWS) == set(OPERATIONS), "say in ROWS what the operation is about, and how it is called"


@pytest.fixture
def town(settings, tmp_path, town_of):
    settings.MEDIA_ROOT = tmp_path / "media"
    return town_of(timezone.now() - timedelta(hours=3))


@pytest.fixture
def case(town):
    return walked_case(town, SECRET)


class Caller:
    def __init__(self, town, who: str, case: Case) -> None:
        self.town, self.case = town, case
        person = town.persons[who]
        assignment = Assignment.objects.get(person=person)
        text = create_token(person=person, assignment=assignment, name="x", now=timezone.now())[1]
        self.client = Client(headers={"authorization": f"Bearer {text}"})

    def call(self, operation: str, **replaced: str):
        row = ROWS[operation]
        real = {
            "number": self.case.number, "name": "claim", "compound_id": Compound.objects.get().pk, "code": COMMUNITY,
            "public_id": FORGED["public_id"], "place_id": FORGED["place_id"],
        }  # fmt: skip
        method, path = operation.split(" ")
        path = path.format_map({key: replaced.get(key, value) for key, value in real.items()}) + row.query
        if method == "GET":
            return self.client.get(path)
        body = row.body(self.town, self.case)
        if OPERATIONS[operation] == JSON:
            return self.client.post(path, json.dumps(body), content_type=JSON)
        files = {
            key: SimpleUploadedFile("x.jpg", value) for key, value in body.items() if isinstance(value, bytes)
        }
        return self.client.post(path, body | files)


def state():
    """Everything that a call could change."""
    return (
        list(Case.objects.order_by("pk").values()),
        list(Task.objects.order_by("pk").values()),
        list(Clock.objects.order_by("pk").values()),
        CaseLog.objects.count(),
        Attachment.objects.count(),
        [case.messages.count() for case in Case.objects.order_by("pk")],
    )


@pytest.mark.parametrize("who", ["other_dispatcher", "other_worker"])
def test_another_streets_dispatcher_and_another_worker_find_and_change_nothing(town, case, who):
    caller, before = Caller(town, who, case), state()
    for name, row in ROWS.items():
        if row.about == "new":
            continue  # their own report: nobody else's
        answer = caller.call(name)
        assert answer.status_code < 500, name
        if row.about in {"case", "own"}:
            assert answer.status_code in {404, 409, 422}, (name, answer.status_code)
            assert answer.status_code == 404 or "{" not in name, (name, answer.status_code)
        assert SECRET not in answer.content.decode(), name
        if row.about == "list" and name.startswith("GET"):
            assert case.number not in answer.content.decode(), name
        assert state() == before, name


@pytest.mark.parametrize("who", ["dispatcher", "worker"])
def test_an_ended_assignment_opens_nothing(town, case, who):
    caller = Caller(town, who, case)
    end_assignment(
        actor=SYSTEM, assignment=Assignment.objects.get(person=town.persons[who]), now=timezone.now()
    )
    before = state()
    for name in ROWS:
        answer = caller.call(name)
        assert answer.status_code == 401, (name, answer.status_code)
    assert state() == before


@pytest.mark.parametrize("name", WITH_NUMBER)
def test_a_forged_id_is_not_found(town, case, name):
    caller, before = Caller(town, ROWS[name].rightful, case), state()
    holes = [hole for hole in FORGED if f"{{{hole}}}" in name]
    assert holes, name
    for hole in holes:
        for forged in (FORGED[hole], "0", "-1", "1 OR 1=1", "../../etc/passwd", "9" * 30, "%00"):
            answer = caller.call(name, **{hole: forged})
            assert answer.status_code in {400, 404, 405, 422}, (name, forged, answer.status_code)
            assert SECRET not in answer.content.decode()
    assert state() == before


@pytest.mark.parametrize("name", WRITING)
def test_the_same_call_again_changes_nothing_more(town, case, name):
    """By whoever may: the second answer is the first one's, or a refusal; the state is that after the first."""
    row = ROWS[name]
    caller = Caller(town, row.rightful, case)
    if name.endswith("/answers"):
        services.ask_reporter(actor=town["dispatcher"], case=case, text="在哪个门？", now=timezone.now())
    first = caller.call(name)
    after = state()
    again = caller.call(name)
    assert first.status_code < 500
    assert again.status_code in {200, 400, 403, 404, 409, 422}, (name, again.status_code)
    assert state() == after, name
    if row.again:
        assert (first.status_code, again.status_code) == row.again, first.content.decode()
        assert first.json()["number"] == again.json()["number"]


def test_a_key_with_another_content_is_a_conflict(town, case):
    worker = Caller(town, "worker", case)
    assert worker.call("POST /api/v1/cases").status_code == 201
    body = _report(town, case) | {"text": "另一件事"}
    assert worker.client.post("/api/v1/cases", body).status_code == 409
    assert (
        Caller(town, "other_worker", case).call("POST /api/v1/cases").status_code == 201
    )  # another's key is another

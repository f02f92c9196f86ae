"""Knocking on Open311 with wrong keys, forged ids and what no text should hold: refused in the asked form, no fault."""

import json
import random
from datetime import timedelta
from urllib.parse import urlencode

import pytest
import xmltodict
from django.test import Client
from django.utils import timezone

from nuanxin.cases.models import Case, CaseMessage
from nuanxin.gateway.models import ApiKey, SentRequest
from nuanxin.gateway.services.keys import revoke_key
from nuanxin.people.models import Assignment
from tests.factories.people import sign_in
from tests.factories.town import OTHER_STREET, STREET
from tests.gateway.open311 import POTHOLE, ROOT, Caller, forged, jurisdiction, key_of, published

pytestmark = pytest.mark.django_db
FORMS = ["json", "xml"]
WORDS = [
    "\x00",
    "%00",
    "\ud800",
    "\U0001f600" * 40,
    "9" * 400,
    "-1",
    "1e999",
    "NaN",
    "x" * 9000,
    "<&>\"'",
    "\x0b\x1f",
    "",
    " ",
]
IN_QUERIES = (
    "service_request_id",
    "service_code",
    "start_date",
    "end_date",
    "status",
    "page",
    "page_size",
    "api_key",
)
IN_FORMS = (
    "service_code", "description", "lat", "long", "address_string", "address_id", "first_name", "phone",
    "attribute[where]", "attribute[seen_at]", "attribute[x]", "attribute", "jurisdiction_id", "media_url",
)  # fmt: skip


@pytest.fixture
def town(settings, tmp_path, town_of):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.NUANXIN_LIMITS = ["public=off", "reports=off"]
    return town_of(timezone.now() - timedelta(hours=3))


@pytest.fixture
def keys(town):
    """One of each that must not open anything, by why."""
    ended, gone = key_of(town, name="到期"), key_of(town, name="停用")
    ApiKey.objects.filter(pk=ended.row.pk).update(
        created_at=timezone.now() - timedelta(days=9), expires_at=timezone.now() - timedelta(minutes=1)
    )
    revoke_key(actor=town["system_admin"], public_id=gone.row.public_id, now=timezone.now())
    return {
        "none": "",
        "bad": "nxo_forged",
        "expired": ended.text,
        "revoked": gone.text,
        "digest": ended.row.key_hash,
        "odd": "\U0001f600\x0b' OR 1=1",
    }


def read(answer, form: str):
    """Taken apart by somebody else's parser."""
    return json.loads(answer.content) if form == "json" else xmltodict.parse(answer.content)


def addresses(number: str, token: str) -> list[tuple[str, str, dict[str, str]]]:
    update = {"service_request_id": number, "description": "x"}
    return [
        ("post", "requests", POTHOLE),
        ("post", "servicerequestupdates", update),
        ("get", f"tokens/{token}", {}),
    ]


@pytest.mark.parametrize("form", FORMS)
def test_no_such_key_opens_anything(town, keys, form):
    mine = key_of(town, update=True).text
    number = Caller().post("requests", api_key=mine, **POTHOLE)[0]["service_request_id"]
    token = SentRequest.objects.get().token
    caller = Caller(form)
    for why, text in keys.items():
        for method, path, body in addresses(number, str(token)):
            found = getattr(caller, method)(path, api_key=text, **body)
            assert caller.status == 403, (why, path)
            assert str(found[0]["code"]) == "403"
            assert found[0]["description"]
        caller.get("requests", api_key=text)
        assert caller.status == (200 if why == "none" else 403), why
        caller.get(f"requests/{number}", api_key=text)
        assert caller.status == (404 if why == "none" else 403), why
    assert Case.objects.count() == 1
    assert not CaseMessage.objects.exists()


def test_what_a_key_may_not_do_it_does_not(town):
    reports, updates = key_of(town).text, key_of(town, report=False, update=True).text
    caller = Caller()
    caller.post("requests", api_key=updates, **POTHOLE)
    assert caller.status == 403
    number = caller.post("requests", api_key=reports, **POTHOLE)[0]["service_request_id"]
    body = {"service_request_id": number, "description": "x"}
    caller.post("servicerequestupdates", api_key=reports, **body)
    assert caller.status == 403
    caller.post("servicerequestupdates", api_key=updates, **body)
    assert caller.status == 404  # not its own


def test_a_key_of_another_area(town):
    jurisdiction(town, "fenglin.example", STREET)
    jurisdiction(town, "yunxi.example", OTHER_STREET)
    elsewhere = key_of(town, scope=OTHER_STREET).text
    caller = Caller()
    for area, status in (("fenglin.example", 403), ("yunxi.example", 400)):
        caller.post("requests", api_key=elsewhere, jurisdiction_id=area, **POTHOLE)
        assert caller.status == status
    assert not Case.objects.exists()


@pytest.mark.parametrize("form", FORMS)
def test_forged_ids_are_not_found(town, form):
    key = key_of(town, update=True).text
    published(town)
    caller = Caller(form)
    for value in forged():
        for path in (f"requests/{value}", f"services/{value}", f"tokens/{value}"):
            caller.get(path, api_key=key)
            assert caller.status == 404, path
        caller.get("requests", service_request_id=value)
        assert caller.status == 200
        caller.post("servicerequestupdates", api_key=key, service_request_id=value, description="x")
        assert caller.status in {400, 404}


def encoded(given: dict[str, str]) -> str:
    """As bytes on the wire: a lone surrogate too."""
    return urlencode(given, errors="surrogatepass")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("word", WORDS, ids=lambda word: repr(word)[:12])
def test_whatever_is_sent_no_fault_and_the_asked_form(town, form, word):
    key = key_of(town, update=True).text
    published(town)
    client, form_type = Client(), "application/x-www-form-urlencoded"
    for name in IN_QUERIES:
        for path in ("requests", "servicerequestupdates"):
            answer = client.get(f"{ROOT}{path}.{form}?{encoded({name: word})}")
            assert answer.status_code in {200, 400, 403, 404}, (name, path)
            assert read(answer, form) is not None
    for name in IN_FORMS:
        body = encoded({"api_key": key} | POTHOLE | {name: word})
        answer = client.post(f"{ROOT}requests.{form}", body, content_type=form_type)
        assert answer.status_code in {200, 201, 400, 404}, (name, answer.content)
        assert read(answer, form) is not None
    body = encoded({"api_key": key, "service_request_id": word, "description": word, "update_id": word})
    answer = client.post(f"{ROOT}servicerequestupdates.{form}", body, content_type=form_type)
    assert answer.status_code in {400, 404}


@pytest.mark.parametrize("value", ["", "x" * 300, "respond-async, wait=1", "\xff", "a b"])
def test_odd_headers(town, value):
    key = key_of(town).text
    odd = {"HTTP_IDEMPOTENCY_KEY": value, "HTTP_PREFER": value}
    answer = Client().post(f"{ROOT}requests.json", {"api_key": key} | POTHOLE, **odd)
    assert answer.status_code in {201, 400}


def test_bodies_that_cannot_be_taken_apart(town):
    key = key_of(town).text
    client, address = Client(), f"{ROOT}requests.json"
    chance = random.Random(311)
    for kind in (
        "multipart/form-data",
        "multipart/form-data; boundary=x",
        "application/json",
        "text/plain",
        "",
    ):
        for body in (b"", b"\x00\xff" * 40, b"--x\r\n\r\n", bytes(chance.randrange(256) for _ in range(300))):
            answer = client.post(address, body, content_type=kind, headers={"X-Api-Key": key})
            assert answer.status_code in {400, 403}, (kind, body)
            assert answer.json()[0]["code"] == answer.status_code
    many = "&".join(f"a{number}=1" for number in range(2000))
    answer = client.post(address, many, content_type="application/x-www-form-urlencoded")
    assert answer.status_code in {400, 403, 413}
    files = client.post(address, {"api_key": key, **POTHOLE, "media": "no picture"})
    assert files.status_code in {200, 201, 400}


@pytest.mark.parametrize("form", FORMS)
def test_other_methods_and_addresses(town, form):
    client = Client()
    for path in ("discovery", "services", "requests", "servicerequestupdates", "services/0401", "tokens/x"):
        answer = client.put(f"{ROOT}{path}.{form}")
        assert (answer.status_code, "GET" in answer["Allow"]) == (405, True), path
        assert client.delete(f"{ROOT}{path}.{form}").status_code == 405
    for path in ("nothing", "requests/x/y", "services", "requests.jsonp", "%ff"):
        for method in (client.get, client.post):
            assert method(f"{ROOT}{path}.{form}" if path == "nothing" else f"{ROOT}{path}").status_code == 404
    root = client.get(ROOT)
    assert xmltodict.parse(root.content)["errors"]["error"]["code"] == "404"


def test_other_sites_may_read(town):
    client = Client(headers={"origin": "https://elsewhere.example"})
    for path in ("discovery.json", "services.xml", "requests.json", "nothing.json", "openapi.json"):
        assert client.get(f"{ROOT}{path}")["Access-Control-Allow-Origin"] == "*"
    asked = client.options(f"{ROOT}requests.json", headers={"access-control-request-method": "GET"})
    assert asked.status_code == 204
    assert "POST" not in asked["Access-Control-Allow-Methods"]
    assert client.head(f"{ROOT}services.json").status_code == 200


def test_a_session_is_no_key(town):
    """Else a page elsewhere could report with the visitor's cookie: these addresses know no CSRF."""

    client = sign_in(Client(), Assignment.objects.get(person=town.persons["worker"]))
    assert client.post(f"{ROOT}requests.json", POTHOLE).status_code == 403


def test_reads_are_counted_by_address(town, settings):
    settings.NUANXIN_LIMITS = ["public=3/1h"]
    caller = Caller("xml")
    statuses = []
    for _ in range(5):
        caller.get("services")
        statuses.append(caller.status)
    assert statuses[:1] == [200]
    assert statuses[-1] == 429
    assert int(caller.answer["Retry-After"]) > 0

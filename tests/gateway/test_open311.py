"""Open311 GeoReport v2 as another system meets it: what is offered, what becomes of what it sends, what it may read."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from nuanxin.cases import services as cases
from nuanxin.cases.models import Attachment, Case, CaseLog, CaseMessage, Category, Reporter, Task
from nuanxin.cases.queries.catalogue import CATALOGUE, kinds
from nuanxin.gateway.models import SentRequest
from nuanxin.kernel import events
from nuanxin.kernel.access.limits import forget_leases
from nuanxin.kernel.audit.models import AuditEntry
from nuanxin.kernel.events.models import Delivery, Event
from nuanxin.notifications.models import Notice
from tests.factories.fixtures import jpeg
from tests.factories.town import COMMUNITY, LNG, OTHER_STREET, STREET
from tests.gateway.open311 import HERE, POTHOLE, Caller, jurisdiction, key_of, published

pytestmark = pytest.mark.django_db
FORMS = ["json", "xml"]
NOBODY = {"first_name": "小强", "last_name": "王", "email": "wang@example.com", "phone": "19900012345"}


@pytest.fixture
def town(settings, tmp_path, town_of):
    settings.MEDIA_ROOT = tmp_path / "media"
    return town_of(timezone.now() - timedelta(hours=3))


@pytest.fixture
def key(town):
    return key_of(town, update=True).text


# --- What is offered ---------------------------------------------------------------------------------
@pytest.mark.parametrize("form", FORMS)
def test_discovery_says_where_and_what(town, form):
    jurisdiction(town, "fenglin.example")
    found = Caller(form).get("discovery")
    end = found["endpoints"][0] if form == "json" else found["endpoints"]["endpoint"]
    assert end["url"].endswith("/open311/v2")
    formats = end["formats"] if form == "json" else end["formats"]["format"]
    assert formats == ["text/xml", "application/json"]
    assert "fenglin.example" in str(found)


@pytest.mark.parametrize("form", FORMS)
def test_what_is_confidential_is_no_service(town, form):
    caller = Caller(form)
    codes = {each["service_code"] for each in caller.get("services")}
    secret = {kind.code for kind in kinds().values() if kind.is_confidential}
    assert secret
    assert codes == set(kinds()) - secret
    for code in secret:
        assert caller.get(f"services/{code}")[0]["code"] in {404, "404"}
        assert caller.status == 404


@pytest.mark.parametrize("form", FORMS)
def test_a_definition_says_what_is_asked_and_whom_to_call(town, form):
    found = Caller(form).get("services/0101")
    attributes = found["attributes"] if form == "json" else found["attributes"]["attribute"]
    told = {each["code"]: each for each in attributes}
    assert "119" in told["notice"]["description"]
    assert str(told["notice"]["variable"]).lower() == "false"
    assert str(told["where"]["variable"]).lower() == "true"
    assert str(told["where"]["required"]).lower() == "false"
    assert [int(each["order"]) for each in attributes] == list(range(1, len(attributes) + 1))


# --- What is sent ------------------------------------------------------------------------------------
@pytest.mark.parametrize("form", FORMS)
def test_a_request_becomes_a_case_from_another_system(town, key, form):
    (sent,) = Caller(form).post("requests", api_key=key, **POTHOLE, **{"attribute[where]": "三号桥下"})
    case = Case.objects.get(number=sent["service_request_id"])
    assert (case.source, case.text, case.address) == ("open311", POTHOLE["description"], "三号桥下")
    assert case.scope_code.startswith(COMMUNITY)
    assert case.clocks.count() == 2
    assert CaseLog.objects.get(case=case).role == "reporter"
    assert AuditEntry.objects.filter(role="open311").exists()


def test_who_reported_is_kept_apart_and_leads_to_no_account(town, key):
    """Not in the case, its log, an event or the audit; and a number that has an account opens nobody's list."""
    known = town.persons["worker"]
    sent = Caller().post("requests", api_key=key, **POTHOLE, **NOBODY)[0]
    case = Case.objects.get(number=sent["service_request_id"])
    reporter = Reporter.objects.get(case=case)
    assert reporter.contact == "王 小强 wang@example.com 19900012345"
    assert reporter.subject_id == SentRequest.objects.get(case=case).api_key.client_id
    assert reporter.subject_id != known.subject.pk
    told = [
        *map(str, Case.objects.filter(pk=case.pk).values()),
        *map(str, CaseLog.objects.values()),
        *map(str, Event.objects.values()),
        *map(str, AuditEntry.objects.values("detail", "object_id")),
        *map(str, SentRequest.objects.values()),
    ]
    for secret in ("王", "小强", "wang@example.com", "19900012345"):
        assert not any(secret in line for line in told), secret
    with connection.cursor() as cursor:
        cursor.execute("SELECT contact FROM cases_reporter")
        assert "wang@example.com" not in str(cursor.fetchall())


def test_breaking_the_glass_shows_what_the_system_was_told(town, key):
    sent = Caller().post("requests", api_key=key, **POTHOLE, **NOBODY)[0]
    case = Case.objects.get(number=sent["service_request_id"])
    found = cases.reveal_reporter(
        actor=town["street_lead"], case=case, reason="要联系上报人", now=timezone.now()
    )
    assert "19900012345" in found.name


def test_a_picture_comes_with_it(town, key):
    media = SimpleUploadedFile("wang-xiaoqiang.jpg", jpeg(), content_type="image/jpeg")
    sent = Caller().post("requests", api_key=key, **POTHOLE, media=media)[0]
    attachment = Attachment.objects.get(case__number=sent["service_request_id"])
    assert "wang" not in str(attachment.file.__dict__)
    assert attachment.kind == "near"


def test_a_picture_elsewhere_is_not_fetched_and_that_is_said(town, key):
    sent = Caller().post("requests", api_key=key, **POTHOLE, media_url="http://127.0.0.1:1/x.jpg")[0]
    assert "media_url" in sent["service_notice"]
    assert not Attachment.objects.exists()


def test_danger_to_life_is_dispatched_at_once_and_the_answer_says_call_first(town, key):
    sent = Caller().post("requests", api_key=key, service_code="0101", description="很浓的煤气味", **HERE)[0]
    assert "119" in sent["service_notice"]
    assert Task.objects.filter(case__number=sent["service_request_id"]).exists()


def test_danger_to_life_is_never_counted(town, key, settings):
    settings.NUANXIN_LIMITS = ["reports=1/1h"]
    caller = Caller()
    caller.post("requests", api_key=key, **POTHOLE)
    assert caller.status == 201
    refused = caller.post("requests", api_key=key, **(POTHOLE | {"description": "另一个坑"}))
    assert (caller.status, refused[0]["code"]) == (429, 429)
    assert int(caller.answer["Retry-After"]) > 0
    caller.post("requests", api_key=key, service_code="0101", description="煤气味", **HERE)
    assert caller.status == 201


def test_an_address_in_words_is_placed_by_its_compound(town, key):
    caller, body = Caller(), {"service_code": "0401", "description": "门口有坑"}
    sent = caller.post("requests", api_key=key, **body, address_string="枫林街道云栖里3号楼门口")[0]
    case = Case.objects.get(number=sent["service_request_id"])
    assert case.compound == town.compound
    refused = caller.post("requests", api_key=key, **body, address_string="某某路口")
    assert caller.status == 400
    assert "lat" in refused[0]["description"]
    caller.post("requests", api_key=key, **body, address_id=COMMUNITY)
    assert caller.status == 201
    caller.post("requests", api_key=key, **body, address_id=STREET)
    assert caller.status == 400


def test_the_same_again_is_the_same_request(town, key):
    caller = Caller()
    first = caller.post("requests", api_key=key, **POTHOLE)
    assert caller.status == 201
    again = caller.post("requests", api_key=key, **POTHOLE)
    assert caller.status == 200
    assert first[0]["service_request_id"] == again[0]["service_request_id"]
    other = caller.post("requests", api_key=key, **(POTHOLE | {"description": "另一件事"}))
    assert other[0]["service_request_id"] != first[0]["service_request_id"]
    next_key = key_of(town).text
    third = caller.post("requests", api_key=next_key, **POTHOLE)
    assert third[0]["service_request_id"] != first[0]["service_request_id"]
    assert Case.objects.count() == 3


def test_after_a_day_the_same_words_are_another_request(town, key):
    caller = Caller()
    caller.post("requests", api_key=key, **POTHOLE)
    long_ago = timezone.now() - timedelta(days=2)
    row = SentRequest.objects.get()
    SentRequest.objects.update(sent_at=long_ago, key=f"{row.key[:-8]}20260101")
    Reporter.objects.update(key=f"{row.key[:-8]}20260101")
    caller.post("requests", api_key=key, **POTHOLE)
    assert caller.status == 201
    assert Case.objects.count() == 2


def test_a_named_request_is_that_one_for_ever(town, key):
    named = Caller(**{"Idempotency-Key": "0001"})
    named.post("requests", api_key=key, **POTHOLE)
    assert named.status == 201
    named.post("requests", api_key=key, **POTHOLE)
    assert named.status == 200
    refused = named.post("requests", api_key=key, **(POTHOLE | {"description": "别的事"}))
    assert (named.status, refused[0]["code"]) == (409, 409)
    assert Case.objects.count() == 1


@pytest.mark.parametrize("form", FORMS)
def test_whoever_prefers_a_token_gets_one(town, key, form):
    caller = Caller(form, Prefer="respond-async")
    (sent,) = caller.post("requests", api_key=key, **POTHOLE)
    assert "service_request_id" not in sent
    (found,) = Caller(form).get(f"tokens/{sent['token']}", api_key=key)
    assert found["service_request_id"] == Case.objects.get().number
    stranger = key_of(town).text
    other = Caller(form)
    for wrong in (stranger, "", "nxo_x"):
        other.get(f"tokens/{sent['token']}", api_key=wrong)
        assert other.status in {403, 404}


# --- What is read ------------------------------------------------------------------------------------
@pytest.mark.parametrize("form", FORMS)
def test_everybody_reads_what_the_office_has_published_and_nothing_else(town, key, form):
    public = published(town, "骑手小张在云栖里3号楼看到井盖翻了")
    Caller().post("requests", api_key=key, **POTHOLE)
    caller = Caller(form)
    (row,) = caller.get("requests")
    assert row["service_request_id"] == public.number
    assert (row["status"], row["status_notes"]) == ("closed", "当天换了新的井盖")
    assert row["description"] == "井盖移位"
    assert row["requested_datetime"].endswith("T00:00:00+08:00")
    assert float(row["lat"]) == 30.0
    raw = caller.answer.content.decode()
    for hidden in ("骑手小张", "3号楼", "路面一个大坑", str(LNG + 0.0021)):
        assert hidden not in raw
    assert not row["media_url"]
    (one,) = caller.get(f"requests/{public.number}")
    assert one == row


def test_a_key_sees_where_its_own_requests_are_and_no_others(town, key):
    mine = Caller().post("requests", api_key=key, **POTHOLE, **NOBODY)[0]["service_request_id"]
    other_key = key_of(town, name="另一个系统").text
    caller = Caller()
    (row,) = caller.get(f"requests/{mine}", api_key=key)
    assert (row["status"], row["status_notes"]) == ("open", "正在核实")
    assert row["description"] is None
    assert (row["lat"], row["long"]) != (float(HERE["lat"]), float(HERE["long"]))
    for wrong in ({}, {"api_key": other_key}):
        caller.get(f"requests/{mine}", **wrong)
        assert caller.status == 404
        assert caller.get("requests", **wrong) == []
    assert Caller(**{"X-Api-Key": key}).get("requests")[0]["service_request_id"] == mine


def test_what_has_become_confidential_says_only_whether_it_is_over(town, key):
    mine = Caller().post("requests", api_key=key, **POTHOLE)[0]["service_request_id"]
    Case.objects.filter(number=mine).update(visibility="confidential")
    (row,) = Caller().get(f"requests/{mine}", api_key=key)
    assert row["status"] == "open"
    assert (row["service_name"], row["service_code"], row["status_notes"]) == (None, None, None)


def test_the_filters(town, key):
    public = published(town)
    mine = Caller().post("requests", api_key=key, **POTHOLE)[0]["service_request_id"]
    caller = Caller()

    def numbers(**query):
        found = caller.get("requests", api_key=key, **query)
        assert caller.status == 200, found
        return {row["service_request_id"] for row in found}

    both, now = {public.number, mine}, timezone.now()
    assert numbers() == both
    assert numbers(status="open") == {mine}
    assert numbers(status="closed") == {public.number}
    assert numbers(status="open,closed") == both
    assert numbers(service_code="0401") == {mine}
    assert numbers(service_code="0302,0401") == both
    assert numbers(service_code="0999") == set()
    assert numbers(service_request_id=f"{mine}, {public.number}") == both
    assert numbers(service_request_id=mine, status="closed", service_code="0302") == {mine}
    assert numbers(start_date=(now - timedelta(days=400)).isoformat(), end_date=now.isoformat()) == both
    assert numbers(start_date="2020-01-01T00:00:00Z", end_date="2020-02-01") == set()
    assert numbers(start_date="2020-01-01T00:00:00+08:00", end_date=now.isoformat()) == both
    assert numbers(end_date=(now - timedelta(days=30)).isoformat()) == set()
    assert len(numbers(page_size=1)) == 1
    assert numbers(page_size=1) | numbers(page_size=1, page=2) == both
    assert numbers(page=3, page_size=1) == set()
    assert numbers(page=999999999999, page_size=99999) == set()


def test_statements_do_not_grow_with_what_there_is(town, key):
    counts = []
    for number in range(3):
        published(town, key=f"public-{number}")
        Caller().post("requests", api_key=key, **(POTHOLE | {"description": f"第{number}个坑"}))
        Caller().get("requests", api_key=key)
        forget_leases()  # a new window of the limit may begin at any moment: each of the three takes a lease
        with CaptureQueriesContext(connection) as asked:
            assert len(Caller().get("requests", api_key=key)) == 2 * number + 2
        counts.append(len(asked))
    assert counts[0] == counts[1] == counts[2] <= 8


# --- Several areas -----------------------------------------------------------------------------------
def test_with_several_areas_one_must_say_which(town, key):
    caller = Caller()
    public = published(town)
    jurisdiction(town, "fenglin.example", STREET)
    assert len(caller.get("requests")) == 1
    jurisdiction(town, "yunxi.example", OTHER_STREET)
    for path in (
        "services",
        "services/0401",
        "requests",
        f"requests/{public.number}",
        "servicerequestupdates",
    ):
        caller.get(path)
        assert caller.status == 400, path
        caller.get(path, jurisdiction_id="nowhere.example")
        assert caller.status == 404, path
        caller.get(path, jurisdiction_id="fenglin.example")
        assert caller.status == 200, path
    assert caller.get("requests", jurisdiction_id="yunxi.example") == []
    caller.get(f"requests/{public.number}", jurisdiction_id="yunxi.example")
    assert caller.status == 404
    caller.post("requests", api_key=key, **POTHOLE)
    assert caller.status == 400
    caller.post("requests", api_key=key, jurisdiction_id="yunxi.example", **POTHOLE)
    assert caller.status == 400  # the place lies elsewhere
    caller.post("requests", api_key=key, jurisdiction_id="fenglin.example", **POTHOLE)
    assert caller.status == 201


def test_a_key_of_another_area_reports_nothing_here(town):
    jurisdiction(town, "fenglin.example", STREET)
    elsewhere = key_of(town, scope=OTHER_STREET).text
    caller = Caller()
    caller.post("requests", api_key=elsewhere, **POTHOLE)
    assert caller.status == 403
    assert not Case.objects.exists()


# --- Updates -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("form", FORMS)
def test_words_from_outside_stand_with_the_case_and_change_no_state(town, key, form):
    mine = Caller().post("requests", api_key=key, **POTHOLE)[0]["service_request_id"]
    caller = Caller(form)
    body = {"service_request_id": mine, "description": "坑更大了", "status": "CLOSED", "update_id": "u1"}
    (sent,) = caller.post("servicerequestupdates", api_key=key, **body)
    (again,) = caller.post("servicerequestupdates", api_key=key, **body)
    assert sent["update_id"] == again["update_id"]
    message = CaseMessage.objects.get()
    assert (message.direction, message.text) == ("from_reporter", "坑更大了（对方系统标注：已完成）")
    assert Case.objects.get().state == "reported"
    caller.post("servicerequestupdates", api_key=key, **(body | {"description": "别的话"}))
    assert caller.status == 409
    for wrong in (key_of(town).text, key_of(town, update=True).text, ""):
        caller.post("servicerequestupdates", api_key=wrong, **body)
        assert caller.status in {403, 404}
    assert CaseMessage.objects.count() == 1


@pytest.mark.parametrize("form", FORMS)
def test_updates_tell_what_has_ended(town, key, form):
    public = published(town)
    mine = Caller().post("requests", api_key=key, **POTHOLE)[0]["service_request_id"]
    case = Case.objects.get(number=mine)
    now = timezone.now()
    cases.reject_case(
        actor=town["dispatcher"],
        case=cases.start_screening(actor=town["dispatcher"], case=case, now=now),
        reason="9",
        opinion="到现场没有看到",
        now=now,
    )
    caller = Caller(form)
    (row,) = caller.get("servicerequestupdates")
    assert (row["service_request_id"], row["status"]) == (public.number, "CLOSED")
    found = {each["service_request_id"]: each for each in caller.get("servicerequestupdates", api_key=key)}
    assert set(found) == {public.number, mine}
    assert found[mine]["description"].startswith("现场核实不存在")
    assert "到现场没有看到" not in caller.answer.content.decode()
    assert caller.get("servicerequestupdates", start_date="2020-01-01", end_date="2020-01-02") == []


def test_categories_out_of_use_are_offered_no_longer(town, key):
    Category.objects.filter(pk="0401").update(is_active=False)
    CATALOGUE.changed()
    caller = Caller()
    caller.post("requests", api_key=key, **POTHOLE)
    assert caller.status == 404


def test_nobody_is_told_in_place_of_a_system_and_nothing_fails(town, key):
    """Its `client_id` leads to no person: what a reporter would hear of goes nowhere, and no delivery is stuck."""
    caller = Caller()
    mine = caller.post("requests", api_key=key, **POTHOLE)[0]["service_request_id"]
    caller.post("requests", api_key=key, service_code="0101", description="煤气味", **HERE)
    now = timezone.now()
    case = cases.start_screening(actor=town["dispatcher"], case=Case.objects.get(number=mine), now=now)
    cases.ask_reporter(actor=town["dispatcher"], case=case, text="在桥的哪一边？", now=now)
    caller.post("servicerequestupdates", api_key=key, service_request_id=mine, description="东边")
    cases.reject_case(actor=town["dispatcher"], case=case, reason="9", opinion="没有看到", now=now)
    events.drain(now + timedelta(days=2))  # past the morning for which some deliveries wait
    assert not Delivery.objects.exclude(state="done").exists()
    assert not Notice.objects.filter(person__in=[town.persons["worker"], town.persons["resident"]]).exists()

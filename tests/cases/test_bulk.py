"""Many cases at once: each has its own answer, nothing is done twice, nobody verifies their own work."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from nuanxin.cases import services
from nuanxin.cases.models import BulkRow, BulkRun, Case, Task
from nuanxin.cases.queries.bulk import candidates
from nuanxin.cases.queries.catalogue import CATALOGUE
from nuanxin.cases.services import BulkItem
from nuanxin.cases.services.bulk import BulkKeyReused, NothingSelected, TooManySelected
from nuanxin.kernel.errors import NotAllowed
from nuanxin.kernel.retention import rule_named, run_rule
from nuanxin.people.models import Assignment
from nuanxin.people.services import create_token
from tests.factories.desks import client_of, dispatched, handed_in, reported
from tests.factories.town import LNG, build_town

DISPATCH, PASS = "/cases/bulk/dispatch/", "/cases/bulk/pass/"


@pytest.fixture
def town(settings, tmp_path, town_of):
    settings.MEDIA_ROOT = tmp_path / "media"
    return town_of(timezone.now() - timedelta(hours=2))


@pytest.fixture
def street(town):
    return client_of(town, "dispatcher")


def dispatch(town, *numbers, key="bulk-key-1", who="dispatcher", **given):
    items = [BulkItem(number, **given) for number in numbers]
    return services.perform_bulk(actor=town[who], step="dispatch", items=items, key=key, now=timezone.now())


def verify(town, *cases, key="bulk-key-1", who="dispatcher", outcome="solved"):
    items = [BulkItem(case.number, outcome=outcome) for case in cases]
    return services.perform_bulk(actor=town[who], step="pass", items=items, key=key, now=timezone.now())


# --- The service --------------------------------------------------------------------------------------------------
def test_each_case_has_its_own_answer(town):
    here, done = reported(town), dispatched(town)
    far = reported(town, who="other_worker", lng=LNG + 0.025)
    result = dispatch(town, here.number, done.number, far.number, "9" * 19)
    assert [row.is_done for row in result.rows] == [True, False, False, False]
    assert Case.objects.get(pk=here.pk).state == "dispatched"
    assert result.rows[0].message == "已派给暖阳区城管局"
    assert "已派单" in result.rows[1].message
    assert all(row.message and row.hint for row in result.refused)
    assert Case.objects.get(pk=far.pk).state == "reported"


def test_the_same_submission_again_changes_nothing(town):
    case = reported(town)
    first, again = dispatch(town, case.number), dispatch(town, case.number)
    assert first.run == again.run
    assert [row.pk for row in first.rows] == [row.pk for row in again.rows]
    assert Case.objects.get(pk=case.pk).logs.filter(action="dispatch").count() == 1
    with pytest.raises(BulkKeyReused):
        dispatch(town, case.number, "9" * 19)


def test_what_a_killed_process_had_not_reached_is_done_by_the_next_try(town):
    reached, missed = reported(town), reported(town)
    result = dispatch(town, reached.number, missed.number)
    BulkRow.objects.filter(run=result.run, case_number=missed.number).delete()
    Case.objects.filter(pk=missed.pk).update(state="filed")
    Task.objects.filter(case=missed).delete()
    again = dispatch(town, reached.number, missed.number)
    assert len(again.done) == 2
    assert Case.objects.get(pk=reached.pk).logs.filter(action="dispatch").count() == 1
    assert Case.objects.get(pk=missed.pk).state == "dispatched"


def test_nobody_verifies_their_own_work(town, photo):
    theirs = handed_in(town, photo)
    own = dispatched(town)
    community = town["community"]
    task = own.tasks.get(organisation=community.organisation_id)
    services.claim_task(actor=community, task=task, now=town.now + timedelta(minutes=3))
    services.self_handle(
        actor=community,
        task=task,
        opinion="已清理",
        photos=[photo("before"), photo("after")],
        now=town.now + timedelta(minutes=5),
    )
    result = verify(town, theirs, own, who="community")
    assert [row.is_done for row in result.rows] == [True, False]
    assert result.rows[0].message == "已结案：已解决"
    assert "不能自己核查" in result.rows[1].message
    assert Case.objects.get(pk=own.pk).state == "result_submitted"


def test_an_outcome_that_is_none_refuses_its_row_only(town, photo):
    good, bad = handed_in(town, photo), handed_in(town, photo)
    items = [BulkItem(good.number, outcome="explained"), BulkItem(bad.number, outcome="")]
    result = services.perform_bulk(
        actor=town["dispatcher"], step="pass", items=items, key="k" * 8, now=timezone.now()
    )
    assert [row.is_done for row in result.rows] == [True, False]
    assert Case.objects.get(pk=good.pk).outcome == "explained"
    assert "办结方式" in result.rows[1].message


def test_there_is_a_least_and_a_most(town):
    with pytest.raises(NothingSelected):
        dispatch(town)
    with pytest.raises(TooManySelected):
        dispatch(town, *(f"{number:019d}" for number in range(51)))
    for who in ("community", "city_management", "swd", "worker"):
        with pytest.raises(NotAllowed):
            dispatch(town, "9" * 19, who=who)


def test_old_answers_are_forgotten_and_the_cases_stay(town):
    case = reported(town)
    dispatch(town, case.number)
    run_rule(rule_named("cases.BulkRun"), now=timezone.now() + timedelta(days=31))
    assert not BulkRun.objects.exists()
    assert Case.objects.get(pk=case.pk).state == "dispatched"


# --- The pages ----------------------------------------------------------------------------------------------------
def test_the_table_says_whom_each_would_go_to_and_why(town, street):
    road, gully, done = reported(town), reported(town, "0302"), dispatched(town)
    response = street.get(DISPATCH, {"number": [road.number, gully.number, done.number]})
    page = response.content.decode()
    leads = {form.number: form.candidate.lead.organisation.name for form in response.context["forms"]}
    assert leads == {road.number: "暖阳区城管局", gully.number: "云川水务"}
    assert "管这类设施，服务范围包括这里" in page
    assert [each.case.number for each in response.context["left_out"]] == [done.number]
    assert "轮不到这一步" in page


@pytest.mark.parametrize("rows", [1, 30])
def test_the_table_takes_few_statements_however_many_rows(town, street, rows):
    numbers = [reported(town, "0302" if index % 2 else "0401").number for index in range(rows)]
    street.get(DISPATCH, {"number": numbers[:1]})
    CATALOGUE.get()
    with CaptureQueriesContext(connection) as made:
        found = candidates(town["dispatcher"], "dispatch", numbers)
    assert len(found) == rows
    assert len(made) <= 6, [query["sql"][:120] for query in made.captured_queries]


def test_gathered_suggestions_are_the_single_ones(town):
    from nuanxin.cases.queries.routing import GatheredGround, suggest_units  # beside what it is compared with

    cases = [reported(town, code) for code in ("0101", "0302", "0401", "0601", "0701", "0901")]
    ground = GatheredGround(cases)
    for case in cases:
        single = [(each.organisation.pk, each.role, str(each.reason)) for each in suggest_units(case)]
        gathered = [
            (each.organisation.pk, each.role, str(each.reason)) for each in suggest_units(case, ground)
        ]
        assert gathered == single


def test_a_row_can_be_changed_and_what_failed_is_still_ticked(town, street):
    road, gone = reported(town), reported(town)
    page = street.get(DISPATCH, {"number": [road.number, gone.number]})
    water = str(town.organisations["water"].public_id)
    fire = str(town.organisations["fire"].public_id)
    given = {
        "key": page.context["key"],
        "number": [road.number, gone.number],
        f"{road.number}-lead": water,
        f"{road.number}-more": fire,
        f"{gone.number}-lead": water,
    }
    services.reject_case(
        actor=town["dispatcher"], case=gone, reason="9", opinion="现场没有", now=timezone.now()
    )
    answer = street.post(DISPATCH, given)
    assert answer.status_code == 302
    result = street.get(answer.url)
    assert Case.objects.get(pk=road.pk).lead_organisation_id == town.organisations["water"].pk
    assert Task.objects.filter(case=road, organisation=town.organisations["fire"], role="assist").exists()
    assert [each.row.case_number for each in result.context["run"].refused] == [gone.number]
    assert f"picked={gone.number}" in result.context["back"]
    assert street.post(DISPATCH, given).url == answer.url  # the button was pressed twice
    assert client_of(town, "street_lead").get(answer.url).status_code == 404


def test_a_mistake_in_one_row_brings_the_table_back(town, street, photo):
    case = handed_in(town, photo)
    answer = street.post(PASS, {"key": "k" * 8, "number": [case.number], f"{case.number}-outcome": "magic"})
    assert answer.status_code == 422
    assert Case.objects.get(pk=case.pk).state == "result_submitted"
    nothing = street.get(PASS).content.decode()
    assert "没有可以一起办的" in nothing
    assert street.get("/cases/bulk/screen/").status_code == 404


def test_the_queue_offers_ticks_only_where_there_is_something_to_do(town, street):
    case = reported(town)
    page = street.get("/cases/", {"tab": "screen", "picked": case.number}).content.decode()
    assert "data-pick checked" in page
    assert 'formaction="/cases/bulk/dispatch/"' in page
    dispatched(town)
    assert "data-pick" not in street.get("/cases/", {"tab": "handle"}).content.decode()
    unit = client_of(town, "city_management").get("/cases/", {"tab": "new"}).content.decode()
    assert "queue__row" in unit
    assert "data-pick" not in unit


# --- The API ------------------------------------------------------------------------------------------------------
def api_client(town, who):
    person = town.persons[who]
    assignment = Assignment.objects.get(person=person)
    text = create_token(person=person, assignment=assignment, name="x", now=timezone.now())
    text = text[1] if isinstance(text, tuple) else getattr(text, "text", text)
    return Client(headers={"authorization": f"Bearer {text}"})


def test_the_api_does_the_same(town, photo):
    new, ready = reported(town), handed_in(town, photo)
    client = api_client(town, "dispatcher")

    def post(path, body):
        return client.post(f"/api/v1/cases/bulk/{path}", json.dumps(body), content_type="application/json")

    given = {"key": "api-key-1", "items": [{"number": new.number}, {"number": "9" * 19}]}
    answer = post("dispatch", given).json()
    assert (answer["done"], answer["refused"]) == (1, 1)
    assert answer["items"][1]["hint"]
    assert post("dispatch", given).json() == answer
    body = {"key": "api-key-2", "items": [{"number": ready.number, "outcome": "solved"}]}
    assert post("verify", body).json()["done"] == 1
    too_many = [{"number": "9" * 19}] * 51
    assert post("dispatch", {"key": "api-key-3", "items": too_many}).status_code == 422


@pytest.mark.postgres  # the other database lets one write at a time, and in memory it does not wait
@pytest.mark.django_db(transaction=True)
def test_two_who_send_the_same_at_once_get_one_answer(settings, tmp_path):
    """The button pressed twice, in two processes: each case goes out once."""
    settings.MEDIA_ROOT = tmp_path / "media"
    town = build_town(timezone.now() - timedelta(hours=2))
    numbers = [reported(town).number for _ in range(4)]

    def send(_index):
        try:
            return [(row.case_number, row.is_done) for row in dispatch(town, *numbers).rows]
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(send, range(2))
    assert one == other == [(number, True) for number in numbers]
    for number in numbers:
        assert Case.objects.get(number=number).logs.filter(action="dispatch").count() == 1

"""Pages and API of consultations, assistants and extensions, as the people concerned use them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from nuanxin.cases import services
from nuanxin.cases.models import Case, Consultation, Extension, HandlingLimit, Task
from nuanxin.cases.queries import detail
from nuanxin.cases.queries.extending import end_of_day
from nuanxin.people.services import create_token
from tests.factories.desks import HTMX, MINUTE, client_of, dispatched, picture, task_of

ASKED = "想再延两天，等沥青"


@pytest.fixture
def town(town_of):
    """The pages read the clock of the wall, so the town lives now."""
    return town_of(timezone.now() - timedelta(minutes=30))


@pytest.fixture
def street(town):
    return client_of(town, "dispatcher")


def step(case, name, task=None):
    return f"/cases/{case.number}/steps/{name}/" + (f"?task={task.pk}" if task else "")


def units(town, *keys):
    return [str(town.organisations[key].public_id) for key in keys]


def names(response):
    actions = response.context["actions"]
    return [action.name for action in actions.bar + actions.more]


def taken(town):
    case = dispatched(town)
    services.accept_task(actor=town["city_management"], task=task_of(case, "lead"), now=town.now + 2 * MINUTE)
    return detail.case_for(town["dispatcher"], case.number)


def asked(town):
    case = taken(town)
    services.request_extension(
        actor=town["city_management"],
        task=task_of(case, "lead"),
        until=case.due_at + timedelta(days=3),
        opinion=ASKED,
        now=town.now + 5 * MINUTE,
    )
    return Case.objects.get(pk=case.pk)


def test_from_the_whistle_to_the_minutes(town, street):
    case = dispatched(town)
    url = step(case, "consult")
    assert "请哪些单位来会商" in street.get(url, **HTMX).content.decode()
    assert street.post(url, {"opinion": "定一家主办"}).status_code == 422
    kept = street.post(url, {"units_wanted": units(town, "water")})
    assert kept.status_code == 422
    assert f'value="{units(town, "water")[0]}" checked' in kept.content.decode()
    street.post(url, {"units_wanted": units(town, "water", "gas"), "opinion": "定一家主办"})
    assert Consultation.objects.get(case=case).parties.count() == 2
    assert street.post(url, {"units_wanted": units(town, "fire"), "opinion": "再来"}).status_code == 409

    gas = client_of(town, "gas")
    assert case.number in gas.get("/cases/?tab=consult").content.decode()
    page = gas.get(f"/cases/{case.number}/")
    assert names(page) == ["answer_call"]
    assert "定一家主办" in page.content.decode()
    gas.post(step(case, "answer_call"), {"answer": "opinion", "opinion": ""})
    assert not Consultation.objects.get().parties.filter(answered_at__isnull=False).exists()
    gas.post(step(case, "answer_call"), {"answer": "opinion", "opinion": "不是燃气管"})

    assert "不是燃气管" in street.get(step(case, "conclude")).content.decode()
    street.post(
        step(case, "conclude"),
        {"lead": units(town, "water")[0], "assists": units(town, "gas"), "opinion": "水务主办"},
    )
    assert Task.objects.get(case=case, role="lead", ended_at=None).organisation.name == "云川水务"
    assert "会商定由云川水务主办" in street.get(f"/cases/{case.number}/").content.decode()


def test_nothing_of_the_reporter_in_a_consultation(town, street):
    case = dispatched(town)
    street.post(step(case, "consult"), {"units_wanted": units(town, "gas"), "opinion": "定一家主办"})
    page = client_of(town, "gas").get(f"/cases/{case.number}/").content.decode()
    for secret in (town.persons["worker"].name, "1990000", str(town["worker"].subject_id)):
        assert secret not in page


def test_the_dispatcher_chooses_assistants(town, street):
    case = dispatched(town)
    url = step(case, "assists")
    street.post(url, {"units_wanted": units(town, "water", "gas"), "opinion": "各管一段"})
    page = street.get(f"/cases/{case.number}/").content.decode()
    assert "3 个单位，0 个已交结果" in page
    told = street.post(url, {"units_wanted": units(town, "water"), "opinion": ""})
    assert told.status_code == 422
    assert "不再协办" in told.content.decode()
    street.post(url, {"units_wanted": units(town, "water"), "opinion": "燃气不用来了"})
    assert Task.objects.filter(case=case, role="assist", ended_at=None).count() == 1


def test_a_lead_is_asked_why_it_does_not_wait(town, street):
    case = taken(town)
    unit = client_of(town, "city_management")
    url = step(case, "submit_result", task_of(case, "lead"))
    assert "unfinished" not in unit.get(url).content.decode()
    street.post(step(case, "assists"), {"units_wanted": units(town, "water"), "opinion": "看管线"})
    assert "云川水务还没交结果" in unit.get(url).content.decode()
    assert unit.post(url, {"opinion": "铺好了", "after": picture()}).status_code == 422
    unit.post(url, {"opinion": "铺好了", "unfinished": "只剩复核", "after": picture()})
    assert Case.objects.get(pk=case.pk).state == "result_submitted"
    assert "没等协办单位：只剩复核" in street.get(f"/cases/{case.number}/").content.decode()


def test_time_is_asked_for_and_given(town, street):
    case = taken(town)
    unit, leader = client_of(town, "city_management"), client_of(town, "street_lead")
    url = step(case, "request_extension", task_of(case, "lead"))
    day = (timezone.localtime(case.due_at) + timedelta(days=40)).date()
    assert unit.post(url, {"day": day.isoformat(), "opinion": ASKED}).status_code == 422
    days = [timezone.localtime(case.due_at).date() + timedelta(days=n) for n in range(1, 30)]
    free = next(each for each in days if end_of_day(case, each) is None)
    work = next(each for each in days if each > free and end_of_day(case, each))
    assert "那天不上班" in unit.post(url, {"day": free.isoformat(), "opinion": ASKED}).content.decode()
    unit.post(url, {"day": work.isoformat(), "opinion": ASKED})
    assert Extension.objects.get(case=case).state == "asked"
    assert "request_extension" not in names(unit.get(f"/cases/{case.number}/"))

    listed = leader.get("/cases/extensions/").content.decode()
    assert ASKED in listed
    assert case.number in listed
    assert names(leader.get(f"/cases/{case.number}/"))[0] == "grant_extension"
    leader.post(step(case, "grant_extension"), {"opinion": "同意"})
    moved = Case.objects.get(pk=case.pk)
    assert timezone.localtime(moved.due_at).date() == work
    assert moved.extension_count == 1
    assert "已延 1 次" in street.get(f"/cases/{case.number}/").content.decode()


@pytest.mark.parametrize(
    ("who", "status", "sees"),
    [("street_lead", 200, True), ("swd", 200, False), ("city_management", 200, True), ("gas", 200, False),
     ("other_dispatcher", 200, False), ("worker", 404, False), ("system_admin", 404, False)],
)  # fmt: skip
def test_who_reads_the_list_of_requests(town, who, status, sees):
    asked(town)
    answer = client_of(town, who).get("/cases/extensions/")
    assert answer.status_code == status
    assert (ASKED in answer.content.decode()) is sees


def test_the_list_narrows_and_is_exported_without_words(town):
    case = asked(town)
    leader = client_of(town, "street_lead")
    asker = town.organisations["city_management"].public_id
    other = town.organisations["water"].public_id
    assert ASKED in leader.get(f"/cases/extensions/?show=all&unit={asker}", **HTMX).content.decode()
    assert ASKED not in leader.get(f"/cases/extensions/?unit={other}&show=granted").content.decode()
    sent = leader.post("/cases/extensions/export/").getvalue().decode()
    assert case.number in sent
    assert "暖阳区城管局" in sent
    assert ASKED not in sent


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_statements_however_long_it_is(town, count):
    for _ in range(count):
        asked(town)
    leader = client_of(town, "street_lead")
    leader.get("/cases/extensions/")
    with CaptureQueriesContext(connection) as made:
        assert leader.get("/cases/extensions/").content.decode().count(ASKED) == count
    assert len(made) <= 11, len(made)


def test_a_city_sets_its_limits_on_a_page(town):
    swd = client_of(town, "swd")
    assert "4 个工作小时" in swd.get("/cases/limits/").content.decode().replace("4 工作时", "4 个工作小时")
    assert swd.post("/cases/limits/most_returns/", {"value": "many"}).status_code == 422
    swd.post("/cases/limits/most_returns/", {"value": "3"})
    assert HandlingLimit.objects.get().value == "3"
    assert swd.get("/cases/limits/nothing/").status_code == 404
    assert client_of(town, "dispatcher").get("/cases/limits/").status_code == 404


def test_the_api_does_the_same_steps(town):
    case = dispatched(town)
    person = town.persons["dispatcher"]
    _token, secret = create_token(
        person=person, assignment=person.assignments.get(), name="脚本", now=timezone.now()
    )
    call = {"headers": {"Authorization": f"Bearer {secret}"}}
    address = f"/api/v1/cases/{case.number}"
    offered = {each["name"] for each in Client().get(address, **call).json()["available_transitions"]}
    assert {"consult", "assists"} <= offered
    given = {"units": units(town, "water", "gas"), "opinion": "定一家主办"}
    answer = Client().post(f"{address}/transitions/consult", given, **call)
    assert answer.status_code == 200, answer.content
    offered = {each["name"] for each in answer.json()["available_transitions"]}
    assert "conclude" in offered
    assert "consult" not in offered
    again = Client().post(f"{address}/transitions/consult", given, **call)
    assert again.status_code == 409
    assert again.json()["code"] == "AlreadyConsulting"

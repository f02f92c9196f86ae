"""Exchange at a browser: set up by the administrator, used and decided by the dispatcher, seen on the case's page."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from nuanxin.cases.enums import CaseState
from nuanxin.cases.models import Case
from nuanxin.cases.queries.outside import OUTSIDE
from nuanxin.gateway.enums import OrderState
from nuanxin.gateway.models import ExchangeLink, ExchangeOrder
from nuanxin.gateway.queries.exchange import OrderFilters, offers_outside
from nuanxin.gateway.services import exchanging, exporting, reconciling
from nuanxin.kernel.audit.models import AuditEntry
from nuanxin.people.models import Assignment
from nuanxin.people.services import create_token
from tests.factories.desks import HTMX, client_of, dispatched, reported
from tests.factories.town import COMMUNITY, DISTRICT, NEXT_COMMUNITY
from tests.gateway.platform import change
from tests.gateway.test_exchange import WORDS, delivered, filed, link, platform, push

pytestmark = pytest.mark.django_db
__all__ = ["link", "platform"]


@pytest.fixture
def desk(town):
    return client_of(town, "dispatcher")


def page_of(client, number):
    return client.get(reverse("cases:case", args=[number])).content.decode()


def step_of(case, name):
    return reverse("cases:step", args=[case.number, name])


def test_set_up_at_the_browser(town, other, settings):
    settings.NUANXIN_EXCHANGE_PROVIDER = "recorder"
    admin = client_of(town, "system_admin")
    listed = admin.get(reverse("gateway:links")).content.decode()
    assert ("还没有接任何平台" in listed, "现在只记录" in listed) == (True, True)
    given = {"name": "12345 热线", "scope_code": DISTRICT, "url": f"{other.url}/api", "is_active": "on"}
    wrong = admin.post(reverse("gateway:new_link"), {**given, "state": "open=1"})
    assert (wrong.status_code, "第 1 行" in wrong.content.decode()) == (422, True)
    made = admin.post(reverse("gateway:new_link"), {**given, "state": "closed=30"})
    row = ExchangeLink.objects.get()
    assert row.secret in made.content.decode()
    assert row.secret_in in made.content.decode()
    edit = admin.get(reverse("gateway:link", args=[row.public_id])).content.decode()
    assert ("closed=30" in edit, row.secret in edit, f"/exchange/in/{row.public_id}/" in edit) == (
        True,
        False,
        True,
    )
    renewed = admin.post(reverse("gateway:renew_secrets", args=[row.public_id]))
    assert renewed.headers["Cache-Control"] == "no-store"


def test_no_link_no_button(town, desk):
    case = filed(town)
    assert step_of(case, "send_outside") not in page_of(desk, case.number)
    assert desk.get(step_of(case, "send_outside")).status_code == 409
    answer = calling(town, "dispatcher", case, "send_outside", opinion=WORDS)
    assert (answer.status_code, answer.json()["hint"]) == (409, "请系统管理员在“对外接口”里设置。")


def test_from_the_button_to_their_state_on_the_page(town, desk, link, platform):
    case = filed(town)
    send = step_of(case, "send_outside")
    assert send in page_of(desk, case.number)
    form = desk.get(send).content.decode()
    assert ("没有上报人，没有照片" in form, "转12345 热线" in form, "请派人处理" in form) == (True,) * 3
    wrong = desk.post(send, {"opinion": "打 13812345678"})
    assert (wrong.status_code, "去掉" in wrong.content.decode()) == (422, True)
    assert desk.post(send, {"opinion": WORDS}).status_code == 302
    assert desk.post(send, {"opinion": WORDS}).status_code == 409
    assert ExchangeOrder.objects.count() == 1
    exchanging.send_exchange(now=timezone.now())
    push(link, change(case.number, "20"))
    page = page_of(desk, case.number)
    assert "已转12345 热线 · 编号 GD0001 · 对方状态 办理中" in page
    assert send not in page
    unit = page_of(client_of(town, "community"), case.number)
    assert "看往来" not in unit


def test_a_conflict_is_shown_and_decided(town, desk, link, platform):
    order = delivered(town)
    push(link, change(order.case.number, "30", words="已填平"))
    assert "对方已办结，我们还在办" in page_of(desk, order.case.number)
    listed = desk.get(reverse("gateway:orders")).content.decode()
    assert order.case.number in listed
    shown = desk.get(reverse("gateway:order", args=[order.public_id])).content.decode()
    assert ("以对方结果为准" in shown, "已填平" in shown) == (True, True)
    take = step_of(order.case, "take_outside")
    assert take in shown
    assert take in page_of(desk, order.case.number)
    assert "上报人会看到" in desk.get(take).content.decode()
    assert desk.post(take, {"opinion": "城管已填平。"}).status_code == 302
    assert Case.objects.get(pk=order.case_id).state == CaseState.CLOSED
    assert "没有等您决定的" in desk.get(reverse("gateway:orders")).content.decode()
    assert desk.post(take, {"opinion": "再一次。"}).status_code == 409


def offered(town, who, case):
    api = Client(headers={"authorization": f"Bearer {token_of(town, who)}"})
    moves = api.get(f"/api/v1/cases/{case.number}").json()["available_transitions"]
    return {each["name"]: each for each in moves if each["name"] in OUTSIDE}


def calling(town, who, case, name, **given):
    api = Client(headers={"authorization": f"Bearer {token_of(town, who)}"})
    return api.post(f"/api/v1/cases/{case.number}/transitions/{name}", given)


def token_of(town, who):
    assignment = Assignment.objects.get(person=town.persons[who])
    return create_token(person=assignment.person, assignment=assignment, name="x", now=timezone.now())[1]


def test_programs_are_offered_the_same_and_told_why_not(town, link, platform):
    case = filed(town)
    move = offered(town, "dispatcher", case)["send_outside"]
    assert (move["label"], move["required_fields"], move["task_id"]) == ("转12345 热线", ["opinion"], None)
    assert not offered(town, "community", dispatched(town))
    wrong = calling(town, "dispatcher", case, "send_outside", opinion="打 13812345678")
    assert (wrong.status_code, list(wrong.json()["fields"])) == (422, ["opinion"])
    early = calling(town, "dispatcher", case, "keep_outside", opinion="还没好")
    assert (early.status_code, early.json()["message"]) == (409, "这件事现在没有转在外面。")
    assert calling(town, "dispatcher", case, "send_outside", opinion=WORDS).status_code == 200
    assert set(offered(town, "dispatcher", case)) == {"take_back"}
    twice = calling(town, "dispatcher", case, "send_outside", opinion=WORDS)
    assert (twice.status_code, "对方还没有了结" in twice.json()["message"]) == (409, True)
    exchanging.send_exchange(now=timezone.now())
    push(link, change(case.number, "30", words="已填平"))
    assert set(offered(town, "dispatcher", case)) == {"take_outside", "keep_outside", "take_back"}
    assert calling(town, "dispatcher", case, "keep_outside", opinion="还没有填平").status_code == 200
    back = calling(town, "dispatcher", case, "take_back", opinion="我们自己派单")
    assert (back.status_code, back.json()["state"]) == (200, CaseState.FILED)
    order = ExchangeOrder.objects.get()
    assert (order.state, set(offered(town, "dispatcher", case))) == (OrderState.WITHDRAWN, {"send_outside"})


@pytest.mark.parametrize("name", OUTSIDE)
def test_who_may_not_finds_no_button_and_no_step(town, link, platform, name):
    order = delivered(town, dispatched(town))
    push(link, change(order.case.number, "30", words="已填平"))
    before = ExchangeOrder.objects.values().get()
    for who, status in (("community", 403), ("swd", 403), ("other_dispatcher", 404), ("system_admin", 404)):
        assert calling(town, who, order.case, name, opinion=WORDS).status_code == status, who
    assert name not in offered(town, "community", order.case)
    assert ExchangeOrder.objects.values().get() == before


def test_a_unit_at_work_is_not_overruled_by_their_word(town, link, platform):
    """Law 7: it is verified here; the button is not there, and the step says what to do instead."""
    order = delivered(town, dispatched(town))
    push(link, change(order.case.number, "30", words="已填平"))
    assert set(offered(town, "dispatcher", order.case)) == {"keep_outside", "take_back"}
    refused = calling(town, "dispatcher", order.case, "take_outside", opinion="照对方的")
    assert (refused.status_code, "催办" in refused.json()["hint"]) == (409, True)


@pytest.mark.parametrize("category", ["1102", "0504", "1204"])
def test_protected_kinds_have_no_such_button(town, link, category):
    place = {"compound_id": town.compound.pk} if category == "0504" else {}
    case = reported(town, category, **place)
    assert "send_outside" not in offered_to(town["dispatcher"], case)


def offered_to(actor, case):
    return [name for name, _label in offers_outside(actor, case)]


def test_a_shelved_case_and_one_without_a_way_out_are_not_offered(town, link, settings):
    case = filed(town)
    assert offered_to(town["dispatcher"], case) == ["send_outside"]
    case.shelved_at = town.now
    assert offered_to(town["dispatcher"], case) == []
    case.shelved_at = None
    settings.NUANXIN_EXCHANGE_PROVIDER = "none"
    assert offered_to(town["dispatcher"], case) == []
    for who in ("street_lead", "community", "city_management", "other_dispatcher"):
        settings.NUANXIN_EXCHANGE_PROVIDER = "http"
        assert bool(offered_to(town[who], case)) is (who == "street_lead"), who


def test_without_any_link_the_page_asks_no_more(town, django_assert_num_queries):
    case = filed(town)
    offered_to(town["dispatcher"], case)
    with django_assert_num_queries(0):
        assert offered_to(town["dispatcher"], case) == []


def test_the_recorder_says_that_nobody_was_told(town, desk, link, settings):
    settings.NUANXIN_EXCHANGE_PROVIDER = "recorder"
    order = delivered(town)
    shown = desk.get(reverse("gateway:order", args=[order.public_id])).content.decode()
    assert "对方并不知道这件事" in shown
    desk.post(reverse("gateway:order_retry", args=[order.public_id]))
    order.refresh_from_db()
    assert order.state == OrderState.QUEUED


def test_differences_and_their_file(town, desk, link, platform):
    order = delivered(town)
    ExchangeOrder.objects.update(asked_at=town.now)
    platform.orders.clear()
    reconciling.reconcile(link=link, now=timezone.now())
    for client in (desk, client_of(town, "system_admin")):
        shown = client.get(reverse("gateway:differences")).content.decode()
        assert ("我们转了，对方没有" in shown, order.case.number in shown) == (True, True)
    other_street = client_of(town, "other_dispatcher").get(reverse("gateway:differences")).content.decode()
    assert order.case.number not in other_street
    file = desk.post(reverse("gateway:differences_export"))
    assert order.case.number in file.getvalue().decode()


def test_another_street_finds_nothing(town, link, platform):
    order = delivered(town)
    client = client_of(town, "other_dispatcher")
    for path in (
        reverse("gateway:order", args=[order.public_id]),
        step_of(order.case, "take_back"),
        step_of(order.case, "send_outside"),
    ):
        assert client.get(path).status_code == 404


def test_the_list_narrows_and_is_a_file_without_anybodys_words(town, desk, link, platform):
    order = delivered(town)
    ExchangeOrder.objects.update(their_words="他们说的话")
    here, day = reverse("gateway:orders"), timezone.localdate(order.asked_at)
    for query, is_there in (
        ("show=all", True), ("show=all&kind=04", True), ("show=all&kind=0101", False), ("", False),
        (f"show=all&since={day}&until={day}", True), ("show=all&until=2020-01-01", False),
        (f"show=all&place={COMMUNITY}", True), (f"show=all&place={NEXT_COMMUNITY}", False),
        (f"show=all&number={order.case.number}", True), ("show=all&number=1", False),
        (f"show=all&link={link.public_id}", True), ("show=all&link=x", True),
    ):  # fmt: skip
        assert (order.case.number in desk.get(f"{here}?{query}", **HTMX).content.decode()) is is_there, query
    export = reverse("gateway:orders_export")
    file = desk.post(f"{export}?show=all").getvalue().decode()
    assert (order.case.number in file, order.their_number in file, "枫林街道 枫桥社区" in file) == (True,) * 3
    for hidden in (WORDS, "他们说的话", order.case.text, order.case.address, town.persons["worker"].name):
        assert hidden not in file, hidden
    assert AuditEntry.objects.get(action="gateway.exchange_list_export").detail == {
        "filters": {"show": "all"}
    }
    other = client_of(town, "other_dispatcher").post(f"{export}?show=all")
    assert order.case.number not in other.getvalue().decode()
    assert client_of(town, "system_admin").post(export).status_code == 404
    with CaptureQueriesContext(connection) as one:
        list(exporting.export_orders(actor=town["dispatcher"], filters=OrderFilters("all"), now=town.now))
    delivered(town)
    with CaptureQueriesContext(connection) as two:
        rows = list(
            exporting.export_orders(actor=town["dispatcher"], filters=OrderFilters("all"), now=town.now)
        )
    assert (len(rows), len(two)) == (3, len(one))


def test_the_list_asks_the_same_however_long_it_is(town, desk, link, platform, django_assert_max_num_queries):
    for _ in range(3):
        delivered(town)
    desk.get(reverse("gateway:orders"))
    with django_assert_max_num_queries(14):
        desk.get(reverse("gateway:orders"), {"show": "all"})

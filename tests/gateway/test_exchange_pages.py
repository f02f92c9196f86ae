"""Exchange at a browser: set up by the administrator, used and decided by the dispatcher, seen on the case's page."""

import pytest
from django.urls import reverse
from django.utils import timezone

from nuanxin.cases.enums import CaseState
from nuanxin.cases.models import Case
from nuanxin.gateway.enums import OrderState
from nuanxin.gateway.models import ExchangeLink, ExchangeOrder
from nuanxin.gateway.services import exchanging, reconciling
from tests.factories.desks import client_of
from tests.factories.town import DISTRICT
from tests.gateway.platform import change
from tests.gateway.test_exchange import WORDS, delivered, filed, link, platform, push

pytestmark = pytest.mark.django_db
__all__ = ["link", "platform"]


@pytest.fixture
def desk(town):
    return client_of(town, "dispatcher")


def page_of(client, number):
    return client.get(reverse("cases:case", args=[number])).content.decode()


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
    assert reverse("gateway:send_case", args=[case.number]) not in page_of(desk, case.number)
    assert desk.get(reverse("gateway:send_case", args=[case.number])).status_code == 404


def test_from_the_button_to_their_state_on_the_page(town, desk, link, platform):
    case = filed(town)
    send = reverse("gateway:send_case", args=[case.number])
    assert send in page_of(desk, case.number)
    form = desk.get(send).content.decode()
    assert ("不会转出" in form, "转12345 热线" in form) == (True, True)
    wrong = desk.post(send, {"words": "打 13812345678"})
    assert (wrong.status_code, "去掉" in wrong.content.decode()) == (422, True)
    assert desk.post(send, {"words": WORDS}).status_code == 302
    assert desk.post(send, {"words": WORDS}).status_code == 409
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
    take = reverse("gateway:decide", args=[order.public_id, "take"])
    assert "上报人会看到" in desk.get(take).content.decode()
    assert desk.post(take, {"words": "城管已填平。"}).status_code == 302
    assert Case.objects.get(pk=order.case_id).state == CaseState.CLOSED
    assert "没有等您决定的" in desk.get(reverse("gateway:orders")).content.decode()
    assert desk.get(reverse("gateway:decide", args=[order.public_id, "nonsense"])).status_code == 404
    assert desk.post(take, {"words": "再一次。"}).status_code == 409


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
    assert order.case.number in b"".join(file.streaming_content).decode()


def test_another_street_finds_nothing(town, link, platform):
    order = delivered(town)
    client = client_of(town, "other_dispatcher")
    for path in (
        reverse("gateway:order", args=[order.public_id]),
        reverse("gateway:decide", args=[order.public_id, "back"]),
        reverse("gateway:send_case", args=[order.case.number]),
    ):
        assert client.get(path).status_code == 404


def test_the_list_asks_the_same_however_long_it_is(town, desk, link, platform, django_assert_max_num_queries):
    for _ in range(3):
        delivered(town)
    desk.get(reverse("gateway:orders"))
    with django_assert_max_num_queries(14):
        desk.get(reverse("gateway:orders"), {"show": "all"})

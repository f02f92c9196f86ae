"""The administrator's pages of webhooks, at a browser."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from nuanxin.gateway.enums import EndpointState
from nuanxin.gateway.models import WebhookEndpoint, WebhookMessage
from nuanxin.gateway.services import posting
from nuanxin.kernel.audit.models import AuditEntry
from tests.factories.desks import HTMX, client_of
from tests.factories.town import DISTRICT
from tests.gateway.test_webhooks import endpoint_at, happen

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(town):
    return client_of(town, "system_admin")


def filled(address, **given):
    return {
        "name": "城市大脑",
        "url": address,
        "scope_code": DISTRICT,
        "event_types": ["cases.CaseClosed"],
    } | given


def test_registered_with_a_secret_that_is_shown_once(admin, other):
    assert "还没有推送地址" in admin.get(reverse("gateway:webhooks")).content.decode()
    made = admin.post(reverse("gateway:new_webhook"), filled(other.url))
    endpoint = WebhookEndpoint.objects.get()
    assert endpoint.secret in made.content.decode()
    assert made.headers["Cache-Control"] == "no-store"
    page = admin.get(reverse("gateway:webhook", args=[endpoint.public_id])).content.decode()
    assert endpoint.secret not in page
    assert "还没有推送过" in page
    listed = admin.get(reverse("gateway:webhooks")).content.decode()
    assert (other.url in listed, "启用中" in listed) == (True, True)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"url": "https://10.0.0.1/"}, "内部网络"), ({"url": "ftp://x"}, "应当像"), ({"url": ""}, "还空着"),
        ({"event_types": []}, "还空着"), ({"event_types": ["people.PersonErased"]}, "people.PersonErased"),
        ({"scope_code": "1"}, "重新选一个"), ({"name": " "}, "还空着"), ({"url": "http://8.8.8.8/"}, "https"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_beside_the_field(admin, other, wrong, told):
    answer = admin.post(reverse("gateway:new_webhook"), filled(other.url, **wrong))
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not WebhookEndpoint.objects.exists()


def test_the_log_narrows_exports_and_shows_each_message(town, admin, other):
    endpoint, secret = endpoint_at(town, other.url, types=["cases.CaseFiled", "cases.TaskDispatched"])
    case = happen(town)
    other.fails(500)
    posting.send_webhooks(now=timezone.now())
    here = reverse("gateway:webhook", args=[endpoint.public_id])
    page = admin.get(here).content.decode()
    assert case.number in page
    assert "从 " in page  # since when it fails
    assert "没有符合条件的" in admin.get(here, {"state": "sent"}, **HTMX).content.decode()
    assert (
        case.number in admin.get(here, {"state": "waiting", "number": case.number}, **HTMX).content.decode()
    )
    message = WebhookMessage.objects.filter(attempts=1).get()
    shown = admin.get(
        reverse("gateway:webhook_message", args=[endpoint.public_id, message.public_id])
    ).content.decode()
    assert message.message_id in shown
    assert "对方回答 500" in shown
    assert secret not in shown
    file = admin.post(reverse("gateway:webhook_export", args=[endpoint.public_id]) + "?state=waiting")
    text = file.getvalue().decode()
    assert (message.message_id in text, file.headers["Content-Type"]) == (True, "text/csv; charset=utf-8")


def test_the_list_of_addresses_narrows_and_is_a_file(town, admin, other):
    one, secret = endpoint_at(town, f"{other.url}/a?token=abc123")
    WebhookEndpoint.objects.filter(pk=one.pk).update(failing_since=timezone.now(), name="甲平台")
    endpoint_at(town, other.url)
    here = reverse("gateway:webhooks")
    for query, n in (
        ("", 2), ("show=failing", 1), ("show=paused", 0), ("show=active", 2), ("words=甲平台", 1),
        (f"area={DISTRICT}", 2), ("area=110000000000", 2), ("words=nothing", 0),
    ):  # fmt: skip
        page = admin.get(f"{here}?{query}", **HTMX).content.decode()
        assert page.count("<tr>") == (n + 1 if n else 0), query
    file = admin.post(reverse("gateway:webhooks_export")).getvalue().decode()
    assert ("甲平台" in file, "127.0.0.1" in file) == (True, True)
    assert (secret in file, "abc123" in file) == (False, False)
    assert AuditEntry.objects.filter(action="gateway.webhooks_list_export").exists()
    with CaptureQueriesContext(connection) as few:
        admin.post(reverse("gateway:webhooks_export") + "?words=甲平台")
    with CaptureQueriesContext(connection) as many:
        admin.post(reverse("gateway:webhooks_export"))
    assert len(few) == len(many)


def test_the_log_narrows_by_day(town, admin, other):
    endpoint, _secret = endpoint_at(town, other.url, types=["cases.CaseFiled", "cases.TaskDispatched"])
    case = happen(town)
    here = reverse("gateway:webhook", args=[endpoint.public_id])
    day = timezone.localdate(WebhookMessage.objects.latest("pk").created_at)
    for query, is_there in (
        (f"since={day}&until={day}", True),
        (f"since={day + timedelta(days=1)}", False),
        (f"until={day - timedelta(days=1)}", False),
        ("since=x", True),
    ):
        assert (case.number in admin.get(f"{here}?{query}", **HTMX).content.decode()) is is_there, query
    export = reverse("gateway:webhook_export", args=[endpoint.public_id])
    file = admin.post(f"{export}?since={day}").getvalue().decode()
    assert case.number in file
    entry = AuditEntry.objects.filter(action="gateway.webhook_export").latest("pk")
    assert entry.detail == {"filters": {"since": str(day)}}


def test_buttons(town, admin, other):
    endpoint, old = endpoint_at(town, other.url)

    def press(step, **given):
        return admin.post(reverse("gateway:webhook_act", args=[endpoint.public_id, step]), **given)

    press("pause")
    endpoint.refresh_from_db()
    assert endpoint.state == EndpointState.PAUSED
    assert "不能“暂停推送”" in press("pause", follow=True).content.decode()
    press("resume")
    press("test")
    posting.send_webhooks(now=timezone.now())
    assert other.got[0].content["type"] == "webhook.test"
    message = WebhookMessage.objects.get()
    again = reverse("gateway:webhook_again", args=[endpoint.public_id, message.public_id])
    assert admin.post(again, follow=True).status_code == 200
    assert "还在等待发送" in admin.post(again, follow=True).content.decode()
    rotated = press("rotate")
    endpoint.refresh_from_db()
    assert endpoint.secret in rotated.content.decode()
    assert endpoint.secret != old
    assert press("nonsense").status_code == 404
    sure = admin.get(reverse("gateway:remove_webhook", args=[endpoint.public_id])).content.decode()
    assert "会没有的" in sure
    press("remove")
    assert admin.get(reverse("gateway:webhook", args=[endpoint.public_id])).status_code == 404


def test_editing(town, admin, other):
    endpoint, _secret = endpoint_at(town, other.url)
    edit = reverse("gateway:edit_webhook", args=[endpoint.public_id])
    assert "城市大脑" in admin.get(edit).content.decode()
    admin.post(edit, filled(other.url, name="数据平台"))
    endpoint.refresh_from_db()
    assert (endpoint.name, endpoint.event_types) == ("数据平台", ["cases.CaseClosed"])


def test_the_lists_ask_the_same_however_long_they_are(town, admin, other, django_assert_max_num_queries):
    for _ in range(3):
        endpoint, _secret = endpoint_at(town, other.url)
    happen(town)
    with django_assert_max_num_queries(14):
        admin.get(reverse("gateway:webhooks"))
    with django_assert_max_num_queries(14):
        admin.get(reverse("gateway:webhook", args=[endpoint.public_id]))


def test_another_administrator_finds_nothing(town, other):
    endpoint, _secret = endpoint_at(town, other.url)
    for who in ("security_admin", "audit_admin", "dispatcher", "worker"):
        client = client_of(town, who)
        assert client.get(reverse("gateway:webhook", args=[endpoint.public_id])).status_code == 404
        assert (
            client.post(reverse("gateway:webhook_act", args=[endpoint.public_id, "pause"])).status_code == 404
        )


def test_english(town, admin, other):
    endpoint_at(town, other.url, now=town.now - timedelta(days=1))
    admin.cookies["django_language"] = "en"
    assert admin.get(reverse("gateway:webhooks")).status_code == 200

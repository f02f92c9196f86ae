"""Webhooks against a real server: signed, in order, tried again, given up, and never more in them than listed."""

import base64
import json
from dataclasses import fields
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from cryptography.hazmat.primitives import hashes, hmac
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from nuanxin.cases import services as cases
from nuanxin.gateway.enums import EndpointState, PauseCause, Sending
from nuanxin.gateway.models import WebhookEndpoint, WebhookMessage
from nuanxin.gateway.queries.webhooks import EndpointNotFound, LogFilters
from nuanxin.gateway.services import endpoints, posting
from nuanxin.gateway.services.lines import MAX_AGE
from nuanxin.gateway.webhooks.catalogue import PUBLISHED
from nuanxin.gateway.workflow import ENDPOINT
from nuanxin.kernel.audit.models import AuditEntry
from nuanxin.kernel.errors import Conflict
from nuanxin.kernel.events import drain
from nuanxin.kernel.workflow import IllegalMove
from nuanxin.notifications.models import Notice
from tests.factories.desks import MINUTE, dispatched, reported
from tests.factories.town import DISTRICT, OTHER_STREET, STREET

pytestmark = pytest.mark.django_db
ALL = tuple(PUBLISHED)
HOUR = timedelta(hours=1)


def endpoint_at(town, url, *, types=ALL, scope=DISTRICT, now=None):
    return endpoints.register_endpoint(
        actor=town["system_admin"], name="城市大脑", url=url, scope_code=scope, event_types=types,
        now=now or town.now,
    )  # fmt: skip


def happen(town, now=None):
    """A case is reported, filed and given to a unit; its events are delivered."""
    case = dispatched(town, now=now or town.now)
    drain(timezone.now())
    return case


def test_a_consumer_verifies_with_the_published_library(town, other):
    now = timezone.now().replace(microsecond=0)
    _endpoint, secret = endpoint_at(town, other.url, types=["cases.TaskDispatched"])
    case = happen(town, now - 2 * MINUTE)
    assert posting.send_webhooks(now=now) == 2  # the community's and the unit's part
    for got in other.got:
        told = Webhook(secret).verify(got.body, got.headers)
        assert told["type"] == "cases.TaskDispatched"
        assert told["data"]["number"] == case.number
        assert UUID(told["data"]["unit"]["id"])
        assert got.headers["content-type"].startswith("application/json")
        tampered = got.body.replace(b"lead", b"hand").replace(b"community", b"communitx")
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(tampered, got.headers)
    ids = [got.headers["webhook-id"] for got in other.got]
    assert len(set(ids)) == 2
    assert set(WebhookMessage.objects.values_list("state", flat=True)) == {Sending.SENT}


def test_sm_signs_with_sm3(town, other, settings):
    settings.NUANXIN_CRYPTO = "sm"
    _endpoint, secret = endpoint_at(town, other.url, types=["cases.CaseFiled"])
    happen(town)
    posting.send_webhooks(now=timezone.now())
    got = other.got[0]
    digest = hmac.HMAC(base64.b64decode(secret.removeprefix("whsec_")), hashes.SM3())
    digest.update(f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.".encode() + got.body)
    assert got.headers["webhook-signature"] == "sm3," + base64.b64encode(digest.finalize()).decode()


def test_what_leaves_is_a_closed_list_of_fields_about_nobody(town, other):
    safe = {
        "number", "category", "category_before", "urgency", "reason", "role", "self_handled", "rework_count", "until",
        "count", "target", "clock", "level", "cause", "outcome", "on_time",
    }  # fmt: skip
    for published in PUBLISHED.values():
        assert set(published.fields) <= safe
        assert set(published.fields) <= {field.name for field in fields(published.event)}
    endpoint_at(town, other.url)
    case = happen(town)
    posting.send_webhooks(now=timezone.now())
    assert {got.content["type"] for got in other.got} >= {"cases.CaseReported", "cases.CaseFiled"}
    for got in other.got:
        text = got.body.decode()
        for secret in (
            str(town["worker"].subject_id),
            "路面一个大坑",
            "单元 502",
            "测试worker",
            "worker",
            '"source"',
        ):
            assert secret not in text
        assert got.content["data"]["area"] == case.scope_code[:12]
        assert set(got.content) == {"type", "timestamp", "data"}


def test_the_minute_of_a_report_is_neither_told_nor_shown_by_the_moment_of_sending(town, other):
    endpoint_at(town, other.url, types=["cases.CaseReported"])
    reported(town, now=town.now + 17 * MINUTE)
    drain(timezone.now())
    message = WebhookMessage.objects.get()
    assert message.next_try_at == message.created_at == town.now + HOUR
    assert datetime.fromisoformat(json.loads(message.body)["timestamp"]) == town.now
    assert message.public_id.version == 4  # an id made of the time would tell it after all
    assert posting.send_webhooks(now=town.now + 59 * MINUTE) == 0
    assert posting.send_webhooks(now=town.now + 60 * MINUTE) == 1


@pytest.mark.parametrize("category", ["1102", "0504", "1204"])
def test_protected_kinds_never_leave(town, other, category):
    endpoint_at(town, other.url)
    place = {"compound_id": town.compound.pk} if category == "0504" else {}
    reported(town, category, **place)
    drain(timezone.now())
    assert not WebhookMessage.objects.exists()


def test_what_has_become_protected_is_withheld_and_its_name_with_it(town, other):
    endpoint_at(town, other.url)
    case = reported(town, now=town.now + MINUTE)
    drain(timezone.now())
    place = {"actor": town["dispatcher"], "case": case, "opinion": "", "now": town.now + 2 * MINUTE}
    cases.recategorise_case(category="0504", **place)
    assert posting.send_webhooks(now=timezone.now()) == 1
    assert other.got == []
    assert WebhookMessage.objects.get().last_error == "withheld"
    cases.recategorise_case(category="0401", **{**place, "now": town.now + 3 * MINUTE})
    drain(timezone.now())
    assert not WebhookMessage.objects.filter(event_type="cases.CaseRecategorised").exists()


def test_only_the_own_territory_and_the_chosen_events(town, other):
    endpoint_at(town, other.url, scope=OTHER_STREET)
    mine, _secret = endpoint_at(town, other.url, scope=STREET, types=["cases.CaseFiled"])
    happen(town)
    assert [(row.endpoint_id, row.event_type) for row in WebhookMessage.objects.all()] == [
        (mine.pk, "cases.CaseFiled")
    ]


def test_an_event_delivered_twice_is_one_message(town, other):
    endpoint_at(town, other.url, types=["cases.CaseFiled"])
    happen(town)
    from nuanxin.kernel.events.models import Delivery  # only this test goes behind the worker

    Delivery.objects.filter(subscriber="gateway.to_webhooks").update(state="pending")
    drain(timezone.now())
    assert WebhookMessage.objects.count() == 1


def test_a_failure_waits_longer_each_time_and_arrives_in_the_end(town, other):
    endpoint_at(town, other.url, types=["cases.CaseFiled"])
    happen(town)
    other.fails(500)
    other.fails(503, **{"Retry-After": "600"})
    now = timezone.now()
    assert posting.send_webhooks(now=now) == 1
    message = WebhookMessage.objects.get()
    first = message.next_try_at - now
    assert (message.state, message.attempts, message.last_status, message.last_error) == (
        Sending.WAITING, 1, 500, "http 500",
    )  # fmt: skip
    assert posting.send_webhooks(now=now) == 0  # not before its time
    now = message.next_try_at
    posting.send_webhooks(now=now)
    message.refresh_from_db()
    assert message.next_try_at - now > first
    posting.send_webhooks(now=message.next_try_at)
    message.refresh_from_db()
    assert (message.state, message.attempts, message.last_status) == (Sending.SENT, 3, 200)
    assert [each.status for each in message.tries.order_by("pk")] == [500, 503, 200]
    assert len({(got.headers["webhook-id"], got.body) for got in other.got}) == 1


def test_a_refused_connection_and_a_time_out_are_tried_again(town, other, monkeypatch):
    monkeypatch.setattr("nuanxin.kernel.channels.outside.TOTAL_S", 0.2)
    endpoint_at(town, other.url, types=["cases.CaseFiled"])
    happen(town)
    other.pause = 1.0
    posting.send_webhooks(now=timezone.now())
    message = WebhookMessage.objects.get()
    assert (message.state, message.last_error, message.last_status) == (Sending.WAITING, "timeout", None)
    other.pause = 0.0
    WebhookEndpoint.objects.update(url="http://127.0.0.1:9")
    posting.send_webhooks(now=message.next_try_at)
    message.refresh_from_db()
    assert (message.attempts, message.last_error) == (2, "refused")


def test_no_redirect_is_followed_and_a_long_answer_is_not_read(town, other):
    endpoint_at(town, other.url, types=["cases.CaseFiled"])
    happen(town)
    other.answers = [(302, {"Location": f"{other.url}/elsewhere"}, b"")]
    posting.send_webhooks(now=timezone.now())
    message = WebhookMessage.objects.get()
    assert (message.last_status, len(other.got)) == (302, 1)
    other.answers = [(200, {}, b"x" * 300_000)]
    posting.send_webhooks(now=message.next_try_at)
    message.refresh_from_db()
    assert message.last_error == "answer too long"


def test_after_three_days_the_endpoint_is_paused_and_the_administrator_told(town, other):
    endpoint, _secret = endpoint_at(town, other.url, types=["cases.CaseFiled", "cases.TaskDispatched"])
    happen(town)
    other.usual = (500, {}, b"")
    now = timezone.now()
    posting.send_webhooks(now=now)
    assert set(WebhookMessage.objects.values_list("state", flat=True)) == {Sending.WAITING}
    posting.send_webhooks(now=now + MAX_AGE + MINUTE)
    endpoint.refresh_from_db()
    assert (endpoint.state, endpoint.pause_cause) == (EndpointState.PAUSED, PauseCause.FAILING)
    assert WebhookMessage.objects.filter(state=Sending.FAILED).count() == 1
    drain(now + MAX_AGE + HOUR)
    notice = Notice.objects.get(kind="push_stopped")
    assert notice.person == town.persons["system_admin"]
    assert str(endpoint.public_id) in notice.facts["path"]

    tried = len(other.got)
    posting.send_webhooks(now=now + 2 * MAX_AGE)
    assert len(other.got) == tried
    other.usual = (204, {}, b"")
    endpoints.resume_endpoint(actor=town["system_admin"], endpoint=endpoint, now=now + 2 * MAX_AGE)
    assert (
        endpoints.send_failed_again(actor=town["system_admin"], endpoint=endpoint, now=now + 2 * MAX_AGE) == 1
    )
    posting.send_webhooks(now=now + 2 * MAX_AGE)
    assert set(WebhookMessage.objects.values_list("state", flat=True)) == {Sending.SENT}


def test_gone_pauses_at_once(town, other):
    endpoint, _secret = endpoint_at(town, other.url, types=["cases.CaseFiled"])
    happen(town)
    other.fails(410)
    posting.send_webhooks(now=timezone.now())
    endpoint.refresh_from_db()
    assert (endpoint.state, endpoint.pause_cause) == (EndpointState.PAUSED, PauseCause.GONE)


def test_messages_about_one_case_keep_their_order_and_others_do_not_wait(town, other):
    endpoint_at(town, other.url, types=["cases.CaseFiled", "cases.TaskDispatched"])
    first, second = happen(town), happen(town)
    other.fails(500)
    now = timezone.now()
    posting.send_webhooks(now=now)
    assert [got.content["data"]["number"] for got in other.got] == [first.number] + [second.number] * 3
    other.got.clear()
    posting.send_webhooks(now=now + HOUR)
    assert [got.content["type"].rpartition(".")[2] for got in other.got] == [
        "CaseFiled", "TaskDispatched", "TaskDispatched",
    ]  # fmt: skip


def test_while_a_secret_is_replaced_both_verify_and_then_only_the_new_one(town, other):
    now = timezone.now()
    endpoint, old = endpoint_at(town, other.url, types=["cases.CaseFiled"])
    new = endpoints.rotate_secret(actor=town["system_admin"], endpoint=endpoint, now=now)
    happen(town, now - 2 * MINUTE)
    posting.send_webhooks(now=now)
    got = other.got[0]
    for secret in (old, new):
        Webhook(secret).verify(got.body, got.headers)
    posting.forget_webhooks(now=now + endpoints.BOTH_FOR)
    message = WebhookMessage.objects.get()
    endpoints.send_again(actor=town["system_admin"], endpoint=endpoint, message=message, now=now)
    posting.send_webhooks(now=now)
    again = other.got[1]
    assert (again.headers["webhook-id"], again.body) == (got.headers["webhook-id"], got.body)
    Webhook(new).verify(again.body, again.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(again.body, again.headers)


def test_an_old_message_is_refused_by_the_consumer(town, other):
    """The tolerance that the documentation tells consumers to keep."""
    _endpoint, secret = endpoint_at(town, other.url, types=["cases.CaseFiled"])
    happen(town)
    posting.send_webhooks(now=timezone.now() - timedelta(minutes=6) + timedelta(days=0))
    if not other.got:  # not due yet at that time
        posting.send_webhooks(now=timezone.now())
        stale = dict(other.got[0].headers, **{"webhook-timestamp": "1700000000"})
    else:
        stale = other.got[0].headers
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(other.got[0].body, stale)


def test_paused_by_hand_keeps_what_happens_and_a_test_message_still_goes(town, other):
    admin = town["system_admin"]
    endpoint, secret = endpoint_at(town, other.url, types=["cases.CaseFiled"])
    endpoints.pause_endpoint(actor=admin, endpoint=endpoint, now=town.now)
    happen(town)
    now = timezone.now()
    assert posting.send_webhooks(now=now) == 0
    endpoints.send_trial(actor=admin, endpoint=endpoint, now=now)
    with pytest.raises(endpoints.TestUnderWay):
        endpoints.send_trial(actor=admin, endpoint=endpoint, now=now)
    other.fails(500)
    assert posting.send_webhooks(now=now) == 1
    trial = WebhookMessage.objects.get(event_type="webhook.test")
    assert trial.state == Sending.FAILED  # tried once; nobody is waiting for it any more
    assert Webhook(secret).verify(other.got[0].body, other.got[0].headers)["type"] == "webhook.test"
    with pytest.raises(IllegalMove):
        endpoints.pause_endpoint(actor=admin, endpoint=endpoint, now=now)
    endpoints.resume_endpoint(actor=admin, endpoint=endpoint, now=now)
    assert posting.send_webhooks(now=now) == 1


def test_removed_forgets_its_secret_and_sends_nothing_more(town, other):
    admin = town["system_admin"]
    endpoint, _secret = endpoint_at(town, other.url)
    happen(town)
    endpoints.remove_endpoint(actor=admin, endpoint=endpoint, now=town.now)
    endpoint.refresh_from_db()
    assert (endpoint.secret, endpoint.state) == ("", EndpointState.REMOVED)
    assert posting.send_webhooks(now=timezone.now() + HOUR) == 0
    with pytest.raises(EndpointNotFound):
        endpoints.resume_endpoint(actor=admin, endpoint=endpoint, now=town.now)


def test_two_workers_do_not_send_the_same(town, other):
    """Whoever holds the line sends; the other finds nothing to do until the lease is over."""
    endpoint, _secret = endpoint_at(town, other.url, types=["cases.CaseFiled"])
    happen(town)
    now = timezone.now()
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(busy_until=now + MINUTE)
    assert posting.send_webhooks(now=now) == 0
    assert posting.send_webhooks(now=now + 2 * MINUTE) == 1
    endpoint.refresh_from_db()
    assert endpoint.busy_until is None


def test_nobody_but_the_system_administrator_and_all_of_it_on_record(town, other):
    endpoint, secret = endpoint_at(town, other.url)
    for who in ("dispatcher", "security_admin", "audit_admin", "worker", "street_lead"):
        with pytest.raises(EndpointNotFound):
            endpoints.pause_endpoint(actor=town[who], endpoint=endpoint, now=town.now)
    admin = town["system_admin"]
    endpoints.rotate_secret(actor=admin, endpoint=endpoint, now=town.now)
    list(endpoints.export_log(actor=admin, endpoint=endpoint, filters=LogFilters(), now=town.now))
    actions = AuditEntry.objects.filter(object_type="gateway.webhook").values_list("action", flat=True)
    assert set(actions) == {"gateway.webhook_register", "gateway.webhook_rotate", "gateway.webhook_export"}
    assert secret not in str(list(AuditEntry.objects.values_list("detail", flat=True)))
    assert secret.encode() not in str(WebhookEndpoint.objects.values_list("name", "url").get()).encode()


def test_the_log_is_forgotten_after_its_time(town, other, settings):
    endpoint_at(town, other.url)
    happen(town)
    late = timezone.now() + timedelta(days=settings.NUANXIN_WEBHOOK_LOG_DAYS, hours=2)
    assert posting.forget_webhooks(now=late)
    assert not WebhookMessage.objects.exists()


def test_every_button_of_the_table_is_a_service():
    pressed = {name for name, move in ENDPOINT.transitions.items() if move.permission != "system"}
    assert {f"{name}_endpoint" for name in pressed} <= set(vars(endpoints))


def test_without_endpoints_an_event_costs_next_to_nothing(town, django_assert_max_num_queries):
    case = reported(town)
    cases.file_case(actor=town["dispatcher"], case=case, now=town.now)
    from nuanxin.cases.events import CaseFiled  # beside the envelope that it comes in
    from nuanxin.kernel.events import Envelope

    envelope = Envelope(UUID(int=1), None, case.scope_code, town.now)
    with django_assert_max_num_queries(2):
        for _ in range(5):
            posting.queue_event(happened=CaseFiled(case.pk, case.number, "0401"), envelope=envelope)


def test_still_waiting_is_not_sent_again(town, other):
    endpoint, _secret = endpoint_at(town, other.url, types=["cases.CaseFiled"])
    happen(town)
    with pytest.raises(Conflict):
        endpoints.send_again(
            actor=town["system_admin"], endpoint=endpoint, message=WebhookMessage.objects.get(), now=town.now
        )

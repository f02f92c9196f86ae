"""Exchange with a platform of the city, against a real server: out once, in once, nothing overwritten, all compared."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from nuanxin.cases import services as cases
from nuanxin.cases.enums import CaseState, Outcome
from nuanxin.cases.models import Case, CaseLog, Clock
from nuanxin.gateway.enums import ConflictKind, Decision, IncomingResult, OrderState, Sending
from nuanxin.gateway.models import (
    ExchangeConflict,
    ExchangeIncoming,
    ExchangeLink,
    ExchangeMessage,
    ExchangeOrder,
    Reconciliation,
)
from nuanxin.gateway.queries.exchange import OrderFilters, beside_case, orders
from nuanxin.gateway.services import deciding, exchanging, linking, reconciling, taking
from nuanxin.gateway.workflow import ORDER
from nuanxin.kernel.errors import NotFound
from nuanxin.kernel.events import drain
from nuanxin.notifications.models import Notice
from tests.factories.desks import MINUTE, dispatched, handed_in, reported
from tests.factories.town import DISTRICT, OTHER_STREET
from tests.gateway.platform import Platform, as_bytes, change, signed_headers

pytestmark = pytest.mark.django_db
CODES = {
    "field": "number=AJBH\ntheir_number=GDBH\nstate=ZT",
    "state": "received=10\nhandling=20\nclosed=30\nclosed=31\nreturned=40",
    "category": "0401=SZ-07",
    "unit": "CG=cgj",
}
WORDS = "云栖里东门前路面坑洞，请派人处理。"


@pytest.fixture
def link(town, other, settings):
    settings.NUANXIN_EXCHANGE_PROVIDER = "http"
    row, secrets = save(town, url=f"{other.url}/api")
    row.shown = secrets
    return row


def save(town, row=None, **given):
    values = {
        "name": "12345 热线", "url": "", "scope_code": DISTRICT, "is_active": True, "pulls": False, "codes": CODES,
    } | given  # fmt: skip
    return linking.save_link(actor=town["system_admin"], link=row, now=town.now, **values)


@pytest.fixture
def platform(link, other):
    return Platform(other, link.shown[0])


def filed(town, **given):
    case = reported(town, **given)
    cases.file_case(actor=town["dispatcher"], case=case, now=town.now)
    return Case.objects.get(pk=case.pk)


def handed(town, case=None):
    case = case or filed(town)
    return exchanging.hand_over(actor=town["dispatcher"], case=case, words=WORDS, now=timezone.now())


def delivered(town, case=None):
    order = handed(town, case)
    exchanging.send_exchange(now=timezone.now())
    order.refresh_from_db()
    return order


def push(link, content, *, secret="", **headers):
    body = as_bytes(content)
    signed = signed_headers(secret or link.shown[1], body, **headers)
    return post(link, body, signed)


def post(link, body, signed):
    return Client(enforce_csrf_checks=True).post(
        reverse("gateway:incoming", args=[link.public_id]),
        body,
        content_type="application/json",
        headers=signed,
    )


# --- Out -------------------------------------------------------------------------------------------------------------
def test_a_case_becomes_their_order_in_their_words_and_says_nothing_of_who_reported(town, link, platform):
    order = delivered(town)
    told = platform.heard[0]
    case = order.case
    assert told["AJBH"] == case.number
    assert (told["eventCode"], told["deptCode"], told["description"]) == ("SZ-07", "cgj", WORDS)
    assert told["areaCode"] == case.scope_code[:12]
    text = str(platform.heard)
    for secret in (str(town["worker"].subject_id), "测试worker", case.text, "worker"):
        assert secret not in text
    assert "reportedAt" not in told
    assert (order.state, order.their_number) == (OrderState.SENT, "GD0001")
    log = CaseLog.objects.get(case=case, action="send_outside")
    assert (log.opinion, log.role) == (WORDS, "dispatcher")
    drain(timezone.now())
    assert Notice.objects.filter(person=town.persons["worker"], kind="handed_off").count() == 1


def test_the_clocks_go_on_while_they_have_it(town, link, platform):
    case = filed(town)
    before = list(Clock.objects.filter(case=case).order_by("pk").values_list("kind", "due_at", "paused_at"))
    delivered(town, case)
    assert (
        list(Clock.objects.filter(case=case).order_by("pk").values_list("kind", "due_at", "paused_at"))
        == before
    )


def test_a_second_time_is_refused_and_a_repeated_message_is_one_order(town, link, platform, other):
    order = handed(town)
    with pytest.raises(exchanging.HandedOverAlready):
        handed(town, order.case)
    other.pages.clear()
    other.fails(500)
    exchanging.send_exchange(now=timezone.now())
    other.fails(200)  # it had arrived, and the answer was lost
    Platform(other, link.shown[0], orders=platform.orders, heard=platform.heard)
    message = ExchangeMessage.objects.get()
    exchanging.send_exchange(now=message.next_try_at)
    exchanging.send_exchange(now=message.next_try_at + timedelta(hours=2))
    keys = {got.headers["webhook-id"] for got in other.got}
    assert len(keys) == 1
    assert len(platform.heard) == 1
    order.refresh_from_db()
    assert (order.state, order.their_number) == (OrderState.SENT, "GD0001")


@pytest.mark.parametrize("category", ["1102", "0504", "1204"])
def test_protected_kinds_are_never_handed_over(town, link, category):
    place = {"compound_id": town.compound.pk} if category == "0504" else {}
    case = reported(town, category, **place)
    with pytest.raises((exchanging.MayNotGo, NotFound)):
        exchanging.hand_over(actor=town["dispatcher"], case=case, words=WORDS, now=town.now)
    assert not ExchangeOrder.objects.exists()
    assert not CaseLog.objects.filter(action="send_outside").exists()


def test_what_may_not_be_written(town, link):
    case = filed(town)
    for words in ("", "  ", "请联系 13812345678", "身份证 11010519491231002X", "x" * 501):
        with pytest.raises(exchanging.WrongWords):
            exchanging.hand_over(actor=town["dispatcher"], case=case, words=words, now=town.now)


def test_without_a_link_a_provider_or_a_code_nothing_goes(town, link, settings):
    case = filed(town)
    linking.save_link(
        actor=town["system_admin"], link=link, name="x", url=link.url, scope_code=DISTRICT, is_active=True,
        pulls=False, codes={"category": ""}, now=town.now,
    )  # fmt: skip
    from nuanxin.cases.models import Category  # only this test takes the code away

    Category.objects.filter(pk="0401").update(gbt30428="")
    with pytest.raises(exchanging.NotMapped):
        handed(town, case)
    save(town, link, url=link.url)
    settings.NUANXIN_EXCHANGE_PROVIDER = "none"
    with pytest.raises(exchanging.NoLink):
        handed(town, case)
    settings.NUANXIN_EXCHANGE_PROVIDER = "http"
    save(town, link, url=link.url, scope_code=OTHER_STREET)
    with pytest.raises(exchanging.NoLink):
        handed(town, case)
    assert beside_case(town["dispatcher"], case.number) is None


def test_who_may(town, link):
    case = filed(town)
    for who in ("worker", "community", "city_management", "other_dispatcher", "system_admin"):
        with pytest.raises(Exception) as refused:  # noqa: PT011  -- 404 for some, 403 for others
            exchanging.hand_over(actor=town[who], case=case, words=WORDS, now=town.now)
        assert refused.value.status in {403, 404}, who
    order = handed(town, case)
    for who in ("worker", "city_management", "other_dispatcher", "system_admin"):
        assert not orders(town[who], OrderFilters("all")).exists()
        with pytest.raises(NotFound):
            deciding.take_back(actor=town[who], order=order, words="不转了", now=town.now)
    assert orders(town["dispatcher"], OrderFilters("all")).count() == 1


def test_the_recorder_keeps_what_would_be_sent_and_the_real_thing_sends_it_later(
    town, link, platform, settings
):
    settings.NUANXIN_EXCHANGE_PROVIDER = "recorder"
    order = delivered(town)
    assert (order.state, order.their_state, platform.heard) == (OrderState.RECORDED, "", [])
    message = ExchangeMessage.objects.get()
    assert (message.state, WORDS in message.body) == (Sending.RECORDED, True)
    settings.NUANXIN_EXCHANGE_PROVIDER = "http"
    deciding.send_over_again(actor=town["dispatcher"], order=order, now=timezone.now())
    exchanging.send_exchange(now=timezone.now())
    order.refresh_from_db()
    assert (order.state, len(platform.heard)) == (OrderState.SENT, 1)
    assert platform.heard[0]["messageId"] == message.key.hex


def test_a_plain_no_is_shown_and_can_be_sent_again(town, link, platform, other):
    other.pages.clear()
    other.fails(422)
    order = delivered(town)
    assert order.state == OrderState.FAILED
    assert orders(town["dispatcher"], OrderFilters("unsent")).get() == order
    Platform(other, link.shown[0])
    deciding.send_over_again(actor=town["dispatcher"], order=order, now=timezone.now())
    exchanging.send_exchange(now=timezone.now())
    order.refresh_from_db()
    assert order.state == OrderState.SENT


# --- In --------------------------------------------------------------------------------------------------------------
def test_their_state_comes_in_once_whoever_repeats_it(town, link, platform):
    order = delivered(town)
    told = change(order.case.number, "20", event="E1")
    assert push(link, told).json() == {"result": "applied"}
    assert push(link, told).json() == {"result": "duplicate"}
    order.refresh_from_db()
    assert (order.state, order.their_state) == (OrderState.HANDLING, "handling")
    assert ExchangeIncoming.objects.count() == 1
    page = beside_case(town["dispatcher"], order.case.number)
    assert (page.order.their_number, page.order.get_their_state_display()) == ("GD0001", "办理中")


def test_the_same_bytes_again_are_refused(town, link, platform):
    order = delivered(town)
    body = as_bytes(change(order.case.number, "20"))
    signed = signed_headers(link.shown[1], body)
    assert post(link, body, signed).status_code == 200
    assert post(link, body, signed).status_code == 409
    assert ExchangeIncoming.objects.count() == 1


def test_wrong_late_altered_and_foreign_signatures_are_refused(town, link, platform):
    order = delivered(town)
    body = as_bytes(change(order.case.number, "30"))
    now = timezone.now()
    good = signed_headers(link.shown[1], body)
    refused = [
        (body, signed_headers(link.shown[0], body)),  # our own outgoing secret
        (body, signed_headers(link.shown[1], body, at=now - timedelta(minutes=6))),
        (body, signed_headers(link.shown[1], body, at=now + timedelta(minutes=6))),
        (body.replace(b"30", b"20"), good),
        (body, {**good, "webhook-id": "another"}),
        (body, {**good, "webhook-timestamp": "soon"}),
        (body, {**good, "webhook-signature": ""}),
        (body, {name: value for name, value in good.items() if name != "webhook-signature"}),
    ]
    assert [post(link, *each).status_code for each in refused] == [401] * len(refused)
    assert not ExchangeIncoming.objects.exists()
    linking.renew_secrets(actor=town["system_admin"], link=link, now=now)
    assert post(link, body, good).status_code == 401


@pytest.mark.parametrize(
    "content",
    [
        {}, [], "x", {"eventId": "1"}, {"eventId": "1", "AJBH": "2"}, {"eventId": "1", "AJBH": "2", "ZT": "99"},
        {"eventId": ["1"], "AJBH": "2", "ZT": "20"}, {"eventId": "1" * 200, "AJBH": "2", "ZT": "20"},
        {"eventId": "1", "AJBH": "2", "ZT": "20", "updatedAt": "yesterday"},
        {"eventId": "1", "AJBH": "2", "ZT": "20", "updatedAt": "2099-01-01T00:00:00Z"},
        {"eventId": "1\x00", "AJBH": "2", "ZT": "20"},
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said_and_written_nowhere(town, link, content):
    answer = push(link, content)
    assert answer.status_code == 422
    assert answer.json()["fields"]["body"]
    assert not ExchangeIncoming.objects.exists()


def test_not_json_too_long_and_no_such_link(town, link):
    body = b"{"
    assert post(link, body, signed_headers(link.shown[1], body)).status_code == 422
    assert post(link, b"x" * 70_000, {}).status_code == 413
    address = reverse("gateway:incoming", args=[link.public_id])
    assert Client().post(address, {"ZT": "20"}).status_code == 415
    ExchangeLink.objects.update(is_active=False)
    assert push(link, change("1", "20")).status_code == 404


def test_old_news_changes_nothing(town, link, platform):
    order = delivered(town)
    now = timezone.now()
    push(link, change(order.case.number, "20", at=now))
    assert push(link, change(order.case.number, "10", at=now - timedelta(hours=1))).json() == {
        "result": "stale"
    }
    order.refresh_from_db()
    assert order.their_state == "handling"


def test_an_order_that_nobody_knows_is_kept_as_unknown(town, link):
    assert push(link, change("0" * 19, "20")).json() == {"result": "unknown"}
    assert ExchangeIncoming.objects.get().result == IncomingResult.UNKNOWN


def test_the_pull_variant_hears_the_same_things_once(town, link, platform):
    save(town, link, url=link.url, pulls=True)
    order = delivered(town)
    platform.news = [change(order.case.number, "20", event="E1"), {"nonsense": 1}, "x"]
    assert taking.pull_changes(now=timezone.now()) == 1
    platform.news = [change(order.case.number, "20", event="E1")]
    assert taking.pull_changes(now=timezone.now()) == 0
    order.refresh_from_db()
    assert order.state == OrderState.HANDLING
    link.refresh_from_db()
    assert link.pulled_until == "after"


# --- Both say different things ---------------------------------------------------------------------------------------
def they_close(town, link, case=None):
    order = delivered(town, case)
    assert push(link, change(order.case.number, "31", words="已填平")).json() == {"result": "conflict"}
    order.refresh_from_db()
    return order


def test_they_closed_and_we_have_not_so_a_dispatcher_decides_and_nothing_moves_meanwhile(
    town, link, platform
):
    order = they_close(town, link)
    assert order.case.state == CaseState.FILED
    conflict = ExchangeConflict.objects.get()
    assert (conflict.kind, conflict.decided_at) == (ConflictKind.CLOSED, None)
    push(link, change(order.case.number, "30"))
    assert ExchangeConflict.objects.count() == 1
    drain(timezone.now())
    assert [each.person for each in Notice.objects.filter(kind="differs")] == [town.persons["dispatcher"]]

    deciding.take_their_result(
        actor=town["dispatcher"], order=order, words="城管已填平。", now=timezone.now()
    )
    case = Case.objects.get(pk=order.case_id)
    assert (case.state, case.outcome) == (CaseState.CLOSED, Outcome.TRANSFERRED)
    order.refresh_from_db()
    conflict.refresh_from_db()
    assert (order.state, conflict.decision) == (OrderState.DONE, Decision.TAKE)


def test_what_a_unit_handles_here_is_not_closed_by_their_word(town, link, platform):
    order = they_close(town, link, dispatched(town))
    with pytest.raises(deciding.HandledHere):
        deciding.take_their_result(actor=town["dispatcher"], order=order, words="已填平", now=timezone.now())
    case = Case.objects.get(pk=order.case_id)
    assert case.state == CaseState.DISPATCHED

    deciding.keep_handling(actor=town["dispatcher"], order=order, words="现场还没有填。", now=timezone.now())
    exchanging.send_exchange(now=timezone.now())
    assert platform.heard[-1]["ZT"] == "20"
    assert platform.heard[-1]["description"] == "现场还没有填。"
    order.refresh_from_db()
    assert order.state == OrderState.HANDLING
    assert CaseLog.objects.filter(case=case, action="keep_outside").exists()


def test_our_closing_settles_what_they_had_closed_before(town, link, platform, photo):
    case = handed_in(town, photo)
    ExchangeLink.objects.update(is_active=True)
    order = ExchangeOrder.objects.create(
        link=link, case=case, words=WORDS, asked_at=town.now, state=OrderState.SENT
    )
    push(link, change(case.number, "30"))
    cases.pass_verification(
        actor=town["dispatcher"],
        case=case,
        outcome="solved",
        opinion="",
        photos=[],
        now=town.now + 30 * MINUTE,
    )
    drain(timezone.now())
    order.refresh_from_db()
    assert order.state == OrderState.DONE
    assert ExchangeConflict.objects.get().decision == Decision.SEEN


def test_they_are_told_when_we_close_first_and_their_closing_then_is_no_conflict(town, link, platform, photo):
    case = handed_in(town, photo)
    order = ExchangeOrder.objects.create(
        link=link, case=case, words=WORDS, asked_at=town.now, state=OrderState.SENT
    )
    platform.orders[case.number] = {"AJBH": case.number, "GDBH": "GD9", "ZT": "20"}
    cases.pass_verification(
        actor=town["dispatcher"],
        case=case,
        outcome="solved",
        opinion="",
        photos=[],
        now=town.now + 30 * MINUTE,
    )
    drain(timezone.now())
    exchanging.send_exchange(now=timezone.now())
    assert (platform.heard[-1]["action"], platform.heard[-1]["ZT"]) == ("update", "30")
    assert push(link, change(case.number, "30")).json() == {"result": "applied"}
    order.refresh_from_db()
    assert order.state == OrderState.DONE
    assert push(link, change(case.number, "20")).json() == {"result": "conflict"}
    conflict = ExchangeConflict.objects.get()
    assert conflict.kind == ConflictKind.REOPENED
    deciding.note_seen(actor=town["dispatcher"], conflict=conflict, now=timezone.now())


def test_returned_by_them_is_taken_back_and_dispatched_here(town, link, platform):
    order = delivered(town)
    assert push(link, change(order.case.number, "40")).json() == {"result": "conflict"}
    order.refresh_from_db()
    assert order.state == OrderState.REFUSED
    deciding.take_back(actor=town["dispatcher"], order=order, words="我们自己派。", now=timezone.now())
    exchanging.send_exchange(now=timezone.now())
    assert len(platform.heard) == 1  # they gave it back themselves: nothing to tell
    cases.dispatch_case(
        actor=town["dispatcher"],
        case=order.case,
        lead=town.organisations["city_management"],
        now=timezone.now(),
    )
    assert not ExchangeOrder.objects.filter(ended_at=None).exists()


def test_taken_back_before_it_was_sent_is_never_sent(town, link, platform):
    order = handed(town)
    deciding.take_back(actor=town["dispatcher"], order=order, words="先不转。", now=timezone.now())
    assert exchanging.send_exchange(now=timezone.now()) == 0
    assert platform.heard == []
    handed(town, Case.objects.get(pk=order.case_id))  # and may go again


def test_taken_back_later_is_told(town, link, platform):
    order = delivered(town)
    deciding.take_back(actor=town["dispatcher"], order=order, words="我们自己派。", now=timezone.now())
    exchanging.send_exchange(now=timezone.now())
    assert platform.heard[-1]["action"] == "withdraw"


# --- Compared --------------------------------------------------------------------------------------------------------
def test_both_lists_are_laid_beside_each_other(town, link, platform):
    known, lost, differs = (delivered(town) for _ in range(3))
    ExchangeOrder.objects.update(asked_at=town.now)
    del platform.orders[lost.case.number]
    platform.orders[differs.case.number]["ZT"] = "30"
    platform.orders["9" * 19] = {"AJBH": "9" * 19, "GDBH": "GD77", "ZT": "20"}
    platform.orders["odd"] = {"AJBH": "odd", "ZT": "what"}
    assert reconciling.reconcile_due(now=timezone.now()) == 1
    row = Reconciliation.objects.get()
    found = {(line["kind"], line["number"]) for line in row.lines}
    assert found == {
        ("missing_there", lost.case.number),
        ("different", differs.case.number),
        ("missing_here", "9" * 19),
        ("unreadable", "odd"),
    }
    assert (row.ours_count, row.theirs_count) == (3, 4)
    # what had been missed is taken like any other word of theirs
    assert ExchangeConflict.objects.get().order == differs
    assert reconciling.reconcile_due(now=timezone.now()) == 0  # once a day
    again = reconciling.reconcile(link=link, now=timezone.now())
    assert {line["kind"] for line in again.lines} == {"missing_there", "missing_here", "unreadable"}
    assert known.case.number not in str(again.lines)
    rows = list(reconciling.export_reconciliations(actor=town["dispatcher"], now=timezone.now()))
    assert [row[3] for row in rows[1:]] == [lost.case.number]
    everything = list(reconciling.export_reconciliations(actor=town["system_admin"], now=timezone.now()))
    assert len(everything) == 4


def test_who_cannot_be_asked_is_not_taken_for_agreeing(town, link, other):
    other.usual = (503, {}, b"")
    row = reconciling.reconcile(link=link, now=timezone.now())
    assert (row.theirs_count, row.error, row.lines) == (None, "http 503", [])


def test_every_button_of_the_table_is_a_service():
    pressed = {name for name, move in ORDER.transitions.items() if move.permission != "system"}
    assert pressed == {"retry", "take", "keep", "back"}

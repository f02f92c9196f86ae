"""The supermarket's pages, its counter, its bills: as the people have them who use them."""

import json
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from nuanxin.incentives.models import Settlement, ShopItem, ShopOrder
from nuanxin.incentives.queries import shop_reports
from nuanxin.incentives.services import shop, shop_counter, shop_orders, shop_settling
from nuanxin.incentives.services.shop_settling import (
    MonthNotOver,
    NothingToSettle,
    OwnSettlement,
    SettledAlready,
)
from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.audit.models import AuditEntry
from nuanxin.kernel.events.deliver import drain
from nuanxin.notifications.models import Notice
from nuanxin.notifications.queries import inbox_page
from nuanxin.people.models import Assignment
from nuanxin.people.services import create_token
from nuanxin.ui.phrases import dated
from tests.factories import people, territories
from tests.factories import shops as make
from tests.factories.people import COMMUNITY, OTHER_COMMUNITY
from tests.factories.places import place
from tests.factories.territories import NOW

DAY = timedelta(days=1)


@pytest.fixture
def city(db):
    territories.put_city()
    territories.put_outlines()


def url(name, *args):
    return reverse(f"incentives:{name}", args=args)


def head(name="周书记", scope_code=COMMUNITY):
    return people.staff("community_head", name=name, scope_code=scope_code)


def collected(made, thing, who, now=NOW):
    order = make.place_order(thing, who, now=now)
    make.hand_over(made, make.show(order, who, now=now).signed, now=now)
    order.refresh_from_db()
    return order


# --- A worker ------------------------------
def test_a_worker_finds_a_thing_redeems_it_once_and_cancels(city, client, django_assert_max_num_queries):
    made = make.shop_at()
    cup = make.item(made, points=40, settlement_fen=1234)
    make.item(made, "雨衣", points=500)
    make.item(made, "香皂", points=5, stock=0)
    rider = make.rider(points=100)
    street = "990101001000"
    assert made.name in client.get(f"{url('shops')}?at={street}").content.decode()
    anybody = client.get(url("shop_item", cup.public_id)).content.decode()
    assert "登录以后能换" in anybody
    people.sign_in(client, _assignment(rider))
    with django_assert_max_num_queries(16):
        page = client.get(url("shop", made.public_id)).content.decode()
    for words in ("能用的积分", "现在就能换", "还差 400 积分", "换完了，等补货", "积分不能提现、不能转让"):
        assert words in page
    item = client.get(url("shop_item", cup.public_id)).content.decode()
    assert "换完还剩" in item
    assert "12.34" not in page + item  # what the shop pays is no worker's to read
    key = str(uuid4())
    first = client.post(url("shop_redeem", cup.public_id), {"key": key})
    again = client.post(url("shop_redeem", cup.public_id), {"key": key})
    assert first.url == again.url
    assert ShopOrder.objects.count() == 1
    order = ShopOrder.objects.get()
    assert "出示取货码" in client.get(first.url).content.decode()
    assert cup.name in client.get(url("shop_orders")).content.decode()
    answer = client.post(url("shop_cancel", order.public_id), follow=True).content.decode()
    assert "40 积分已经退回" in answer
    short = client.post(
        url("shop_redeem", ShopItem.objects.get(points=500).public_id), {"key": uuid4()}, follow=True
    )
    assert "积分不够" in short.content.decode()
    assert client.post(url("shop_redeem", cup.public_id), {"key": "x"}).status_code == 302


def test_a_thing_that_goes_bad_soon_says_until_when_it_is_kept(city, client):
    milk = make.item(make.shop_at(), "牛奶", stock=0, has_expiry=True, points=5)
    today = timezone.localdate()
    make.receive(milk, 1, expires_on=today + 3 * DAY, now=timezone.now())
    people.sign_in(client, _assignment(make.rider()))
    page = client.get(url("shop_item", milk.public_id)).content.decode()
    until = dated(today + 3 * DAY, now=timezone.now())
    assert f"换好给你留到 {until} 当天" in page
    order = client.post(url("shop_redeem", milk.public_id), {"key": uuid4()}, follow=True).content.decode()
    assert f"{until} 当天还能取" in order


def _assignment(who):
    return Assignment.objects.get(pk=who.assignment_id)


def test_what_stands_in_the_way_is_said_on_the_page(city, client):
    made = make.shop_at(opening="off")  # at any hour at which this runs
    cup = make.item(made, points=10, per_month=1)
    rider = make.rider()
    people.sign_in(client, _assignment(rider))
    assert "现在没开门，可以先换" in client.get(url("shop", made.public_id)).content.decode()
    make.place_order(cup, rider, now=timezone.now())
    assert "这个月换够了" in client.get(url("shop_item", cup.public_id)).content.decode()
    shop.set_shop_state(actor=SYSTEM, shop_id=made.public_id, state="paused", reason="盘点两天", now=NOW)
    assert "盘点两天" in client.get(url("shop", made.public_id)).content.decode()


def test_once_the_code_was_shown_its_refreshing_finds_the_place_that_it_empties(city, client):
    rider = make.rider()
    order = make.place_order(make.item(make.shop_at(), points=10), rider, now=timezone.now())
    people.sign_in(client, _assignment(rider))
    here, cancel = url("shop_order", order.public_id), url("shop_cancel", order.public_id)
    assert f'action="{cancel}"' in client.get(here).content.decode()
    shown = client.post(url("shop_code", order.public_id), headers={"hx-request": "true"}).content.decode()
    assert '<span id="give-back" hx-swap-oob="true"' in shown
    page = client.get(here).content.decode()
    assert (f'action="{cancel}"' in page, page.count('id="give-back"')) == (False, 1)


# --- The counter ------------------------------
def test_the_counter_hands_over_on_line_and_later(city, client):
    made = make.shop_at()
    cup = make.item(made, points=10)
    rider = make.rider("罗小点")
    now = timezone.now()
    one, two = make.place_order(cup, rider, now=now), make.place_order(cup, rider, now=now)
    keeper = people.staff("station", name="易站长", site=made.place.site)
    people.sign_in(client, keeper)
    page = client.get(url("shop_counter")).content.decode()
    assert "扫取货码，把换好的东西交给他" in client.get("/").content.decode()
    assert 'data-waiting="2" data-words="还有 %s 件等人来取"' in page  # counted down as they are handed over
    assert made.name in page
    assert "罗" not in page
    kit = client.get(url("shop_kit", made.public_id)).json()
    assert {"keys", "day_keys", "offers", "used", "redeem_url", "sync_url", "token"} <= set(kit)
    code = shop_orders.show_order(actor=rider, public_id=one.public_id, now=now)
    row = {"code": code.signed, "key": str(uuid4()), "at": int(now.timestamp() * 1000)}
    told = client.post(kit["redeem_url"], json.dumps({"rows": [row]}), "application/json")
    assert (told.json()["outcome"], told.json()["name"]) == ("accepted", "罗*点")
    refused = client.post(
        kit["redeem_url"], json.dumps({"rows": [{**row, "key": str(uuid4())}]}), "application/json"
    )
    assert (refused.status_code, "已经取过" in refused.json()["message"]) == (409, True)
    late = shop_orders.show_order(actor=rider, public_id=two.public_id, now=now)
    rows = [{"code": late.typed, "key": str(uuid4()), "at": int(now.timestamp() * 1000)}, row]
    told = client.post(kit["sync_url"], json.dumps({"rows": rows}), "application/json").json()
    assert [each["outcome"] for each in told["rows"]] == ["accepted", "accepted"]
    assert client.post(kit["sync_url"], "[]", "application/json").status_code == 422
    for address in (kit["sync_url"], kit["redeem_url"]):  # a form in place of rows
        assert client.post(address, {"rows": "x"}).status_code == 422
    assert client.get(url("shop_counter_offline")).status_code == 200


def test_another_communitys_shop_does_not_exist(city, client):
    made = make.shop_at()
    cup = make.item(made)
    people.sign_in(client, head(scope_code=OTHER_COMMUNITY))
    for address in (
        url("shop_kit", made.public_id),
        url("shop_shelf", made.public_id),
        url("shop_order_list", made.public_id),
        url("shop_settlements", made.public_id),
        url("shop_item_edit", cup.public_id),
        url("shop_receive", cup.public_id),
    ):
        assert client.get(address).status_code == 404
    for address in (  # no redirect to a page that is not there, whatever is missing in what was sent
        url("shop_hand_over", made.public_id),
        url("shop_sync", made.public_id),
        url("shop_close_month", made.public_id),
        url("shop_spoil", cup.public_id, cup.lots.get().pk),
    ):
        assert client.post(address).status_code == 404
    assert cup.lots.get().balance == 10


# --- Who keeps it ------------------------------
def test_a_community_opens_a_shop_fills_it_counts_and_throws_away(city, client):
    somewhere = place()
    people.sign_in(client, head())
    assert "还没有志愿服务超市" in client.get(url("shop_list")).content.decode()
    opened = client.post(url("shop_new"), {"place": str(somewhere.public_id)})
    shelf = opened.url
    assert "货架还空着" in client.get(shelf).content.decode()
    new = shelf + "items/new/"
    data = {"key": uuid4(), "kind": "goods", "name_zh": "保温杯", "points": 60, "supplier": "枫林日用品商行",
            "settlement": "12.50", "brings": "supplier", "minimum": 3, "is_offered": "on"}  # fmt: skip
    assert client.post(new, {**data, "points": 0}).status_code == 422
    client.post(new, data)
    item = ShopItem.objects.get()
    assert (item.settlement_fen, item.minimum) == (1250, 3)
    for query in (
        {},
        {"show": "low"},
    ):  # nothing of it has come yet: the place is empty, and the list says so
        assert "要补货" in client.get(shelf, query, headers={"hx-request": "true"}).content.decode()
    arrival = {"key": uuid4(), "quantity": 5, "source": "枫林日用品商行"}
    client.post(url("shop_receive", item.public_id), arrival)
    client.post(url("shop_receive", item.public_id), arrival)  # the same submission
    lot = item.lots.get()
    assert lot.balance == 5
    page = client.get(url("shop_count", item.public_id)).content.decode()
    assert "到货" in page
    client.post(url("shop_count", item.public_id), {"key": uuid4(), f"lot_{lot.pk}": 2})
    listed = client.get(shelf, {"show": "low"}, headers={"hx-request": "true"}).content.decode()
    assert "要补货" in listed
    task = item.refills.get()
    assert client.get(url("shop_refill_step", task.public_id, "drop")).status_code == 200
    client.post(url("shop_refill_step", task.public_id, "accept"))
    client.post(url("shop_refill_step", task.public_id, "take_in"), {**arrival, "key": uuid4()})
    task.refresh_from_db()
    assert task.state == "taken_in"
    client.post(url("shop_spoil", item.public_id, lot.pk), {"key": uuid4()})
    lot.refresh_from_db()
    assert lot.balance == 0
    assert client.post(url("shop_ask", item.public_id)).status_code == 302
    client.post(url("shop_item_edit", item.public_id), {**data, "points": 70})
    item.refresh_from_db()
    assert item.points == 70
    assert client.get(url("shop_refill_step", task.public_id, "settle")).status_code == 404
    assert client.post(url("shop_state", item.shop.public_id), {"state": "paused"}).status_code == 422
    assert client.get(url("shop_state", item.shop.public_id)).status_code == 200


def test_the_list_of_orders_is_masked_filtered_and_exported(city, client, django_assert_max_num_queries):
    made = make.shop_at()
    cup = make.item(made, points=5, stock=30)
    rider = make.rider("罗小点")
    orders = [make.place_order(cup, rider) for _ in range(8)]
    collected(made, cup, rider)
    people.sign_in(client, head())
    address = url("shop_order_list", made.public_id)
    with django_assert_max_num_queries(16):
        page = client.get(address).content.decode()
    assert "罗*点" in page
    assert "罗小点" not in page
    found = client.get(address, {"q": orders[0].number}, headers={"hx-request": "true"}).content.decode()
    assert orders[0].number in found
    assert orders[1].number not in found
    file = client.post(f"{address}export/", {"form": "csv", "show": "waiting"}).getvalue().decode()
    assert file.count("保温杯") == 8
    assert "罗" not in file
    workbook = client.post(f"{address}export/", {"form": "xlsx", "show": "collected"})
    assert workbook.getvalue()[:2] == b"PK"
    assert AuditEntry.objects.filter(action="incentives.shop_export").count() == 2
    step = url("shop_order_step", orders[0].public_id, "call_off")
    assert client.post(step, {"reason": ""}).status_code == 422
    assert "退掉以后" in client.get(step).content.decode()
    client.post(step, {"reason": "摔坏了"})
    orders[0].refresh_from_db()
    assert orders[0].state == "cancelled"
    client.post(url("shop_order_step", orders[1].public_id, "prepare"))
    orders[1].refresh_from_db()
    assert orders[1].state == "ready"
    for show in ("collected", "return", "over"):
        assert client.get(address, {"show": show}).status_code == 200


# --- Bills ------------------------------
def test_a_month_is_closed_by_one_and_approved_by_another(city, client):
    made = make.shop_at()
    cup = make.item(made, points=5, stock=30, settlement_fen=1250)
    rider = make.rider()
    one, two = collected(made, cup, rider), collected(made, cup, rider)
    collected(made, cup, rider, now=NOW + 31 * DAY)
    supplier = made.suppliers.get()
    closer, approver = head(), head("李书记")
    by = {"shop_id": made.public_id, "supplier_id": supplier.public_id, "month": date(2026, 3, 1)}
    first = people.actor(closer)
    with pytest.raises(MonthNotOver):
        shop_settling.close_settlement(actor=first, **by, now=NOW)
    bill = shop_settling.close_settlement(actor=first, **by, now=NOW + 35 * DAY)
    assert (bill.count, bill.total_fen) == (2, 2500)
    with pytest.raises(SettledAlready):
        shop_settling.close_settlement(actor=first, **by, now=NOW + 35 * DAY)
    move = {"public_id": bill.public_id, "now": NOW + 36 * DAY}
    with pytest.raises(OwnSettlement):
        shop_settling.perform_settlement(actor=first, name="approve", **move)
    other = people.actor(approver)
    shop_settling.perform_settlement(actor=other, name="send_back", reason="少了一件", **move)
    bill = shop_settling.close_settlement(actor=first, **by, now=NOW + 36 * DAY)
    assert (bill.count, bill.total_fen) == (2, 2500)
    people.sign_in(client, approver)
    page = client.get(url("shop_settlement", bill.public_id)).content.decode()
    assert "25.00" in page
    assert client.get(url("shop_settlement_step", bill.public_id, "send_back")).status_code == 200
    client.post(url("shop_settlement_step", bill.public_id, "approve"))
    assert Settlement.objects.get().state == "approved"
    pdf = client.get(url("shop_settlement_file", bill.public_id, "pdf"))
    assert pdf.content[:4] == b"%PDF"
    assert b"PK" in client.get(url("shop_settlement_file", bill.public_id, "xlsx")).getvalue()[:4]
    assert client.get(url("shop_settlement_file", bill.public_id, "exe")).status_code == 404
    # What comes back after its bill is taken off the next one.
    shop_orders.perform_order(
        actor=first, public_id=one.public_id, name="ask_return", reason="漏水", now=NOW + 37 * DAY
    )
    assert "漏水" in client.get(url("shop_settlements", made.public_id)).content.decode()
    shop_orders.perform_order(actor=other, public_id=one.public_id, name="return", now=NOW + 38 * DAY)
    nextly = {**by, "month": date(2026, 4, 1)}
    bill = shop_settling.close_settlement(actor=first, **nextly, now=NOW + 65 * DAY)
    assert (bill.count, bill.total_fen, sorted(bill.lines.values_list("count", flat=True))) == (0, 0, [-1, 1])
    with pytest.raises(NothingToSettle):
        shop_settling.close_settlement(actor=first, **{**by, "month": date(2026, 5, 1)}, now=NOW + 95 * DAY)
    assert two.settlement_id is None  # as it was read: bills do not touch what somebody holds


def test_a_month_says_what_came_what_went_and_what_it_cost(city, client):
    made = make.shop_at()
    cup = make.item(made, points=5, stock=10, settlement_fen=300)
    rider = make.rider()
    collected(made, cup, rider)
    cancelled = make.place_order(cup, rider)
    shop_orders.cancel_order(actor=rider, public_id=cancelled.public_id, now=NOW + DAY)
    report = shop_reports.monthly_report(made, date(2026, 3, 1), now=NOW + DAY)
    [line] = report.lines
    assert (line.came, line.taken, line.points, line.cost_fen, line.rest) == (10, 1, 5, 300, 9)
    assert (report.cancelled, report.expired) == (1, 0)
    people.sign_in(client, people.staff("street_lead", name="王主任", scope_code="990101001000"))
    assert "不以营利为目的" in client.get(url("shop_report", made.public_id)).content.decode()
    assert client.get(url("shop_report_file", made.public_id, "2026-03", "pdf")).content[:4] == b"%PDF"
    text = client.get(url("shop_report_file", made.public_id, "2026-03", "csv")).getvalue().decode()
    assert "保温杯" in text
    assert "3.00" in text
    assert client.get(url("shop_report_file", made.public_id, "2026-13", "csv")).status_code == 404


# --- Who hears of it, and programs ------------------------------
def test_who_closed_a_bill_hears_that_it_came_back_and_a_keeper_of_what_does_not_add_up(city):
    made = make.shop_at()
    cup = make.item(made, points=5, stock=30, settlement_fen=1250)
    order = collected(made, cup, make.rider())
    closer, approver = head(), head("李书记")
    bill = shop_settling.close_settlement(
        actor=people.actor(closer), shop_id=made.public_id, supplier_id=made.suppliers.get().public_id,
        month=date(2026, 3, 1), now=NOW + 35 * DAY,
    )  # fmt: skip
    shop_settling.perform_settlement(
        actor=people.actor(approver), public_id=bill.public_id, name="send_back", reason="少了一件",
        now=NOW + 36 * DAY,
    )  # fmt: skip
    keeper = people.staff("station", name="易站长", site=made.place.site)
    again = shop_counter.HandOver(f"{order.number}AAAAAA", uuid4(), NOW + 2 * DAY)
    shop_counter.sync_pickups(
        actor=people.actor(keeper), shop_id=made.public_id, given=[again], now=NOW + 36 * DAY
    )
    drain(now=NOW + 36 * DAY)
    told = {(each.assignment_id, each.facts["thanks"]) for each in Notice.objects.filter(kind="thanks_todo")}
    assert told == {(closer.pk, "bill_back"), (keeper.pk, "pickup_odd")}


def test_whose_it_is_hears_before_it_expires_and_that_points_are_back(city):
    made = make.shop_at()
    cup = make.item(made, points=30, minimum=10, stock=10)
    rider = make.rider()
    make.place_order(cup, rider)
    people.staff("community", name="王干事", scope_code=COMMUNITY)
    shop_orders.remind_of_orders(now=NOW + 12 * DAY)
    shop_orders.expire_orders(now=NOW + 15 * DAY)
    drain(now=NOW + 15 * DAY)
    kinds = Notice.objects.filter(person=rider.person_id).values_list("kind", flat=True)
    assert {"shop_soon", "shop_back"} <= set(kinds)
    assert Notice.objects.filter(kind="shop_low").count() == 1
    lines, _following = inbox_page(
        rider, now=NOW + 16 * DAY
    )  # a day, not an instant, is what it is kept until
    assert any(line.title.startswith("3月") and line.title.endswith("日 前取：保温杯") for line in lines)


def test_a_program_redeems_once_and_cancels(city, client):
    made = make.shop_at()
    cup = make.item(made, points=30)
    rider = make.rider()
    assignment = _assignment(rider)
    token = create_token(person=assignment.person, assignment=assignment, name="x", now=timezone.now())[1]
    api = {"headers": {"authorization": f"Bearer {token}"}, "content_type": "application/json"}
    listed = client.get("/api/v1/shops?within=990101001000", **api).json()
    assert [each["id"] for each in listed] == [str(made.public_id)]
    assert client.get(f"/api/v1/shops/{made.public_id}/items", **api).json()[0]["points"] == 30
    body = json.dumps({"item": str(cup.public_id), "key": str(uuid4())})
    first, again = (client.post("/api/v1/shops/orders", body, **api) for _ in range(2))
    assert (first.status_code, again.status_code, first.json()["id"]) == (201, 200, again.json()["id"])
    cancelled = client.post(f"/api/v1/shops/orders/{first.json()['id']}/cancel", **api).json()
    assert cancelled["state"] == "cancelled"

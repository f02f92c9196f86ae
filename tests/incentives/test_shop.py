"""Points become a thing: never more than there is, never more than somebody has, never by one's own hand."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nuanxin.incentives.models import Account, Pickup, Refill, ShopItem, ShopLot, ShopMovement, ShopOrder
from nuanxin.incentives.queries import shop as shops
from nuanxin.incentives.queries.ledger import balance_of
from nuanxin.incentives.services import shop, shop_orders, shop_stock
from nuanxin.incentives.services.book import NotEnoughPoints
from nuanxin.incentives.services.shop_counter import NotAPickup, OrderGone, PickedUpAlready, PickupLate
from nuanxin.incentives.services.shop_orders import (
    AnotherOrder,
    MonthIsFull,
    NotOffered,
    OwnRedemption,
    PerhapsTaken,
    SamePersonTwice,
    ShopNotOpen,
    SoldOut,
)
from nuanxin.incentives.services.shop_stock import (
    BadAmount,
    GoneBad,
    NoBestBefore,
    PromisedAlready,
)
from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.errors import DomainError, Invalid
from nuanxin.kernel.events.models import Event
from tests.factories import people, territories
from tests.factories import shops as make
from tests.factories.crowd import Crowd
from tests.factories.people import COMMUNITY
from tests.factories.territories import NOW

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def city(db):
    territories.put_city()
    territories.put_outlines()


def points(who):
    return balance_of(who.subject_id).points


def free(thing, now=NOW):
    return shops.free_of([thing], now=now)[thing.pk]


def assert_sound():
    """Every lot is the sum of its movements, and promises no more than lies there."""
    for lot in ShopLot.objects.all():
        moves = list(ShopMovement.objects.filter(lot=lot))
        assert lot.balance == sum(each.quantity for each in moves)
        assert lot.reserved == sum(each.held for each in moves)
        waiting = ShopOrder.objects.filter(lot=lot, state__in=["reserved", "ready"]).count()
        assert 0 <= lot.reserved == waiting <= lot.balance


def events(name):
    return Event.objects.filter(name=f"incentives.{name}")


def staff(role="community_head", name="周书记"):
    return people.actor(people.staff(role, name=name, scope_code=COMMUNITY))


# --- An order ------------------------------
def test_points_are_taken_one_piece_is_kept_and_the_same_press_is_the_same(city):
    made = make.shop_at()
    cup, soap = make.item(made, points=40, stock=3), make.item(made, "香皂", points=10)
    who, key = make.rider(points=100), uuid4()
    order = make.place_order(cup, who, key=key)
    assert make.place_order(cup, who, key=key) == order
    assert (points(who), free(cup), order.points, order.settlement_fen) == (60, 2, 40, 1200)
    with pytest.raises(AnotherOrder):
        make.place_order(soap, who, key=key)
    assert events("RedemptionPlaced").get().subject_id == who.subject_id
    assert_sound()


def test_what_stands_in_the_way_takes_nothing(city):
    made = make.shop_at()
    cup = make.item(made, points=40, stock=1)
    poor, rich, third = make.rider(points=39), make.rider("陈师傅", points=90), make.rider("高师傅")
    with pytest.raises(NotEnoughPoints):
        make.place_order(cup, poor)
    assert free(cup) == 1
    make.place_order(cup, rich)
    with pytest.raises(SoldOut):
        make.place_order(cup, third)
    assert (points(third), points(poor)) == (100, 39)
    later = make.item(made, "雨衣", valid_from=date(2026, 5, 1))
    with pytest.raises(NotOffered):
        make.place_order(later, rich)
    shop.set_shop_state(actor=SYSTEM, shop_id=made.public_id, state="paused", reason="盘点", now=NOW)
    make.receive(cup, 5)
    with pytest.raises(ShopNotOpen):
        make.place_order(cup, third)
    with pytest.raises(Invalid):
        shop.set_shop_state(actor=SYSTEM, shop_id=made.public_id, state="closed", reason=" ", now=NOW)
    assert_sound()


def test_a_months_limit_is_one_persons_and_counts_what_was_not_given_back(city):
    cup = make.item(make.shop_at(), points=10, per_month=1)
    who = make.rider(points=100)
    first = make.place_order(cup, who)
    with pytest.raises(MonthIsFull):
        make.place_order(cup, who)
    shop_orders.cancel_order(actor=who, public_id=first.public_id, now=NOW + HOUR)
    make.place_order(cup, who, now=NOW + 2 * HOUR)
    make.place_order(cup, make.rider("陈师傅"))
    make.place_order(cup, who, now=NOW + 31 * DAY)
    assert points(who) == 80


def test_what_is_best_before_tomorrow_goes_first_and_is_not_kept_longer(city):
    milk = make.item(make.shop_at(), "牛奶", stock=0, has_expiry=True, points=5)
    with pytest.raises(NoBestBefore):
        make.receive(milk, 3)
    with pytest.raises(GoneBad):
        make.receive(milk, 3, expires_on=date(2026, 3, 1))
    make.receive(milk, 1, expires_on=date(2026, 4, 1))
    make.receive(milk, 1, expires_on=date(2026, 3, 3))
    who = make.rider()
    soon, later = make.place_order(milk, who), make.place_order(milk, who)
    assert [f"{each.collect_by:%m-%d %H:%M}" for each in (soon, later)] == ["03-03 16:00", "03-16 16:00"]
    assert free(milk) == 0


# --- It ends ------------------------------
def test_cancelled_and_expired_give_back_the_piece_and_the_points(city):
    cup = make.item(make.shop_at(), points=30, stock=2)
    who = make.rider()
    one, two = make.place_order(cup, who), make.place_order(cup, who)
    shop_orders.cancel_order(actor=who, public_id=one.public_id, now=NOW + HOUR)
    assert (points(who), free(cup)) == (70, 1)
    assert shop_orders.remind_of_orders(now=NOW + 10 * DAY) == 0
    assert shop_orders.remind_of_orders(now=NOW + 13 * DAY) == 1
    assert shop_orders.remind_of_orders(now=NOW + 13 * DAY) == 0
    assert shop_orders.expire_orders(now=NOW + 14 * DAY) == 0
    assert shop_orders.expire_orders(now=NOW + 15 * DAY) == 1
    two.refresh_from_db()
    assert (two.state, points(who), free(cup, NOW + 15 * DAY)) == ("expired", 100, 2)
    assert {each.payload["points"] for each in events("RedemptionExpired")} == {30}
    with pytest.raises(DomainError):
        shop_orders.cancel_order(actor=who, public_id=two.public_id, now=NOW + 15 * DAY)
    assert_sound()


def test_what_may_have_been_taken_without_a_network_is_not_given_back_meanwhile(city):
    made = make.shop_at()
    cup = make.item(made, points=30)
    who = make.rider()
    order = make.place_order(cup, who)
    code = make.show(order, who, now=NOW + 14 * DAY)
    with pytest.raises(PerhapsTaken):
        shop_orders.cancel_order(actor=who, public_id=order.public_id, now=NOW + 14 * DAY)
    assert shop_orders.expire_orders(now=NOW + 16 * DAY) == 0
    [row] = make.sync(made, make.given(code.signed, at=NOW + 14 * DAY), now=NOW + 16 * DAY)
    assert row.outcome == "accepted"
    order.refresh_from_db()
    assert (order.state, order.collected_at, points(who)) == ("collected", NOW + 14 * DAY, 70)
    assert_sound()


def test_something_faulty_comes_back_by_two_people_and_never_ones_own(city):
    made = make.shop_at()
    cup = make.item(made, points=30)
    who, head, other = make.rider(), staff(), staff(name="李书记")
    order = make.place_order(cup, who)
    make.hand_over(made, make.show(order, who).signed)
    given = {"public_id": order.public_id, "now": NOW + HOUR}
    with pytest.raises(Invalid):
        shop_orders.perform_order(actor=head, name="ask_return", **given)
    shop_orders.perform_order(actor=head, name="ask_return", reason="杯盖裂了", **given)
    with pytest.raises(SamePersonTwice):
        shop_orders.perform_order(actor=head, name="return", **given)
    shop_orders.perform_order(actor=other, name="refuse_return", reason="没有裂", **given)
    shop_orders.perform_order(actor=head, name="ask_return", reason="再看看", **given)
    shop_orders.perform_order(actor=other, name="return", **given)
    assert (points(who), free(cup)) == (100, 9)  # the faulty one is no longer on the shelf
    own = make.place_order(cup, who)
    ShopOrder.objects.filter(pk=own.pk).update(person=head.person_id)
    with pytest.raises(OwnRedemption):
        shop_orders.perform_order(
            actor=head, public_id=own.public_id, name="call_off", reason="没货", now=NOW
        )


# --- The counter ------------------------------
def test_handed_over_once_by_scan_or_by_twelve_letters(city):
    made, other = make.shop_at(), make.shop_at("桂花暖新驿站", lng=104.4, lat=38.4)
    cup = make.item(made, points=20)
    who, key = make.rider(), uuid4()
    one, two = make.place_order(cup, who), make.place_order(cup, who)
    code = make.show(one, who)
    with pytest.raises(NotAPickup):
        make.hand_over(other, code.signed)
    with pytest.raises(PickupLate):
        make.hand_over(made, code.signed, now=NOW + HOUR)
    first = make.hand_over(made, code.signed, key=key)
    assert make.hand_over(made, code.signed, key=key) == first
    with pytest.raises(PickedUpAlready):
        make.hand_over(made, code.typed)
    assert make.hand_over(made, make.show(two, who).typed).outcome == "accepted"
    three = make.place_order(cup, who)
    shop_orders.perform_order(actor=SYSTEM, public_id=three.public_id, name="prepare", now=NOW + HOUR)
    shown = make.show(three, who)
    shop_orders.perform_order(
        actor=SYSTEM, public_id=three.public_id, name="call_off", reason="摔坏了", now=NOW
    )
    with pytest.raises(OrderGone):
        make.hand_over(made, shown.signed)
    assert (points(who), free(cup)) == (60, 8)
    assert_sound()


def test_nobody_hands_over_to_themselves(city):
    made = make.shop_at()
    cup = make.item(made, points=20)
    keeper = staff("community", "王干事")
    who = make.rider()
    order = make.place_order(cup, who)
    code = make.show(order, who)
    ShopOrder.objects.filter(pk=order.pk).update(person=keeper.person_id)
    with pytest.raises(OwnRedemption):
        make.hand_over(made, code.signed, actor=keeper)
    [row] = make.sync(made, make.given(code.signed), actor=keeper)
    assert (row.outcome, events("PickupDisputed").count()) == ("own", 1)
    assert make.sync(made, make.given("K7QM2F9XTR4D"))[0].outcome == "unknown"


# --- The shelf ------------------------------
def test_below_the_minimum_more_is_asked_for_once_and_taken_in_ends_it(city):
    made = make.shop_at()
    cup = make.item(made, points=5, minimum=3, stock=3, brings="community")
    who = make.rider()
    make.place_order(cup, who)
    make.place_order(cup, who)
    task = Refill.objects.get()
    assert (task.state, task.brings, task.wanted, events("ShopStockLow").count()) == (
        "open",
        "community",
        4,
        1,
    )
    given = {"actor": SYSTEM, "public_id": task.public_id, "now": NOW + HOUR}
    shop_stock.perform_refill(name="accept", **given)
    arrival, key = shop_stock.Arrival(4, None, "社区仓库"), uuid4()
    shop_stock.perform_refill(name="take_in", arrival=arrival, key=key, **given)
    shop_stock.perform_refill(name="take_in", arrival=arrival, key=key, **given)
    task.refresh_from_db()
    cup.refresh_from_db()
    assert (task.state, cup.low_since, free(cup)) == ("taken_in", None, 5)
    assert_sound()


def test_counting_and_throwing_away_leave_what_is_promised(city):
    made = make.shop_at()
    cup = make.item(made, stock=5, points=5)
    make.place_order(cup, make.rider())
    lot, key = ShopLot.objects.get(), uuid4()
    given = {"actor": SYSTEM, "item_id": cup.public_id, "now": NOW}
    with pytest.raises(PromisedAlready):
        shop_stock.count_goods(counted={lot.pk: 0}, key=uuid4(), **given)
    with pytest.raises(BadAmount):
        shop_stock.count_goods(counted={lot.pk: -1}, key=uuid4(), **given)
    with pytest.raises(Invalid):
        make.receive(cup, 0)
    shop_stock.count_goods(counted={lot.pk: 4}, key=key, **given)
    shop_stock.count_goods(counted={lot.pk: 2}, key=key, **given)  # the same submission
    assert free(cup) == 3
    shop_stock.spoil_lot(lot_id=lot.pk, key=uuid4(), **given)
    assert free(cup) == 0
    assert_sound()


def test_the_week_before_it_goes_out_of_date_it_is_said_once(city):
    made = make.shop_at()
    milk = make.item(made, "牛奶", stock=4, expires_on=date(2026, 3, 20), has_expiry=True, minimum=2)
    assert shop_stock.watch_shelves(now=NOW) == 0
    assert shop_stock.watch_shelves(now=NOW + 12 * DAY) == 1
    assert shop_stock.watch_shelves(now=NOW + 13 * DAY) == 0
    shop_stock.settle_dates(now=NOW + 19 * DAY)
    milk.refresh_from_db()
    assert milk.low_since is not None
    assert free(milk, NOW + 19 * DAY) == 0


# --- At the same moment ------------------------------
@pytest.mark.django_db(transaction=True)
def test_eight_want_the_last_two_and_one_account_is_never_below_nothing(city, tmp_path):
    made = make.shop_at()
    few, cheap = make.item(made, points=10, stock=2), make.item(made, "香皂", points=40, stock=20)
    crowd_of = [make.rider(f"同时{number}", points=50) for number in range(8)]
    one, again = crowd_of[0], uuid4()
    crowd = Crowd(tmp_path)
    told = crowd.together(*(lambda who=who: make.place_order(few, who).state for who in crowd_of))
    assert sorted(told) == ["SoldOut"] * 6 + ["reserved"] * 2
    told = crowd.together(*(lambda: make.place_order(cheap, one).state for _ in range(6)))
    assert sorted(told) == ["NotEnoughPoints"] * 5 + ["reserved"]
    two = crowd_of[1]
    told = crowd.together(*(lambda: make.place_order(cheap, two, key=again).pk for _ in range(6)))
    assert len(set(told) - {"NotEnoughPoints"}) == 1

    def handing():
        order = ShopOrder.objects.filter(item=few).first()
        who = next(each for each in crowd_of if each.person_id == order.person_id)
        return order, make.show(order, who)

    _order, code = crowd.alone(handing)
    acts = [lambda: make.hand_over(made, code.signed).outcome for _ in range(4)]
    told = crowd.together(
        *acts, *(lambda: make.sync(made, make.given(code.typed))[0].outcome for _ in range(2))
    )
    assert told.count("accepted") == 1

    def left():
        assert_sound()
        return (
            min(Account.objects.values_list("points", flat=True)),
            sum(ShopLot.objects.filter(item=few).values_list("balance", flat=True)),
            Pickup.objects.filter(outcome="accepted").count(),
        )  # fmt: skip

    lowest, balance, accepted = crowd.alone(left)
    assert lowest >= 0
    assert (balance, accepted) == (1, 1)


@pytest.mark.django_db
def test_the_database_itself_refuses_one_too_many(city):
    cup = make.item(make.shop_at(), stock=1)
    for wrong in ({"reserved": 2}, {"balance": -1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ShopLot.objects.filter(item=cup).update(**wrong)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["order", "cancel", "show", "hand_over", "sync", "expire", "receive", "count", "spoil", "call_off"]
        ),
        st.integers(0, 2),
        st.integers(0, 1),
    ),
    max_size=20,
)  # fmt: skip


@pytest.mark.django_db
@given(steps=STEPS)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens_stock_and_points_add_up(city, steps):
    with transaction.atomic():
        made = make.shop_at()
        things = [make.item(made, stock=2, points=30), make.item(made, "香皂", stock=1, points=20)]
        crowd = [make.rider(f"性质{number}", points=60) for number in range(3)]
        for number, (step, who, which) in enumerate(steps):
            try:
                with transaction.atomic():
                    does(made, crowd[who], things[which], step, NOW + number * 11 * HOUR)
            except DomainError as error:
                assert error.message  # noqa: PT017  -- any refusal, as long as it says something
            assert_sound()
            for each in crowd:
                spent = ShopOrder.objects.filter(
                    person=each.person_id, state__in=["reserved", "ready", "collected"]
                )
                assert points(each) == 60 - sum(spent.values_list("points", flat=True))
        transaction.set_rollback(True)


def does(made, who, thing, step, now):
    mine = ShopOrder.objects.filter(person=who.person_id).order_by("-state_since", "-pk").first()
    own = {"actor": who, "public_id": mine.public_id if mine else uuid4(), "now": now}
    lots = list(ShopLot.objects.filter(item=thing))
    about = {"actor": SYSTEM, "item_id": thing.public_id, "key": uuid4(), "now": now}
    deeds = {
        "order": lambda: make.place_order(thing, who, now=now),
        "cancel": lambda: shop_orders.cancel_order(**own),
        "show": lambda: shop_orders.show_order(**own),
        "hand_over": lambda: make.hand_over(made, shop_orders.show_order(**own).typed, now=now),
        "sync": lambda: make.sync(made, make.given(shop_orders.show_order(**own).signed, at=now), now=now),
        "expire": lambda: shop_orders.expire_orders(now=now),
        "receive": lambda: make.receive(thing, 1, now=now),
        "count": lambda: shop_stock.count_goods(counted={each.pk: 1 for each in lots}, **about),
        "spoil": lambda: shop_stock.spoil_lot(lot_id=lots[0].pk if lots else 0, **about),
        "call_off": lambda: shop_orders.perform_order(
            actor=SYSTEM, public_id=own["public_id"], name="call_off", reason="摔坏了", now=now
        ),
    }
    deeds[step]()


def test_an_item_holds_no_nonsense(city):
    made = make.shop_at()
    with pytest.raises(Invalid) as refused:
        make.item(made, " ", points=0, supplier="13800001111", per_month=0, valid_from=date(2026, 5, 1),
                  valid_to=date(2026, 4, 1))  # fmt: skip
    assert set(refused.value.fields) == {"name_zh", "points", "supplier", "per_month", "valid_to"}
    with pytest.raises(DomainError):
        shop.open_shop(actor=SYSTEM, place_id=made.place.public_id, run_by_id=None, now=NOW)
    thing = make.item(made)
    shop.edit_item(
        actor=SYSTEM, item_id=thing.public_id, data=make.data(points=70, is_offered=False), now=NOW
    )
    assert ShopItem.objects.get(pk=thing.pk).points == 70
    assert connection.vendor in {"sqlite", "postgresql"}

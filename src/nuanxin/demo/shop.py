"""Two volunteer supermarkets of the demo city: what they have, thirty days of riders fetching it, one month settled."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, UUID, uuid5

from django.utils import timezone

from nuanxin.demo.pictures.goods import picture_of_goods
from nuanxin.demo.planned import Seat
from nuanxin.incentives.models import Shop, ShopItem, ShopOrder
from nuanxin.incentives.queries.shop_reports import settlements_due
from nuanxin.incentives.services import ledger, shop, shop_counter, shop_orders, shop_settling, shop_stock
from nuanxin.incentives.services.shop import ItemData
from nuanxin.incentives.services.shop_counter import HandOver
from nuanxin.incentives.services.shop_stock import Arrival
from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.errors import DomainError
from nuanxin.kernel.files.accept import accept_image

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nuanxin.demo.acting import Stage
    from nuanxin.demo.population import Population
    from nuanxin.places.models import Place

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
STORY, COMMUNITY = "s1", "sq001001"
MARKET = "惠民日用品商行"
BAKERY, LAUNDRY = "云栖面包房", "暖阳洗衣"
UNION = "枫林街道总工会"
TRADE = 0.5  # a day and shop
GIVEN = 180  # points of before, to those who come here
FIRST: tuple[tuple[ItemData, int, int], ...] = (  # what, how many, days until it is out of date
    (ItemData(name_zh="保温杯 500 毫升", name_en="Thermos, 500 ml", points=60, supplier=MARKET, settlement_fen=2200,
              per_month=1, minimum=3, about_zh="不锈钢，能放进餐箱侧袋。"), 12, 0),
    (ItemData(name_zh="骑行手套", name_en="Riding gloves", points=40, supplier=MARKET, settlement_fen=1500,
              per_month=1, minimum=4, about_zh="防滑，露指，均码。"), 9, 0),
    (ItemData(name_zh="雨衣", name_en="Raincoat", points=35, supplier=MARKET, settlement_fen=1300, per_month=1,
              minimum=4), 10, 0),
    (ItemData(name_zh="头盔内衬", name_en="Helmet liner", points=15, supplier=MARKET, settlement_fen=450,
              per_month=2, minimum=5), 20, 0),
    (ItemData(name_zh="充电宝租用卡（一周）", name_en="Power-bank card, a week", points=30, supplier=MARKET,
              settlement_fen=1000, per_month=2, minimum=3), 8, 0),
    (ItemData(name_zh="纸巾三包", name_en="Tissues, three packs", points=10, supplier=UNION, per_month=3, minimum=6,
              brings="community"), 40, 0),
    (ItemData(name_zh="反光背心", name_en="Reflective vest", points=25, supplier=UNION, per_month=1, minimum=4,
              brings="community", about_zh="夜里送单穿上，远处看得见。"), 15, 0),
    (ItemData(name_zh="保温袋", name_en="Insulated bag", points=20, supplier=UNION, per_month=1, minimum=3,
              brings="community"), 0, 0),
    (ItemData(name_zh="全麦面包", name_en="Wholemeal bread", points=8, supplier=BAKERY, settlement_fen=500, per_month=8,
              minimum=4, has_expiry=True), 12, 6),
    (ItemData(name_zh="纯牛奶一盒", name_en="A carton of milk", points=6, supplier=BAKERY, settlement_fen=350,
              per_month=8, minimum=6, has_expiry=True), 24, 24),
    (ItemData(name_zh="义剪一次", name_en="A haircut", kind="service", points=12, supplier=UNION, per_month=1,
              minimum=2, about_zh="每周三、周六下午，就在驿站。", brings="community"), 12, 0),
    (ItemData(name_zh="律师咨询一小时", name_en="An hour with a lawyer", kind="service", points=20, supplier=UNION,
              per_month=1, about_zh="合同、工伤、工资，带上材料来。", brings="community"), 6, 0),
)  # fmt: skip
SECOND: tuple[tuple[ItemData, int, int], ...] = (
    (ItemData(name_zh="洗衣券一张", name_en="A wash of clothes", kind="voucher", points=18, supplier=LAUNDRY,
              settlement_fen=900, per_month=2, minimum=3, about_zh="一桶以内，两小时取。"), 14, 0),
    (ItemData(name_zh="洗车券一张", name_en="A bike wash", kind="voucher", points=16, supplier=LAUNDRY,
              settlement_fen=800, per_month=2, minimum=2), 8, 0),
    (ItemData(name_zh="护膝一对", name_en="Knee pads", points=45, supplier=MARKET, settlement_fen=1800, per_month=1,
              minimum=3), 8, 0),
    (ItemData(name_zh="棉袜两双", name_en="Two pairs of socks", points=12, supplier=MARKET, settlement_fen=600,
              per_month=2, minimum=5), 25, 0),
    (ItemData(name_zh="暖宝宝十片", name_en="Ten heat patches", points=10, supplier=MARKET, settlement_fen=500,
              per_month=3, minimum=6, has_expiry=True), 30, 400),
    (ItemData(name_zh="食用油 1 升", name_en="Cooking oil, 1 l", points=55, supplier=MARKET, settlement_fen=1600,
              per_month=1, minimum=2, has_expiry=True), 6, 300),
    (ItemData(name_zh="孩子的作业本五本", name_en="Five exercise books", points=10, supplier=UNION, per_month=2,
              minimum=4, brings="community"), 20, 0),
    (ItemData(name_zh="手机支架", name_en="Phone mount", points=28, supplier=MARKET, settlement_fen=1100, per_month=1,
              minimum=3), 4, 0),
)  # fmt: skip


def open_shops(settled: Population, *, now: datetime) -> None:
    """One at the station of the story, one at a merchant's of the same community or the nearest; shelves are filled."""
    for place, things in zip(_two_places(settled.places), (FIRST, SECOND), strict=False):
        host = settled.organisations[COMMUNITY].pk
        made = shop.open_shop(actor=SYSTEM, place_id=place.public_id, run_by_id=host, now=now)
        for data, stock, days in things:
            item = shop.add_item(
                actor=SYSTEM, shop_id=made.public_id, data=_shown(data), key=_key(made, data.name_zh), now=now
            )
            if stock:
                _bring(item, stock, days, now)
    for seat in _riders(settled):
        rider = settled.actor(seat)
        if rider.subject_id is not None:
            ledger.award(
                subject_id=rider.subject_id, amount=GIVEN, rule="thanks", source=f"demo:{seat.person}",
                because="carried_over", now=now, scope_code=rider.scope_code,
            )  # fmt: skip


def _shown(data: ItemData) -> ItemData:
    """With its picture, where one is drawn."""
    drawn = picture_of_goods(data.name_zh)
    return replace(data, picture=accept_image(drawn)) if drawn else data


def trade_a_day(stage: Stage, *, now: datetime) -> None:
    """A morning: some choose something, some fetch it, some change their mind; the shelf is looked at."""
    riders = _riders(stage.settled)
    while shop_orders.expire_orders(now=now):
        pass
    shop_stock.watch_shelves(now=now)
    shop_stock.settle_dates(now=now)
    for each in Shop.objects.select_related("place"):
        rng = Random(f"shop/{each.place.name_zh}/{now:%Y%m%d}")
        items = list(each.items.filter(is_offered=True))
        for rider in rng.sample(riders, min(len(riders), 3)):
            if rng.random() < TRADE:
                _order(stage, rng.choice(items), rider, rng, now)
        _fetch_some(stage, each, rng, now)
        _refill(each, rng, now)


def settle_shops(stage: Stage, *, now: datetime) -> None:
    """The last month: closed by the community, one bill approved by its secretary; one order as each may be now."""
    try:
        closer = stage.settled.actor(Seat("wen", "community", COMMUNITY))
        approver = stage.settled.actor(Seat("an", "community_head", COMMUNITY))
    except KeyError:
        return
    for each in Shop.objects.all():
        for number, due in enumerate(settlements_due(each, now=now)):
            try:
                bill = shop_settling.close_settlement(
                    actor=closer, shop_id=each.public_id, supplier_id=due.supplier.public_id, month=due.month, now=now
                )  # fmt: skip
                if number == 0:
                    shop_settling.perform_settlement(
                        actor=approver, public_id=bill.public_id, name="approve", now=now
                    )
            except DomainError:
                continue
    _in_every_state(now)


def _in_every_state(now: datetime) -> None:
    """One is ready at the counter, one that was fetched is said to be faulty."""
    waiting = ShopOrder.objects.filter(state="reserved").order_by("pk").first()
    if waiting is not None:
        shop_orders.perform_order(actor=SYSTEM, public_id=waiting.public_id, name="prepare", now=now)
    fetched = ShopOrder.objects.filter(state="collected").order_by("-pk").first()
    if fetched is not None:
        shop_orders.perform_order(
            actor=SYSTEM, public_id=fetched.public_id, name="ask_return", reason="开线了，想换一件", now=now
        )


def _order(stage: Stage, item: ShopItem, rider: Seat, rng: Random, now: datetime) -> None:
    actor = stage.settled.actor(rider)
    key = _key(item.shop, rider.person, f"{now:%Y%m%d}", item.name_zh)
    try:
        order = shop_orders.place_order(actor=actor, item_id=item.public_id, key=key, now=now)
        if rng.random() < 0.08:
            shop_orders.cancel_order(actor=actor, public_id=order.public_id, now=now)
    except DomainError:
        return  # not enough points, none left, enough for this month


def _fetch_some(stage: Stage, made: Shop, rng: Random, now: datetime) -> None:
    """Most come within some days; now and then somebody never does."""
    actors = {
        stage.settled.actor(each).person_id: stage.settled.actor(each) for each in _riders(stage.settled)
    }
    waiting = ShopOrder.objects.filter(shop=made, state="reserved", placed_at__lt=now)
    for order in waiting.order_by("pk"):
        actor = actors.get(order.person_id)
        if actor is None or order.pk % 9 == 0 or rng.random() > 0.45:
            continue
        shown = shop_orders.show_order(actor=actor, public_id=order.public_id, now=now)
        given = HandOver(shown.signed, _key(made, str(order.public_id)), now, "counter")
        shop_counter.hand_over(actor=SYSTEM, shop_id=made.public_id, given=given, now=now)


def _refill(made: Shop, rng: Random, now: datetime) -> None:
    """Bread comes every few days; what runs out is brought, mostly."""
    for task in made.refills.filter(state="open").select_related("item"):
        if rng.random() < 0.4:
            days = 6 if task.item.has_expiry else 0
            last = timezone.localdate(now) + days * DAY if days else None
            brought = Arrival(task.wanted, last, MARKET)
            shop_stock.perform_refill(
                actor=SYSTEM, public_id=task.public_id, name="take_in", arrival=brought, now=now
            )


def _bring(item: ShopItem, stock: int, days: int, now: datetime) -> None:
    last: date | None = timezone.localdate(now) + days * DAY if days else None
    shop_stock.receive_goods(
        actor=SYSTEM, item_id=item.public_id, arrival=Arrival(stock, last, item.supplier.name),
        key=_key(item.shop, "first", item.name_zh), now=now,
    )  # fmt: skip


def _two_places(places: Mapping[str, Place]) -> list[Place]:
    first = places[STORY]
    markets = [
        each
        for each in places.values()
        if each.type_id == "merchant" and each.state == "open" and each.pk != first.pk
    ]
    markets.sort(key=lambda each: (each.scope_code[:9] != first.scope_code[:9], each.scope_code, each.pk))
    return [first, *markets[:1]]


def _riders(settled: Population) -> list[Seat]:
    """A dozen of those who ride here; whoever tells a story of their own among them."""
    seats = [
        Seat(person, role) for person, role, unit in settled.assignments if role == "worker" and not unit
    ]
    return seats[:14]


def _key(made: Shop, *words: str) -> UUID:
    return uuid5(NAMESPACE_URL, "/".join((str(made.public_id), *words)))

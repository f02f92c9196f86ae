"""A volunteer supermarket, its things, and people with points, through the services that the product uses."""

from uuid import uuid4

from nuanxin.incentives.services import ledger, shop, shop_counter, shop_orders, shop_stock
from nuanxin.incentives.services.shop import ItemData
from nuanxin.incentives.services.shop_counter import HandOver
from nuanxin.incentives.services.shop_stock import Arrival
from nuanxin.kernel.access import SYSTEM
from tests.factories import people
from tests.factories.places import place
from tests.factories.territories import NOW


def shop_at(name="枫林暖新驿站", *, now=NOW, **given):
    made = place(name, now=now, **given)
    return shop.open_shop(actor=SYSTEM, place_id=made.public_id, run_by_id=None, now=now)


def data(name="保温杯", *, points=50, supplier="枫林日用品商行", **given):
    given.setdefault("settlement_fen", 1200)
    return ItemData(name_zh=name, points=points, supplier=supplier, **given)


def item(made, name="保温杯", *, stock=10, expires_on=None, now=NOW, **given):
    added = shop.add_item(
        actor=SYSTEM, shop_id=made.public_id, data=data(name, **given), key=uuid4(), now=now
    )
    if stock:
        receive(added, stock, expires_on=expires_on, now=now)
    return added


def receive(thing, quantity, *, expires_on=None, key=None, now=NOW, actor=SYSTEM):
    return shop_stock.receive_goods(
        actor=actor, item_id=thing.public_id, arrival=Arrival(quantity, expires_on, "枫林日用品商行"),
        key=key or uuid4(), now=now,
    )  # fmt: skip


def rider(name="罗小点", *, points=100, now=NOW):
    """The actor of a worker with so many points."""
    who = people.actor(people.worker(name))
    if points:
        ledger.award(
            subject_id=who.subject_id, amount=points, rule="thanks", source=f"test:{uuid4()}", because="thanks", now=now
        )  # fmt: skip
    return who


def place_order(thing, who, *, key=None, now=NOW):
    return shop_orders.place_order(actor=who, item_id=thing.public_id, key=key or uuid4(), now=now)


def show(order, who, *, now=NOW):
    return shop_orders.show_order(actor=who, public_id=order.public_id, now=now)


def given(code, *, at=NOW, key=None):
    return HandOver(code=code, key=key or uuid4(), at=at, device="phone-1")


def hand_over(made, code, *, actor=SYSTEM, key=None, now=NOW):
    return shop_counter.hand_over(
        actor=actor, shop_id=made.public_id, given=given(code, at=now, key=key), now=now
    )


def sync(made, *rows, actor=SYSTEM, now=NOW):
    return shop_counter.sync_pickups(actor=actor, shop_id=made.public_id, given=rows, now=now)

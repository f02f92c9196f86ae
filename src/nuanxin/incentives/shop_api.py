"""REST: shops, what they give for points, the own orders and their codes, and what a counter hands over."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.urls import reverse
from ninja import Query, Router, Schema, Status
from pydantic import Field

from nuanxin.incentives.models import Pickup, ShopOrder
from nuanxin.incentives.queries import shop as queries
from nuanxin.incentives.queries import shop_orders as orders
from nuanxin.incentives.queries.shop import Offered
from nuanxin.incentives.queries.shop_near import ShopCard, shops_within
from nuanxin.incentives.services import shop_counter, shop_orders
from nuanxin.incentives.services.shop_counter import HandOver
from nuanxin.kernel.access.api import PROBLEMS, At, PlainText, ShortText, operation
from nuanxin.kernel.access.http import ActorRequest

router = Router()

Scope = Annotated[str, Field(pattern=r"^(\d{12}|\d{15})$")]


class ShopOut(Schema):
    """`state`: open, paused; `is_open` at this hour, whatever one may order meanwhile."""

    id: UUID
    place: UUID
    name: str
    state: str
    is_open: bool
    items: int


class ItemOut(Schema):
    """`kind`: goods, service, voucher. Whether some is left, never how many; `per_month` for one person.

    `picture`: its path, `?thumb` for a small one; empty where there is none.
    """

    id: UUID
    shop: UUID
    kind: str
    name: str
    about: str
    points: int
    per_month: int | None
    is_left: bool
    picture: str


class OrderIn(Schema):
    """The same `key` again is the same order."""

    item: UUID
    key: UUID


class OrderOut(Schema):
    """`state`: reserved, ready, collected, expired, cancelled, return, returned."""

    id: UUID
    shop: UUID
    item: UUID
    name: str
    points: int
    state: str
    placed_at: datetime
    collect_by: datetime
    collected_at: datetime | None


class PickupCodeOut(Schema):
    """`signed` is for the picture, `typed` for the keyboard; both end at `expires_at`."""

    signed: str
    typed: str
    expires_at: datetime


class HandOverIn(Schema):
    """`code` as it was shown, scanned or typed; `at` by the counter's clock; the same `key` again is the same."""

    code: Annotated[PlainText, Field(min_length=1, max_length=600)]
    key: UUID
    at: At
    device: Annotated[ShortText, Field(max_length=36)] = ""


class PickupsIn(Schema):
    rows: Annotated[list[HandOverIn], Field(min_length=1, max_length=shop_counter.MOST_AT_ONCE)]


class PickupOut(Schema):
    """`outcome`: accepted; or, of what is synced, twice, late, over, own, unknown: the shop's to look into."""

    key: UUID
    outcome: str
    words: str
    at: datetime


def _shop(card: ShopCard) -> dict[str, Any]:
    shop = card.shop
    return {
        "id": shop.public_id,
        "place": shop.place.public_id,
        "name": shop.name,
        "state": shop.state,
        "is_open": card.hours.is_open,
        "items": card.items,
    }


def _item(offered: Offered) -> dict[str, Any]:
    item = offered.item
    plain = ("kind", "name", "about", "points", "per_month")
    return {
        **{name: getattr(item, name) for name in plain},
        "id": item.public_id,
        "shop": item.shop.public_id,
        "is_left": offered.is_left,
        "picture": reverse("incentives:shop_picture", args=[item.picture.public_id]) if item.picture else "",
    }


def _order(order: ShopOrder) -> dict[str, Any]:
    plain = ("points", "state", "placed_at", "collect_by", "collected_at")
    return {
        **{name: getattr(order, name) for name in plain},
        "id": order.public_id,
        "shop": order.shop.public_id,
        "item": order.item.public_id,
        "name": order.item.name,
    }


def _pickup(row: Pickup) -> dict[str, Any]:
    return {"key": row.key, "outcome": row.outcome, "words": row.get_outcome_display(), "at": row.at}


def _given(given: HandOverIn) -> HandOver:
    return HandOver(code=given.code, key=given.key, at=given.at, device=given.device)


@router.get("", response={200: list[ShopOut], **PROBLEMS}, summary="Shops in a territory, at most sixty")
@operation("places.read")
def listed(request: ActorRequest, within: Annotated[Scope, Query()]) -> list[dict[str, Any]]:
    """Those that are open at this hour come first."""
    return [_shop(each) for each in shops_within(within, now=request.now)]


@router.get(
    "/orders", response={200: list[OrderOut], **PROBLEMS}, summary="One's own orders, the newest first"
)
@operation("incentives.redeem")
def own(request: ActorRequest) -> list[dict[str, Any]]:
    return [_order(each) for each in orders.own_orders(request.actor)]


@router.post("/orders", response={200: OrderOut, 201: OrderOut, **PROBLEMS}, summary="Redeem one piece")
@operation("incentives.redeem")
def redeem(request: ActorRequest, given: OrderIn) -> Any:
    """Points are taken and a piece is kept, or neither."""
    made = shop_orders.place_order(actor=request.actor, item_id=given.item, key=given.key, now=request.now)
    order = orders.own_order(request.actor, made.public_id)
    return Status(201 if order.placed_at == request.now else 200, _order(order))


@router.post(
    "/orders/{public_id}/code", response={200: PickupCodeOut, **PROBLEMS}, summary="A fresh pick-up code"
)
@operation("incentives.redeem")
def code(request: ActorRequest, public_id: UUID) -> dict[str, Any]:
    """Good for two minutes at this shop's counter. For three days from now the order cannot be cancelled."""
    shown = shop_orders.show_order(actor=request.actor, public_id=public_id, now=request.now)
    return {"signed": shown.signed, "typed": shown.typed, "expires_at": shown.expires_at}


@router.post(
    "/orders/{public_id}/cancel", response={200: OrderOut, **PROBLEMS}, summary="Cancel; points come back"
)
@operation("incentives.redeem")
def cancel(request: ActorRequest, public_id: UUID) -> dict[str, Any]:
    shop_orders.cancel_order(actor=request.actor, public_id=public_id, now=request.now)
    return _order(orders.own_order(request.actor, public_id))


@router.get(
    "/{public_id}/items", response={200: list[ItemOut], **PROBLEMS}, summary="What a shop gives for points"
)
@operation("places.read")
def items(request: ActorRequest, public_id: UUID) -> list[dict[str, Any]]:
    page = queries.shop_page(request.actor, public_id, now=request.now)
    return [_item(each) for each in page.items]


@router.post(
    "/{public_id}/pickups", response={200: PickupOut, 201: PickupOut, **PROBLEMS}, summary="Hand an order over"
)  # fmt: skip
@operation("incentives.shop_counter")
def hand_over(request: ActorRequest, public_id: UUID, given: HandOverIn) -> Any:
    """On line: what is wrong is refused before anything is given."""
    row = shop_counter.hand_over(actor=request.actor, shop_id=public_id, given=_given(given), now=request.now)
    return Status(201 if row.received_at == request.now else 200, _pickup(row))


@router.post(
    "/{public_id}/pickups/sync", response={200: list[PickupOut], **PROBLEMS}, summary="What was handed over off line"
)  # fmt: skip
@operation("incentives.shop_counter")
def sync(request: ActorRequest, public_id: UUID, given: PickupsIn) -> list[dict[str, Any]]:
    """In its order; each once. The answer is the last word on each."""
    rows = [_given(each) for each in given.rows]
    return [
        _pickup(each)
        for each in shop_counter.sync_pickups(
            actor=request.actor, shop_id=public_id, given=rows, now=request.now
        )
    ]

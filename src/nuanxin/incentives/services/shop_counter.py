"""A counter hands an order over: on line, or without a network and told later. The server's word is the last."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from nuanxin.incentives.enums import PickupOutcome, ShopMove
from nuanxin.incentives.events import PickupDisputed, RedemptionCollected
from nuanxin.incentives.models import Pickup, Shop, ShopLot, ShopOrder
from nuanxin.incentives.queries.shop import shop_for
from nuanxin.incentives.services.shop_orders import OrderHeld, OwnRedemption
from nuanxin.incentives.services.shop_stock import locked_item, moved, settle_item
from nuanxin.incentives.workflow import ORDER
from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor
from nuanxin.kernel.errors import Conflict, Invalid
from nuanxin.kernel.events import publish
from nuanxin.people.queries import subject_of
from nuanxin.places.queries import codes
from nuanxin.places.queries.codes import NotACode

MOST_AT_ONCE = 200


class NotAPickup(Invalid):
    default_message = _("这个码不对，或者不是这家超市的。")
    default_hint = _("请小哥刷新一下再出示，看看单子上写的是哪家。")


class PickupLate(Conflict):
    default_message = _("码过了时间。")
    default_hint = _("请小哥刷新一下再出示，马上再扫。")


class PickedUpAlready(Conflict):
    default_message = _("这一单已经取过了。")
    default_hint = _("一单只取一次；小哥可以在“我换的”里看到是什么时候取的。")


class OrderGone(Conflict):
    default_message = _("这一单取消了，或者过期了，积分已经退回。")
    default_hint = _("还要的话，请小哥再换一次。")


class TooManyPickups(Invalid):
    default_message = _("一次最多送 200 条。")
    default_hint = _("分几次送；每一条都还在手机里。")


REFUSALS = (NotAPickup, PickupLate, PickedUpAlready, OrderGone, OwnRedemption, OrderHeld)


@dataclass(frozen=True, slots=True)
class HandOver:
    """What a counter's phone says that it gave. `code` as it was shown; `at` by the corrected clock."""

    code: str
    key: UUID
    at: datetime
    device: str = ""


@dataclass(frozen=True, slots=True)
class _Read:
    number: str
    order: ShopOrder | None
    is_ours: bool
    is_in_time: bool


def hand_over(*, actor: Actor, shop_id: UUID, given: HandOver, now: datetime) -> Pickup:
    """On line: what is wrong is refused before anything is given. The same `key` again is the same. Audited.

    Publishes `RedemptionCollected`. Raises `ShopNotFound`, `NotAPickup`, `PickupLate`, `PickedUpAlready`, `OrderGone`,
    `OwnRedemption`, `OrderHeld`.
    """
    shop = shop_for(actor, shop_id, "incentives.shop_counter")
    with transaction.atomic():
        known = _known(shop, given.key)
        if known is not None:
            return known
        read = _read(shop, given.code, now)
        wrong = _wrong(actor, read)
        if wrong is not None or read.order is None:
            raise _REFUSED.get(wrong or PickupOutcome.UNKNOWN, NotAPickup)
        row = _accept(actor, shop, read.order, given, now, now=now, was_offline=False)
        _audit(actor, shop, "hand_over", row.order_id, now)
        return row


def sync_pickups(*, actor: Actor, shop_id: UUID, given: Iterable[HandOver], now: datetime) -> list[Pickup]:
    """What a counter gave without a network, in its order; each once, whatever the network does.

    What was given stays given: what should not have been is written down for the shop to look into, and takes nothing
    from the worker. Publishes `RedemptionCollected` or `PickupDisputed`. Raises `ShopNotFound`, `TooManyPickups`.
    """
    shop = shop_for(actor, shop_id, "incentives.shop_counter")
    rows = list(given)
    if len(rows) > MOST_AT_ONCE:
        raise TooManyPickups
    return [_sync_one(actor, shop, each, now) for each in rows]


def _sync_one(actor: Actor, shop: Shop, given: HandOver, now: datetime) -> Pickup:
    at = min(given.at, now)  # a clock that runs ahead gave nothing tomorrow
    with transaction.atomic():
        known = _known(shop, given.key)
        if known is not None:
            return known
        read = _read(shop, given.code, at)
        wrong = _wrong(actor, read)
        if wrong is None and read.order is not None:
            row = _accept(actor, shop, read.order, given, at, now=now, was_offline=True)
        else:
            row = _written(
                shop, read.order, wrong or PickupOutcome.UNKNOWN, given, at, read.number, now, was_offline=True
            )  # fmt: skip
            happened = PickupDisputed(shop.pk, row.pk, row.outcome)
            publish(happened, scope_code=shop.place.scope_code, now=now)
        _audit(actor, shop, "sync_pickup", row.order_id, now)
        return row


def _known(shop: Shop, key: UUID) -> Pickup | None:
    """The same delivery twice at once is one: a shop's counters come one after the other."""
    Shop.objects.select_for_update(no_key=True).get(pk=shop.pk)
    return Pickup.objects.filter(shop=shop, key=key).first()


def _read(shop: Shop, text: str, at: datetime) -> _Read:
    """The item's row is held until the transaction ends, as by everything that moves its stock."""
    place = shop.place.public_id
    if codes.is_typed(text):
        said = codes.cleaned(text)
        order = _held(shop, said[: codes.NUMBER])
        ours = (
            order is not None
            and _was_shown(order, at)
            and codes.is_marked(said, place=place, offer=order.item.public_id, at=at)
        )
        return _Read(said[: codes.NUMBER], order if ours else None, ours, ours)
    try:
        code = codes.opened(text.rpartition("#")[2].strip())
    except NotACode:
        return _Read("", None, is_ours=False, is_in_time=False)
    order = _held(shop, code.number) if code.place == place else None
    if order is None or order.item.public_id != code.offer:
        return _Read(code.number, None, is_ours=False, is_in_time=False)
    return _Read(code.number, order, is_ours=True, is_in_time=code.is_good(at))


def _was_shown(order: ShopOrder, at: datetime) -> bool:
    """Whether its owner can have read it out then. A counter has the key of what is typed, and a list of the numbers:
    without this it could hand over what nobody came for, to be paid for it.
    """
    shown = order.shown_at
    return shown is not None and at < shown + codes.LASTS + 2 * codes.SKEW


def _held(shop: Shop, number: str) -> ShopOrder | None:
    found = ShopOrder.objects.filter(shop=shop, number=number).values_list("pk", "item").first()
    if found is None:
        return None
    item = locked_item(found[1])
    order = ShopOrder.objects.select_related("lot").get(pk=found[0])
    order.item = item
    return order


def _wrong(actor: Actor, read: _Read) -> PickupOutcome | None:
    """What stands in the way; nothing where it may be handed over."""
    order = read.order
    if not read.is_ours or order is None:
        return PickupOutcome.UNKNOWN
    if order.state not in ORDER["collect"].sources:
        return PickupOutcome.TWICE if order.collected_at else PickupOutcome.OVER
    if not read.is_in_time:
        return PickupOutcome.LATE
    if order.is_held:
        return PickupOutcome.HELD
    return PickupOutcome.OWN if order.person_id and order.person_id == actor.person_id else None


_REFUSED: dict[PickupOutcome, type[Conflict] | type[Invalid] | type[OwnRedemption]] = {
    PickupOutcome.UNKNOWN: NotAPickup,
    PickupOutcome.TWICE: PickedUpAlready,
    PickupOutcome.OVER: OrderGone,
    PickupOutcome.LATE: PickupLate,
    PickupOutcome.OWN: OwnRedemption,
    PickupOutcome.HELD: OrderHeld,
}


def _accept(
    actor: Actor, shop: Shop, order: ShopOrder, given: HandOver, at: datetime, *, now: datetime, was_offline: bool
) -> Pickup:  # fmt: skip
    ORDER.step(order, "collect", state_since=now, collected_at=at, handed_by_id=actor.assignment_id)
    ShopLot.objects.filter(pk=order.lot_id).update(balance=F("balance") - 1, reserved=F("reserved") - 1)
    moved(order.lot, ShopMove.COLLECTED, key=order.public_id, now=now, quantity=-1, held=-1, actor=actor)
    settle_item(order.item, now=now)
    row = _written(shop, order, PickupOutcome.ACCEPTED, given, at, order.number, now, was_offline=was_offline)
    subject = subject_of(order.person_id) if order.person_id else None
    happened = RedemptionCollected(order.pk, shop.pk, order.item_id, was_offline)
    publish(happened, subject_id=subject, scope_code=shop.place.scope_code, now=now)
    return row


def _written(
    shop: Shop,
    order: ShopOrder | None,
    outcome: PickupOutcome,
    given: HandOver,
    at: datetime,
    number: str,
    now: datetime,
    *,
    was_offline: bool,
) -> Pickup:
    return Pickup.objects.create(
        shop=shop, order=order, number=number, key=given.key, device=given.device[:36], at=at, received_at=now,
        outcome=outcome, was_offline=was_offline,
    )  # fmt: skip


def _audit(actor: Actor, shop: Shop, name: str, order_id: int | None, now: datetime) -> None:
    audit.record(
        actor=actor, action=f"incentives.{name}", object_type="shop_order", object_id=order_id or "",
        scope_code=shop.place.scope_code, now=now,
    )  # fmt: skip

"""Points become a thing: an order is made, cancelled, prepared, expires, comes back. One order is one piece.

Locks are taken in one order everywhere: the item, then the order's own step, then the account in the ledger.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.incentives import events
from nuanxin.incentives.enums import ShopMove, ShopState
from nuanxin.incentives.models import ShopItem, ShopLot, ShopOrder
from nuanxin.incentives.queries.shop import first_out, last_day_of, public_item_key, taken_by
from nuanxin.incentives.queries.shop_orders import OFFLINE_DAYS, order_for, own_order
from nuanxin.incentives.services.ledger import refund, spend
from nuanxin.incentives.services.self_redeem import look_at_order
from nuanxin.incentives.services.shop_stock import locked_item, moved, settle_item
from nuanxin.incentives.workflow import ORDER
from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.errors import Conflict, Invalid, NotAllowed
from nuanxin.kernel.events import publish
from nuanxin.kernel.privacy.masking import mask_name
from nuanxin.kernel.privacy.register import Erased, Subject
from nuanxin.people.queries import subject_of
from nuanxin.places.enums import PlaceState
from nuanxin.places.queries import codes
from nuanxin.places.queries.codes import Code

BATCH = 200
REMIND_BEFORE = timedelta(days=3)
KEPT = timedelta(days=396)
SHOWN_LOCKS = timedelta(days=OFFLINE_DAYS)


class ShopNotOpen(Conflict):
    default_message = _("这家超市现在不能换东西。")
    default_hint = _("恢复以后这里会写出来；看看附近别的超市。")


class NotOffered(Conflict):
    default_message = _("这一样现在不换。")
    default_hint = _("还没到季节，或者刚下架；看看别的。")


class SoldOut(Conflict):
    default_message = _("刚刚被换完了。")
    default_hint = _("积分没有动。补上货以后还会有，先看看别的。")


class MonthIsFull(Conflict):
    default_message = _("这个月这一样换够了。")
    default_hint = _("每人每月有个数，好让大家都有；下个月一号再来。")


class AnotherOrder(Conflict):
    default_message = _("这一次点的已经换了别的。")
    default_hint = _("请回到物品页面，再点一次“换”。")


class PerhapsTaken(Conflict):
    default_message = _("取货码出示过，现在还不能取消。")
    default_hint = _("柜台可能没有网、已经交给你了。三天里没有取，就能取消；过期没取，积分自动退回。")


class OwnRedemption(NotAllowed):
    default_message = _("自己换的东西，要别的同事来办。")
    default_hint = _("请另一位当班的同事点；这是为了大家都放心。")


class SamePersonTwice(NotAllowed):
    default_message = _("提出退的人不能自己同意。")
    default_hint = _("请另一位同事看过东西再定。")


class OrderHeld(Conflict):
    default_message = _("这一单还在等人看，先不能取。")
    default_hint = _("在自己管的超市换东西，要另一位同事看一眼；结果会通知本人，积分一分不少。")


class OrderOver(Conflict):
    default_message = _("这一单已经取走、取消或者过期了。")
    default_hint = _("到“我换的”里看看是哪一步。")


@dataclass(frozen=True, slots=True)
class PickupCode:
    """What the worker's phone shows: to be scanned, to be typed, and until when."""

    signed: str
    typed: str
    expires_at: datetime


# --- A worker ------------------------------
def place_order(*, actor: Actor, item_id: UUID, key: UUID, now: datetime) -> ShopOrder:
    """One piece is kept and its points are taken, or neither. The same `key` again is the same order.

    Publishes `RedemptionPlaced`. Raises `NotAllowed`, `ItemNotFound`, `ShopNotOpen`, `NotOffered`, `SoldOut`,
    `MonthIsFull`, `NotEnoughPoints`, and `AnotherOrder` where the key was used for something else.
    """
    if actor.person_id is None or actor.subject_id is None or not policy.permits(actor, "incentives.redeem"):
        raise NotAllowed
    item_key = public_item_key(item_id)
    try:
        with transaction.atomic():
            return _placed(actor, actor.subject_id, item_key, key, now)
    except IntegrityError:  # the same key at the same moment, for something else
        if ShopOrder.objects.filter(person=actor.person_id, key=key).exists():
            raise AnotherOrder from None
        raise


def _placed(actor: Actor, subject_id: UUID, item_key: int, key: UUID, now: datetime) -> ShopOrder:
    item = locked_item(item_key)
    again = ShopOrder.objects.filter(person=actor.person_id, key=key).first()
    if again is not None:
        if again.item_id != item.pk:
            raise AnotherOrder
        return again
    lot = _free_lot(actor, item, now)
    ShopLot.objects.filter(pk=lot.pk).update(reserved=F("reserved") + 1)
    order = ShopOrder.objects.create(
        shop_id=item.shop_id, item=item, lot=lot, supplier_id=item.supplier_id, person_id=actor.person_id, key=key,
        number=_free_number(item.shop_id), points=item.points, settlement_fen=item.settlement_fen,
        state_since=now, placed_at=now, collect_by=_deadline(item, lot, now),
    )  # fmt: skip
    moved(lot, ShopMove.RESERVED, key=order.public_id, now=now, held=1)
    settle_item(item, now=now)
    happened = events.RedemptionPlaced(order.pk, item.shop_id, item.pk, item.points)
    publish(happened, subject_id=subject_id, scope_code=item.shop.place.scope_code, now=now)
    spent = spend(subject_id=subject_id, amount=item.points, source=order.source, now=now)
    look_at_order(actor=actor, order=order, spent=spent, now=now)
    return order


def _free_lot(actor: Actor, item: ShopItem, now: datetime) -> ShopLot:
    """What goes out of date first, of what is still good. Raises what stands in the way."""
    if item.shop.state != ShopState.OPEN or item.shop.place.state != PlaceState.OPEN:
        raise ShopNotOpen
    if not item.is_offered or not item.is_in_season(timezone.localdate(now)):
        raise NotOffered
    if item.per_month is not None:
        had = taken_by(actor.person_id, [item], now=now).get(item.pk, 0)
        if had >= item.per_month:
            raise MonthIsFull
    lot = first_out(item, now=now)
    if lot is None:
        raise SoldOut
    return lot


def _deadline(item: ShopItem, lot: ShopLot, now: datetime) -> datetime:
    """The end of the day until which it is kept."""
    last = last_day_of(item, lot, now=now)
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight + timedelta(days=(last - midnight.date()).days + 1)).astimezone(UTC)


def _free_number(shop_id: int) -> str:
    while True:
        number = "".join(secrets.choice(codes.ALPHABET) for _position in range(codes.NUMBER))
        if not ShopOrder.objects.filter(shop=shop_id, number=number).exists():
            return number


def show_order(*, actor: Actor, public_id: UUID, now: datetime) -> PickupCode:
    """A fresh code, good for two minutes at this shop's counter. From now on it may have been taken in off line.

    Raises `OrderNotFound`, `OrderOver`, `OrderHeld`.
    """
    order = own_order(actor, public_id)
    if order.is_held:
        raise OrderHeld
    with transaction.atomic():
        waiting = ShopOrder.objects.filter(
            pk=order.pk, state__in=ORDER["collect"].sources, collect_by__gt=now
        )
        if not waiting.update(shown_at=now):
            raise OrderOver
    person = order.person
    name = (person.nickname or mask_name(person.name)) if person else ""
    code = Code(
        order.shop.place.public_id, order.item.public_id, order.number, now.replace(microsecond=0), name
    )
    return PickupCode(codes.signed(code), codes.in_groups(codes.typed(code)), code.expires)


def cancel_order(*, actor: Actor, public_id: UUID, now: datetime) -> ShopOrder:
    """Before it is fetched: the piece is free again, the points are back. Publishes `RedemptionCancelled`.

    Raises `OrderNotFound`, `IllegalMove`, `PerhapsTaken` while a counter without a network may have handed it over.
    """
    order = own_order(actor, public_id)
    with transaction.atomic():
        item = locked_item(order.item_id)
        _look_again(order)
        if order.state in ORDER["cancel"].sources and may_be_taken(order, now):
            raise PerhapsTaken
        _give_back(order, item, "cancel", now)
        happened = events.RedemptionCancelled(order.pk, item.shop_id, item.pk, order.points, by_shop=False)
        _tell(order, item, happened, now)
    return order


def _look_again(order: ShopOrder) -> None:
    """Its own row is held from here on: a code that is shown at the same moment comes before, or not at all."""
    held = ShopOrder.objects.select_for_update(no_key=True)
    order.refresh_from_db(fields=["state", "shown_at"], from_queryset=held)


def may_be_taken(order: ShopOrder, now: datetime) -> bool:
    """A code of it was shown so lately that a counter without a network may still hold the hand-over."""
    return order.shown_at is not None and now < order.shown_at + SHOWN_LOCKS


def _give_back(order: ShopOrder, item: ShopItem, name: str, now: datetime, **changes: Any) -> None:
    """The step, the piece, the points: in the caller's transaction, the item's row held."""
    ORDER.step(order, name, state_since=now, **changes)
    ShopLot.objects.filter(pk=order.lot_id).update(reserved=F("reserved") - 1)
    moved(order.lot, ShopMove.RELEASED, key=order.public_id, now=now, held=-1)
    settle_item(item, now=now)
    refund(source=order.source, now=now)


def _tell(order: ShopOrder, item: ShopItem, happened: object, now: datetime) -> None:
    subject = subject_of(order.person_id) if order.person_id else None
    publish(happened, subject_id=subject, scope_code=item.shop.place.scope_code, now=now)


# --- Who keeps the shop ------------------------------
def perform_order(*, actor: Actor, public_id: UUID, name: str, now: datetime, reason: str = "") -> ShopOrder:
    """`prepare`, `call_off`, `ask_return`, `return`, `refuse_return`: never of one's own order. Audited.

    Raises `OrderNotFound`, `IllegalMove`, `OwnRedemption`, `SamePersonTwice`, `Invalid`, `KeyError` for another name.
    """
    steps: dict[str, Callable[[Actor, ShopOrder, ShopItem, str, datetime], object]] = {
        "prepare": _prepare,
        "call_off": _call_off,
        "ask_return": _ask_return,
        "return": _return,
        "refuse_return": _refuse_return,
    }
    act, move = steps[name], ORDER[name]
    order = order_for(actor, public_id, move.permission)
    if order.person_id is not None and order.person_id == actor.person_id:
        raise OwnRedemption
    if "reason" in move.required_fields and not reason.strip():
        raise Invalid(fields={"reason": _("请写一句为什么，换的人看得到。")})
    with transaction.atomic():
        item = locked_item(order.item_id)
        happened = act(actor, order, item, reason.strip()[:120], now)
        audit.record(
            actor=actor, action=f"incentives.order_{name}", object_type="shop_order", object_id=order.pk,
            scope_code=item.shop.place.scope_code, now=now,
        )  # fmt: skip
        if happened is not None:
            _tell(order, item, happened, now)
    return order


def _prepare(actor: Actor, order: ShopOrder, item: ShopItem, reason: str, now: datetime) -> object:
    ORDER.step(order, "prepare", state_since=now)
    return events.RedemptionReady(order.pk, item.shop_id, item.pk)


def _call_off(actor: Actor, order: ShopOrder, item: ShopItem, reason: str, now: datetime) -> object:
    _give_back(order, item, "call_off", now, return_reason=reason)
    return events.RedemptionCancelled(order.pk, item.shop_id, item.pk, order.points, by_shop=True)


def _ask_return(actor: Actor, order: ShopOrder, item: ShopItem, reason: str, now: datetime) -> object:
    ORDER.step(
        order, "ask_return", state_since=now, return_reason=reason, return_asked_by_id=actor.assignment_id
    )
    return events.RedemptionReturnAsked(order.pk, item.shop_id, item.pk)


def _return(actor: Actor, order: ShopOrder, item: ShopItem, reason: str, now: datetime) -> object:
    """The thing is faulty and does not go back to the shelf; the points do."""
    _by_another(actor, order)
    ORDER.step(order, "return", state_since=now, returned_at=now)
    refund(source=order.source, now=now)
    return events.RedemptionReturned(order.pk, item.shop_id, item.pk, order.points)


def _refuse_return(actor: Actor, order: ShopOrder, item: ShopItem, reason: str, now: datetime) -> None:
    _by_another(actor, order)
    ORDER.step(order, "refuse_return", state_since=now, return_reason=reason)


def _by_another(actor: Actor, order: ShopOrder) -> None:
    asked = order.return_asked_by
    if asked is not None and asked.person_id == actor.person_id:
        raise SamePersonTwice


def settle_held_order(*, source: str, is_released: bool, reason: str, now: datetime) -> None:
    """What a person decided about one that waited: it can be fetched for its full time, or the points are back.

    Nothing happens to one that was given up meanwhile. Publishes `RedemptionCancelled`.
    """
    key = source.partition(":")[2]
    known = ShopOrder.objects.filter(public_id=key, is_held=True).values_list("item", flat=True).first()
    if known is None:
        return
    item = locked_item(known)
    order = ShopOrder.objects.select_related("lot").get(public_id=key)
    waits = order.state in ORDER["collect"].sources
    changes = {"collect_by": _deadline(item, order.lot, now)} if waits and is_released else {}
    ShopOrder.objects.filter(pk=order.pk).update(is_held=False, **changes)
    if waits and not is_released:
        _give_back(order, item, "call_off", now, return_reason=reason[:120])
        happened = events.RedemptionCancelled(order.pk, item.shop_id, item.pk, order.points, by_shop=True)
        _tell(order, item, happened, now)


# --- By the calendar ------------------------------
def expire_orders(*, now: datetime) -> int:
    """What nobody fetched in time; the points are back. Publishes `RedemptionExpired`. Returns how many were looked at.

    One that was shown lately waits until no counter without a network can still hold its hand-over.
    """
    late = ShopOrder.objects.filter(state__in=ORDER["expire"].sources, collect_by__lte=now)
    late = late.exclude(shown_at__gt=now - SHOWN_LOCKS)
    rows = list(late.select_related("lot").order_by("collect_by", "pk")[:BATCH])
    for order in rows:
        with transaction.atomic():
            item = locked_item(order.item_id)
            known = order.state
            _look_again(order)
            if order.state != known or may_be_taken(order, now):
                continue  # taken in, or shown, while we looked
            _give_back(order, item, "expire", now)
            happened = events.RedemptionExpired(order.pk, item.shop_id, item.pk, order.points)
            _tell(order, item, happened, now)
    return len(rows)


def remind_of_orders(*, now: datetime) -> int:
    """Three days before; once. Publishes `RedemptionExpiring`. Returns how many."""
    soon = ShopOrder.objects.filter(
        state__in=ORDER["expire"].sources, reminded_at=None, collect_by__gt=now, collect_by__lte=now + REMIND_BEFORE
    )  # fmt: skip
    rows = list(soon.select_related("item__shop__place").order_by("pk")[:BATCH])
    for order in rows:
        with transaction.atomic():
            if ShopOrder.objects.filter(pk=order.pk, reminded_at=None).update(reminded_at=now):
                last = timezone.localtime(order.collect_by - timedelta(seconds=1))
                happened = events.RedemptionExpiring(
                    order.pk, order.shop_id, order.item_id, f"{last:%Y-%m-%d}"
                )
                _tell(order, order.item, happened, now)
    return len(rows)


def erase_orders(subject: Subject, *, now: datetime) -> Erased:
    """An account goes: what was still to be fetched is free again, of the rest nobody knows whose it was."""
    rows = ShopOrder.objects.filter(person=subject.person_id or 0)
    with transaction.atomic():
        for order in rows.filter(state__in=ORDER["expire"].sources).select_related("lot"):
            _give_back(order, locked_item(order.item_id), "expire", now)
        return Erased(anonymised=rows.update(person=None))


def orders_over(now: datetime) -> int:
    return ShopOrder.objects.filter(person__isnull=False, placed_at__lt=now - KEPT).count()


def forget_orders(*, now: datetime) -> int:
    """After thirteen months nobody knows whose they were; what was given stays a number, for the books."""
    old = ShopOrder.objects.filter(person__isnull=False, placed_at__lt=now - KEPT)
    keys = list(old.order_by("pk").values_list("pk", flat=True)[:BATCH])
    return ShopOrder.objects.filter(pk__in=keys).update(person=None)

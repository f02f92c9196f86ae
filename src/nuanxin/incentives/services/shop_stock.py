"""What comes to a shop's shelf and leaves it: lots, append-only movements, what runs out and who brings more."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.incentives.enums import RefillState, ShopMove
from nuanxin.incentives.events import ShopStockExpiring, ShopStockLow
from nuanxin.incentives.models import Refill, ShopItem, ShopLot, ShopMovement
from nuanxin.incentives.queries.shop import free_of, item_for
from nuanxin.incentives.workflow import REFILL
from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, visible
from nuanxin.kernel.errors import Conflict, Invalid, NotFound
from nuanxin.kernel.events import publish

MOST = 9999
WARN_BEFORE = timedelta(days=7)
BATCH = 200
NUMBER = re.compile(r"\d{7,}")


class BadAmount(Invalid):
    default_message = _("数量不对。")
    default_hint = _("请填 1 到 9999 之间的整数。")


class NoBestBefore(Invalid):
    default_message = _("还没有填有效期。")
    default_hint = _("看包装上的日期；日期不一样的，分几次收。")


class GoneBad(Invalid):
    default_message = _("这一批已经过期，不能上架。")
    default_hint = _("请退回去；日期看错了就改一下再收。")


class PromisedAlready(Conflict):
    default_message = _("这里面有换好还没来取的，不能少过这个数。")
    default_hint = _("真的没有了，先到“今天”把给不了的退掉，再来盘点。")


class RefillNotFound(NotFound):
    default_message = _("没有找到这件补货的事。")


@dataclass(frozen=True, slots=True)
class Arrival:
    """What arrives together. `source` is a firm or an office, never a person."""

    quantity: int
    expires_on: date | None = None
    source: str = ""


def receive_goods(*, actor: Actor, item_id: UUID, arrival: Arrival, key: UUID, now: datetime) -> ShopItem:
    """A new lot on the shelf, which ends a refill that was asked for; the same `key` again is the same.

    Raises `ItemNotFound`, `BadAmount`, `NoBestBefore`, `GoneBad`, `Invalid`.
    """
    found = item_for(actor, item_id, "incentives.shop_stock")
    with transaction.atomic():
        item = locked_item(found.pk)
        if _is_known(item, key):
            return item
        _check(item, arrival, timezone.localdate(now))
        lot = ShopLot.objects.create(
            item=item, expires_on=arrival.expires_on, source=arrival.source.strip()[:60], received_at=now,
            balance=arrival.quantity,
        )  # fmt: skip
        moved(lot, ShopMove.RECEIVED, key=key, now=now, quantity=arrival.quantity, actor=actor)
        _note(actor, "receive", item, now, quantity=arrival.quantity)
        settle_item(item, now=now)
    return item


def spoil_lot(*, actor: Actor, item_id: UUID, lot_id: int, key: UUID, now: datetime) -> ShopItem:
    """What of a lot is promised to nobody is thrown away. Raises `ItemNotFound`."""
    found = item_for(actor, item_id, "incentives.shop_stock")
    with transaction.atomic():
        item = locked_item(found.pk)
        lot = ShopLot.objects.filter(item=item, pk=lot_id).first()
        if lot is not None and lot.balance > lot.reserved and not _is_known(item, key):
            gone = lot.balance - lot.reserved
            ShopLot.objects.filter(pk=lot.pk).update(balance=F("balance") - gone)
            moved(lot, ShopMove.SPOILED, key=key, now=now, quantity=-gone, actor=actor)
            _note(actor, "spoil", item, now, quantity=gone)
            settle_item(item, now=now)
    return item


def count_goods(
    *, actor: Actor, item_id: UUID, counted: Mapping[int, int], key: UUID, now: datetime
) -> ShopItem:
    """So many lie there, by lot; a difference is a movement of its own. The same `key` again is the same.

    Raises `ItemNotFound`, `BadAmount`, `PromisedAlready`.
    """
    found = item_for(actor, item_id, "incentives.shop_stock")
    with transaction.atomic():
        item = locked_item(found.pk)
        if _is_known(item, key):
            return item
        differences = 0
        for lot in ShopLot.objects.filter(item=item, pk__in=list(counted)):
            there = counted[lot.pk]
            if not 0 <= there <= MOST:
                raise BadAmount(fields={f"lot_{lot.pk}": BadAmount.default_hint})
            if there < lot.reserved:
                raise PromisedAlready
            if there != lot.balance:
                ShopLot.objects.filter(pk=lot.pk).update(balance=there)
                change = there - lot.balance
                moved(lot, ShopMove.COUNTED, key=key, now=now, quantity=change, actor=actor)
                differences += abs(change)
        _note(actor, "count", item, now, quantity=differences)
        settle_item(item, now=now)
    return item


def _check(item: ShopItem, arrival: Arrival, today: date) -> None:
    if not 0 < arrival.quantity <= MOST:
        raise BadAmount(fields={"quantity": BadAmount.default_hint})
    if arrival.expires_on is None and item.has_expiry:
        raise NoBestBefore(fields={"expires_on": NoBestBefore.default_hint})
    if arrival.expires_on is not None and arrival.expires_on < today:
        raise GoneBad(fields={"expires_on": f"{GoneBad.default_message}{GoneBad.default_hint}"})
    if NUMBER.search(arrival.source):
        raise Invalid(fields={"source": _("只写单位，不写个人的姓名和电话。")})


# --- In the caller's transaction ------------------------------
def locked_item(pk: int) -> ShopItem:
    """One movement of an item at a time."""
    rows = ShopItem.objects.select_for_update(of=("self",), no_key=True).select_related("shop__place")
    return rows.get(pk=pk)


def moved(
    lot: ShopLot,
    kind: ShopMove,
    *,
    key: UUID,
    now: datetime,
    quantity: int = 0,
    held: int = 0,
    actor: Actor | None = None,
) -> None:
    ShopMovement.objects.create(
        lot=lot, kind=kind, quantity=quantity, held=held, at=now, key=key,
        assignment_id=actor.assignment_id if actor else None,
    )  # fmt: skip


def settle_item(item: ShopItem, *, now: datetime, left: int | None = None) -> None:
    """After a movement: is there enough? Says once that there is not and asks for more; takes it back when there is."""
    left = free_of([item], now=now)[item.pk] if left is None else left
    low = item.is_offered and left < item.minimum
    if low and item.low_since is None:
        ShopItem.objects.filter(pk=item.pk).update(low_since=now)
        item.low_since = now
        _ask_for_more(item, left, now)
        happened = ShopStockLow(item.shop_id, item.pk, left)
        publish(happened, scope_code=item.shop.place.scope_code, now=now)
    elif not low and item.low_since is not None:
        ShopItem.objects.filter(pk=item.pk).update(low_since=None)
        item.low_since = None
        for task in Refill.objects.filter(item=item, state__in=REFILL["settle"].sources):
            name = "take_in" if left >= item.minimum > 0 else "settle"
            REFILL.step(task, name, state_since=now)


def _ask_for_more(item: ShopItem, left: int, now: datetime) -> None:
    if not Refill.objects.filter(item=item, state__in=REFILL["settle"].sources).exists():
        wanted = max(2 * item.minimum - left, 1)
        Refill.objects.create(
            shop_id=item.shop_id, item=item, brings=item.supplier.brings, wanted=wanted, opened_at=now, state_since=now
        )  # fmt: skip


def _is_known(item: ShopItem, key: UUID) -> bool:
    return ShopMovement.objects.filter(key=key, lot__item=item).exists()


def _note(actor: Actor, name: str, item: ShopItem, now: datetime, *, quantity: int) -> None:
    audit.record(
        actor=actor, action=f"incentives.shop_{name}", object_type="shop_item", object_id=item.pk,
        scope_code=item.shop.place.scope_code, detail={"quantity": quantity}, now=now,
    )  # fmt: skip


# --- Refill ------------------------------
def ask_for_refill(*, actor: Actor, item_id: UUID, now: datetime) -> Refill:
    """The keeper wants more, whatever the minimum; where it is under way it is that one. Raises `ItemNotFound`."""
    found = item_for(actor, item_id, "incentives.shop_stock")
    with transaction.atomic():
        item = locked_item(found.pk)
        _ask_for_more(item, free_of([item], now=now)[item.pk], now)
        _note(actor, "ask", item, now, quantity=0)
        return Refill.objects.get(item=item, state__in=[RefillState.OPEN, RefillState.ACCEPTED])


def refill_for(actor: Actor, public_id: UUID) -> Refill:
    """Raises `RefillNotFound`."""
    rows = visible(Refill.objects.all(), "incentives.shop_keep", actor)
    related = rows.select_related("shop", "item__shop__place", "item__supplier")
    task = related.filter(public_id=public_id).first()
    if task is None:
        raise RefillNotFound
    return task


def perform_refill(
    *,
    actor: Actor,
    public_id: UUID,
    name: str,
    now: datetime,
    reason: str = "",
    arrival: Arrival | None = None,
    key: UUID | None = None,
) -> Refill:
    """Accept, take in (which is the receiving), drop. Raises `RefillNotFound`, `IllegalMove`, `Invalid`, and what
    receiving raises.
    """
    task = refill_for(actor, public_id)
    if name == "drop" and not reason.strip():
        raise Invalid(fields={"reason": _("请写一句为什么，接着办的人看得到。")})
    with transaction.atomic():
        changes = {"reason": reason.strip()[:120]} if name == "drop" else {}
        if name == "take_in":
            if ShopMovement.objects.filter(key=key or public_id).exists():
                return task
            REFILL.step(task, name, state_since=now)
            receive_goods(
                actor=actor, item_id=task.item.public_id, arrival=arrival or Arrival(0), key=key or public_id, now=now
            )  # fmt: skip
            return task
        REFILL.step(task, name, state_since=now, **changes)
        _note(actor, f"refill_{name}", task.item, now, quantity=task.wanted)
    return task


# --- By the calendar ------------------------------
def watch_shelves(*, now: datetime) -> int:
    """What goes out of date within the week is said once; what has, is no longer counted. Returns how many lots."""
    today = timezone.localdate(now)
    due = ShopLot.objects.filter(
        warned_at=None, balance__gt=0, expires_on__isnull=False, expires_on__lte=today + WARN_BEFORE
    )
    with transaction.atomic():
        lots = list(due.select_related("item__shop__place", "item__supplier").order_by("pk")[:BATCH])
        for lot in lots:
            if ShopLot.objects.filter(pk=lot.pk, warned_at=None).update(warned_at=now):
                happened = ShopStockExpiring(lot.item.shop_id, lot.item_id, f"{lot.expires_on:%Y-%m-%d}")
                publish(happened, scope_code=lot.item.shop.place.scope_code, now=now)
    return len(lots)


def settle_dates(*, now: datetime) -> int:
    """Items of which something went out of date yesterday: is there still enough? Returns how many items."""
    yesterday = timezone.localdate(now) - timedelta(days=1)
    gone = ShopLot.objects.filter(expires_on=yesterday, balance__gt=F("reserved"))
    for key in gone.order_by().values_list("item", flat=True).distinct():
        with transaction.atomic():
            settle_item(locked_item(key), now=now)
    return gone.count()

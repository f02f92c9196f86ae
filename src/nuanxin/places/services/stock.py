"""What comes into a place's stock and goes out of it. Who took something is written nowhere."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import BigIntegerField, CharField, F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import Actor
from nuanxin.kernel.errors import Conflict, Invalid
from nuanxin.kernel.prepared import Prepared
from nuanxin.places.enums import Movement
from nuanxin.places.models import Place, StockLine, StockLot, StockMovement
from nuanxin.places.queries.catalogue import catalogue
from nuanxin.places.queries.register import changeable_place
from nuanxin.places.queries.stock import UNDO_WITHIN, held_of, undo_key
from nuanxin.places.services.noting import note
from nuanxin.places.services.watching import settle

MOST = 9999
NUMBER = re.compile(r"\d{7,}")


class NotKept(Invalid):
    default_message = _("这里不备这一样。")
    default_hint = _("请刷新页面；要备它，先在“备哪些”里加上。")


class NothingLeft(Conflict):
    default_message = _("没有了，拿不出来。")
    default_hint = _("可能刚被拿走。货架上还有的话，点“盘点”把数改对；没有就点“请人来补”。")


class OnlyExpired(Conflict):
    default_message = _("剩下的都过期了，不能给人用。")
    default_hint = _("请把过期的清理掉，再点“请人来补”。")


class BadQuantity(Invalid):
    default_message = _("数量不对。")
    default_hint = _("请填 1 到 9999 之间的整数。")


class NoExpiry(Invalid):
    default_message = _("还没有填有效期。")
    default_hint = _("看包装上的“有效期至”；几盒日期不一样的，分几次收。")


class AlreadyExpired(Invalid):
    default_message = _("这一批已经过期，不能上架。")
    default_hint = _("请退回去；日期看错了就改一下再收。")


class TooLateToUndo(Conflict):
    default_message = _("过了一分钟，撤销不了。")
    default_hint = _("数不对的话，点“盘点”把数改对。")


class StillThere(Conflict):
    default_message = _("货架上还有，不能去掉。")
    default_hint = _("先拿完、清理，或者盘点成 0。")


@dataclass(frozen=True, slots=True)
class Delivery:
    """What arrives together. `source` is an office or a firm, never a person."""

    quantity: int
    expires_on: date | None = None
    source: str = ""


def keep_stock(*, actor: Actor, public_id: UUID, minimums: Mapping[str, int], now: datetime) -> bool:
    """Exactly these items are kept here from now on, each with its minimum; returns whether anything changed.

    Raises `PlaceNotFound`, `Invalid`, `StillThere`.
    """
    place = changeable_place(actor, "places.stock", public_id)
    if set(minimums) - set(catalogue().stock) or not all(0 <= least <= MOST for least in minimums.values()):
        raise Invalid(fields={"stock": _("有一样不在目录里，或者数量不对。")})
    with transaction.atomic():
        known = {each.item_id: each for each in StockLine.objects.select_for_update().filter(place=place)}
        held = {each.line.item_id: each for each in held_of(known.values(), now=now).values()}
        gone = [code for code, line in known.items() if line.is_kept and code not in minimums]
        if any(held[code].lots for code in gone):
            raise StillThere
        changed = [*gone]
        for code, least in minimums.items():
            line = known.get(code) or StockLine(place=place, item_id=code, is_kept=False)
            if line.is_kept and line.minimum == least:
                continue
            line.minimum, line.is_kept = least, True
            line.save()
            changed.append(code)
            settle(line, now)
        for code in gone:
            StockLine.objects.filter(pk=known[code].pk).update(
                is_kept=False, low_since=None, expiring_since=None, expired_since=None
            )
        if changed:
            note(actor, "keep_stock", place, changed, now)
    return bool(changed)


def receive_stock(
    *, actor: Actor, public_id: UUID, item: str, delivery: Delivery, key: UUID, now: datetime
) -> StockLine:
    """A new lot on the shelf; the same `key` again is the same. Raises `PlaceNotFound`, `NotKept`, `BadQuantity`,
    `NoExpiry`, `AlreadyExpired`, `Invalid`.
    """
    place = changeable_place(actor, "places.stock", public_id)
    with transaction.atomic():
        line = locked(place, item)
        if put_in(actor, line, delivery, key, now):
            note(actor, "receive_stock", place, [item], now)
            settle(line, now, seen=True)
    return line


def put_in(actor: Actor, line: StockLine, delivery: Delivery, key: UUID, now: datetime) -> bool:
    """The lot and its movement, in the caller's transaction, under the line's lock; returns whether it was new."""
    if _is_known(line, key):
        return False
    _check(line, delivery, timezone.localdate(now))
    lot = StockLot.objects.create(
        line=line,
        expires_on=delivery.expires_on,
        source=delivery.source.strip()[:60],
        received_at=now,
        balance=delivery.quantity,
    )
    _moved(lot, Movement.RECEIVED, delivery.quantity, key, now, actor)
    return True


def _check(line: StockLine, delivery: Delivery, today: date) -> None:
    if not 0 < delivery.quantity <= MOST:
        raise BadQuantity(fields={"quantity": BadQuantity.default_hint})
    if delivery.expires_on is None and line.item.has_expiry:
        raise NoExpiry(fields={"expires_on": NoExpiry.default_hint})
    if delivery.expires_on is not None and delivery.expires_on < today:
        raise AlreadyExpired(
            fields={"expires_on": f"{AlreadyExpired.default_message}{AlreadyExpired.default_hint}"}
        )
    if NUMBER.search(delivery.source):
        raise Invalid(fields={"source": _("只写单位，不写个人的姓名和电话。")})


def take_out(
    *, actor: Actor, public_id: UUID, item: str, key: UUID, now: datetime, quantity: int = 1
) -> StockLine:
    """Hand something out, what goes out of date first goes first; the same `key` again is the same.

    Nothing says who took it or who pressed. Publishes `StockRanLow`, `RestockOpened`. Raises `PlaceNotFound`,
    `NotKept`, `BadQuantity`, `NothingLeft`, `OnlyExpired`.
    """
    place = changeable_place(actor, "places.stock", public_id)
    if not 0 < quantity <= MOST:
        raise BadQuantity
    with transaction.atomic():
        line = locked(place, item)
        if _is_known(line, key):
            return line
        held = held_of([line], now=now)[line.pk]
        if held.good < quantity:
            raise OnlyExpired if held.over and not held.good else NothingLeft
        left = quantity
        for lot in held.lots:
            if lot.expires_on is not None and lot.expires_on < held.today:
                continue
            part = min(lot.balance, left)
            _change(lot, -part, Movement.TAKEN, key, now)
            left -= part
            if not left:
                break
        settle(line, now, seen=True)
    return line


def undo_taking(*, actor: Actor, public_id: UUID, key: UUID, now: datetime) -> StockLine | None:
    """What was taken with this key is back, within a minute; once. Raises `PlaceNotFound`, `TooLateToUndo`."""
    place = changeable_place(actor, "places.stock", public_id)
    taken = StockMovement.objects.filter(key=key, kind=Movement.TAKEN, lot__line__place=place)
    first = taken.select_related("lot__line__item").first()
    if first is None:
        return None
    with transaction.atomic():
        line = locked(place, first.lot.line.item_id)
        if _is_known(line, undo_key(key)):
            return line
        if now - first.at > UNDO_WITHIN:
            raise TooLateToUndo
        for each in taken.select_related("lot"):
            _change(each.lot, -each.quantity, Movement.UNDONE, undo_key(key), now)
        settle(line, now, seen=True)
    return line


def discard_lot(*, actor: Actor, public_id: UUID, lot_id: int, key: UUID, now: datetime) -> StockLine:
    """What is left of a lot is thrown away. Publishes as a taking does. Raises `PlaceNotFound`, `NotKept`."""
    place = changeable_place(actor, "places.stock", public_id)
    lot = StockLot.objects.filter(pk=lot_id, line__place=place).select_related("line").first()
    if lot is None:
        raise NotKept
    with transaction.atomic():
        line = locked(place, lot.line.item_id)
        lot.refresh_from_db()
        if lot.balance and not _is_known(line, key):
            _change(lot, -lot.balance, Movement.DISCARDED, key, now, actor)
            note(actor, "discard_stock", place, [line.item_id], now)
            settle(line, now, seen=True)
    return line


def count_stock(
    *, actor: Actor, public_id: UUID, item: str, counted: Mapping[int, int], key: UUID, now: datetime
) -> StockLine:
    """So many lie on the shelf, by lot; what differs is written down as a difference. The same `key` is the same.

    Publishes as a taking does. Raises `PlaceNotFound`, `NotKept`, `BadQuantity`.
    """
    place = changeable_place(actor, "places.stock", public_id)
    if not all(0 <= number <= MOST for number in counted.values()):
        raise BadQuantity(_("数量要在 0 到 9999 之间。"), hint=_("一件也没有就填 0。"))
    with transaction.atomic():
        line = locked(place, item)
        lots = {each.pk: each for each in StockLot.objects.filter(line=line, pk__in=counted)}
        if set(counted) - set(lots):
            raise NotKept
        if not _is_known(line, key):
            for pk, lot in lots.items():
                _change(lot, counted[pk] - lot.balance, Movement.COUNTED, key, now, actor)
            note(actor, "count_stock", place, [item], now)
            settle(line, now, seen=True)
    return line


def locked(place: Place, item: str) -> StockLine:
    """One movement of a line at a time: its row is held until the transaction ends. Raises `NotKept`."""
    line = _line.first(place=place.pk, item=item)
    if line is None:
        raise NotKept
    return line


_line = Prepared(
    lambda *, place, item: (
        StockLine.objects.select_for_update(of=("self",))
        .select_related("item", "place")
        .filter(place=place, item=item, is_kept=True)
    ),
    place=BigIntegerField(),
    item=CharField(),
)


def _is_known(line: StockLine, key: UUID) -> bool:
    return StockMovement.objects.filter(key=key, lot__line=line).exists()


def _change(
    lot: StockLot, quantity: int, kind: Movement, key: UUID, now: datetime, actor: Actor | None = None
) -> None:
    StockLot.objects.filter(pk=lot.pk).update(balance=F("balance") + quantity)
    _moved(lot, kind, quantity, key, now, actor)


def _moved(
    lot: StockLot, kind: Movement, quantity: int, key: UUID, now: datetime, actor: Actor | None
) -> None:
    StockMovement.objects.create(
        lot=lot, kind=kind, quantity=quantity, at=now, key=key,
        assignment_id=actor.assignment_id if actor else None,
    )  # fmt: skip

"""What a shop owes a supplier for a month: counted from what was handed over, closed by one, approved by another."""

from collections import Counter
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.incentives.enums import SettlementState
from nuanxin.incentives.events import SettlementApproved, SettlementClosed, SettlementSentBack
from nuanxin.incentives.models import Settlement, SettlementLine, Shop, ShopOrder, Supplier
from nuanxin.incentives.queries.shop import shop_for
from nuanxin.incentives.queries.shop_reports import month_bounds, returned_q, settlement_for, unsettled_q
from nuanxin.incentives.workflow import SETTLEMENT
from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor
from nuanxin.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from nuanxin.kernel.events import publish


class MonthNotOver(Conflict):
    default_message = _("这个月还没有过完。")
    default_hint = _("下个月一号起才能结。")


class SettledAlready(Conflict):
    default_message = _("这个月已经结过了。")
    default_hint = _("后来送到的，会算进下一个月。")


class NothingToSettle(Conflict):
    default_message = _("没有要结的。")
    default_hint = _("这家供应方这个月没有取走的东西。")


class OwnSettlement(NotAllowed):
    default_message = _("自己结的账，请另一位同事批。")
    default_hint = _("书记或者街道负责人看过明细再批准。")


class SupplierNotFound(NotFound):
    default_message = _("没有找到这家供应方。")


def close_settlement(
    *, actor: Actor, shop_id: UUID, supplier_id: UUID, month: date, now: datetime
) -> Settlement:
    """Count what was handed over by the end of `month` (its first day) and not settled yet; what came back since an
    earlier bill is taken off. Publishes `SettlementClosed`.

    Raises `ShopNotFound`, `SupplierNotFound`, `MonthNotOver`, `SettledAlready`, `NothingToSettle`.
    """
    shop = shop_for(actor, shop_id, "incentives.shop_manage")
    supplier = shop.suppliers.filter(public_id=supplier_id).first()
    if supplier is None:
        raise SupplierNotFound
    month = month.replace(day=1)
    if month >= timezone.localdate(now).replace(day=1):
        raise MonthNotOver
    with transaction.atomic():
        Shop.objects.select_for_update(no_key=True).get(pk=shop.pk)
        bill = Settlement.objects.filter(shop=shop, supplier=supplier, month=month).first()
        if bill is not None and bill.state != SettlementState.SENT_BACK:
            raise SettledAlready
        bill = _opened(bill, actor, shop, supplier, month, now)
        _count(bill)
        happened = SettlementClosed(bill.pk, shop.pk, bill.total_fen)
        publish(happened, scope_code=shop.place.scope_code, now=now)
        _note(actor, "close", bill, now)
    return bill


def _opened(
    bill: Settlement | None, actor: Actor, shop: Shop, supplier: Supplier, month: date, now: datetime
) -> Settlement:
    if bill is None:
        return Settlement.objects.create(
            shop=shop, supplier=supplier, month=month, state_since=now, closed_at=now, closed_by_id=actor.assignment_id
        )  # fmt: skip
    SETTLEMENT.step(
        bill, "close", state_since=now, closed_at=now, closed_by_id=actor.assignment_id, approved_by_id=None, reason=""
    )  # fmt: skip
    return bill


def _count(bill: Settlement) -> None:
    _start, end = month_bounds(bill.month)
    of_theirs = ShopOrder.objects.filter(shop=bill.shop_id, supplier=bill.supplier_id)
    taken = of_theirs.filter(unsettled_q(), collected_at__lt=end)
    back = of_theirs.filter(returned_q(), returned_at__lt=end)
    lines = Counter(taken.values_list("item", "settlement_fen"))
    off = Counter(back.values_list("item", "settlement_fen"))
    if not lines and not off:
        raise NothingToSettle
    SettlementLine.objects.bulk_create(
        SettlementLine(settlement=bill, item_id=item, price_fen=price, count=sign * number)
        for sign, counted in ((1, lines), (-1, off))
        for (item, price), number in sorted(counted.items())
    )
    taken.update(settlement=bill)
    back.update(taken_back_in=bill)
    bill.count = lines.total() - off.total()
    bill.total_fen = sum(price * number for (_item, price), number in lines.items()) - sum(
        price * number for (_item, price), number in off.items()
    )
    bill.save(update_fields=["count", "total_fen"])


def perform_settlement(
    *, actor: Actor, public_id: UUID, name: str, now: datetime, reason: str = ""
) -> Settlement:
    """`approve` or `send_back`, by another one than who closed it. Publishes `SettlementApproved` or `…SentBack`.

    Raises `SettlementNotFound`, `IllegalMove`, `OwnSettlement`, `Invalid` without a reason, `KeyError` for others.
    """
    move = SETTLEMENT[name]
    if name == "close":
        raise KeyError(name)
    bill = settlement_for(actor, public_id, move.permission)
    if bill.closed_by is not None and bill.closed_by.person_id == actor.person_id:
        raise OwnSettlement
    if name == "send_back" and not reason.strip():
        raise Invalid(fields={"reason": _("请写一句哪里不对，重算的人看得到。")})
    with transaction.atomic():
        if name == "approve":
            SETTLEMENT.step(bill, name, state_since=now, approved_at=now, approved_by_id=actor.assignment_id)
            happened: object = SettlementApproved(bill.pk, bill.shop_id, bill.total_fen)
        else:
            SETTLEMENT.step(bill, name, state_since=now, reason=reason.strip()[:120], count=0, total_fen=0)
            bill.orders.update(settlement=None)
            bill.returns.update(taken_back_in=None)
            bill.lines.all().delete()
            happened = SettlementSentBack(bill.pk, bill.shop_id)
        publish(happened, scope_code=bill.shop.place.scope_code, now=now)
        _note(actor, name, bill, now)
    return bill


def _note(actor: Actor, name: str, bill: Settlement, now: datetime) -> None:
    audit.record(
        actor=actor, action=f"incentives.settlement_{name}", object_type="settlement", object_id=bill.pk,
        scope_code=bill.shop.place.scope_code, detail={"count": bill.count, "fen": bill.total_fen}, now=now,
    )  # fmt: skip

"""What a shop did in a month, and what it owes: in pieces, points and fen. No persons."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, F, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.incentives.enums import OrderState, RefillState, ShopMove
from nuanxin.incentives.models import (
    Refill,
    Settlement,
    SettlementLine,
    Shop,
    ShopItem,
    ShopLot,
    ShopMovement,
    ShopOrder,
    Supplier,
)
from nuanxin.incentives.models.shop import yuan
from nuanxin.incentives.queries.shop import good_q
from nuanxin.kernel.access import Actor, visible
from nuanxin.kernel.errors import NotFound
from nuanxin.kernel.worktime import SHANGHAI
from nuanxin.people.models import Assignment

TAKEN = (OrderState.COLLECTED, OrderState.RETURN_ASKED)
WEEK = timedelta(days=7)
MONTHS = 12


class SettlementNotFound(NotFound):
    default_message = _("没有找到这张结算单。")
    default_hint = _("它可能不归您现在的身份看。")


# --- Months ------------------------------
def month_bounds(month: date) -> tuple[datetime, datetime]:
    """From its first moment to that of the next month, in the city's time."""
    after = (month.replace(day=1) + timedelta(days=32)).replace(day=1)
    start = datetime.combine(month.replace(day=1), datetime.min.time(), SHANGHAI)
    return start, datetime.combine(after, datetime.min.time(), SHANGHAI)


def months_of(shop: Shop, now: datetime) -> list[date]:
    """From this one back to when the shop opened, twelve at most."""
    month, first = timezone.localdate(now).replace(day=1), timezone.localdate(shop.opened_at).replace(day=1)
    found: list[date] = []
    while month >= first and len(found) < MONTHS:
        found.append(month)
        month = (month - timedelta(days=1)).replace(day=1)
    return found


# --- The shelf ------------------------------
@dataclass(frozen=True, slots=True)
class Shelved:
    """An item as its keeper sees it. `good` lies there and may be given, `promised` of it is waited for."""

    item: ShopItem
    good: int
    promised: int
    over: int
    next_expiry: date | None
    is_expiring: bool
    refill: Refill | None

    @property
    def free(self) -> int:
        return self.good - self.promised

    @property
    def is_low(self) -> bool:
        """Also what was put on the list and has not come yet: the keeper sees an empty place, whoever was asked."""
        return self.item.is_offered and self.free < self.item.minimum


def shelf(shop: Shop, *, show: str = "", text: str = "", now: datetime) -> list[Shelved]:
    """`show`: low, expiring, hidden or everything that is offered. Three statements."""
    rows = shop.items.filter(is_offered=show != "hidden").select_related("supplier", "shop__place", "picture")
    if text:
        rows = rows.filter(Q(name_zh__icontains=text) | Q(name_en__icontains=text))
    items = list(rows[:300])
    lots: dict[int, list[ShopLot]] = {}
    for lot in ShopLot.objects.filter(item__in=items, balance__gt=0):
        lots.setdefault(lot.item_id, []).append(lot)
    open_states = [RefillState.OPEN, RefillState.ACCEPTED]
    tasks = {each.item_id: each for each in Refill.objects.filter(item__in=items, state__in=open_states)}
    today = timezone.localdate(now)
    found = [_shelved(each, lots.get(each.pk, []), tasks.get(each.pk), today) for each in items]
    return [each for each in found if _is_shown(each, show)]


def _is_shown(row: Shelved, show: str) -> bool:
    if show == "low":
        return row.is_low
    return show != "expiring" or row.is_expiring or row.over > 0


def _shelved(item: ShopItem, lots: Iterable[ShopLot], task: Refill | None, today: date) -> Shelved:
    good = [each for each in lots if each.expires_on is None or each.expires_on >= today]
    dates = sorted(each.expires_on for each in good if each.expires_on)
    return Shelved(
        item=item,
        good=sum(each.balance for each in good),
        promised=sum(each.reserved for each in good),
        over=sum(each.balance for each in lots) - sum(each.balance for each in good),
        next_expiry=dates[0] if dates else None,
        is_expiring=bool(dates) and dates[0] <= today + WEEK,
        refill=task,
    )


def lots_of(item: ShopItem) -> list[ShopLot]:
    return list(item.lots.filter(Q(balance__gt=0)))


def gone_bad(lots: Iterable[ShopLot], *, now: datetime) -> list[ShopLot]:
    """Out of date, and waited for by nobody."""
    today = timezone.localdate(now)
    return [
        each for each in lots if each.expires_on and each.expires_on < today and each.balance > each.reserved
    ]


def movements_of(item: ShopItem) -> list[ShopMovement]:
    """The latest, for the page of the item. An order's say nothing of whose it is."""
    rows = ShopMovement.objects.filter(lot__item=item).select_related("lot")
    return list(rows.order_by("-at", "-pk")[:30])


# --- The month ------------------------------
@dataclass(frozen=True, slots=True)
class Line:
    """One item in a month: pieces, points, fen. `rest` is what lies there today."""

    item: ShopItem
    came: int
    taken: int
    spoiled: int
    corrected: int
    points: int
    cost_fen: int
    rest: int

    @property
    def cost_yuan(self) -> str:
        return yuan(self.cost_fen)


@dataclass(frozen=True, slots=True)
class Report:
    """`points` taken back by what was collected; `cost_fen` at the prices of the day of each order."""

    shop: Shop
    month: date
    lines: list[Line]
    collected: int
    points: int
    cost_fen: int
    came: int
    spoiled: int
    cancelled: int
    expired: int
    returned: int

    @property
    def cost_yuan(self) -> str:
        return yuan(self.cost_fen)


def monthly_report(shop: Shop, month: date, *, now: datetime) -> Report:
    """Counted when looked at: nothing is stored that could differ from the orders and movements."""
    start, end = month_bounds(month)
    moves = ShopMovement.objects.filter(lot__item__shop=shop, at__gte=start, at__lt=end)
    moved: dict[tuple[int, str], int] = {
        (item, kind): total
        for item, kind, total in moves.order_by().values_list("lot__item", "kind").annotate(Sum("quantity"))
    }
    orders = ShopOrder.objects.filter(shop=shop, collected_at__gte=start, collected_at__lt=end)
    taken = {
        item: (number, points, fen)
        for item, number, points, fen in orders.filter(state__in=TAKEN)
        .order_by()
        .values_list("item")
        .annotate(Count("pk"), Sum("points"), Sum("settlement_fen"))
    }
    ended = ShopOrder.objects.filter(shop=shop, state_since__gte=start, state_since__lt=end)
    ends = dict(ended.order_by().values_list("state").annotate(Count("pk")))
    rest = dict(
        ShopLot.objects.filter(good_q(now), item__shop=shop).order_by().values_list("item").annotate(Sum("balance"))
    )  # fmt: skip
    known = {item for item, _kind in moved} | set(taken)
    items = shop.items.filter(Q(pk__in=known) | Q(is_offered=True))
    lines = [_line(each, moved, taken.get(each.pk, (0, 0, 0)), rest.get(each.pk, 0)) for each in items]
    return Report(
        shop=shop,
        month=month.replace(day=1),
        lines=lines,
        collected=sum(each.taken for each in lines),
        points=sum(each.points for each in lines),
        cost_fen=sum(each.cost_fen for each in lines),
        came=sum(each.came for each in lines),
        spoiled=sum(each.spoiled for each in lines),
        cancelled=ends.get(OrderState.CANCELLED, 0),
        expired=ends.get(OrderState.EXPIRED, 0),
        returned=ends.get(OrderState.RETURNED, 0),
    )


def _line(
    item: ShopItem, moved: Mapping[tuple[int, str], int], taken: tuple[int, int, int], rest: int
) -> Line:
    return Line(
        item=item,
        came=moved.get((item.pk, ShopMove.RECEIVED), 0),
        taken=taken[0],
        spoiled=-moved.get((item.pk, ShopMove.SPOILED), 0),
        corrected=moved.get((item.pk, ShopMove.COUNTED), 0),
        points=taken[1],
        cost_fen=taken[2],
        rest=rest,
    )


# --- Settlements ------------------------------
def unsettled_q() -> Q:
    """Handed over, in no bill yet."""
    return Q(settlement=None, state__in=TAKEN)


def returned_q() -> Q:
    """Came back after it was counted in a bill, and is not taken off yet."""
    return Q(state=OrderState.RETURNED, settlement__isnull=False, taken_back_in=None)


def settlement_for(actor: Actor, public_id: UUID, permission: str = "incentives.shop_view") -> Settlement:
    """`incentives.shop_view` is of shops, what one may do with a bill is of bills. Raises `SettlementNotFound`."""
    rows = Settlement.objects.select_related(
        "shop__place", "supplier", "closed_by__person", "approved_by__person"
    )
    if permission == "incentives.shop_approve":
        rows = visible(rows, permission, actor)
    else:
        rows = rows.filter(shop__in=visible(Shop.objects.all(), permission, actor))
    found = rows.filter(public_id=public_id).first()
    if found is None:
        raise SettlementNotFound
    return found


def lines_of(bill: Settlement) -> list[SettlementLine]:
    return list(bill.lines.select_related("item"))


def returns_asked(actor: Actor, shop: Shop) -> list[ShopOrder]:
    """What somebody says is faulty and another one has to look at."""
    rows = visible(ShopOrder.objects.all(), "incentives.shop_approve", actor)
    return list(rows.filter(shop=shop, state=OrderState.RETURN_ASKED).select_related("item")[:60])


def settlements_of(shop: Shop) -> list[Settlement]:
    return list(shop.settlements.select_related("supplier")[:200])


@dataclass(frozen=True, slots=True)
class Due:
    """What could be closed: a supplier, a month that is over, how many pieces and how much."""

    supplier: Supplier
    month: date
    count: int
    total_fen: int

    @property
    def total_yuan(self) -> str:
        return yuan(self.total_fen)


def settlements_due(shop: Shop, *, now: datetime) -> list[Due]:
    """By supplier: what was handed over before this month and is in no bill; it is closed for last month."""
    first = timezone.localdate(now).replace(day=1)
    start, _end = month_bounds(first)
    rows = ShopOrder.objects.filter(unsettled_q(), shop=shop, collected_at__lt=start)
    counted = rows.order_by().values_list("supplier").annotate(Count("pk"), Sum("settlement_fen"))
    suppliers = {each.pk: each for each in shop.suppliers.all()}
    last = (first - timedelta(days=1)).replace(day=1)
    closed = set(
        Settlement.objects.filter(shop=shop, month=last)
        .exclude(state="sent_back")
        .values_list("supplier", flat=True)
    )
    return [
        Due(suppliers[key], last, number, fen)
        for key, number, fen in counted.order_by(F("supplier"))
        if key not in closed
    ]


def closer_of(settlement_id: int) -> tuple[UUID, Assignment | None]:
    """Whose bill it is, for the contexts above."""
    bill = Settlement.objects.select_related("closed_by").get(pk=settlement_id)
    return bill.public_id, bill.closed_by

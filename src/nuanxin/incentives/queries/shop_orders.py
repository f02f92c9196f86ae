"""Orders: as their owner reads them, as a counter reads them (a masked name at most), as they are counted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, UUIDField
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.incentives.enums import OrderState, PickupOutcome
from nuanxin.incentives.models import Pickup, Shop, ShopItem, ShopOrder
from nuanxin.incentives.workflow import ORDER
from nuanxin.kernel.access import Actor, permits, visible
from nuanxin.kernel.errors import NotFound
from nuanxin.kernel.prepared import PreparedFor
from nuanxin.kernel.privacy.masking import mask_name
from nuanxin.kernel.privacy.register import Subject
from nuanxin.kernel.workflow import Transition
from nuanxin.places.queries import codes

OFFLINE_DAYS = 3  # for which a counter may be without a network
WAITING = (OrderState.RESERVED, OrderState.READY)
PAGE = 50
SHOWN_OWN = 60
REMEMBERED = timedelta(days=2)
TABS: Mapping[str, Q] = {
    "waiting": Q(state__in=WAITING),
    "collected": Q(state=OrderState.COLLECTED),
    "return": Q(state=OrderState.RETURN_ASKED),
    "over": Q(state__in=[OrderState.EXPIRED, OrderState.CANCELLED, OrderState.RETURNED]),
}


class OrderNotFound(NotFound):
    default_message = _("没有找到这一单。")
    default_hint = _("它可能不归您现在的身份看。")


def own_orders(actor: Actor) -> list[ShopOrder]:
    rows = visible(ShopOrder.objects.all(), "incentives.redeem", actor)
    return list(rows.select_related("item", "shop__place")[:SHOWN_OWN])


def own_order(actor: Actor, public_id: UUID) -> ShopOrder:
    """Raises `OrderNotFound`."""
    return order_for(actor, public_id, "incentives.redeem")


def order_for(actor: Actor, public_id: UUID, permission: str) -> ShopOrder:
    """Raises `OrderNotFound`."""
    found = _order_for.of(actor, permission).first(public_id=public_id)
    if found is None:
        raise OrderNotFound
    return found


_order_for = PreparedFor(
    lambda actor, permission, *, public_id: (
        visible(ShopOrder.objects.all(), permission, actor)
        .select_related("item", "lot", "shop__place__type", "person", "return_asked_by")
        .filter(public_id=public_id)
    ),
    public_id=UUIDField(),
)


def whose(order: ShopOrder) -> str:
    """What a counter may call somebody: the nickname, else a masked name; nothing for an erased account."""
    person = order.person
    return (person.nickname or mask_name(person.name)) if person else ""


@dataclass(frozen=True, slots=True)
class OrderFilters:
    show: str = "waiting"
    number: str = ""
    item: UUID | None = None


def listed_orders(
    actor: Actor, shop: Shop, filters: OrderFilters, *, before: int = 0, limit: int = PAGE
) -> tuple[list[ShopOrder], bool]:
    """One page, the newest first; `before` is the key of the last row of the page before."""
    rows = filtered_orders(actor, shop, filters)
    rows = rows.filter(pk__lt=before) if before else rows
    page = list(rows.select_related("item", "person").order_by("-pk")[: limit + 1])
    return page[:limit], len(page) > limit


def with_moves(actor: Actor, rows: list[ShopOrder]) -> list[tuple[ShopOrder, str, list[Transition]]]:
    """Each with what a counter may call its owner, and the steps that this actor has; never of one's own."""
    held = {name for name in ("incentives.shop_keep", "incentives.shop_approve") if permits(actor, name)}
    return [(each, whose(each), [] if _is_own(actor, each) else _steps(each.state, held)) for each in rows]


def _is_own(actor: Actor, order: ShopOrder) -> bool:
    return order.person_id is not None and order.person_id == actor.person_id


def _steps(state: str, held: set[str]) -> list[Transition]:
    return [each for each in ORDER.among(state, held) if each.name != "collect"]


def filtered_orders(actor: Actor, shop: Shop, filters: OrderFilters) -> QuerySet[ShopOrder]:
    rows = visible(ShopOrder.objects.filter(shop=shop), "incentives.hand_over", actor)
    rows = rows.filter(TABS.get(filters.show, Q()))
    if filters.number:
        rows = rows.filter(number=codes.cleaned(filters.number)[: codes.NUMBER])
    return rows.filter(item__public_id=filters.item) if filters.item else rows


def order_counts(actor: Actor, shop: Shop) -> Mapping[str, int]:
    rows = visible(ShopOrder.objects.filter(shop=shop), "incentives.hand_over", actor)
    return rows.aggregate(**{name: Count("pk", filter=q) for name, q in TABS.items()})


# --- The counter ------------------------------
@dataclass(frozen=True, slots=True)
class CounterLog:
    """How many today, what is disputed, when. No persons."""

    today: int
    waiting: int
    disputed: list[Pickup]
    latest: list[Pickup]


def counter_log(shop: Shop, *, now: datetime) -> CounterLog:
    rows = Pickup.objects.filter(shop=shop).select_related("order__item").order_by("-at", "-pk")
    start = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return CounterLog(
        today=rows.filter(at__gte=start, outcome=PickupOutcome.ACCEPTED).count(),
        waiting=ShopOrder.objects.filter(shop=shop, state__in=WAITING).count(),
        disputed=list(rows.exclude(outcome=PickupOutcome.ACCEPTED)[:10]),
        latest=list(rows[:20]),
    )


def counter_kit(shop: Shop, *, now: datetime) -> dict[str, Any]:
    """All that a counter's phone keeps: public keys, the place's day keys, what there is, which numbers are used up.

    Nothing in it is of a worker. Numbers of the last two days only: a code lives for minutes.
    """
    place = shop.place.public_id
    waiting = ShopOrder.objects.filter(shop=shop, state__in=WAITING).order_by().values("item").distinct()
    items = ShopItem.objects.filter(Q(is_offered=True) | Q(pk__in=waiting), shop=shop)
    used = Pickup.objects.filter(shop=shop, at__gt=now - REMEMBERED).values_list("number", flat=True)
    gone = ShopOrder.objects.filter(shop=shop, state_since__gt=now - REMEMBERED).exclude(state__in=WAITING)
    return {
        "place": place.hex,
        "name": shop.name,
        "now": int(now.timestamp()),
        "day": codes.day_of(now),
        "until": codes.day_of(now) + OFFLINE_DAYS,
        "keys": codes.public_keys(),
        "day_keys": codes.desk_keys(place, now, days=OFFLINE_DAYS),
        "offers": {each.public_id.hex: _piece(each) for each in items},
        "used": sorted({*used, *gone.values_list("number", flat=True)}),
    }


def _piece(item: ShopItem) -> dict[str, Any]:
    return {"name": item.name, "worth": "", "rules": [], "terms": item.about, "named": True}


def orders_of(subject: Subject) -> list[Mapping[str, Any]]:
    """For the export of one's own data."""
    rows = ShopOrder.objects.filter(person=subject.person_id or 0)
    fields = ("item__name_zh", "shop__place__name_zh", "points", "placed_at", "state", "collected_at")
    return list(rows.values(*fields))

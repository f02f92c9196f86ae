"""Shops as everybody sees them: what there is, for how many points, whether some of it is left."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Sum, UUIDField
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.incentives.enums import OrderState, ShopState
from nuanxin.incentives.models import Shop, ShopItem, ShopLot, ShopOrder
from nuanxin.incentives.queries.ledger import balance_of
from nuanxin.kernel.access import Actor, permits, visible
from nuanxin.kernel.errors import NotFound
from nuanxin.kernel.prepared import Prepared, PreparedFor
from nuanxin.places.enums import OfferState, PlaceState
from nuanxin.places.models import Offer, Place
from nuanxin.places.queries import Hours, hours_of_all

SHOWN = 60
PUBLIC = Q(
    state__in=[ShopState.OPEN, ShopState.PAUSED], place__state__in=[PlaceState.OPEN, PlaceState.SUSPENDED]
)
# What counts towards a person's month: taken or still to be taken. What came back does not.
COUNTED = (OrderState.RESERVED, OrderState.READY, OrderState.COLLECTED, OrderState.RETURN_ASKED)


class ShopNotFound(NotFound):
    default_message = _("没有找到这家超市。")
    default_hint = _("它可能已经撤销，或者不归您现在的身份看。")


class ItemNotFound(NotFound):
    default_message = _("没有找到这一样。")
    default_hint = _("它可能已经下架，回到超市看看别的。")


@dataclass(frozen=True, slots=True)
class Offered:
    """An item as one person sees it. `left` is for whoever may know numbers; a worker reads `is_left`, `is_last`."""

    item: ShopItem
    left: int
    taken: int  # by this person this month
    points: int | None  # that the person has; None for nobody

    @property
    def is_left(self) -> bool:
        return self.left > 0

    @property
    def is_last(self) -> bool:
        return 0 < self.left <= 3

    @property
    def missing(self) -> int:
        return max(self.item.points - self.points, 0) if self.points is not None else 0

    @property
    def is_limit(self) -> bool:
        return self.item.per_month is not None and self.taken >= self.item.per_month

    @property
    def can(self) -> bool:
        return self.points is not None and self.is_left and not self.missing and not self.is_limit

    @property
    def after(self) -> int:
        return (self.points or 0) - self.item.points


def public_shop(public_id: UUID) -> Shop:
    """Raises `ShopNotFound`."""
    return _found(_public_shop.first(public_id=public_id))


def shop_for(actor: Actor, public_id: UUID, permission: str = "incentives.shop_view") -> Shop:
    """Raises `ShopNotFound`."""
    return _found(_shop_for.of(actor, permission).first(public_id=public_id))


def _found(shop: Shop | None) -> Shop:
    if shop is None:
        raise ShopNotFound
    return shop


def _one(rows: QuerySet[Shop], public_id: UUID) -> QuerySet[Shop]:
    return rows.select_related("place__type", "place__site", "run_by").filter(public_id=public_id)


_public_shop = Prepared(
    lambda *, public_id: _one(Shop.objects.filter(PUBLIC), public_id), public_id=UUIDField()
)
_shop_for = PreparedFor(
    lambda actor, permission, *, public_id: _one(visible(Shop.objects.all(), permission, actor), public_id),
    public_id=UUIDField(),
)


def shops_of(actor: Actor, permission: str) -> list[Shop]:
    """With which the actor may do this; those of the own site first."""
    rows = visible(Shop.objects.exclude(state=ShopState.CLOSED), permission, actor)
    return list(rows.select_related("place__type", "run_by").order_by("place__initials", "id")[:SHOWN])


def hours_of_shop(shop: Shop, *, now: datetime) -> Hours:
    return hours_of_all([shop.place], now)[shop.place_id]


def in_season_q(today: object, prefix: str = "") -> Q:
    begun = Q(**{f"{prefix}valid_from": None}) | Q(**{f"{prefix}valid_from__lte": today})
    lasting = Q(**{f"{prefix}valid_to": None}) | Q(**{f"{prefix}valid_to__gte": today})
    return Q(**{f"{prefix}is_offered": True}) & begun & lasting


def good_q(now: datetime) -> Q:
    """Lots that may still be given out."""
    return Q(expires_on=None) | Q(expires_on__gte=timezone.localdate(now))


def free_of(items: Iterable[ShopItem | int], *, now: datetime) -> dict[int, int]:
    """How many of each are still good and promised to nobody, by the item's key; one statement."""
    keys = [each.pk if isinstance(each, ShopItem) else each for each in items]
    rows = ShopLot.objects.filter(good_q(now), item__in=keys, balance__gt=0)
    counted = rows.order_by().values_list("item").annotate(free=Sum(F("balance") - F("reserved")))
    return dict.fromkeys(keys, 0) | dict(counted)


def offered_in(shop: Shop, actor: Actor, *, points: int | None, now: datetime) -> list[Offered]:
    """In the order of what they cost; what is there comes before what is gone."""
    rows = shop.items.filter(in_season_q(timezone.localdate(now))).select_related("picture")
    found = _offered(list(rows[: 4 * SHOWN]), actor, points, now)
    return sorted(found, key=lambda each: (not each.is_left, each.item.points, each.item.pk))


def offered_item(public_id: UUID, actor: Actor, *, points: int | None, now: datetime) -> Offered:
    """Raises `ItemNotFound`."""
    return _offered([public_item(public_id)], actor, points, now)[0]


SHOWN_ITEM = Q(shop__state__in=[ShopState.OPEN, ShopState.PAUSED], is_offered=True)


def public_item_key(public_id: UUID) -> int:
    """Of one that everybody may see: for whoever reads it under its lock. Raises `ItemNotFound`."""
    rows = ShopItem.objects.filter(SHOWN_ITEM, public_id=public_id)
    found = rows.values_list("pk", flat=True).first()
    if found is None:
        raise ItemNotFound
    return found


def public_item(public_id: UUID) -> ShopItem:
    """One that everybody may see, whatever is left of it. Raises `ItemNotFound`."""
    rows = ShopItem.objects.filter(SHOWN_ITEM).select_related("shop__place__type", "offer__place", "picture")
    found = rows.filter(public_id=public_id).first()
    if found is None:
        raise ItemNotFound
    return found


def item_for(actor: Actor, public_id: UUID, permission: str = "incentives.shop_manage") -> ShopItem:
    """For those who keep the shop. Raises `ItemNotFound`."""
    shops = visible(Shop.objects.all(), permission, actor)
    rows = ShopItem.objects.filter(shop__in=shops).select_related("shop__place__type", "supplier", "picture")
    found = rows.filter(public_id=public_id).first()
    if found is None:
        raise ItemNotFound
    return found


def picture_of_item(actor: Actor, file_id: UUID) -> UUID:
    """Of a thing that everybody may see, else for who keeps or looks after its shop. Raises `ItemNotFound`."""
    everybody = Q(shop__state__in=[ShopState.OPEN, ShopState.PAUSED], is_offered=True)
    kept = [
        Q(shop__in=visible(Shop.objects.all(), name, actor).values("pk"))
        for name in ("incentives.shop_stock", "incentives.shop_view", "incentives.shop_manage")
    ]
    rows = ShopItem.objects.filter(picture__public_id=file_id)
    if not rows.filter(everybody).exists() and not rows.filter(kept[0] | kept[1] | kept[2]).exists():
        raise ItemNotFound
    return file_id


def _offered(items: list[ShopItem], actor: Actor, points: int | None, now: datetime) -> list[Offered]:
    free = free_of(items, now=now)
    taken = taken_by(actor.person_id, items, now=now) if actor.person_id else {}
    return [Offered(each, free[each.pk], taken.get(each.pk, 0), points) for each in items]


def taken_by(person_id: int | None, items: Iterable[ShopItem], *, now: datetime) -> Mapping[int, int]:
    """What somebody has had of each this month, by the item's key."""
    limited = [each.pk for each in items if each.per_month is not None]
    if not limited:
        return {}
    rows = ShopOrder.objects.filter(
        item__in=limited, person=person_id, state__in=COUNTED, placed_at__gte=month_start(now)
    )
    return dict(rows.order_by().values_list("item").annotate(number=Count("pk")))


def month_start(now: datetime) -> datetime:
    return timezone.localtime(now).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def points_taken(shop: Shop) -> int:
    """What all orders of this shop have taken back so far: a public figure."""
    rows = shop.orders.filter(state__in=COUNTED)
    total: int = rows.aggregate(total=Coalesce(Sum("points"), 0))["total"]
    return total


# --- The pages of a worker ------------------------------
@dataclass(frozen=True, slots=True)
class ShopPage:
    """`points` is None for whoever has none to spend: nobody signed in, or staff."""

    shop: Shop
    hours: Hours
    words: str
    points: int | None
    items: list[Offered]
    points_taken: int
    can_redeem: bool


@dataclass(frozen=True, slots=True)
class ItemPage:
    offered: Offered
    hours: Hours
    words: str
    can_redeem: bool
    last_day: date  # on which it can be fetched, if it is taken now


def first_out(item: ShopItem, *, now: datetime) -> ShopLot | None:
    """What is handed out next: of what is good and not promised, what goes out of date first."""
    free = ShopLot.objects.filter(good_q(now), item=item, balance__gt=F("reserved"))
    return free.order_by(F("expires_on").asc(nulls_last=True), "pk").first()


def last_day_of(item: ShopItem, lot: ShopLot | None = None, *, now: datetime) -> date:
    """Until when it is kept for whoever takes it now, which is not after the day until which it is good."""
    lot = lot or first_out(item, now=now)
    kept = timezone.localdate(now) + timedelta(days=item.shop.hold_days)
    return min(kept, lot.expires_on) if lot is not None and lot.expires_on is not None else kept


def points_of(actor: Actor) -> int | None:
    """What can be spent; None for whoever redeems nothing."""
    if actor.subject_id is None or not permits(actor, "incentives.redeem"):
        return None
    return balance_of(actor.subject_id).points


def shop_page(actor: Actor, public_id: UUID, *, now: datetime) -> ShopPage:
    """Raises `ShopNotFound`."""
    shop, points = public_shop(public_id), points_of(actor)
    hours = hours_of_shop(shop, now=now)
    items = offered_in(shop, actor, points=points, now=now)
    return ShopPage(shop, hours, hours.words(now), points, items, points_taken(shop), is_open(shop))


def item_page(actor: Actor, public_id: UUID, *, now: datetime) -> ItemPage:
    """Raises `ItemNotFound`."""
    offered = offered_item(public_id, actor, points=points_of(actor), now=now)
    shop = offered.item.shop
    hours = hours_of_shop(shop, now=now)
    today = timezone.localdate(now)
    may, last = is_open(shop) and offered.item.is_in_season(today), last_day_of(offered.item, now=now)
    return ItemPage(offered, hours, hours.words(now), may, last)


def is_open(shop: Shop) -> bool:
    """Takes orders: at any hour, so that one may choose at night and fetch by day."""
    return shop.state == ShopState.OPEN and shop.place.state == PlaceState.OPEN


# --- The pages of who keeps it ------------------------------
def kept_shop(actor: Actor, public_id: UUID) -> Shop:
    """Whose shelf one keeps, or may look at. Raises `ShopNotFound`."""
    keeps = visible(Shop.objects.all(), "incentives.shop_stock", actor)
    sees = visible(Shop.objects.all(), "incentives.shop_view", actor)
    either = Shop.objects.filter(Q(pk__in=keeps.values("pk")) | Q(pk__in=sees.values("pk")))
    return _found(_one(either, public_id).first())


def kept_shops(actor: Actor) -> list[Shop]:
    keeps = visible(Shop.objects.all(), "incentives.shop_stock", actor)
    sees = visible(Shop.objects.all(), "incentives.shop_view", actor)
    rows = Shop.objects.filter(Q(pk__in=keeps.values("pk")) | Q(pk__in=sees.values("pk")))
    return list(rows.select_related("place__type", "run_by").order_by("state", "id")[: 2 * SHOWN])


def items_of(shop: Shop) -> list[ShopItem]:
    return list(shop.items.all()[: 4 * SHOWN])


def places_without_shop(actor: Actor) -> list[Place]:
    """Where one could be opened: places in one's area that everybody may come to."""
    rows = visible(Place.objects.filter(state=PlaceState.OPEN), "places.view", actor)
    taken = Shop.objects.values("place")
    return list(rows.exclude(pk__in=taken).select_related("type").order_by("initials", "id")[:500])


def offers_nearby(shop: Shop) -> list[Offer]:
    """Merchants' promises of the same street, for an item that is a voucher."""
    street = shop.place.scope_code[:9]
    rows = Offer.objects.filter(state=OfferState.ACTIVE, place__scope_street=street)
    return list(rows.select_related("place").order_by("place__initials", "id")[:200])


# --- For those who tell ------------------------------
@dataclass(frozen=True, slots=True)
class ShopFacts:
    public_id: UUID
    name: str
    place_id: int


def shop_facts(shop_id: int) -> ShopFacts:
    """For the contexts above. Raises `Shop.DoesNotExist`."""
    shop = Shop.objects.select_related("place").get(pk=shop_id)
    return ShopFacts(shop.public_id, shop.place.name_zh, shop.place_id)


def item_name(item_id: int) -> str:
    """In Chinese, which every item has."""
    return ShopItem.objects.filter(pk=item_id).values_list("name_zh", flat=True).first() or ""


def order_key(order_id: int) -> UUID | None:
    return ShopOrder.objects.filter(pk=order_id).values_list("public_id", flat=True).first()

"""Who hears of the volunteer supermarket: whose order it is; who keeps the shelf; who approves."""

from collections.abc import Iterable

from django.urls import reverse

from nuanxin.incentives import events
from nuanxin.incentives.enums import ThanksNews
from nuanxin.incentives.models.shop import yuan
from nuanxin.incentives.queries.shop import ShopFacts, item_name, order_key, shop_facts
from nuanxin.incentives.queries.shop_reports import closer_of
from nuanxin.kernel.access.scope import FULL_CODE
from nuanxin.kernel.events import Envelope, subscribe
from nuanxin.notifications import services
from nuanxin.notifications.audience import at_street
from nuanxin.notifications.enums import Kind
from nuanxin.notifications.services import tell
from nuanxin.people.models import Assignment
from nuanxin.people.queries import assignments_at, person_id_of_subject
from nuanxin.places.queries import place_facts

Ended = events.RedemptionExpired | events.RedemptionCancelled | events.RedemptionReturned
Own = Ended | events.RedemptionReady | events.RedemptionExpiring


@subscribe(events.RedemptionReady)
def order_ready(event: events.RedemptionReady, envelope: Envelope) -> None:
    _tell_owner(event, envelope, Kind.SHOP_READY)


@subscribe(events.RedemptionExpiring)
def order_expiring(event: events.RedemptionExpiring, envelope: Envelope) -> None:
    _tell_owner(event, envelope, Kind.SHOP_SOON, until=event.until)


@subscribe(events.RedemptionExpired, events.RedemptionReturned)
def order_ended(event: events.RedemptionExpired | events.RedemptionReturned, envelope: Envelope) -> None:
    _tell_owner(event, envelope, Kind.SHOP_BACK, count=str(event.points))


@subscribe(events.RedemptionCancelled)
def order_cancelled(event: events.RedemptionCancelled, envelope: Envelope) -> None:
    """Whoever cancels it knows; of what the shop cannot give somebody has to be told."""
    if event.by_shop:
        _tell_owner(event, envelope, Kind.SHOP_BACK, count=str(event.points))


@subscribe(events.ShopStockLow)
def stock_low(event: events.ShopStockLow, envelope: Envelope) -> None:
    shop = shop_facts(event.shop_id)
    path = reverse("incentives:shop_shelf", args=[shop.public_id])
    facts = {"item": item_name(event.item_id), "count": str(event.left), "path": path}
    _tell_staff(envelope, Kind.SHOP_LOW, shop, _keepers(shop, envelope), facts)


@subscribe(events.ShopStockExpiring)
def stock_expiring(event: events.ShopStockExpiring, envelope: Envelope) -> None:
    shop = shop_facts(event.shop_id)
    path = reverse("incentives:shop_shelf", args=[shop.public_id])
    facts = {"item": item_name(event.item_id), "until": event.on, "path": path}
    _tell_staff(envelope, Kind.SHOP_OLD, shop, _keepers(shop, envelope), facts)


@subscribe(events.RedemptionReturnAsked)
def return_asked(event: events.RedemptionReturnAsked, envelope: Envelope) -> None:
    shop = shop_facts(event.shop_id)
    path = reverse("incentives:shop_settlements", args=[shop.public_id])
    facts = {"item": item_name(event.item_id), "path": path}
    _tell_staff(envelope, Kind.SHOP_RETURN, shop, _approvers(envelope), facts)


@subscribe(events.SettlementClosed)
def settlement_closed(event: events.SettlementClosed, envelope: Envelope) -> None:
    shop = shop_facts(event.shop_id)
    path = reverse("incentives:shop_settlements", args=[shop.public_id])
    facts = {"count": yuan(event.total_fen), "path": path}
    _tell_staff(envelope, Kind.SHOP_BILL, shop, _approvers(envelope), facts)


@subscribe(events.SettlementSentBack)
def settlement_sent_back(event: events.SettlementSentBack, envelope: Envelope) -> None:
    """Whoever closed it counts again; the page says why."""
    key, closer = closer_of(event.settlement_id)
    facts = {"thanks": ThanksNews.BILL_BACK.value, "path": reverse("incentives:shop_settlement", args=[key])}
    staff = [closer] if closer is not None else []
    _tell_staff(envelope, Kind.THANKS_TODO, shop_facts(event.shop_id), staff, facts)


@subscribe(events.PickupDisputed)
def pickup_disputed(event: events.PickupDisputed, envelope: Envelope) -> None:
    """Nothing is taken from the worker; the shelf has one less than the book says."""
    shop = shop_facts(event.shop_id)
    facts = {"thanks": ThanksNews.PICKUP_ODD.value, "path": reverse("incentives:shop_counter")}
    _tell_staff(envelope, Kind.THANKS_TODO, shop, _keepers(shop, envelope), facts)


def _keepers(shop: ShopFacts, envelope: Envelope) -> list[Assignment]:
    """The keeper of the place; without one, the community."""
    return list(place_facts(shop.place_id).keepers) or _at_community(envelope, ("community",))


def _approvers(envelope: Envelope) -> list[Assignment]:
    found = _at_community(envelope, ("community_head",))
    return found or at_street(envelope, ("street_lead",))


def _at_community(envelope: Envelope, roles: Iterable[str]) -> list[Assignment]:
    community = envelope.scope_code[:FULL_CODE]
    return assignments_at(roles=roles, scope_code=community, now=envelope.occurred_at)


def _tell_owner(event: Own, envelope: Envelope, kind: Kind, **facts: str) -> None:
    person_id = person_id_of_subject(envelope.subject_id) if envelope.subject_id else None
    key = order_key(event.order_id)
    if person_id is None or key is None:
        return
    told = {
        "place": shop_facts(event.shop_id).name,
        "item": item_name(event.item_id),
        "path": reverse("incentives:shop_order", args=[key]),
    }
    notice = services.for_reporter(
        person_id=person_id,
        event_id=envelope.id,
        kind=kind,
        case_number="",
        facts=told | facts,
        is_urgent=False,
        now=envelope.occurred_at,
    )
    tell([notice])


def _tell_staff(
    envelope: Envelope, kind: Kind, shop: ShopFacts, staff: Iterable[Assignment], facts: dict[str, str]
) -> None:
    notices = services.for_staff(
        assignments=staff,
        event_id=envelope.id,
        kind=kind,
        case_number="",
        facts={"place": shop.name, **facts},
        is_urgent=False,
        now=envelope.occurred_at,
    )
    tell(notices)

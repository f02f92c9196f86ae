"""Who hears of an offer: the street that confirms it, the keeper that proposed it. A complaint reaches neither.

`OfferFoundBroken` is nobody's notice: its case goes to the community, and whoever runs the place must not hear of it.
"""

from collections.abc import Iterable

from django.urls import reverse

from nuanxin.kernel.events import Envelope, subscribe
from nuanxin.notifications import services
from nuanxin.notifications.audience import at_street
from nuanxin.notifications.enums import Kind
from nuanxin.notifications.services import tell
from nuanxin.people.models import Assignment
from nuanxin.places import events
from nuanxin.places.queries import offer_facts, place_facts


@subscribe(events.OfferProposed)
def offer_proposed(event: events.OfferProposed, envelope: Envelope) -> None:
    _tell(event, envelope, Kind.OFFER_ASKED, at_street(envelope, ("dispatcher",)))


@subscribe(events.OfferConfirmed)
def offer_confirmed(event: events.OfferConfirmed, envelope: Envelope) -> None:
    _tell(event, envelope, Kind.OFFER_ON, place_facts(event.place_id).keepers)


@subscribe(events.OfferDeclined)
def offer_declined(event: events.OfferDeclined, envelope: Envelope) -> None:
    _tell(event, envelope, Kind.OFFER_DECLINED, place_facts(event.place_id).keepers)


@subscribe(events.OfferSuspended, events.OfferEnded)
def offer_off(event: events.OfferSuspended | events.OfferEnded, envelope: Envelope) -> None:
    _tell(event, envelope, Kind.OFFER_OFF, place_facts(event.place_id).keepers)


def _tell(
    event: events.OfferProposed
    | events.OfferConfirmed
    | events.OfferDeclined
    | events.OfferSuspended
    | events.OfferEnded,
    envelope: Envelope,
    kind: Kind,
    staff: Iterable[Assignment],
) -> None:
    place, offer = place_facts(event.place_id), offer_facts(event.offer_id)
    notices = services.for_staff(
        assignments=staff,
        event_id=envelope.id,
        kind=kind,
        case_number="",
        facts={
            "place": place.name,
            "offer": offer.name,
            "path": reverse("places:offer", args=[offer.public_id]),
        },
        is_urgent=False,
        now=envelope.occurred_at,
    )
    tell(notices)

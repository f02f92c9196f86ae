"""Who hears that a place is theirs to keep, that nobody keeps it, that something in it is broken."""

from collections.abc import Iterable

from django.urls import reverse

from nuanxin.kernel.access.scope import LEVELS, padded
from nuanxin.kernel.events import Envelope, subscribe
from nuanxin.notifications import services
from nuanxin.notifications.audience import HEAD_ROLES, WORK_ROLES, at_street, members_of
from nuanxin.notifications.enums import Kind
from nuanxin.notifications.services import tell
from nuanxin.people.models import Assignment
from nuanxin.people.queries import assignments_at
from nuanxin.places import events
from nuanxin.places.queries import PlaceFacts, booking_facts, loan_facts, place_facts, restock_id


@subscribe(events.KeeperChanged)
def keeper_changed(event: events.KeeperChanged, envelope: Envelope) -> None:
    """Its keeper, and nobody else."""
    place = place_facts(event.place_id)
    keepers = [each for each in place.keepers if each.pk == event.assignment_id]
    _tell(envelope, place, Kind.KEEPING, keepers, reverse("places:today"))


@subscribe(events.PlaceLeftWithoutKeeper)
def place_left_without_keeper(event: events.PlaceLeftWithoutKeeper, envelope: Envelope) -> None:
    """The community finds somebody; the street knows."""
    place = place_facts(event.place_id)
    staff = [*_at_community(envelope), *at_street(envelope, ("dispatcher",))]
    _tell(envelope, place, Kind.UNKEPT, staff, reverse("places:keeper", args=[place.public_id]))


@subscribe(events.FacilityBroken)
def facility_broken(event: events.FacilityBroken, envelope: Envelope) -> None:
    """Its host has it mended; without one, the community."""
    place = place_facts(event.place_id)
    host = members_of(place.host_id, (*WORK_ROLES, *HEAD_ROLES, "union"), envelope) if place.host_id else []
    path = reverse("places:detail", args=[place.public_id])
    staff = host or _at_community(envelope)
    _tell(envelope, place, Kind.BROKEN, staff, path, facility=event.facility)


@subscribe(events.FacilityDoubted)
def facility_doubted(event: events.FacilityDoubted, envelope: Envelope) -> None:
    """Its keeper looks; without one, the community."""
    place = place_facts(event.place_id)
    path = reverse("places:today") if place.keepers else reverse("places:detail", args=[place.public_id])
    _tell(
        envelope, place, Kind.DOUBTED, place.keepers or _at_community(envelope), path, facility=event.facility
    )


@subscribe(events.PlaceSaidShut)
def place_said_shut(event: events.PlaceSaidShut, envelope: Envelope) -> None:
    """Its keeper hears first, before anything is opened."""
    place = place_facts(event.place_id)
    _tell(envelope, place, Kind.SAID_SHUT, place.keepers, reverse("places:today"))


@subscribe(events.PlaceFoundShut)
def place_found_shut(event: events.PlaceFoundShut, envelope: Envelope) -> None:
    place = place_facts(event.place_id)
    _tell(envelope, place, Kind.FOUND_SHUT, place.keepers, reverse("places:today"))


@subscribe(events.PlaceDoubtSettled)
def place_doubt_settled(event: events.PlaceDoubtSettled, envelope: Envelope) -> None:
    place = place_facts(event.place_id)
    _tell(envelope, place, Kind.DOOR_SETTLED, place.keepers, reverse("places:today"))


@subscribe(events.RestockOpened)
def restock_opened(event: events.RestockOpened, envelope: Envelope) -> None:
    """Its host brings it; without one, the community. The street sees it in its list."""
    place = place_facts(event.place_id)
    host = members_of(place.host_id, (*WORK_ROLES, *HEAD_ROLES, "union"), envelope) if place.host_id else []
    _tell_task(event, envelope, place, Kind.RESTOCK, host or _at_community(envelope))


@subscribe(events.RestockDelivered)
def restock_delivered(event: events.RestockDelivered, envelope: Envelope) -> None:
    """Its keeper takes it in."""
    place = place_facts(event.place_id)
    _tell_task(event, envelope, place, Kind.RESTOCKED, place.keepers)


@subscribe(events.StockExpires)
def stock_expires(event: events.StockExpires, envelope: Envelope) -> None:
    """Its keeper, once for a place and a day; without one, the community."""
    place = place_facts(event.place_id)
    count = str(len(event.items.split(",")))
    kind = Kind.EXPIRED if event.is_over else Kind.EXPIRES
    path = reverse("places:stock", args=[place.public_id])
    _tell(envelope, place, kind, place.keepers or _at_community(envelope), path, count=count)


@subscribe(events.BookDue)
def book_due(event: events.BookDue, envelope: Envelope) -> None:
    """The borrower alone."""
    loan = loan_facts(event.loan_id)
    if loan.person_id is None:
        return
    notice = services.for_reporter(
        person_id=loan.person_id,
        event_id=envelope.id,
        kind=Kind.BOOK_DUE,
        case_number="",
        facts={"place": loan.place, "item": loan.title, "path": reverse("places:own_books")},
        is_urgent=False,
        now=envelope.occurred_at,
    )
    tell([notice])


@subscribe(events.BookingHeld)
def booking_held(event: events.BookingHeld, envelope: Envelope) -> None:
    _tell_booker(event, envelope, Kind.BOOKING_HELD)


@subscribe(events.BookingLapsed)
def booking_lapsed(event: events.BookingLapsed, envelope: Envelope) -> None:
    _tell_booker(event, envelope, Kind.BOOKING_NONE)


@subscribe(events.BookingCalledOff)
def booking_called_off(event: events.BookingCalledOff, envelope: Envelope) -> None:
    _tell_booker(event, envelope, Kind.BOOKING_OFF)


@subscribe(events.BookingSoon)
def booking_soon(event: events.BookingSoon, envelope: Envelope) -> None:
    _tell_booker(event, envelope, Kind.BOOKING_SOON)


def _tell_booker(
    event: events.BookingHeld | events.BookingLapsed | events.BookingCalledOff | events.BookingSoon,
    envelope: Envelope,
    kind: Kind,
) -> None:
    """The person alone; of a confidential service neither which it is nor where."""
    booking = booking_facts(event.booking_id)
    if booking.person_id is None:
        return
    facts = {
        "until": booking.starts_at.isoformat(),
        "booked": booking.service,
        "place": booking.place,
        "hold": booking.held_until.isoformat() if booking.held_until else "",
        "path": reverse("places:own_bookings"),
    }
    notice = services.for_reporter(
        person_id=booking.person_id,
        event_id=envelope.id,
        kind=kind,
        case_number="",
        facts=facts,
        is_urgent=False,
        now=envelope.occurred_at,
    )
    tell([notice])


def _tell_task(
    event: events.RestockOpened | events.RestockDelivered,
    envelope: Envelope,
    place: PlaceFacts,
    kind: Kind,
    staff: Iterable[Assignment],
) -> None:
    path = reverse("places:restock", args=[restock_id(event.task_id)])
    _tell(envelope, place, kind, staff, path, item=event.item)


def _at_community(envelope: Envelope) -> list[Assignment]:
    community = padded(envelope.scope_code[: LEVELS["community"]])
    return assignments_at(
        roles=("community", "community_head"), scope_code=community, now=envelope.occurred_at
    )


def _tell(
    envelope: Envelope, place: PlaceFacts, kind: Kind, staff: Iterable[Assignment], path: str, **facts: str
) -> None:
    notices = services.for_staff(
        assignments=staff,
        event_id=envelope.id,
        kind=kind,
        case_number="",
        facts={"place": place.name, "path": path, **facts},
        is_urgent=False,
        now=envelope.occurred_at,
    )
    tell(notices)

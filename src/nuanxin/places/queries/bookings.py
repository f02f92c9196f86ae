"""Bookings as their person reads them, as the desk of a place reads them, and as figures without persons.

What the desk sees: a code name and a time; the masked name and the service only where the service is not confidential.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, UUIDField
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import Actor, permits, policy, visible
from nuanxin.kernel.errors import NotFound
from nuanxin.kernel.prepared import PreparedFor
from nuanxin.kernel.privacy.masking import mask_name
from nuanxin.kernel.privacy.register import Subject
from nuanxin.kernel.workflow import Transition
from nuanxin.places.enums import BookingState
from nuanxin.places.models import Bookable, Booking, BookingSlot, Place, PlaceService
from nuanxin.places.queries.slots import DAY, midnight, next_free_of
from nuanxin.places.workflow import BOOKING

OPEN = (BookingState.WAITING, BookingState.HELD, BookingState.BOOKED)
SEATED = (BookingState.HELD, BookingState.BOOKED)
# These have a place, or had it when the time came.
COUNTED = (*SEATED, BookingState.CAME, BookingState.MISSED, BookingState.PASSED)
KEPT = timedelta(days=30)
KEPT_CONFIDENTIAL = timedelta(days=7)
EARLY = timedelta(hours=2)  # who comes that much too early has come


class NotBookable(NotFound):
    default_message = _("这里现在不能约这一项。")
    default_hint = _("回到这个地方的页面，看看能约什么；也可以直接打电话问。")


class BookingNotFound(NotFound):
    default_message = _("没有找到这个预约。")
    default_hint = _("在“我的预约”里看看；过去的预约一个月后就删掉了。")


def bookable_at(place: Place, item: str) -> Bookable:
    """Raises `NotBookable`."""
    found = Bookable.objects.select_related("item").filter(place=place, item=item, is_active=True).first()
    if found is None:
        raise NotBookable
    return found


def rules_at(place: Place, item: str) -> Bookable | None:
    """For whoever edits them, stopped or not."""
    return Bookable.objects.select_related("item").filter(place=place, item=item).first()


@dataclass(frozen=True, slots=True)
class BookableRow:
    """A service of a place, with its rules where it takes bookings."""

    code: str
    name: str
    icon: str
    bookable: Bookable | None


def bookable_rows(place: Place) -> list[BookableRow]:
    """All services of a place and those that are booked there; two statements."""
    known = {each.item_id: each for each in Bookable.objects.filter(place=place).select_related("item")}
    items = {
        each.item_id: each.item for each in PlaceService.objects.filter(place=place).select_related("item")
    }
    items |= {code: each.item for code, each in known.items()}
    rows = [BookableRow(code, item.name, item.icon, known.get(code)) for code, item in items.items()]
    return sorted(rows, key=lambda each: (each.bookable is None, each.code))


@dataclass(frozen=True, slots=True)
class Offer:
    """For everybody: what can be booked here, and when the next place is free."""

    bookable: Bookable
    next_free: datetime | None


def offers_of(place: Place, *, now: datetime) -> list[Offer]:
    """Four statements; one where nothing is booked."""
    rows = list(Bookable.objects.filter(place=place, is_active=True).select_related("item"))
    free = next_free_of(rows, place, now=now) if rows else {}
    return [Offer(each, free[each.pk]) for each in rows]


@dataclass(frozen=True, slots=True)
class OwnBooking:
    """`position` among those who wait, from 1; `moves` are the buttons of the table."""

    booking: Booking
    bookable: Bookable
    position: int
    moves: list[Transition]
    may_move: bool
    is_over: bool


def own_booking(actor: Actor, public_id: UUID) -> Booking:
    """Raises `BookingNotFound`."""
    rows = visible(Booking.objects.filter(public_id=public_id), "places.book", actor)
    found = rows.exclude(person=None).select_related(*RELATED).first()
    if found is None:
        raise BookingNotFound
    return found


RELATED = ("slot__bookable__item", "slot__bookable__place", "place")


def own_bookings(actor: Actor, *, now: datetime) -> tuple[list[OwnBooking], list[OwnBooking]]:
    """Those that come, the next first; and those of the last month, the latest first. Two statements."""
    if actor.person_id is None:
        return [], []
    rows = list(
        Booking.objects.filter(person=actor.person_id)
        .select_related(*RELATED)
        .order_by("slot__starts_at")[:200]
    )
    positions = _positions([each for each in rows if each.state == BookingState.WAITING])
    told = [_own(actor, each, positions, now) for each in rows]
    coming = [each for each in told if not each.is_over]
    return coming, [each for each in reversed(told) if each.is_over][:50]


def as_own(actor: Actor, booking: Booking, *, now: datetime) -> OwnBooking:
    """One of the list above."""
    waits = booking.state == BookingState.WAITING
    return _own(actor, booking, _positions([booking]) if waits else {}, now)


def _own(actor: Actor, booking: Booking, positions: Mapping[int, int], now: datetime) -> OwnBooking:
    is_over = booking.state not in OPEN or booking.slot.ends_at <= now
    held = {"places.book"} if permits(actor, "places.book") else set()
    bookable = booking.slot.bookable
    in_time = may_call_off(booking, now)
    moves = [] if is_over else BOOKING.among(booking.state, held)
    moves = [each for each in moves if each.name != "withdraw" or in_time]
    if booking.state == BookingState.HELD and booking.held_until is not None and booking.held_until <= now:
        moves = [each for each in moves if each.name != "accept"]
    may_move = booking.state == BookingState.BOOKED and not is_over and in_time
    return OwnBooking(booking, bookable, positions.get(booking.pk, 0), moves, may_move, is_over)


def may_call_off(booking: Booking, now: datetime) -> bool:
    """Whether its person may still do without it by themselves: who waits always may."""
    if booking.state != BookingState.BOOKED:
        return True
    return booking.slot.starts_at - timedelta(minutes=booking.slot.bookable.cancel_before) > now


def _positions(waiting: list[Booking]) -> dict[int, int]:
    queues: dict[int, list[int]] = {}
    rows = Booking.objects.filter(slot__in={each.slot_id for each in waiting}, state=BookingState.WAITING)
    for slot, key in rows.order_by("asked_at", "pk").values_list("slot", "pk") if waiting else ():
        queues.setdefault(slot, []).append(key)
    return {
        each.pk: queues[each.slot_id].index(each.pk) + 1
        for each in waiting
        if each.pk in queues[each.slot_id]
    }


def position_of(booking: Booking) -> int:
    """From 1; 0 when it does not wait."""
    return _positions([booking]).get(booking.pk, 0) if booking.state == BookingState.WAITING else 0


def next_booking(actor: Actor, *, now: datetime) -> Booking | None:
    """What the first page reminds of: a place that waits for an answer, else what comes within a day."""
    if actor.person_id is None:
        return None
    rows = Booking.objects.filter(person=actor.person_id).select_related(*RELATED)
    asks = Q(state=BookingState.HELD, held_until__gt=now)
    comes = Q(state=BookingState.BOOKED, slot__ends_at__gt=now, slot__starts_at__lt=now + DAY)
    return rows.filter(asks | comes).order_by("-state", "slot__starts_at").first()  # "held" after "booked"


@dataclass(frozen=True, slots=True)
class DeskRow:
    """One booking at the desk. `name` is masked; `name` and `service` are empty where it is confidential."""

    public_id: UUID
    starts_at: datetime
    ends_at: datetime
    called: str
    name: str
    service: str
    state: str
    state_label: str
    is_walk_in: bool
    moves: list[Transition]


@dataclass(frozen=True, slots=True)
class DeskDay:
    """A day at the desk. `expected` are those who are still to come, `waiting` how many wait for a place."""

    on: date
    rows: list[DeskRow]
    waiting: int

    @property
    def expected(self) -> int:
        return sum(each.state == BookingState.BOOKED for each in self.rows)

    @property
    def came(self) -> int:
        return sum(each.state == BookingState.CAME for each in self.rows)

    @property
    def missed(self) -> int:
        return sum(each.state == BookingState.MISSED for each in self.rows)


def today(place: Place, now: datetime, actor: Actor | None = None) -> DeskDay:
    """Today's bookings at a place, for its keeper's page; two statements. Buttons only for an `actor` who has them."""
    return desk_day(place, timezone.localdate(now), now=now, actor=actor)


def desk_day(place: Place, day: date, *, now: datetime, actor: Actor | None = None) -> DeskDay:
    within = Q(slot__starts_at__gte=midnight(day), slot__starts_at__lt=midnight(day + DAY))
    rows = Booking.objects.filter(within, place=place)
    shown = rows.filter(state__in=COUNTED).select_related("slot__bookable__item", "person")
    held = {"places.attend"} if actor is not None and permits(actor, "places.attend") else set()
    return DeskDay(
        day,
        [_desk(each, held, now) for each in shown.order_by("slot__starts_at", "asked_at", "pk")],
        rows.filter(state=BookingState.WAITING).count(),
    )


def _desk(booking: Booking, held: set[str], now: datetime) -> DeskRow:
    slot, bookable = booking.slot, booking.slot.bookable
    is_open = not bookable.is_confidential
    person = booking.person
    is_near = slot.starts_at - EARLY <= now
    moves = [
        each
        for each in BOOKING.among(booking.state, held)
        if (each.name == "call_off" and slot.starts_at > now) or (each.name != "call_off" and is_near)
    ]
    return DeskRow(
        public_id=booking.public_id,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        called=booking.called,
        name=mask_name(person.name) if is_open and person is not None else "",
        service=bookable.item.name if is_open else "",
        state=booking.state,
        state_label=str(BookingState(booking.state).label),
        is_walk_in=booking.is_walk_in,
        moves=moves,
    )


def desk_booking(actor: Actor, public_id: UUID) -> Booking:
    """One that the actor may mark or call off. Raises `BookingNotFound`."""
    found = _booking_for.of(actor).first(public_id=public_id)
    if found is None:
        raise BookingNotFound
    return found


_booking_for = PreparedFor(
    lambda actor, *, public_id: visible(
        Booking.objects.filter(public_id=public_id), "places.attend", actor
    ).select_related(*RELATED),
    public_id=UUIDField(),
)


def service_shown(booking: Booking) -> str:
    """What staff may read of what it is for."""
    bookable = booking.slot.bookable
    return "" if bookable.is_confidential else bookable.item.name


@dataclass(frozen=True, slots=True)
class BookingFacts:
    """For the notice: whom, when, and what may be said of it where others can read it too."""

    person_id: int | None
    starts_at: datetime
    held_until: datetime | None
    place: str
    service: str
    is_confidential: bool


def booking_facts(booking_id: int) -> BookingFacts:
    """Raises `Booking.DoesNotExist`."""
    found = Booking.objects.select_related(*RELATED).get(pk=booking_id)
    bookable = found.slot.bookable
    told = ("", "") if bookable.is_confidential else (found.place.name_zh, bookable.item_id)
    return BookingFacts(
        found.person_id, found.slot.starts_at, found.held_until, *told, bookable.is_confidential
    )


def may_book(actor: Actor) -> bool:
    return actor.person_id is not None and policy.permits(actor, "places.book")


def bookings_of(subject: Subject) -> list[Mapping[str, Any]]:
    """For the export of one's own data."""
    rows = Booking.objects.filter(person=subject.person_id or 0).order_by("asked_at")
    return list(
        rows.values("place__name_zh", "slot__bookable__item__name_zh", "slot__starts_at", "state", "asked_at")
    )


def taken_of(slot: BookingSlot) -> int:
    """Counted anew: what the stored figure is held against."""
    return Booking.objects.filter(slot=slot, state__in=COUNTED).count()


def future_open(bookable: Bookable, now: datetime) -> QuerySet[Booking]:
    """Bookings of a service that are still to come."""
    rows = Booking.objects.filter(slot__bookable=bookable, slot__starts_at__gt=now, state__in=OPEN)
    return rows.select_related("slot").order_by("asked_at", "pk")


def states_counted(rows: QuerySet[Booking]) -> dict[str, int]:
    return {each["state"]: each["n"] for each in rows.order_by().values("state").annotate(n=Count("pk"))}

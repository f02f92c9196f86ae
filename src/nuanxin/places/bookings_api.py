"""REST: one's own bookings, and the times that one may ask for."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Form, Query, Router, Schema
from pydantic import AwareDatetime, Field

from nuanxin.kernel.access.api import PROBLEMS, operation
from nuanxin.kernel.access.http import ActorRequest
from nuanxin.places import queries, services
from nuanxin.places.models import Booking

router = Router()

Item = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,31}$")]


class SlotOut(Schema):
    """`free` places; `waiting` people come first when one becomes free; not `is_open`: too late to book."""

    starts_at: datetime
    ends_at: datetime
    capacity: int
    free: int
    waiting: int
    is_open: bool


class BookingOut(Schema):
    """`state`: waiting, held (until `held_until`), booked, came, missed, passed, withdrawn, called_off, lapsed.

    `called` is what staff call out; `position` among those who wait, 0 otherwise; `moves` are the steps one may take.
    """

    id: UUID
    place: UUID
    item: str
    starts_at: datetime
    ends_at: datetime
    state: str
    called: str
    position: int
    held_until: datetime | None
    reason: str
    moves: list[str]


class BookIn(Schema):
    """The same `key` again is the same booking. `wait`: join the queue where it is full."""

    key: UUID
    place: UUID
    item: Item
    starts_at: AwareDatetime
    wait: bool = False


class MoveIn(Schema):
    starts_at: AwareDatetime


def _booking(booking: Booking, moves: list[str], position: int) -> dict[str, Any]:
    return {
        "id": booking.public_id,
        "place": booking.place.public_id,
        "item": booking.slot.bookable.item_id,
        "starts_at": booking.slot.starts_at,
        "ends_at": booking.slot.ends_at,
        "state": booking.state,
        "called": booking.called,
        "position": position,
        "held_until": booking.held_until,
        "reason": booking.reason,
        "moves": moves,
    }


def _one(request: ActorRequest, public_id: UUID) -> dict[str, Any]:
    found = queries.own_booking(request.actor, public_id)
    own = queries.as_own(request.actor, found, now=request.now)
    return _booking(found, [each.name for each in own.moves], own.position)


@router.get("/slots", response={200: list[SlotOut], **PROBLEMS}, summary="The times of a service at a place")
@operation("places.read")
def slots(
    request: ActorRequest, place: Annotated[UUID, Query()], item: Annotated[Item, Query()]
) -> list[dict[str, Any]]:
    found = queries.public_place(place)
    rows = queries.slots_of(queries.bookable_at(found, item), found, now=request.now)
    return [
        {
            "starts_at": each.starts_at,
            "ends_at": each.ends_at,
            "capacity": each.capacity,
            "free": max(each.free, 0),
            "waiting": each.waiting,
            "is_open": each.is_open,
        }
        for each in rows
    ]


@router.get("", response={200: list[BookingOut], **PROBLEMS}, summary="One's own, those to come first")
@operation("places.book")
def listed(request: ActorRequest) -> list[dict[str, Any]]:
    coming, past = queries.own_bookings(request.actor, now=request.now)
    return [
        _booking(each.booking, [move.name for move in each.moves], each.position) for each in [*coming, *past]
    ]


@router.post("", response={200: BookingOut, **PROBLEMS}, summary="Book, or join the queue")
@operation("places.book")
def book(request: ActorRequest, given: Form[BookIn]) -> dict[str, Any]:
    made = services.book(
        actor=request.actor, public_id=given.place, item=given.item, starts_at=given.starts_at, key=given.key,
        wait=given.wait, now=request.now,
    )  # fmt: skip
    return _one(request, made.public_id)


@router.post("/{public_id}/acceptance", response={200: BookingOut, **PROBLEMS}, summary="Take the held place")
@operation("places.book")
def accept(request: ActorRequest, public_id: UUID) -> dict[str, Any]:
    services.accept_booking(actor=request.actor, public_id=public_id, now=request.now)
    return _one(request, public_id)


@router.post("/{public_id}/withdrawal", response={200: BookingOut, **PROBLEMS}, summary="Do without it")
@operation("places.book")
def withdraw(request: ActorRequest, public_id: UUID) -> dict[str, Any]:
    services.withdraw_booking(actor=request.actor, public_id=public_id, now=request.now)
    return _one(request, public_id)


@router.post("/{public_id}/move", response={200: BookingOut, **PROBLEMS}, summary="Another time, in one")
@operation("places.book")
def move(request: ActorRequest, public_id: UUID, given: Form[MoveIn]) -> dict[str, Any]:
    services.move_booking(
        actor=request.actor, public_id=public_id, starts_at=given.starts_at, now=request.now
    )
    return _one(request, public_id)

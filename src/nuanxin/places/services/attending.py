"""The desk's day: came, did not come, walked in, has to be called off. What is marked is audited on the place."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor
from nuanxin.kernel.errors import Conflict, Invalid
from nuanxin.places.enums import BookingState
from nuanxin.places.models import Booking, Place
from nuanxin.places.queries.bookings import EARLY, bookable_at, desk_booking
from nuanxin.places.queries.register import changeable_place
from nuanxin.places.queries.slots import grid
from nuanxin.places.services.booking import SlotFull, SlotGone, locked, new_booking, slot_row, take
from nuanxin.places.services.booking_rules import call_off
from nuanxin.places.workflow import BOOKING


class TooEarly(Conflict):
    default_message = _("还没到时间，先不用记。")
    default_hint = _("开始前两小时起，可以记来了没有。")


class AlreadyBegun(Conflict):
    default_message = _("时间已经到了，取消不了。")
    default_hint = _("没有来就点“没来”；做不成的话，当面说一声。")


def mark_booking(*, actor: Actor, public_id: UUID, came: bool, now: datetime) -> Booking:
    """Came or did not; the other tap puts a slip right, the same tap changes nothing.

    Raises `BookingNotFound`, `TooEarly`, `IllegalMove`.
    """
    booking = desk_booking(actor, public_id)
    target = BookingState.CAME if came else BookingState.MISSED
    if booking.state == target:
        return booking
    if booking.slot.starts_at - EARLY > now:
        raise TooEarly
    name = "came" if came else "missed"
    with transaction.atomic():
        BOOKING.step(booking, name, state_since=now, remind_at=None)
        _audited(actor, f"booking_{name}", booking.place, now)
    return booking


def call_off_booking(*, actor: Actor, public_id: UUID, reason: str, now: datetime) -> Booking:
    """The place cannot keep it; its person hears why and is offered another time. Publishes `BookingCalledOff`.

    Raises `BookingNotFound`, `Invalid` without a reason, `AlreadyBegun`, `IllegalMove`.
    """
    booking = desk_booking(actor, public_id)
    if not reason.strip():
        raise Invalid(fields={"reason": _("请写一句为什么，约的人看得到。")})
    with transaction.atomic():
        bookable = locked(booking.slot.bookable_id)
        booking.refresh_from_db()
        if booking.state == BookingState.CALLED_OFF:
            return booking
        if booking.slot.starts_at <= now:
            raise AlreadyBegun
        call_off(bookable, booking, reason, now)
        _audited(actor, "booking_call_off", booking.place, now)
    return booking


def add_walk_in(
    *, actor: Actor, public_id: UUID, item: str, starts_at: datetime, key: UUID, now: datetime
) -> Booking:
    """Somebody who is there takes a place that is free today; nobody asks who. The same `key` again is the same.

    Raises `PlaceNotFound`, `NotBookable`, `SlotGone`, `SlotFull`.
    """
    place = changeable_place(actor, "places.bookings", public_id)
    found = bookable_at(place, item)
    today = timezone.localdate(now)
    with transaction.atomic():
        bookable = locked(found.pk)
        known = Booking.objects.filter(key=key, place=place).first()
        if known is not None:
            return known
        span = next(
            (each for each in grid(bookable, place, today, today) if each.starts_at == starts_at), None
        )
        if span is None or span.ends_at <= now:
            raise SlotGone
        slot = slot_row(bookable, span.starts_at, span.ends_at)
        if slot.taken >= slot.capacity:
            raise SlotFull(hint=_("这一段的位子都有人了；看看下一段。"))
        take(slot)
        made = new_booking(place, slot, BookingState.CAME, key, now, None)
        _audited(actor, "booking_walk_in", place, now)
    return made


def _audited(actor: Actor, action: str, place: Place, now: datetime) -> None:
    """Of the place: an entry that leads to the booking would outlive the name in it."""
    audit.record(
        actor=actor, action=f"places.{action}", object_type="place", object_id=place.pk, scope_code=place.scope_code,
        now=now,
    )  # fmt: skip

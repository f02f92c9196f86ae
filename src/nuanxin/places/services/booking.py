"""One books, waits, takes a held place, moves, does without. A slot never has more than its capacity.

Every change of a service's slots holds the row of the service, after the row of the person where there is one; the
capacity is a constraint of the database besides. Who books leaves no audit entry: nobody needs to know.
"""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import Actor
from nuanxin.kernel.errors import Conflict, NotAllowed
from nuanxin.kernel.events import publish
from nuanxin.kernel.worktime.peaks import after_peak, before_peak
from nuanxin.people.models import Person
from nuanxin.places.enums import BookingState, CodeName
from nuanxin.places.events import (
    BookingHeld,
    BookingLapsed,
    BookingMade,
    BookingMoved,
    BookingWithdrawn,
)
from nuanxin.places.models import Bookable, Booking, BookingSlot, Place
from nuanxin.places.queries.bookings import OPEN, SEATED, bookable_at, may_book, may_call_off, own_booking
from nuanxin.places.queries.register import public_place
from nuanxin.places.queries.slots import last_day, midnight, offered_at
from nuanxin.places.workflow import BOOKING
from nuanxin.ui.phrases import calendar_moment

MOST_OPEN = 5  # of all services together
SHORTEST_HOLD = timedelta(minutes=10)
BEFORE_PEAK = timedelta(minutes=10)
MISSED_WITHIN = timedelta(days=30)


class SlotGone(Conflict):
    default_message = _("这个时间不能约了。")
    default_hint = _("可能刚改了时间，或者那天不开。换一个时间就行。")


class SlotFull(Conflict):
    default_message = _("这个时间刚被约满。")
    default_hint = _("换一个时间；或者点它排队，有人取消就轮到你。")


class TooLateToBook(Conflict):
    default_message = _("这个时间来不及约了。")
    default_hint = _("选晚一点的时间；急的话直接打电话问。")


class Overlaps(Conflict):
    default_message = _("那时你已经有别的预约。")
    default_hint = _("换一个时间，或者先在“我的预约”里取消、改那一个。")


class EnoughBookings(Conflict):
    default_message = _("你手上的预约够多了。")
    default_hint = _("去过一个，或者取消一个，再约新的。")


class PausedForNow(Conflict):
    default_message = _("这一项你暂时不能约。")
    default_hint = _("前几次约了没来。过了这几天就能再约；有特别情况，打电话说一声。")


class HoldOver(Conflict):
    default_message = _("留的时间过了，位子给了下一位。")
    default_hint = _("可以再约一个时间，或者重新排队。")


class TooLateToCancel(Conflict):
    default_message = _("离开始太近，这里取消不了。")
    default_hint = _("来不了的话，打个电话说一声就好。")


class KeyTaken(Conflict):
    default_message = _("这次提交和别的预约撞上了。")
    default_hint = _("请刷新页面再约一次。")


def book(
    *,
    actor: Actor,
    public_id: UUID,
    item: str,
    starts_at: datetime,
    key: UUID,
    now: datetime,
    wait: bool = False,
) -> Booking:
    """The place at that time, or with `wait` a turn in the queue where it is full. The same `key` again is the same.

    Publishes `BookingMade`. Raises `NotAllowed`, `PlaceNotFound`, `NotBookable`, `SlotGone`, `TooLateToBook`,
    `SlotFull`, `Overlaps`, `EnoughBookings`, `PausedForNow`, `KeyTaken`.
    """
    person_id = _booker(actor)
    place = public_place(public_id)
    found = bookable_at(place, item)
    with transaction.atomic():
        Person.objects.select_for_update().get(pk=person_id)
        bookable = locked(found.pk)
        known = Booking.objects.select_related("slot").filter(key=key).first()
        if known is not None:
            is_same = known.sequence or (known.slot.bookable_id, known.slot.starts_at) == (
                bookable.pk,
                starts_at,
            )
            if known.person_id != person_id or not is_same:
                raise KeyTaken
            return known
        slot = open_slot(bookable, place, starts_at, now)
        there = Booking.objects.filter(slot=slot, person=person_id, state__in=OPEN).first()
        if there is not None and (there.state != BookingState.WAITING or slot.taken >= slot.capacity):
            return there
        _may_have_more(bookable, person_id, there, now)
        _free_then(person_id, slot, there)
        if there is not None:
            return _seated(there, bookable, slot, now)
        if slot.taken < slot.capacity:
            take(slot)
            made = new_booking(place, slot, BookingState.BOOKED, key, now, person_id)
            _remind(made, bookable, slot, now)
            publish(BookingMade(made.pk, place.pk), scope_code=place.scope_code, now=now)
            return made
        if not wait:
            raise SlotFull
        return new_booking(place, slot, BookingState.WAITING, key, now, person_id)


def accept_booking(*, actor: Actor, public_id: UUID, now: datetime) -> Booking:
    """The held place is taken; pressed again it is the same. Publishes `BookingMade`.

    Raises `BookingNotFound`, `HoldOver`, `Overlaps`, `IllegalMove`.
    """
    booking = own_booking(actor, public_id)
    with transaction.atomic():
        bookable = _hold_rows(booking)
        if booking.state == BookingState.BOOKED:
            return booking
        if booking.state == BookingState.LAPSED or (
            booking.held_until is not None and booking.held_until <= now
        ):
            raise HoldOver
        _free_then(booking.person_id, booking.slot, booking)
        BOOKING.step(booking, "accept", state_since=now, held_until=None)
        _remind(booking, bookable, booking.slot, now)
        _told(BookingMade, booking, now)
    return booking


def withdraw_booking(*, actor: Actor, public_id: UUID, now: datetime) -> Booking:
    """One does without it, and the first who waits has the place. Said again it changes nothing.

    Publishes `BookingWithdrawn`, `BookingHeld` for the next. Raises `BookingNotFound`, `TooLateToCancel`,
    `IllegalMove`.
    """
    booking = own_booking(actor, public_id)
    with transaction.atomic():
        bookable = _hold_rows(booking)
        if booking.state == BookingState.WITHDRAWN:
            return booking
        if not may_call_off(booking, now):
            raise TooLateToCancel
        was_seated = booking.state in SEATED
        BOOKING.step(booking, "withdraw", state_since=now, held_until=None, remind_at=None)
        _told(BookingWithdrawn, booking, now)
        if was_seated:
            give_back(bookable, booking.slot, now)
    return booking


def move_booking(*, actor: Actor, public_id: UUID, starts_at: datetime, now: datetime) -> Booking:
    """To another time of the same service, in one: nobody loses the old place before having the new one.

    Publishes `BookingMoved`, `BookingHeld` for the next. Raises `BookingNotFound`, `TooLateToCancel`, `SlotGone`,
    `TooLateToBook`, `SlotFull`, `Overlaps`, `IllegalMove`.
    """
    booking = own_booking(actor, public_id)
    with transaction.atomic():
        bookable = _hold_rows(booking)
        old = booking.slot
        if booking.state != BookingState.BOOKED:
            raise SlotGone
        if old.starts_at == starts_at:
            return booking
        if not may_call_off(booking, now):
            raise TooLateToCancel
        slot = open_slot(bookable, booking.place, starts_at, now)
        _free_then(booking.person_id, slot, booking)
        if slot.taken >= slot.capacity:
            raise SlotFull
        # A turn in the queue of that time has served its purpose.
        for turn in Booking.objects.filter(slot=slot, person=booking.person_id, state=BookingState.WAITING):
            BOOKING.step(turn, "withdraw", state_since=now)
        take(slot)
        booking.slot, booking.sequence = slot, booking.sequence + 1
        booking.save(update_fields=["slot", "sequence"])
        _remind(booking, bookable, slot, now)
        _told(BookingMoved, booking, now)
        give_back(bookable, old, now)
    return booking


def _booker(actor: Actor) -> int:
    if not may_book(actor) or actor.person_id is None:
        raise NotAllowed
    return actor.person_id


def locked(bookable_id: int) -> Bookable:
    """Its slots change under this lock alone."""
    return Bookable.objects.select_for_update().get(pk=bookable_id)


def _hold_rows(booking: Booking) -> Bookable:
    """Its person and its service, in this order; then the booking as it is now."""
    Person.objects.select_for_update().filter(pk=booking.person_id or 0).first()
    bookable = locked(booking.slot.bookable_id)
    booking.refresh_from_db()
    booking.slot.bookable = bookable
    return bookable


def open_slot(bookable: Bookable, place: Place, starts_at: datetime, now: datetime) -> BookingSlot:
    """The row of that time, under the service's lock. Raises `SlotGone`, `TooLateToBook`."""
    span = offered_at(bookable, place, starts_at)
    if span is None or timezone.localdate(starts_at) > last_day(bookable, now) or starts_at <= now:
        raise SlotGone
    if bookable.closes_at(starts_at) <= now:
        raise TooLateToBook
    return slot_row(bookable, span.starts_at, span.ends_at)


def slot_row(bookable: Bookable, starts_at: datetime, ends_at: datetime) -> BookingSlot:
    made, _is_new = BookingSlot.objects.get_or_create(
        bookable=bookable,
        starts_at=starts_at,
        defaults={"ends_at": ends_at, "capacity": bookable.capacity},
    )
    return made


def take(slot: BookingSlot) -> None:
    """One place more is taken. Raises `SlotFull`."""
    if not BookingSlot.objects.filter(pk=slot.pk, taken__lt=F("capacity")).update(taken=F("taken") + 1):
        raise SlotFull
    slot.refresh_from_db()


def give_back(bookable: Bookable, slot: BookingSlot, now: datetime) -> None:
    """One place less is taken; the first who waits has it. Publishes `BookingHeld`."""
    BookingSlot.objects.filter(pk=slot.pk).update(taken=F("taken") - 1)
    # A slot that was kept larger for those who had booked shrinks with them.
    BookingSlot.objects.filter(pk=slot.pk, capacity__gt=bookable.capacity).update(
        capacity=Greatest(F("taken"), Value(bookable.capacity))
    )
    fill(bookable, slot, now)


def fill(bookable: Bookable, slot: BookingSlot, now: datetime) -> None:
    """Hold what is free for those who wait, in the order in which they asked. Publishes `BookingHeld`."""
    slot.refresh_from_db()
    until = hold_until(bookable, slot.starts_at, now)
    if until is None or slot.taken >= slot.capacity:
        return
    waiting = Booking.objects.filter(slot=slot, state=BookingState.WAITING).select_related("place")
    for booking in waiting.order_by("asked_at", "pk")[: slot.capacity - slot.taken]:
        take(slot)
        BOOKING.step(booking, "offer", state_since=now, held_until=until)
        _told(BookingHeld, booking, now)


def hold_until(bookable: Bookable, starts_at: datetime, now: datetime) -> datetime | None:
    """Counted from when one hears of it, which is not while one rides; None: too little time is left to ask."""
    heard = after_peak(now)
    until = min(heard + timedelta(minutes=bookable.hold_minutes), bookable.closes_at(starts_at))
    return until if until - heard >= SHORTEST_HOLD else None


def lapse(booking: Booking, bookable: Bookable, now: datetime) -> None:
    """In the caller's transaction, under the service's lock. Publishes `BookingLapsed`, `BookingHeld` for the next."""
    was_held = booking.state == BookingState.HELD
    BOOKING.step(booking, "lapse", state_since=now, held_until=None)
    _told(BookingLapsed, booking, now)
    if was_held:
        give_back(bookable, booking.slot, now)


def new_booking(
    place: Place, slot: BookingSlot, state: BookingState, key: UUID, now: datetime, person_id: int | None
) -> Booking:
    code, number = _code(place, slot)
    return Booking.objects.create(
        place=place, slot=slot, person_id=person_id, state=state, state_since=now, asked_at=now, code=code,
        number=number, is_walk_in=person_id is None, key=key,
    )  # fmt: skip


def _code(place: Place, slot: BookingSlot) -> tuple[str, int]:
    """One that nobody else has at the place on that day."""
    day = midnight(timezone.localdate(slot.starts_at))
    rows = Booking.objects.filter(
        place=place, slot__starts_at__gte=day, slot__starts_at__lt=day + timedelta(days=1)
    )
    used = set(rows.values_list("code", "number"))
    while True:
        found = (secrets.choice(CodeName.values), 10 + secrets.randbelow(90))
        if found not in used or len(used) >= len(CodeName.values) * 90:
            return found


def _seated(booking: Booking, bookable: Bookable, slot: BookingSlot, now: datetime) -> Booking:
    """Who waited finds it free."""
    take(slot)
    BOOKING.step(booking, "seat", state_since=now)
    _remind(booking, bookable, slot, now)
    _told(BookingMade, booking, now)
    return booking


def _may_have_more(bookable: Bookable, person_id: int, known: Booking | None, now: datetime) -> None:
    mine = Booking.objects.filter(person=person_id, state__in=OPEN, slot__ends_at__gt=now)
    mine = mine.exclude(pk=known.pk) if known else mine
    if mine.filter(slot__bookable=bookable).count() >= bookable.per_person:
        raise EnoughBookings(
            _("这一项一个人同时只能约 %(most)d 个。") % {"most": bookable.per_person},
            hint=_("想换时间，在“我的预约”里点“改时间”。"),
        )
    if mine.count() >= MOST_OPEN:
        raise EnoughBookings
    if not bookable.pause_after:
        return
    missed = Booking.objects.filter(
        person=person_id,
        slot__bookable=bookable,
        state=BookingState.MISSED,
        slot__ends_at__gt=now - MISSED_WITHIN,
    ).order_by("-slot__ends_at")
    times = list(missed.values_list("slot__ends_at", flat=True)[: bookable.pause_after])
    if len(times) >= bookable.pause_after and times[0] + timedelta(days=bookable.pause_days) > now:
        raise PausedForNow


def _free_then(person_id: int | None, slot: BookingSlot, known: Booking | None) -> None:
    """Raises `Overlaps` with the time that is in the way."""
    mine = Booking.objects.filter(
        person=person_id, state__in=SEATED, slot__starts_at__lt=slot.ends_at, slot__ends_at__gt=slot.starts_at
    )
    other = (mine.exclude(pk=known.pk) if known else mine).select_related("slot").first()
    if other is not None:
        raise Overlaps(_("%(when)s 你已经有别的预约。") % {"when": calendar_moment(other.slot.starts_at)})


def _remind(booking: Booking, bookable: Bookable, slot: BookingSlot, now: datetime) -> None:
    """Outside of the hours in which nobody is disturbed; none where it would come too late."""
    at = slot.starts_at - timedelta(minutes=bookable.remind_before)
    if after_peak(at) != at:
        at = before_peak(at) - BEFORE_PEAK
    booking.remind_at = at if bookable.remind_before and at > now else None
    booking.save(update_fields=["remind_at"])


def _told(
    event: type[BookingMade | BookingHeld | BookingWithdrawn | BookingMoved | BookingLapsed],
    booking: Booking,
    now: datetime,
) -> None:
    publish(event(booking.pk, booking.place_id), scope_code=booking.place.scope_code, now=now)

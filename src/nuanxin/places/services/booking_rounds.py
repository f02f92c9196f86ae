"""What time does to bookings: holds run out, queues end, reminders go out, days pass, names are forgotten."""

from datetime import datetime, timedelta
from uuid import uuid4

from django.db import transaction
from django.db.models import F, Q, QuerySet

from nuanxin.kernel.events import publish
from nuanxin.kernel.privacy.register import Erased, Subject
from nuanxin.places.enums import BookingState, CodeName
from nuanxin.places.events import BookingSoon, BookingWithdrawn
from nuanxin.places.models import Bookable, Booking, BookingSlot
from nuanxin.places.queries.bookings import KEPT, KEPT_CONFIDENTIAL, OPEN, SEATED
from nuanxin.places.services.booking import give_back, lapse, locked
from nuanxin.places.workflow import BOOKING

BATCH = 200
UNMARKED = timedelta(hours=12)
FIGURES_KEPT = timedelta(days=400)


def end_holds(*, now: datetime) -> int:
    """Who did not take the held place in time has had the turn; the next one is asked. Returns how many."""
    rows = Booking.objects.filter(state=BookingState.HELD, held_until__lte=now)
    return _each(rows.order_by("held_until", "pk"), now)


def end_queues(*, now: datetime) -> int:
    """It is too late to book: who still waits hears that nothing came of it. Returns how many."""
    longest = Bookable.objects.order_by("-book_before").values_list("book_before", flat=True).first()
    if longest is None:
        return 0
    soon = now + timedelta(minutes=longest)
    rows = Booking.objects.filter(state=BookingState.WAITING, slot__starts_at__lte=soon)
    found = rows.select_related("slot__bookable").order_by("slot__starts_at", "pk")
    over = [each.pk for each in found[:2000] if each.slot.bookable.closes_at(each.slot.starts_at) <= now]
    return _each(Booking.objects.filter(pk__in=over[:BATCH]), now)


def _each(rows: QuerySet[Booking], now: datetime) -> int:
    keys = list(rows.values_list("pk", "slot__bookable")[:BATCH])
    for key, bookable_id in keys:
        with transaction.atomic():
            bookable = locked(bookable_id)
            booking = Booking.objects.select_related("slot", "place").get(pk=key)
            is_over = booking.held_until is not None and booking.held_until <= now
            if booking.state == BookingState.WAITING or (booking.state == BookingState.HELD and is_over):
                lapse(booking, bookable, now)
    return len(keys)


def remind_of_bookings(*, now: datetime) -> int:
    """Once for each, outside of the peak hours; returns how many. Publishes `BookingSoon`."""
    rows = (
        Booking.objects.filter(remind_at__lte=now).select_related("slot", "place").order_by("remind_at", "pk")
    )
    with transaction.atomic():
        due = list(rows[:BATCH])
        for each in due:
            fresh = Booking.objects.filter(pk=each.pk, remind_at=each.remind_at).update(remind_at=None)
            if fresh and each.state == BookingState.BOOKED and each.slot.starts_at > now:
                publish(BookingSoon(each.pk, each.place_id), scope_code=each.place.scope_code, now=now)
    return len(due)


def settle_past(*, now: datetime) -> int:
    """Nobody has marked whether one came: it counts as neither. Returns how many."""
    rows = Booking.objects.filter(state=BookingState.BOOKED, slot__ends_at__lt=now - UNMARKED)
    found = list(rows.order_by("pk")[:BATCH])
    for each in found:
        with transaction.atomic():
            BOOKING.step(each, "pass_by", state_since=now, remind_at=None)
    return len(found)


def _nameable(now: datetime) -> QuerySet[Booking]:
    old = Q(slot__ends_at__lt=now - KEPT)
    sensitive = Q(slot__bookable__is_confidential=True, slot__ends_at__lt=now - KEPT_CONFIDENTIAL)
    return Booking.objects.filter(old | sensitive).exclude(person=None)


def names_due(now: datetime) -> int:
    return _nameable(now).count()


def forget_names(*, now: datetime) -> int:
    """Afterwards it is a figure: somebody came, or did not. Returns how many.

    The row is another one then: an event or a notice that leads to a booking leads nowhere.
    """
    with transaction.atomic():
        rows = list(_nameable(now).select_related("slot").order_by("pk")[:BATCH])
        Booking.objects.filter(pk__in=[each.pk for each in rows]).delete()
        Booking.objects.bulk_create(_figure(each) for each in rows)
    return len(rows)


def _figure(booking: Booking) -> Booking:
    return Booking(
        place_id=booking.place_id, slot_id=booking.slot_id, state=booking.state, state_since=booking.slot.ends_at,
        asked_at=booking.slot.starts_at, held_until=booking.held_until, code=CodeName.LARK, number=0, key=uuid4(),
    )  # fmt: skip


def slots_due(now: datetime) -> int:
    return BookingSlot.objects.filter(ends_at__lt=now - FIGURES_KEPT).count()


def forget_slots(*, now: datetime) -> int:
    rows = BookingSlot.objects.filter(ends_at__lt=now - FIGURES_KEPT)
    keys = list(rows.values_list("pk", flat=True)[:BATCH])
    BookingSlot.objects.filter(pk__in=keys).delete()
    return len(keys)


def erase_bookings(subject: Subject, *, now: datetime) -> Erased:
    """What is still to come is given to whoever waits; what was is a figure with nobody."""
    rows = Booking.objects.filter(person=subject.person_id or 0)
    for key, bookable_id in list(rows.filter(state__in=OPEN).values_list("pk", "slot__bookable")):
        with transaction.atomic():
            bookable = locked(bookable_id)
            booking = Booking.objects.select_related("slot", "place").get(pk=key)
            was_seated = booking.state in SEATED
            is_coming = booking.slot.starts_at > now
            BOOKING.step(booking, "withdraw", state_since=now, held_until=None, remind_at=None)
            publish(
                BookingWithdrawn(booking.pk, booking.place_id), scope_code=booking.place.scope_code, now=now
            )
            if was_seated and is_coming:
                give_back(bookable, booking.slot, now)
            elif was_seated:
                BookingSlot.objects.filter(pk=booking.slot_id, taken__gt=0).update(taken=F("taken") - 1)
    return Erased(anonymised=rows.update(person=None))

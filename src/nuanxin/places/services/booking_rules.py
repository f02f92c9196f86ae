"""How a service takes bookings: its week, its single days, how many, how early; and what that does to those booked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import Actor
from nuanxin.kernel.errors import Conflict, Invalid
from nuanxin.kernel.events import publish
from nuanxin.kernel.opening import Change, InvalidOpening, parse
from nuanxin.places.enums import ExceptionKind, PlaceState
from nuanxin.places.events import BookingCalledOff, BookingRulesChanged
from nuanxin.places.models import (
    Bookable,
    BookableChange,
    Booking,
    BookingSlot,
    OpeningException,
    Place,
)
from nuanxin.places.models.bookings import LENGTHS
from nuanxin.places.queries.bookings import SEATED, future_open
from nuanxin.places.queries.catalogue import catalogue
from nuanxin.places.queries.register import changeable_place
from nuanxin.places.queries.slots import grid
from nuanxin.places.services.booking import fill, give_back, locked
from nuanxin.places.services.noting import note
from nuanxin.places.workflow import BOOKING

MOST_AHEAD = 60  # days
MOST_AT_ONCE = 200


class WouldCallOff(Conflict):
    """`count` bookings are at times that would not be offered any more: whoever changes says what becomes of them."""

    default_message = _("这样改，有人已经约好的时间就没有了。")
    default_hint = _("选一下：这些预约照旧，还是取消并通知他们另约。")

    def __init__(self, count: int) -> None:
        super().__init__(_("这样改，%(count)d 个已经约好的时间就没有了。") % {"count": count})
        self.count = count


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingRules:
    """`changes` are single days. Minutes and days as on `Bookable`."""

    hours: str
    changes: Sequence[Change] = field(default_factory=tuple)
    minutes: int = 30
    capacity: int = 1
    days_ahead: int = 14
    book_before: int = 30
    cancel_before: int = 60
    hold_minutes: int = 60
    remind_before: int = 120
    per_person: int = 1
    pause_after: int = 0
    pause_days: int = 7
    note: str = ""
    is_active: bool = True
    is_confidential: bool = False


NUMBERS = (
    "minutes", "capacity", "days_ahead", "book_before", "cancel_before", "hold_minutes", "remind_before", "per_person",
    "pause_after", "pause_days",
)  # fmt: skip
PLAIN = ("hours", *NUMBERS, "note", "is_active", "is_confidential")


def set_booking_rules(
    *, actor: Actor, public_id: UUID, item: str, rules: BookingRules, now: datetime, fate: str = ""
) -> Bookable:
    """This service is booked like this from now on. `fate` of what is booked at times that go: keep or call_off.

    Publishes `BookingRulesChanged`, `BookingCalledOff`, `BookingHeld` where there is more room than before.
    Raises `PlaceNotFound`, `Invalid`, `WouldCallOff` without a `fate`.
    """
    place = changeable_place(actor, "places.edit", public_id)
    _check(item, rules)
    with transaction.atomic():
        given = {name: getattr(rules, name) for name in PLAIN} | {"updated_at": now}
        found, is_new = Bookable.objects.get_or_create(place=place, item_id=item, defaults=given)
        bookable = locked(found.pk)
        if not is_new and not _differs(bookable, rules):
            return bookable
        Bookable.objects.filter(pk=bookable.pk).update(**given)
        BookableChange.objects.filter(bookable=bookable).delete()
        BookableChange.objects.bulk_create(
            BookableChange(
                bookable=bookable, first=each.first, last=each.last, hours=each.text, reason=each.reason[:80]
            )
            for each in rules.changes
        )
        bookable.refresh_from_db()
        _settle_gone(actor, bookable, place, rules, fate, now)
        _resize(bookable, now)
        note(actor, "booking_rules", place, [item], now)
        publish(BookingRulesChanged(place.pk, item), scope_code=place.scope_code, now=now)
    return bookable


def _differs(bookable: Bookable, rules: BookingRules) -> bool:
    known = [(each.first, each.last, each.hours, each.reason) for each in bookable.changes.all()]
    wanted = sorted((each.first, each.last, each.text, each.reason[:80]) for each in rules.changes)
    return known != wanted or any(getattr(bookable, name) != getattr(rules, name) for name in PLAIN)


def _check(item: str, rules: BookingRules) -> None:
    wrong: dict[str, object] = {}
    if item not in catalogue().services:
        raise Invalid(fields={"item": _("这项服务不在目录里。")})
    try:
        parse(rules.hours)
    except InvalidOpening:
        wrong["hours"] = _("每周的时间看不懂，请改一下。")
    if not rules.hours:
        wrong["hours"] = _("请写每周哪几天、几点可以约。")
    if rules.minutes not in LENGTHS:
        wrong["minutes"] = _("请从列出的时长里选一个。")
    if not 1 <= rules.capacity <= MOST_AT_ONCE:
        wrong["capacity"] = _("请填 1 到 200。")
    if not 1 <= rules.days_ahead <= MOST_AHEAD:
        wrong["days_ahead"] = _("请填 1 到 60 天。")
    if not 1 <= rules.per_person <= 5:
        wrong["per_person"] = _("请填 1 到 5。")
    if any(not 0 <= getattr(rules, name) <= 10_080 for name in NUMBERS):
        wrong.setdefault("book_before", _("时间太长了，最多一周。"))
    if wrong:
        raise Invalid(fields=wrong)  # type: ignore[arg-type]


def _settle_gone(
    actor: Actor, bookable: Bookable, place: Place, rules: BookingRules, fate: str, now: datetime
) -> None:
    """What is booked at times that are offered no more: kept as it is, or called off and told."""
    rows = list(future_open(bookable, now))
    if not rows or not rules.is_active:
        return  # who stops taking bookings still keeps the promises made
    days = [timezone.localdate(each.slot.starts_at) for each in rows]
    offered = {each.starts_at for each in grid(bookable, place, min(days), max(days))}
    gone = [each for each in rows if each.slot.starts_at not in offered]
    if not gone or fate == "keep":
        return
    if fate != "call_off":
        raise WouldCallOff(len(gone))
    reasons = {day: each.reason for each in rules.changes for day in days if each.first <= day <= each.last}
    for each in _waiting_first(gone):
        call_off(bookable, each, reasons.get(timezone.localdate(each.slot.starts_at), ""), now)


def _resize(bookable: Bookable, now: datetime) -> None:
    """Slots to come have the new capacity, but never less than is taken; what is more goes to those who wait."""
    for slot in BookingSlot.objects.filter(bookable=bookable, starts_at__gt=now):
        BookingSlot.objects.filter(pk=slot.pk).update(capacity=max(bookable.capacity, slot.taken))
        fill(bookable, slot, now)


def _waiting_first(rows: Sequence[Booking]) -> list[Booking]:
    """So that no place is held for somebody in a slot that goes."""
    return sorted(rows, key=lambda each: each.state in SEATED)


def call_off(bookable: Bookable, booking: Booking, reason: str, now: datetime) -> None:
    """In the caller's transaction, under the service's lock. Publishes `BookingCalledOff`."""
    was_seated = booking.state in SEATED
    BOOKING.step(
        booking, "call_off", state_since=now, reason=reason.strip()[:120], held_until=None, remind_at=None
    )
    happened = BookingCalledOff(booking.pk, booking.place_id)
    publish(happened, scope_code=booking.place.scope_code, now=now)
    if was_seated:
        give_back(bookable, booking.slot, now)


def call_off_shut(*, place_id: int, now: datetime) -> int:
    """The place is not open when they would come: closed for a while, suspended, closed for good. Idempotent.

    Returns how many. Publishes `BookingCalledOff`.
    """
    count = 0
    for key in Bookable.objects.filter(place=place_id).values_list("pk", flat=True):
        with transaction.atomic():
            bookable = locked(key)
            place = Place.objects.get(pk=place_id)
            rows = _waiting_first(list(future_open(bookable, now).select_related("slot", "place")))
            for each in rows:
                reason = _shut_then(place, each.slot)
                if reason is not None:
                    call_off(bookable, each, reason, now)
                    count += 1
    return count


def _shut_then(place: Place, slot: BookingSlot) -> str | None:
    """Why it is shut, empty where nobody said; None: it is not."""
    if place.state != PlaceState.OPEN:
        return place.state_reason
    closed = OpeningException.objects.filter(
        place=place, kind=ExceptionKind.CLOSED, starts_at__lt=slot.ends_at, ends_at__gt=slot.starts_at
    )
    found = closed.exclude(starts_at__gte=slot.ends_at).first()
    return None if found is None else found.reason

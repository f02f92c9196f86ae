"""Which times of a service one may book: the week, the single days, the closed door, what is taken already."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Q
from django.utils import timezone

from nuanxin.kernel.opening import Change, Kind, Period, parse
from nuanxin.places.enums import BookingState, ExceptionKind, PlaceState
from nuanxin.places.models import (
    Bookable,
    BookableChange,
    BookingSlot,
    OpeningException,
    Place,
)

DAY = timedelta(days=1)


Kept = dict[
    datetime, tuple[BookingSlot, int]
]  # rows of a service by their beginning, each with how many wait


@dataclass(frozen=True, slots=True)
class Span:
    """A time on the grid of the service, whoever has taken it."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Slot:
    """`free` places, `waiting` people who come first when one becomes free."""

    starts_at: datetime
    ends_at: datetime
    capacity: int
    free: int
    waiting: int
    is_open: bool

    @property
    def is_full(self) -> bool:
        return self.free <= 0


@dataclass(frozen=True, slots=True)
class SlotDay:
    on: date
    slots: list[Slot]

    @property
    def free(self) -> int:
        return sum(each.free for each in self.slots if each.is_open)


def changes_of(bookable: Bookable) -> list[Change]:
    rows = BookableChange.objects.filter(bookable=bookable)
    return [Change(each.first, each.last, each.hours, each.reason) for each in rows]


def grid(bookable: Bookable, place: Place, first: date, last: date) -> list[Span]:
    """The times of those days, both included, in two statements. A closed door goes before whatever the week says."""
    return grids([(bookable, place)], first, last)[bookable.pk]


def grids(wanted: Sequence[tuple[Bookable, Place]], first: date, last: date) -> Mapping[int, list[Span]]:
    """The same of many services, in two statements for all of them."""
    changes: dict[int, list[Change]] = {}
    for each in BookableChange.objects.filter(bookable__in=[bookable.pk for bookable, _place in wanted]):
        row = Change(each.first, each.last, each.hours, each.reason)
        changes.setdefault(each.bookable_id, []).append(row)
    closures: dict[int, list[tuple[datetime, datetime]]] = {}
    shut = OpeningException.objects.filter(
        place__in={place.pk for _bookable, place in wanted},
        kind=ExceptionKind.CLOSED,
        starts_at__lt=midnight(last + DAY),
        ends_at__gt=midnight(first),
    )
    for exception in shut:
        closures.setdefault(exception.place_id, []).append((exception.starts_at, exception.ends_at))
    return {
        bookable.pk: _in_service(
            bookable, place, changes.get(bookable.pk, ()), closures.get(place.pk, ()), first, last
        )
        for bookable, place in wanted
    }


def _in_service(
    bookable: Bookable,
    place: Place,
    changes: Sequence[Change],
    closed: Sequence[tuple[datetime, datetime]],
    first: date,
    last: date,
) -> list[Span]:
    if place.state != PlaceState.OPEN or not bookable.is_active:
        return []
    first, last = max(first, place.valid_from or first), min(last, place.valid_to or last)
    return spans(bookable, changes, closed, first, last) if first <= last else []


def spans(
    bookable: Bookable,
    changes: Sequence[Change],
    closed: Iterable[tuple[datetime, datetime]],
    first: date,
    last: date,
) -> list[Span]:
    """Pure but for the holidays in force. A night belongs to the day on which it begins."""
    start, end = midnight(first), midnight(last + DAY)
    hours = parse(bookable.hours)
    shut = [*closed]
    rows: list[Change | Period] = [*changes, *(Period(since, until) for since, until in shut)]
    found: list[Span] = []
    # From the day before, so that what began then keeps its grid; an interval is cut at the window's edge.
    for each in hours.intervals(start - DAY, end + DAY, changes=rows):
        at = each.start
        while each.kind is Kind.OPEN and at + bookable.length <= each.end:
            if start <= at < end:
                found.append(Span(at, at + bookable.length))
            at += bookable.length
    return [
        each
        for each in found
        if not any(since < each.ends_at and each.starts_at < until for since, until in shut)
    ]


def midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def last_day(bookable: Bookable, now: datetime) -> date:
    return timezone.localdate(now) + bookable.days_ahead * DAY


def slots_of(bookable: Bookable, place: Place, *, now: datetime) -> list[Slot]:
    """What one may ask for from now on; three statements. `is_open`: not too late yet."""
    return slots_of_all([bookable], place, now=now)[bookable.pk]


def slots_of_all(bookables: Sequence[Bookable], place: Place, *, now: datetime) -> Mapping[int, list[Slot]]:
    """The same of all services of a place, in three statements for all of them."""
    today = timezone.localdate(now)
    last = max((last_day(each, now) for each in bookables), default=today)
    times = grids([(each, place) for each in bookables], today, last)
    kept = _kept(bookables, since=midnight(today))
    return {
        each.pk: _offered(
            each,
            [
                span
                for span in times[each.pk]
                if span.starts_at > now and timezone.localdate(span.starts_at) <= last_day(each, now)
            ],
            kept.get(each.pk, {}),
            now,
        )
        for each in bookables
    }


def _offered(bookable: Bookable, times: Sequence[Span], kept: Kept, now: datetime) -> list[Slot]:
    own = {(each.starts_at, each.ends_at) for each in times}
    # Taken on an earlier grid: what reaches into them is not offered.
    strays = [row for row, _waiting in kept.values() if row.taken and (row.starts_at, row.ends_at) not in own]
    return [_slot(bookable, each, kept, now) for each in times if not _reaches(each, strays)]


def _reaches(time: Span, rows: Iterable[BookingSlot]) -> bool:
    return any(
        each.starts_at < time.ends_at and time.starts_at < each.ends_at and each.starts_at != time.starts_at
        for each in rows
    )


def slot_days(bookable: Bookable, place: Place, *, now: datetime) -> list[SlotDay]:
    days: dict[date, list[Slot]] = {}
    for each in slots_of(bookable, place, now=now):
        days.setdefault(timezone.localdate(each.starts_at), []).append(each)
    return [SlotDay(day, slots) for day, slots in days.items()]


def next_free_of(
    bookables: Sequence[Bookable], place: Place, *, now: datetime
) -> Mapping[int, datetime | None]:
    """When the next place of each of them is free."""
    return {
        key: next((each.starts_at for each in slots if each.is_open and not each.is_full), None)
        for key, slots in slots_of_all(bookables, place, now=now).items()
    }


def offered_at(bookable: Bookable, place: Place, starts_at: datetime) -> Span | None:
    """The time of the grid that begins then. Another grid's time that is taken and reaches into it shuts it out."""
    day = timezone.localdate(starts_at)
    found = next((each for each in grid(bookable, place, day, day) if each.starts_at == starts_at), None)
    if found is None:
        return None
    other = BookingSlot.objects.filter(
        bookable=bookable, taken__gt=0, starts_at__lt=found.ends_at, ends_at__gt=found.starts_at
    ).exclude(starts_at=starts_at)
    return None if other.exists() else found


def _kept(bookables: Sequence[Bookable], *, since: datetime) -> Mapping[int, Kept]:
    waiting = Count("bookings", filter=Q(bookings__state=BookingState.WAITING))
    rows = BookingSlot.objects.filter(bookable__in=[each.pk for each in bookables], ends_at__gt=since)
    found: dict[int, Kept] = {}
    for each in rows.annotate(waiting=waiting) if bookables else ():
        found.setdefault(each.bookable_id, {})[each.starts_at] = (each, each.waiting)
    return found


def _slot(bookable: Bookable, time: Span, kept: Kept, now: datetime) -> Slot:
    row, waiting = kept.get(time.starts_at, (None, 0))
    capacity = max(bookable.capacity, row.taken) if row else bookable.capacity
    free = capacity - row.taken if row else capacity
    is_open = bookable.closes_at(time.starts_at) > now
    return Slot(time.starts_at, row.ends_at if row else time.ends_at, capacity, free, waiting, is_open)


def free_today(place: Place, *, now: datetime) -> list[tuple[str, str, Slot]]:
    """Item, name and time of what a walk-in can have today: with room, not over, the soonest first. Four statements."""
    today = timezone.localdate(now)
    bookables = list(Bookable.objects.filter(place=place, is_active=True).select_related("item"))
    times = grids([(each, place) for each in bookables], today, today)
    kept = _kept(bookables, since=midnight(today))
    found = []
    for each in bookables:
        there = [span for span in times[each.pk] if span.ends_at > now]
        slots = _offered(each, there, kept.get(each.pk, {}), now)
        found += [(each.item_id, each.item.name, slot) for slot in slots if not slot.is_full]
    return sorted(found, key=lambda each: (each[2].starts_at, each[0]))

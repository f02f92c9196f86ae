"""Bookings of an area as figures: offered, taken, waiting, came, did not come. There is no person in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from nuanxin.kernel.access import Actor, scope_q, visible
from nuanxin.places.enums import BookingState, FigurePeriod, PlaceState
from nuanxin.places.models import Bookable, Booking, ServiceItem
from nuanxin.places.queries.bookings import COUNTED
from nuanxin.places.queries.slots import DAY, grids, midnight

PAGE = 30
EXPORT_MOST = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureFilters:
    text: str = ""
    within: str = ""
    item: str = ""
    period: str = FigurePeriod.WEEK.value

    @property
    def is_narrowed(self) -> bool:
        return bool(self.text or self.item)


@dataclass(frozen=True, slots=True)
class FigureRow:
    """Places of the slots offered by the present timetable, and what became of them."""

    bookable: Bookable
    offered: int
    taken: int
    waiting: int
    came: int
    missed: int
    unmarked: int

    @property
    def share(self) -> str:
        """Of the offered; without any there is no share."""
        return f"{100 * self.taken / self.offered:.0f}%" if self.offered else "—"


def days_of(period: str, now: datetime) -> tuple[date, date]:
    """The first and the last day, both included."""
    today = timezone.localdate(now)
    match period:
        case FigurePeriod.PAST_WEEK:
            return today - 7 * DAY, today - DAY
        case FigurePeriod.PAST_MONTH:
            return today - 30 * DAY, today - DAY
    return today, today + 6 * DAY


def figures(
    actor: Actor, filters: FigureFilters, *, now: datetime, after: int = 0, limit: int = PAGE
) -> tuple[list[FigureRow], bool]:
    """A page, and whether there is more. Four statements."""
    rows = visible(_narrowed(filters), "places.booking_figures", actor).filter(pk__gt=after)
    found = list(rows.select_related("place", "item").order_by("pk")[: limit + 1])
    return _told(found[:limit], filters, now), len(found) > limit


def figures_to_export(actor: Actor, filters: FigureFilters, *, now: datetime) -> list[FigureRow]:
    rows = visible(_narrowed(filters), "places.booking_figures", actor)
    rows = visible(rows, "places.booking_export", actor).select_related("place", "item")
    return _told(list(rows.order_by("pk")[: EXPORT_MOST + 1]), filters, now)


def figures_at(bookables: list[Bookable], *, period: str, now: datetime) -> list[FigureRow]:
    """Of the services of one place."""
    return _told(bookables, FigureFilters(period=period), now)


def _narrowed(filters: FigureFilters) -> QuerySet[Bookable]:
    rows = Bookable.objects.exclude(place__state=PlaceState.CLOSED)
    if filters.within:
        rows = rows.filter(scope_q(filters.within, "place__"))
    if filters.item:
        rows = rows.filter(item=filters.item)
    if filters.text:
        rows = rows.filter(
            Q(place__name_zh__icontains=filters.text) | Q(place__name_en__icontains=filters.text)
        )
    return rows


def _told(bookables: list[Bookable], filters: FigureFilters, now: datetime) -> list[FigureRow]:
    first, last = days_of(filters.period, now)
    counted = _counted(bookables, midnight(first), midnight(last) + timedelta(days=1))
    times = grids([(each, each.place) for each in bookables], first, last)
    found = []
    for each in bookables:
        states = counted.get(each.pk, {})
        taken = sum(states.get(state, 0) for state in COUNTED)
        offered = len(times[each.pk]) * each.capacity
        found.append(
            FigureRow(
                each,
                max(offered, taken),  # the timetable may have been another one
                taken,
                states.get(BookingState.WAITING, 0),
                states.get(BookingState.CAME, 0),
                states.get(BookingState.MISSED, 0),
                states.get(BookingState.PASSED, 0),
            )
        )
    return found


def _counted(bookables: list[Bookable], start: datetime, end: datetime) -> Mapping[int, Mapping[str, int]]:
    rows = Booking.objects.filter(
        slot__bookable__in=[each.pk for each in bookables],
        slot__starts_at__gte=start,
        slot__starts_at__lt=end,
    )
    told: dict[int, dict[str, int]] = {}
    for each in rows.order_by().values("slot__bookable", "state").annotate(n=Count("pk")):
        told.setdefault(each["slot__bookable"], {})[each["state"]] = each["n"]
    return told


def items_booked() -> list[ServiceItem]:
    """What the list can be narrowed to."""
    return list(ServiceItem.objects.filter(pk__in=Bookable.objects.values("item")))

"""What is public about places, page by page, for programs that take all of it: one order, one key, any filter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from nuanxin.kernel.access.scope import LEVELS
from nuanxin.kernel.geo.queries import in_box
from nuanxin.places.models import Place, PlaceFacility
from nuanxin.places.permissions import PUBLIC
from nuanxin.places.queries.hours import Hours, hours_of_all
from nuanxin.places.queries.near import facilities_of, has_facility
from nuanxin.places.queries.register import PlaceNotFound
from nuanxin.territories.queries import Bounds

RELATED = ("type", "host", "friendly_class")
COUNTED = 50_000  # beyond that the count costs more than it says
LOOKED_AT, LOOKS = (
    500,
    10,
)  # rows whose hours are worked out at once, and how often, for one page of "open now"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedFilters:
    """A place has any of the types and every facility, in order; `between`: in season on one of these days."""

    box: Bounds | None = None
    between: tuple[date | None, date | None] | None = None
    types: tuple[str, ...] = ()
    facilities: tuple[str, ...] = ()
    state: str = ""
    number: str = ""
    district: str = ""
    street: str = ""
    open_now: bool = False


@dataclass(frozen=True, slots=True)
class PublishedPlace:
    place: Place
    hours: Hours
    facilities: Sequence[PlaceFacility]


@dataclass(frozen=True, slots=True)
class PublishedPage:
    """`after` is where the next page begins, None at the end; `matched` is unknown where only a look would tell."""

    rows: list[PublishedPlace]
    after: UUID | None
    matched: int | None


def published_page(
    filters: PublishedFilters, *, now: datetime, after: UUID | None = None, limit: int
) -> PublishedPage:
    """In the order of their keys, in four statements; more for "open now". Raises `NotABox`, `NotACoordinate`."""
    rows = _matching(filters)
    if filters.open_now:
        kept, following = _open_ones(rows, now, after, limit)
        return PublishedPage(_with_facilities(kept), following, None)
    counted = rows.order_by()[: COUNTED + 1].count()
    page = list(_beyond(rows, after).select_related(*RELATED)[: limit + 1])
    hours = hours_of_all(page[:limit], now)
    told = [(each, hours[each.pk]) for each in page[:limit]]
    following = page[limit - 1].public_id if len(page) > limit else None
    return PublishedPage(_with_facilities(told), following, counted if counted <= COUNTED else None)


def _open_ones(
    rows: QuerySet[Place], now: datetime, after: UUID | None, limit: int
) -> tuple[list[tuple[Place, Hours]], UUID | None]:
    """A page may be short, or empty, and still have another after it: no page looks at everything."""
    found: list[tuple[Place, Hours]] = []
    for _look in range(LOOKS):
        page = list(_beyond(rows, after).select_related(*RELATED)[:LOOKED_AT])
        hours = hours_of_all(page, now)
        found += [(each, hours[each.pk]) for each in page if hours[each.pk].is_open]
        if len(found) > limit:
            return found[:limit], found[limit - 1][0].public_id
        if len(page) < LOOKED_AT:
            return found, None
        after = page[-1].public_id
    return found, after


def published_place(public_id: UUID, *, now: datetime) -> PublishedPlace:
    """Raises `PlaceNotFound`."""
    found = Place.objects.filter(PUBLIC, public_id=public_id).select_related(*RELATED).first()
    if found is None:
        raise PlaceNotFound
    return _with_facilities([(found, hours_of_all([found], now)[found.pk])])[0]


def _with_facilities(rows: Sequence[tuple[Place, Hours]]) -> list[PublishedPlace]:
    held = facilities_of(place.pk for place, _hours in rows)
    return [PublishedPlace(place, hours, held.get(place.pk, ())) for place, hours in rows]


def _beyond(rows: QuerySet[Place], after: UUID | None) -> QuerySet[Place]:
    return (rows if after is None else rows.filter(public_id__gt=after)).order_by("public_id")


def _matching(filters: PublishedFilters) -> QuerySet[Place]:
    rows = Place.objects.filter(PUBLIC)
    if filters.box is not None:
        rows = in_box(rows, *filters.box)
    if filters.between is not None:
        rows = rows.filter(_in_season(*filters.between))
    if filters.types:
        rows = rows.filter(type__in=filters.types)
    for code in filters.facilities:
        rows = rows.filter(has_facility(code))
    if filters.district:
        rows = rows.filter(scope_district=filters.district[: LEVELS["district"]])
    if filters.street:
        rows = rows.filter(scope_street=filters.street[: LEVELS["street"]])
    plain = {name: value for name in ("state", "number") if (value := getattr(filters, name))}
    return rows.filter(**plain)


def _in_season(first: date | None, last: date | None) -> Q:
    """The season and these days have one in common; what has no season is always there."""
    begun = Q() if last is None else Q(valid_from=None) | Q(valid_from__lte=last)
    going_on = Q() if first is None else Q(valid_to=None) | Q(valid_to__gte=first)
    return begun & going_on

"""The register as staff read it: one page of rows by one index, and who may see or change a place."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, UUIDField
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import Actor, scope_q, visible
from nuanxin.kernel.errors import NotFound
from nuanxin.kernel.geo.queries import in_box
from nuanxin.kernel.prepared import Prepared, PreparedFor
from nuanxin.kernel.search import SearchIndex
from nuanxin.people.models import Assignment, Organisation
from nuanxin.people.queries import active, ancestor_codes
from nuanxin.places.enums import PlaceState
from nuanxin.places.models import Doubt, Place, PlaceFacility
from nuanxin.places.permissions import KEEPER_ROLES, PUBLIC
from nuanxin.places.queries.hours import Hours, hours_of_all
from nuanxin.territories.queries import Bounds

PAGE = 50
CHUNK = 200
MOST_LOOKED_AT = 2000  # rows whose hours are worked out for one page of "open now"
EXPORT_MOST = 5000
STALE_AFTER = timedelta(days=30)
INDEX = SearchIndex("places_search")


class PlaceNotFound(NotFound):
    default_message = _("没有找到这个地方。")
    default_hint = _("它可能已经撤销，或者不归您现在的身份看。")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """`state` empty: everything but what is closed for good."""

    text: str = ""
    within: str = ""
    type: str = ""
    facility: str = ""
    state: str = ""
    open_now: bool = False
    unkept: bool = False
    stale: bool = False
    due: bool = False
    checking: bool = False

    @property
    def is_narrowed(self) -> bool:
        return bool(
            self.text or self.type or self.facility or self.state
            or self.open_now or self.unkept or self.stale or self.due or self.checking
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listed:
    rows: list[tuple[Place, Hours]]
    more: bool


def visible_place(actor: Actor, public_id: UUID) -> Place:
    """For the staff pages, whatever its state. Raises `PlaceNotFound`."""
    return _found(_place_for.of(actor, "places.view").first(public_id=public_id))


def changeable_place(actor: Actor, permission: str, public_id: UUID) -> Place:
    """One with which the actor may do this. Raises `PlaceNotFound`."""
    return _found(_place_for.of(actor, permission).first(public_id=public_id))


def public_place(public_id: UUID) -> Place:
    """As everybody may see it. Raises `PlaceNotFound`."""
    return _found(_public_place.first(public_id=public_id))


def _found(place: Place | None) -> Place:
    if place is None:
        raise PlaceNotFound
    return place


def _one(rows: QuerySet[Place], public_id: UUID) -> QuerySet[Place]:
    related = ("type", "friendly_class", "host", "site", "keeper__person")
    return rows.select_related(*related).filter(public_id=public_id)


_place_for = PreparedFor(
    lambda actor, permission, *, public_id: _one(visible(Place.objects.all(), permission, actor), public_id),
    public_id=UUIDField(),
)
_public_place = Prepared(
    lambda *, public_id: _one(Place.objects.filter(PUBLIC), public_id), public_id=UUIDField()
)


def kept_place(actor: Actor) -> Place | None:
    """The one at the actor's own site."""
    rows = visible(Place.objects.select_related("type", "host"), "places.today", actor)
    return rows.exclude(state=PlaceState.CLOSED).first() if actor.site_id else None


def listed_places(
    actor: Actor, filters: Filters, *, now: datetime, after: tuple[str, int] | None = None, limit: int = PAGE
) -> Listed:
    """One page by pinyin; `after` is (initials, id) of the last row before it."""
    rows = _filtered(actor, filters, now).select_related("type", "host", "keeper")
    found: list[tuple[Place, Hours]] = []
    for _look in range(MOST_LOOKED_AT // CHUNK if filters.open_now else 1):
        size = CHUNK if filters.open_now else limit + 1
        page = list(_beyond(rows, after).order_by("initials", "id")[:size])
        hours = hours_of_all(page, now)
        found += [(each, hours[each.pk]) for each in page if not filters.open_now or hours[each.pk].is_open]
        if len(found) > limit or len(page) < size:
            break
        after = page[-1].initials, page[-1].pk
    return Listed(found[:limit], len(found) > limit)


def public_places(filters: Filters, *, now: datetime, after: UUID | None = None, limit: int = PAGE) -> Listed:
    """What everybody may see, by pinyin; `after` is the last place before the page."""
    rows = _narrowed(Place.objects.filter(PUBLIC), filters, now).select_related("type")
    last = Place.objects.filter(public_id=after).values_list("initials", "pk").first() if after else None
    page = list(_beyond(rows, last).order_by("initials", "id")[: limit + 1])
    hours = hours_of_all(page[:limit], now)
    return Listed([(each, hours[each.pk]) for each in page[:limit]], len(page) > limit)


def _beyond(rows: QuerySet[Place], after: tuple[str, int] | None) -> QuerySet[Place]:
    if after is None:
        return rows
    return rows.filter(Q(initials__gt=after[0]) | Q(initials=after[0], id__gt=after[1]))


def _filtered(actor: Actor, filters: Filters, now: datetime) -> QuerySet[Place]:
    return _narrowed(visible(Place.objects.all(), "places.view", actor), filters, now)


def _narrowed(rows: QuerySet[Place], filters: Filters, now: datetime) -> QuerySet[Place]:
    rows = rows.filter(state=filters.state) if filters.state else rows.exclude(state=PlaceState.CLOSED)
    if filters.within:
        rows = rows.filter(scope_q(filters.within))
    if filters.type:
        rows = rows.filter(type=filters.type)
    if filters.facility:
        held = PlaceFacility.objects.filter(place=OuterRef("pk"), facility=filters.facility)
        rows = rows.filter(Exists(held))
    if filters.unkept:
        rows = rows.filter(keeper=None)
    if filters.stale:
        rows = rows.filter(stale_q(now))
    if filters.due:
        rows = rows.filter(due_q(now))
    if filters.checking:
        rows = rows.filter(CHECKING)
    if filters.text.strip():
        rows = rows.filter(INDEX.matching(filters.text))
    return rows


def stale_q(now: datetime) -> Q:
    """Open to the public, and nobody has confirmed it lately."""
    old = Q(confirmed_at=None) | Q(confirmed_at__lt=now - STALE_AFTER)
    return Q(state=PlaceState.OPEN) & old


def due_q(now: datetime) -> Q:
    """Open to the public, and nobody has gone round today. It is a reminder, and nothing follows from it."""
    today = timezone.localdate(now)
    return Q(state=PlaceState.OPEN) & (Q(checked_on=None) | Q(checked_on__lt=today))


CHECKING = Q(Exists(Doubt.objects.filter(place=OuterRef("pk"), settled_at=None)))


def counts(actor: Actor, *, within: str = "", now: datetime) -> Mapping[str, int]:
    """What the list could be narrowed to; one statement."""
    rows = visible(Place.objects.all(), "places.view", actor)
    if within:
        rows = rows.filter(scope_q(within))
    there = ~Q(state=PlaceState.CLOSED)
    return rows.aggregate(
        all=Count("pk", filter=there),
        open=Count("pk", filter=Q(state=PlaceState.OPEN)),
        draft=Count("pk", filter=Q(state=PlaceState.DRAFT)),
        suspended=Count("pk", filter=Q(state=PlaceState.SUSPENDED)),
        unkept=Count("pk", filter=there & Q(keeper=None)),
        stale=Count("pk", filter=stale_q(now)),
        due=Count("pk", filter=due_q(now)),
        checking=Count("pk", filter=CHECKING),
    )


def rows_to_export(actor: Actor, filters: Filters, *, now: datetime) -> Iterator[Place]:
    """What the actor may take out of the system: at most as many as may be seen."""
    rows = visible(_filtered(actor, filters, now), "places.export", actor)
    found = rows.select_related("type", "host", "friendly_class").prefetch_related("facilities__facility")
    return found.order_by("initials", "id")[: EXPORT_MOST + 1].iterator(chunk_size=500)


def places_in_box(actor: Actor, box: Bounds, *, limit: int = 1000) -> list[Place]:
    """For the map of the staff list."""
    rows = visible(Place.objects.exclude(state=PlaceState.CLOSED), "places.view", actor)
    return list(in_box(rows, *box).select_related("type")[:limit])


def possible_hosts(actor: Actor, place: Place | None = None) -> list[Organisation]:
    """Organisations that serve the actor's area or one around it, the actor's own, and the present one."""
    serves = Q(pk=actor.organisation_id) if actor.organisation_id else Q(pk__in=[])
    if actor.scope_code:
        serves |= scope_q(actor.scope_code) | Q(scope_code__in=ancestor_codes(actor.scope_code))
    if place is not None and place.host_id:
        serves |= Q(pk=place.host_id)
    return list(Organisation.objects.filter(serves, is_active=True).order_by("name", "pk")[:500])


def possible_keepers(place: Place, now: datetime) -> list[Any]:
    """Who has a keeper's role at the place now."""
    rows = Assignment.objects.filter(active(now), site=place.site_id, role__in=KEEPER_ROLES)
    return list(rows.select_related("person", "role").order_by("active_from", "pk"))

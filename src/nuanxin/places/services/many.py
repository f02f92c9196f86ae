"""Many new places at once, for a file or a city that begins: few statements, the same checks, the same traces."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, rule
from nuanxin.kernel.events import publish_many
from nuanxin.people.models import Site
from nuanxin.places.enums import Order, PlaceState
from nuanxin.places.events import PlaceCreated, PlaceOpened
from nuanxin.places.models import Place, PlaceChange, PlaceFacility, PlaceService
from nuanxin.places.queries.catalogue import catalogue
from nuanxin.places.queries.register import INDEX
from nuanxin.places.services.equipping import Equipment, Offered
from nuanxin.places.services.life import NotReady
from nuanxin.places.services.register import NotYours, NumberTaken, PlaceData, columns_of, words_of


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPlace:
    """`is_open`: open to the public at once, which needs hours and an address."""

    data: PlaceData
    facilities: tuple[Equipment, ...] = ()
    services: tuple[Offered, ...] = ()
    is_open: bool = False
    confirmed_at: datetime | None = None
    source: str = ""
    external_id: str = ""
    columns: Mapping[str, Any] | None = None  # what `columns_of` has already made of the data


CHUNK = 2000  # rows of one statement; all of them are one transaction


def add_many(
    *, actor: Actor, new: Sequence[NewPlace], now: datetime, territories: Container[str] | None = None
) -> list[Place]:
    """All of them or none. Publishes `PlaceCreated` and `PlaceOpened` for each; an audit entry for two thousand.

    `territories`: codes that are known to exist. Raises as `create_place` but for `SamePlace`, which the caller has
    looked at; and `NotReady`.
    """
    rows = [(each, _unsaved(each, now, territories)) for each in new]
    try:
        with transaction.atomic():
            for first in range(0, len(rows), CHUNK):
                _add_some(actor, rows[first : first + CHUNK], now)
    except IntegrityError:
        raise NumberTaken from None
    return [place for _each, place in rows]


def _add_some(actor: Actor, rows: Sequence[tuple[NewPlace, Place]], now: datetime) -> None:
    _store(rows, now)
    _demand(actor, rows)
    INDEX.index_many((place.pk, words_of(place)) for _each, place in rows)
    _leave_traces(actor, [place for _each, place in rows], now)


def _unsaved(new: NewPlace, now: datetime, territories: Container[str] | None) -> Place:
    columns = columns_of(new.data, territories) if new.columns is None else new.columns
    if new.is_open and not (columns["opening"] and columns["address"]):
        raise NotReady
    return Place(
        **columns,
        state=PlaceState.OPEN if new.is_open else PlaceState.DRAFT,
        confirmed_at=new.confirmed_at,
        source=new.source,
        external_id=new.external_id,
        state_since=now,
        created_at=now,
        updated_at=now,
    )


def _store(rows: Iterable[tuple[NewPlace, Place]], now: datetime) -> None:
    pairs = list(rows)
    types = catalogue().types
    for _new, place in pairs:
        place.site = Site(
            name=place.name_zh, kind=types[place.type_id].site_kind, scope_code=place.scope_code,
            lng=place.lng, lat=place.lat, operator_id=place.host_id,
        )  # fmt: skip
    Site.objects.bulk_create(place.site for _new, place in pairs)
    for _new, place in pairs:
        place.site_id = place.site.pk
    Place.objects.bulk_create(place for _new, place in pairs)
    PlaceFacility.objects.bulk_create(
        PlaceFacility(
            place=place, facility_id=each.code, order=each.order or Order.UNKNOWN, since=now, count=each.count
        )
        for new, place in pairs
        for each in new.facilities
    )
    PlaceService.objects.bulk_create(
        PlaceService(
            place=place,
            item_id=each.code,
            provider=each.provider,
            hours=each.hours,
            booking=each.booking,
            cost=each.cost,
        )
        for new, place in pairs
        for each in new.services
    )


def _demand(actor: Actor, rows: Sequence[tuple[NewPlace, Place]]) -> None:
    """Every one within reach, by the rule itself, on the rows as they now are."""
    wanted = {
        "places.edit": [place.pk for _new, place in rows],
        "places.open": [place.pk for new, place in rows if new.is_open],
    }
    for permission, keys in wanted.items():
        if keys and Place.objects.filter(rule(permission, actor), pk__in=keys).count() < len(keys):
            raise NotYours


def _leave_traces(actor: Actor, places: Sequence[Place], now: datetime) -> None:
    PlaceChange.objects.bulk_create(
        PlaceChange(
            place=place, at=now, action="create", role=actor.role, organisation_id=actor.organisation_id
        )
        for place in places
    )
    detail: dict[str, Any] = {"places": [place.pk for place in places]}
    audit.record(
        actor=actor, action="places.add_many", object_type="place", scope_code=actor.scope_code,
        detail=detail, now=now,
    )  # fmt: skip
    publish_many(_news(places), now=now)


def _news(places: Iterable[Place]) -> Iterator[tuple[Any, str]]:
    for place in places:
        yield PlaceCreated(place.pk, place.type_id), place.scope_code
        if place.state == PlaceState.OPEN:
            yield PlaceOpened(place.pk, place.type_id), place.scope_code

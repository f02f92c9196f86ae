"""REST: places that serve workers. What is public, and nothing else."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Query, Router, Schema
from pydantic import Field

from nuanxin.kernel.access.api import PROBLEMS, ShortText, operation
from nuanxin.kernel.access.http import ActorRequest
from nuanxin.places import queries
from nuanxin.places.queries import Wanted

router = Router()

Lng = Annotated[float, Field(ge=-180, le=180)]
Lat = Annotated[float, Field(ge=-90, le=90)]
Code = Annotated[str, Field(pattern=r"^(\d{12}|\d{15})$")]
Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,31}$")]


class FacilityOut(Schema):
    """`order`: works, broken or unknown, said at `since`; `doubted_at`: somebody says it is broken, not verified."""

    code: str
    name: str
    order: str
    since: datetime
    doubted_at: datetime | None


class ServiceOut(Schema):
    code: str
    name: str
    provider: str
    hours: str
    booking: str
    cost: str


class OpenOut(Schema):
    """`standing`: open, closed or unknown; `until` where it is known when that changes."""

    standing: str
    until: datetime | None
    words: str


class TrustOut(Schema):
    """How sure one may be: sure, fair, unsure or checking; `confirmed_at` is when anybody last agreed."""

    sureness: str
    words: str
    notes: list[str]
    confirmed_at: datetime | None


class PlaceOut(Schema):
    """WGS-84; `opening` in the syntax of OSM `opening_hours`; `distance_m` only where one asked from a point."""

    id: UUID
    type: str
    name: str
    name_zh: str
    name_en: str
    number: str
    address: str
    scope_code: str
    lng: float | None
    lat: float | None
    state: str
    opening: str
    now: OpenOut
    distance_m: float | None = None


class PlaceDetailOut(PlaceOut):
    directions: str
    phone: str
    languages: list[str]
    capacity: int | None
    confirmed_at: datetime | None
    trust: TrustOut
    facilities: list[FacilityOut]
    services: list[ServiceOut]


class NearOut(PlaceOut):
    facilities: list[FacilityOut]


class PlacePageOut(Schema):
    """`next` is the `after` of the following page, empty at the end."""

    items: list[PlaceOut]
    next: str


def _place(place: Any, hours: Any, now: datetime) -> dict[str, Any]:
    plain = (
        "name",
        "name_zh",
        "name_en",
        "number",
        "address",
        "scope_code",
        "lng",
        "lat",
        "state",
        "opening",
    )
    return {
        **{name: getattr(place, name) for name in plain},
        "id": place.public_id,
        "type": place.type_id,
        "now": {"standing": hours.standing.value, "until": hours.until, "words": hours.words(now)},
    }


def _facilities(held: Any) -> list[dict[str, Any]]:
    return [
        {
            "code": each.facility_id,
            "name": each.facility.name,
            "order": each.order,
            "since": each.since,
            "doubted_at": each.doubted_at,
        }
        for each in held
    ]


@router.get("", response={200: PlacePageOut, **PROBLEMS}, summary="All that are public, by pinyin")
@operation("places.read")
def listed(
    request: ActorRequest,
    q: Annotated[ShortText | None, Query()] = None,
    within: Annotated[Code | None, Query()] = None,
    type: Annotated[Word | None, Query()] = None,  # noqa: A002  -- the name in the address
    facility: Annotated[Word | None, Query()] = None,
    after: Annotated[UUID | None, Query()] = None,
) -> dict[str, Any]:
    filters = queries.Filters(text=q or "", within=within or "", type=type or "", facility=facility or "")
    found = queries.public_places(filters, now=request.now, after=after)
    items = [_place(place, hours, request.now) for place, hours in found.rows]
    return {"items": items, "next": str(found.rows[-1][0].public_id) if found.more else ""}


@router.get("/near", response={200: list[NearOut], **PROBLEMS}, summary="The nearest to a point")
@operation("places.read")
def near(
    request: ActorRequest,
    lng: Annotated[Lng, Query()],
    lat: Annotated[Lat, Query()],
    radius_m: Annotated[float, Query(ge=1, le=50_000)] = 3000,
    facilities: Annotated[list[Word], Query(max_length=10)] = [],  # noqa: B006  -- ninja copies it
    types: Annotated[list[Word], Query(max_length=20)] = [],  # noqa: B006  -- as above
    items: Annotated[list[Word], Query(max_length=5)] = [],  # noqa: B006  -- as above
    open_now: Annotated[bool, Query()] = False,  # noqa: FBT002  -- a flag in the address
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> list[dict[str, Any]]:
    wanted = Wanted(types=tuple(types), facilities=tuple(facilities), open_now=open_now, items=tuple(items))
    found = queries.near_places(lng, lat, now=request.now, radius_m=radius_m, wanted=wanted, limit=limit)
    return [
        {
            **_place(each.place, each.hours, request.now),
            "distance_m": round(each.distance_m, 1),
            "facilities": _facilities(each.facilities),
        }
        for each in found
    ]


@router.get("/{public_id}", response={200: PlaceDetailOut, **PROBLEMS}, summary="One place")
@operation("places.read")
def one(request: ActorRequest, public_id: UUID) -> dict[str, Any]:
    place = queries.public_place(public_id)
    page = queries.place_page(place, now=request.now)
    truth = queries.truth_of(place, request.now)
    plain = ("directions", "phone", "capacity", "confirmed_at")
    services = [
        {
            "code": each.item_id,
            "name": each.item.name,
            "provider": each.provider,
            "hours": each.hours,
            "booking": each.booking,
            "cost": each.cost,
        }
        for each in page.services
    ]
    return {
        **_place(place, page.hours, request.now),
        **{name: getattr(place, name) for name in plain},
        "languages": place.languages.split(),
        "trust": {
            "sureness": truth.sureness.value,
            "words": truth.words,
            "notes": list(truth.notes),
            "confirmed_at": truth.last_at,
        },
        "facilities": _facilities(page.facilities),
        "services": services,
    }

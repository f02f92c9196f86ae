"""REST: the division tree and where a point lies."""

from typing import Annotated

from ninja import Query, Router, Schema
from pydantic import Field

from nuanxin.kernel.access.api import PROBLEMS, ShortText, operation
from nuanxin.kernel.access.http import ActorRequest
from nuanxin.territories import queries
from nuanxin.territories.models import Territory

router = Router()

Code = Annotated[str, Field(pattern=r"^(\d{12}|\d{15})$")]
Lng = Annotated[float, Field(ge=-180, le=180)]
Lat = Annotated[float, Field(ge=-90, le=90)]


class TerritoryOut(Schema):
    """A division of 12 digits, a grid of 15; `kind` by the number ranges of the statistics code."""

    code: str
    parent_code: str
    level: str
    kind: str
    name: str


class LocationOut(Schema):
    """The smallest territory that contains the point; null where no outline does."""

    code: str | None
    path: str
    around: list[str]


def _out(found: list[Territory]) -> list[TerritoryOut]:
    return [TerritoryOut.from_orm(each) for each in found]


@router.get(
    "/", response={200: list[TerritoryOut], **PROBLEMS}, summary="Children of a territory, or the provinces"
)
@operation("territories.view")
def children(request: ActorRequest, parent: Annotated[Code | None, Query()] = None) -> list[TerritoryOut]:
    return _out(list(queries.children(parent or "")))


@router.get(
    "/search", response={200: list[TerritoryOut], **PROBLEMS}, summary="By name, pinyin, initials or code"
)
@operation("territories.view")
def search(
    request: ActorRequest, q: Annotated[ShortText, Query()], within: Annotated[Code | None, Query()] = None
) -> list[TerritoryOut]:
    return _out(queries.search_territories(q, within=within or ""))


@router.get("/locate", response={200: LocationOut, **PROBLEMS}, summary="Where a point in WGS-84 lies")
@operation("territories.view")
def locate(request: ActorRequest, lng: Annotated[Lng, Query()], lat: Annotated[Lat, Query()]) -> LocationOut:
    around = queries.territories_at(lng, lat)
    code = around[0] if around else None
    return LocationOut(code=code, path=queries.path_name(code) if code else "", around=around)


@router.get("/{code}", response={200: TerritoryOut, **PROBLEMS}, summary="One territory")
@operation("territories.view")
def one(request: ActorRequest, code: Code) -> Territory:
    return queries.visible_territory(request.actor, code)

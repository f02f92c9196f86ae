"""REST: compounds to choose from. Public data only."""

from typing import Annotated, Any

from ninja import Query, Router, Schema
from pydantic import Field

from nuanxin.compounds import queries
from nuanxin.compounds.models import Compound
from nuanxin.kernel.access.api import PROBLEMS, Id, ShortText, operation
from nuanxin.kernel.access.http import ActorRequest

router = Router()

Lng = Annotated[float, Field(ge=-180, le=180)]
Lat = Annotated[float, Field(ge=-90, le=90)]
Code = Annotated[str, Field(pattern=r"^(\d{12}|\d{15})$")]


class CompoundOut(Schema):
    """A residential compound in WGS-84; `distance_m` only where one asked from a point."""

    id: int
    name: str
    address: str
    scope_code: str
    lng: float | None
    lat: float | None
    distance_m: float | None = None


def _out(found: list[Any]) -> list[CompoundOut]:
    return [CompoundOut.from_orm(each) for each in found]


@router.get("/search", response={200: list[CompoundOut], **PROBLEMS}, summary="By name, pinyin or initials")
@operation("compounds.view")
def search(
    request: ActorRequest, q: Annotated[ShortText, Query()], within: Annotated[Code | None, Query()] = None
) -> list[CompoundOut]:
    return _out(queries.search_compounds(q, within=within or ""))


@router.get("/near", response={200: list[CompoundOut], **PROBLEMS}, summary="The nearest to a point")
@operation("compounds.view")
def near(
    request: ActorRequest,
    lng: Annotated[Lng, Query()],
    lat: Annotated[Lat, Query()],
    limit: Annotated[int, Query(ge=1, le=20)] = 5,
) -> list[CompoundOut]:
    return _out(queries.nearest_compounds(lng, lat, limit=limit))


@router.get("/{compound_id}", response={200: CompoundOut, **PROBLEMS}, summary="One compound")
@operation("compounds.view")
def one(request: ActorRequest, compound_id: Id) -> Compound:
    return queries.compound(compound_id)

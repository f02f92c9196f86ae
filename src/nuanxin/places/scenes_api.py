"""REST: friendly scenes for staff and for whose they are; what a plate says, and the score cards."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import Http404
from ninja import Query, Router, Schema
from pydantic import Field

from nuanxin.kernel.access import permits
from nuanxin.kernel.access.api import PROBLEMS, ShortText, operation
from nuanxin.kernel.access.http import ActorRequest
from nuanxin.places.models import Scene
from nuanxin.places.queries import scenes as queries
from nuanxin.places.queries.scenes import SceneFilters
from nuanxin.places.queries.score_cards import ScoreCard, score_cards
from nuanxin.places.services import scenes as services
from nuanxin.places.workflow import SCENE

router = Router()

Code = Annotated[str, Field(pattern=r"^(\d{12}|\d{15})$")]
Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,31}$")]
Step = Annotated[str, Field(pattern=r"^[a-z_]{2,20}$")]
PlateCode = Annotated[str, Field(pattern=r"^[0-9a-z]{8,16}$")]


class PlateOut(Schema):
    """`is_in_force`: whether the plate is true today; `state` publicity, accredited, recheck, suspended or revoked."""

    id: UUID
    name: str
    type: str
    classes: list[str]
    number: str
    state: str
    is_in_force: bool
    accredited_at: datetime | None
    recheck_on: date | None
    reason: str


class SceneOut(PlateOut):
    """`due_at`: until when this state should be over; `score` in per cent of what applies."""

    place: UUID | None
    scope_code: str
    words: str
    score: int | None
    state_since: datetime
    due_at: datetime | None
    publicity_until: datetime | None


class SceneMoveOut(Schema):
    name: str
    label: str
    required: list[str]


class MarkOut(Schema):
    """`grade`: 0 not there, 1 partly, 2 there, null where it does not apply."""

    item: str
    friendly_class: str
    weight: int
    is_must: bool
    grade: int | None
    evidence: str


class AssessmentOut(Schema):
    """By which version, with which result; `state` submitted, confirmed or returned."""

    occasion: str
    state: str
    version: int
    score: int
    is_met: bool
    assessed_at: datetime
    marks: list[MarkOut]


class SceneDetailOut(SceneOut):
    moves: list[SceneMoveOut]
    assessment: AssessmentOut | None


class ScenesOut(Schema):
    items: list[SceneOut]
    next: str


class StepIn(Schema):
    reason: Annotated[ShortText, Field(max_length=200)] = ""


class ShareOut(Schema):
    """`percent` is null where there is nothing to take a share of."""

    code: str
    name: str
    definition: str
    part: int
    of: int
    percent: int | None


class CardOut(Schema):
    code: str
    name: str
    on: date
    points: int | None
    shares: list[ShareOut]
    plates: dict[str, int]
    classes: dict[str, int]
    open_days: int


def _plate(scene: Scene) -> dict[str, Any]:
    return {
        "id": scene.public_id,
        "name": scene.name,
        "type": scene.type_id,
        "classes": scene.classes.split(),
        "number": scene.number,
        "state": scene.state,
        "is_in_force": scene.state in queries.PLATED,
        "accredited_at": scene.accredited_at,
        "recheck_on": scene.recheck_on,
        "reason": scene.state_reason,
    }


def _scene(scene: Scene) -> dict[str, Any]:
    plain = ("scope_code", "words", "score", "state_since", "due_at", "publicity_until")
    return {
        **_plate(scene),
        **{name: getattr(scene, name) for name in plain},
        "place": scene.place.public_id if scene.place else None,
    }


@router.get("", response={200: ScenesOut, **PROBLEMS}, summary="Those that one may see, the newest first")
@operation("places.scene_view")
def listed(
    request: ActorRequest,
    tab: Annotated[Word | None, Query()] = None,
    within: Annotated[Code | None, Query()] = None,
    type: Annotated[Word | None, Query()] = None,  # noqa: A002  -- the name in the address
    friendly: Annotated[Word | None, Query()] = None,
    q: Annotated[ShortText | None, Query()] = None,
    before: Annotated[int, Query(ge=0, le=2**62)] = 0,
) -> dict[str, Any]:
    filters = SceneFilters(
        tab=tab or "all", within=within or "", type=type or "", friendly_class=friendly or "", text=q or ""
    )
    rows, more = queries.listed_scenes(request.actor, filters, now=request.now, before=before)
    return {"items": [_scene(each) for each in rows], "next": str(rows[-1].pk) if more else ""}


@router.get(
    "/score-cards", response={200: list[CardOut], **PROBLEMS}, summary="A territory and what lies below"
)
@operation("places.score_cards")
def cards(request: ActorRequest, within: Annotated[Code | None, Query()] = None) -> list[dict[str, Any]]:
    return [_card(each) for each in score_cards(request.actor, now=request.now, within=within or "")]


def _card(card: ScoreCard) -> dict[str, Any]:
    shares = [
        {
            "code": each.measure.code,
            "name": each.measure.name,
            "definition": each.measure.definition,
            "part": each.part,
            "of": each.of,
            "percent": each.percent,
        }
        for each in card.shares
    ]
    plain = ("code", "name", "on", "points", "open_days")
    return {
        **{name: getattr(card, name) for name in plain},
        "shares": shares,
        "plates": dict(card.plates),
        "classes": dict(card.classes),
    }


@router.get(
    "/plates/{code}", response={200: PlateOut, **PROBLEMS}, summary="What the code on a plate leads to"
)
@operation("places.read")
def plate(request: ActorRequest, code: PlateCode) -> dict[str, Any]:
    return _plate(queries.scene_by_plate(code))


@router.get("/{public_id}", response={200: SceneDetailOut, **PROBLEMS}, summary="One scene")
@operation("places.scene_view")
def one(request: ActorRequest, public_id: UUID) -> dict[str, Any]:
    return _detail(request, queries.visible_scene(request.actor, public_id))


@router.post(
    "/{public_id}/transitions/{name}", response={200: SceneDetailOut, **PROBLEMS}, summary="Take a step"
)
@operation("places.scene_view")
def step(request: ActorRequest, public_id: UUID, name: Step, data: StepIn) -> dict[str, Any]:
    """As the page's button does: the same rules, the same words."""
    move = SCENE.transitions.get(name)
    if (
        move is None
        or move.permission == "system"
        or name == "apply"
        or not permits(request.actor, move.permission)
    ):
        raise Http404
    services.perform_scene(
        actor=request.actor, public_id=public_id, name=name, reason=data.reason, now=request.now
    )
    return _detail(request, queries.visible_scene(request.actor, public_id))


def _detail(request: ActorRequest, scene: Scene) -> dict[str, Any]:
    page = queries.scene_page(scene)
    moves = [
        {"name": each.name, "label": str(each.label), "required": list(each.required_fields)}
        for each in SCENE.available(request.actor, scene)
    ]
    return {**_scene(scene), "moves": moves, "assessment": _assessment(page)}


def _assessment(page: queries.ScenePage) -> dict[str, Any] | None:
    found = page.latest
    if found is None:
        return None
    marks = [
        {
            "item": each.item.code,
            "friendly_class": each.item.friendly_class_id,
            "weight": each.item.weight,
            "is_must": each.item.is_must,
            "grade": each.grade,
            "evidence": each.evidence,
        }
        for each in page.marks
    ]
    plain = ("occasion", "state", "score", "is_met", "assessed_at")
    return {
        **{name: getattr(found, name) for name in plain},
        "version": found.standard.version,
        "marks": marks,
    }

"""REST: one's own six numbers, held awards and honours; and the public roll of honour."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from nuanxin.incentives.models import Hold, Honour
from nuanxin.incentives.queries import holds as hold_queries
from nuanxin.incentives.queries import honours as queries
from nuanxin.incentives.queries.my_page import my_page
from nuanxin.incentives.services import holds as hold_services
from nuanxin.kernel.access.api import PROBLEMS, PlainText, operation
from nuanxin.kernel.access.http import ActorRequest

router = Router()

Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,31}$")]


class OwnOut(Schema):
    """`minutes` served, `stars` granted; `points` can be spent, `held` waits for a person, `growth` is a lifetime's."""

    minutes: int
    hours: str
    stars: int
    entitled: int
    points: int
    held: int
    owed: int
    growth: int
    waiting: int


class HoldOut(Schema):
    """`why` in plain words, `facts` with their numbers; `state` held, answered, released or denied."""

    id: UUID
    amount: int
    reason: str
    why: str
    facts: list[str]
    state: str
    held_at: datetime
    due_at: datetime
    answer: str
    opinion: str


class AnswerIn(Schema):
    answer: Annotated[PlainText, Field(max_length=400)]


class StoryOut(Schema):
    """What its owner agreed to be shown: `until` is the end of that."""

    id: UUID
    kind: str
    title: str
    story: str
    shown_as: str
    state: str
    awarded_on: date | None
    until: date | None


class StoriesOut(Schema):
    items: list[StoryOut]
    next: str


@router.get("/own", response={200: OwnOut, **PROBLEMS}, summary="One's own numbers")
@operation("incentives.my_page")
def own(request: ActorRequest) -> dict[str, Any]:
    page = my_page(request.actor)
    held, standing = page.balance, page.standing
    return {
        "minutes": standing.minutes, "hours": standing.hours, "stars": standing.level, "entitled": standing.entitled,
        "points": held.points, "held": held.held, "owed": held.owed, "growth": held.growth, "waiting": page.waiting,
    }  # fmt: skip


@router.get("/held", response={200: list[HoldOut], **PROBLEMS}, summary="One's own awards that wait")
@operation("incentives.hold_own")
def held(request: ActorRequest) -> list[dict[str, Any]]:
    return [_hold(each) for each in hold_queries.own_holds(request.actor)]


@router.post("/held/{public_id}/answer", response={200: HoldOut, **PROBLEMS}, summary="Say how it was")
@operation("incentives.hold_own")
def answer(request: ActorRequest, public_id: UUID, data: AnswerIn) -> dict[str, Any]:
    found = hold_services.answer_hold(
        actor=request.actor, public_id=public_id, answer=data.answer, now=request.now
    )
    return _hold(found)


@router.get("/roll", response={200: StoriesOut, **PROBLEMS}, summary="The roll of honour")
@operation("incentives.roll")
def roll(
    request: ActorRequest,
    kind: Annotated[Word | None, Query()] = None,
    before: Annotated[int, Query(ge=0, le=2**62)] = 0,
) -> dict[str, Any]:
    rows, more = queries.roll(show="wall", kind=kind or "", now=request.now, before=before)
    return {"items": [_story(each) for each in rows], "next": str(rows[-1].pk) if more else ""}


def _hold(hold: Hold) -> dict[str, Any]:
    plain = ("amount", "reason", "state", "held_at", "due_at", "answer", "opinion")
    return {
        "id": hold.public_id,
        "why": hold_queries.why(hold),
        "facts": hold_queries.facts_of(hold),
        **{name: getattr(hold, name) for name in plain},
    }


def _story(honour: Honour) -> dict[str, Any]:
    return {
        "id": honour.public_id,
        "kind": honour.kind_id,
        "title": honour.title,
        "story": honour.story,
        "shown_as": honour.shown_as,
        "state": honour.state,
        "awarded_on": timezone.localdate(honour.awarded_at) if honour.awarded_at else None,
        "until": timezone.localdate(honour.displayed_until) if honour.displayed_until else None,
    }

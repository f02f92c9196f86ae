"""REST: what is on, one activity, signing up with a key, calling off."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Form, Query, Router, Schema
from pydantic import Field

from nuanxin.kernel.access.api import PROBLEMS, operation
from nuanxin.kernel.access.http import ActorRequest
from nuanxin.volunteering.models import Activity, Shift, SignUp
from nuanxin.volunteering.queries.activities import Wanted, activity_page, find_shifts, where_words
from nuanxin.volunteering.queries.own_shifts import as_own, own_shifts, own_sign_up
from nuanxin.volunteering.services import signing_up

router = Router()

Code = Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]{1,31})?$")]
Area = Annotated[str, Field(pattern=r"^(\d{12}|\d{15})?$")]


class ShiftOut(Schema):
    """`left` places; `waiting` people; `do`: sign_up, enter (a draw), wait, or nothing that one could do."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    capacity: int
    left: int
    waiting: int
    do: str


class ActivityOut(Schema):
    """`state`: published, open, running, done, archived, cancelled (with its `reason`).

    `required`: a skill or training that is looked at; `required_post`: code of the post that whoever comes has to hold.
    """

    id: UUID
    title: str
    words: str
    kind: str
    line: str
    organiser: str
    where: str
    link: str
    scope_code: str
    state: str
    reason: str
    mode: str
    opens_at: datetime | None
    with_children: bool
    for_families: bool
    required: str
    required_post: str
    shifts: list[ShiftOut]


class OnIn(Schema):
    """A line of the taxonomy, a territory; all when empty."""

    line: Code = ""
    within: Area = ""


class OnOut(Schema):
    """One shift that one may still go to."""

    activity: UUID
    shift: UUID
    title: str
    kind: str
    line: str
    where: str
    starts_at: datetime
    ends_at: datetime
    left: int


class SignUpOut(Schema):
    """`state`: entered, waiting, held (until `held_until`), confirmed, called_off, swapped, lapsed, cancelled."""

    id: UUID
    shift: UUID
    activity: UUID
    title: str
    starts_at: datetime
    ends_at: datetime
    state: str
    position: int
    held_until: datetime | None
    moves: list[str]


class SignUpIn(Schema):
    """The same `key` again is the same sign-up. `wait`: join the queue where it is full.

    Children are signed up on the page, where their guardian reads and agrees.
    """

    key: UUID
    shift: UUID
    wait: bool = False
    belongs: bool = False


def _activity(activity: Activity, shifts: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": activity.public_id, "title": activity.title, "words": activity.words, "kind": activity.kind_id,
        "line": activity.line_id, "organiser": activity.organiser.name, "where": where_words(activity),
        "link": activity.link, "scope_code": activity.scope_code, "state": activity.state,
        "reason": activity.state_reason, "mode": activity.mode, "opens_at": activity.opens_at,
        "with_children": activity.with_children, "for_families": activity.for_families, "required": activity.required,
        "required_post": activity.required_post_id or "", "shifts": shifts,
    }  # fmt: skip


def _on(shift: Shift) -> dict[str, Any]:
    activity = shift.activity
    return {
        "activity": activity.public_id, "shift": shift.public_id, "title": activity.title, "kind": activity.kind_id,
        "line": activity.line_id, "where": where_words(activity), "starts_at": shift.starts_at,
        "ends_at": shift.ends_at, "left": shift.left,
    }  # fmt: skip


def _sign_up(found: SignUp, position: int, moves: list[str]) -> dict[str, Any]:
    shift = found.shift
    return {
        "id": found.public_id, "shift": shift.public_id, "activity": shift.activity.public_id,
        "title": shift.activity.title, "starts_at": shift.starts_at, "ends_at": shift.ends_at, "state": found.state,
        "position": position, "held_until": found.held_until, "moves": moves,
    }  # fmt: skip


def _one(request: ActorRequest, public_id: UUID) -> dict[str, Any]:
    found = own_sign_up(request.actor, public_id)
    own = as_own(request.actor, found, now=request.now)
    return _sign_up(found, own.position, [each.name for each in own.moves])


@router.get("", response={200: list[OnOut], **PROBLEMS}, summary="What is on, the soonest first")
@operation("volunteering.sign_up")
def listed(request: ActorRequest, asked: Query[OnIn]) -> list[dict[str, Any]]:
    wanted = Wanted(line=asked.line, within=asked.within)
    days = find_shifts(request.actor, wanted, now=request.now, limit=200)
    return [_on(each.shift) for day in days for each in day.found]


@router.get(
    "/sign-ups", response={200: list[SignUpOut], **PROBLEMS}, summary="One's own, those to come first"
)
@operation("volunteering.sign_up")
def own(request: ActorRequest) -> list[dict[str, Any]]:
    coming, past = own_shifts(request.actor, now=request.now)
    return [
        _sign_up(each.sign_up, each.position, [move.name for move in each.moves]) for each in [*coming, *past]
    ]


@router.post("/sign-ups", response={200: SignUpOut, **PROBLEMS}, summary="Sign up, or join the queue")
@operation("volunteering.sign_up")
def sign_up(request: ActorRequest, given: Form[SignUpIn]) -> dict[str, Any]:
    made = signing_up.sign_up(
        actor=request.actor, shift_id=given.shift, key=given.key, wait=given.wait, belongs=given.belongs,
        now=request.now,
    )  # fmt: skip
    return _one(request, made.public_id)


@router.post(
    "/sign-ups/{public_id}/acceptance", response={200: SignUpOut, **PROBLEMS}, summary="Take the held place"
)
@operation("volunteering.sign_up")
def accept(request: ActorRequest, public_id: UUID) -> dict[str, Any]:
    signing_up.accept_place(actor=request.actor, public_id=public_id, now=request.now)
    return _one(request, public_id)


@router.post(
    "/sign-ups/{public_id}/withdrawal", response={200: SignUpOut, **PROBLEMS}, summary="Do without it"
)
@operation("volunteering.sign_up")
def call_off(request: ActorRequest, public_id: UUID) -> dict[str, Any]:
    signing_up.call_off(actor=request.actor, public_id=public_id, now=request.now)
    return _one(request, public_id)


@router.get(
    "/{public_id}", response={200: ActivityOut, **PROBLEMS}, summary="One activity with its shifts to come"
)
@operation("volunteering.sign_up")
def one(request: ActorRequest, public_id: UUID) -> dict[str, Any]:
    page = activity_page(request.actor, public_id, now=request.now)
    shifts = [
        {
            "id": each.shift.public_id, "starts_at": each.shift.starts_at, "ends_at": each.shift.ends_at,
            "capacity": each.shift.capacity, "left": each.shift.left, "waiting": each.waiting, "do": each.do,
        }
        for each in page.shifts
    ]  # fmt: skip
    return _activity(page.activity, shifts)

"""REST: teams and open posts for everybody who is signed in, one's own memberships and appointments, applying."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import Http404
from ninja import Query, Router, Schema
from pydantic import Field

from nuanxin.kernel.access.api import PROBLEMS, PlainText, ShortText, operation
from nuanxin.kernel.access.http import ActorRequest
from nuanxin.volunteering.models import Appointment
from nuanxin.volunteering.queries import posts as post_queries
from nuanxin.volunteering.queries import teams as team_queries
from nuanxin.volunteering.queries.posts import PostRow
from nuanxin.volunteering.queries.teams import TeamRow
from nuanxin.volunteering.services import appointments, membership

router = Router()

Step = Annotated[str, Field(pattern=r"^[a-z_]{2,20}$")]
OWN_STEPS = ("agree", "withdraw", "resign")


class TeamOut(Schema):
    """`members` is a figure; who they are is in no answer."""

    id: UUID
    name: str
    level: str
    scope_code: str
    parent: UUID | None
    speciality: str
    colour: str
    icon: str
    words: str
    takes_requests: bool
    members: int


class MembershipOut(Schema):
    """`state`: asked, invited, member, declined or left."""

    id: UUID
    team: UUID
    state: str
    shown_as: str
    is_shown: bool
    joined_at: datetime | None


class PostOut(Schema):
    id: UUID
    kind: str
    name: str
    scope_code: str
    house: str
    headcount: int
    vacant: int
    term_months: int
    training: str
    setting: str


class AppointmentOut(Schema):
    """`state`: asked, nominated, reviewed, publicity, appointed, expired, resigned, removed, refused or withdrawn."""

    id: UUID
    post: UUID
    kind: str
    state: str
    state_since: datetime
    reason: str
    number: str
    publicity_until: datetime | None
    term_until: date | None


class JoinIn(Schema):
    shown_as: Annotated[ShortText, Field(max_length=30)]


class ApplyIn(Schema):
    why: Annotated[PlainText, Field(max_length=300)]


class StepWordsIn(Schema):
    words: Annotated[PlainText, Field(max_length=300)] = ""


def _team(row: TeamRow) -> dict[str, Any]:
    team = row.team
    plain = ("name", "level", "scope_code", "colour", "icon", "words", "takes_requests")
    return {
        **{name: getattr(team, name) for name in plain},
        "id": team.public_id,
        "parent": team.parent.public_id if team.parent else None,
        "speciality": team.speciality_id or "",
        "members": row.members,
    }


def _membership(member: Any) -> dict[str, Any]:
    plain = ("state", "shown_as", "is_shown", "joined_at")
    return {
        **{name: getattr(member, name) for name in plain},
        "id": member.public_id,
        "team": member.team.public_id,
    }


def _post(row: PostRow) -> dict[str, Any]:
    post = row.post
    plain = ("scope_code", "headcount", "term_months", "training", "setting")
    return {
        **{name: getattr(post, name) for name in plain},
        "id": post.public_id,
        "kind": post.kind_id,
        "name": post.kind.name,
        "house": post_queries.house_of(post),
        "vacant": row.vacant,
    }


def _appointment(found: Appointment) -> dict[str, Any]:
    plain = ("state", "state_since", "number", "publicity_until", "term_until")
    return {
        **{name: getattr(found, name) for name in plain},
        "id": found.public_id,
        "post": found.post.public_id,
        "kind": found.post.kind_id,
        "reason": found.state_reason,
    }


@router.get("", response={200: list[TeamOut], **PROBLEMS}, summary="Teams, the nearest first")
@operation("volunteering.teams")
def teams(request: ActorRequest, q: Annotated[ShortText | None, Query()] = None) -> list[dict[str, Any]]:
    rows, _home = team_queries.teams_near(request.actor, text=q or "")
    return [_team(each) for each in rows]


@router.get("/mine", response={200: list[MembershipOut], **PROBLEMS}, summary="One's own memberships")
@operation("volunteering.join")
def mine(request: ActorRequest) -> list[dict[str, Any]]:
    return [_membership(each) for each in team_queries.own_memberships(request.actor)]


@router.get("/posts", response={200: list[PostOut], **PROBLEMS}, summary="Open posts, the nearest first")
@operation("volunteering.posts")
def posts(request: ActorRequest) -> list[dict[str, Any]]:
    return [_post(each) for each in post_queries.posts_near(request.actor)]


@router.post(
    "/posts/{public_id}/apply", response={200: AppointmentOut, **PROBLEMS}, summary="Apply for a post"
)
@operation("volunteering.apply_post")
def apply(request: ActorRequest, public_id: UUID, data: ApplyIn) -> dict[str, Any]:
    """Again is the same application."""
    made = appointments.apply_for_post(
        actor=request.actor, public_id=public_id, why=data.why, now=request.now
    )
    return _appointment(post_queries.own_appointment(request.actor, made.public_id))


@router.get("/appointments", response={200: list[AppointmentOut], **PROBLEMS}, summary="One's own posts")
@operation("volunteering.own_post")
def own(request: ActorRequest) -> list[dict[str, Any]]:
    return [_appointment(each) for each in post_queries.own_appointments(request.actor)]


@router.post(
    "/appointments/{public_id}/transitions/{name}",
    response={200: AppointmentOut, **PROBLEMS},
    summary="Agree, withdraw, resign",
)
@operation("volunteering.own_post")
def step(request: ActorRequest, public_id: UUID, name: Step, data: StepWordsIn) -> dict[str, Any]:
    """As the page's button does."""
    if name not in OWN_STEPS:
        raise Http404
    appointments.perform_appointment(
        actor=request.actor, public_id=public_id, name=name, words=data.words, now=request.now
    )
    return _appointment(post_queries.own_appointment(request.actor, public_id))


@router.post("/{public_id}/join", response={200: MembershipOut, **PROBLEMS}, summary="Ask to join a team")
@operation("volunteering.join")
def join(request: ActorRequest, public_id: UUID, data: JoinIn) -> dict[str, Any]:
    """Again is the same."""
    membership.ask_to_join(actor=request.actor, public_id=public_id, shown_as=data.shown_as, now=request.now)
    held = [each for each in team_queries.own_memberships(request.actor) if each.team.public_id == public_id]
    return _membership(held[0])

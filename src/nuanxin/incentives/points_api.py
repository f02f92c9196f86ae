"""REST: one's own points; what team leaders give; big awards, which two people decide."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from django.http import Http404
from ninja import Query, Router, Schema, Status
from pydantic import Field

from nuanxin.incentives.models import Grant
from nuanxin.incentives.queries import rule_pages
from nuanxin.incentives.queries import statements as queries
from nuanxin.incentives.queries import team_awards as thanks
from nuanxin.incentives.queries.ledger import NOTHING, balance_of
from nuanxin.incentives.services.grants import decide_grant, propose_grant
from nuanxin.incentives.services.team_awards import Thanks, give_team_award, take_back_team_award
from nuanxin.kernel.access.api import PROBLEMS, ShortText, operation
from nuanxin.kernel.access.http import ActorRequest

router = Router()


class LapsingOut(Schema):
    """`on`: the last day on which so many points can be used."""

    on: date
    points: int


class BalanceOut(Schema):
    """`points` can be spent, `held` waits for a decision, `owed` is paid by what comes, `growth` is a lifetime's."""

    points: int
    held: int
    owed: int
    growth: int
    lapsing: list[LapsingOut]


class PostingOut(Schema):
    """`amount` moved from the account `debit` to the account `credit`; `change` is what that does to `points`.

    `words`: what a team leader wrote; `less`: which cap made it less than the rule says.
    """

    number: int
    at: datetime
    kind: str
    rule: str
    because: str
    sentence: str
    case_number: str
    amount: int
    change: int
    debit: str
    credit: str
    lapses_on: date | None
    words: str
    less: str
    digest: str


class StatementOut(Schema):
    """What happened last first; `next`: ask again with `before` set to it, 0 for none."""

    postings: list[PostingOut]
    next: int


Before = Annotated[
    int, Query(ge=0, le=2_000_000_000, description="Only postings that follow the one of this number.")
]
Most = Annotated[int, Field(ge=1, le=100)]


@router.get("/balance", response={200: BalanceOut, **PROBLEMS}, summary="What one has")
@operation("incentives.points")
def own_balance(request: ActorRequest) -> BalanceOut:
    subject_id = request.actor.subject_id
    held = balance_of(subject_id) if subject_id else NOTHING
    days = queries.lots_of(subject_id, most=6) if subject_id else []
    return BalanceOut(
        points=held.points, held=held.held, owed=held.owed, growth=held.growth,
        lapsing=[LapsingOut(on=day, points=amount) for day, amount in days],
    )  # fmt: skip


@router.get("/statement", response={200: StatementOut, **PROBLEMS}, summary="Every posting of one's own")
@operation("incentives.points")
def own_statement(request: ActorRequest, before: Before = 0, limit: Most = 30) -> StatementOut:
    subject_id = request.actor.subject_id
    filters = queries.StatementFilters()
    lines, more = (
        queries.lines_of(subject_id, filters, before=before, most=limit) if subject_id else ([], False)
    )
    return StatementOut(
        postings=[_posting(line) for line in lines], next=lines[-1].posting.number if more else 0
    )


def _posting(line: queries.Line) -> PostingOut:
    each = line.posting
    return PostingOut(
        number=each.number, at=each.at, kind=each.kind, rule=each.rule, because=each.because, sentence=line.sentence,
        case_number=line.case_number, amount=each.amount, change=line.change, debit=each.debit, credit=each.credit,
        lapses_on=line.lapses_on, words=line.words, less=line.less, digest=bytes(each.digest).hex(),
    )  # fmt: skip


# --- What team leaders give ------------------------------------------------------------------------------------------
Step = Annotated[str, Field(pattern=r"^[a-z][a-z_]{1,31}$")]
Words = Annotated[ShortText, Field(max_length=200)]


class TeamAwardIn(Schema):
    """`key` once: the same call again is the same award."""

    key: UUID
    team: UUID
    member: UUID
    amount: Annotated[int, Field(ge=1, le=100)]
    reason: Annotated[ShortText, Field(max_length=120)]
    shift: UUID | None = None


class TeamAwardOut(Schema):
    """`name` as the team calls its member, for whoever may know who its members are; `state` given or reversed."""

    id: UUID
    team: UUID
    team_name: str
    name: str
    amount: int
    reason: str
    activity: str
    at: datetime
    state: str
    reversed_because: str


class TeamAwardsOut(Schema):
    """The newest first; `next`: ask again with `before` set to it, 0 for none."""

    items: list[TeamAwardOut]
    next: int


class BecauseIn(Schema):
    because: Words = ""


@router.get("/team-awards", response={200: TeamAwardsOut, **PROBLEMS}, summary="What team leaders have given")
@operation("incentives.team_award_view")
def team_awards(request: ActorRequest, before: Before = 0, limit: Most = 30) -> TeamAwardsOut:
    rows, more = thanks.listed_team_awards(
        request.actor, thanks.TeamAwardFilters(), before=before, limit=limit
    )
    return TeamAwardsOut(items=[_thanked(row) for row in rows], next=rows[-1].award.pk if more else 0)


@router.post("/team-awards", response={201: TeamAwardOut, **PROBLEMS}, summary="Thank a member of one's team")
@operation("incentives.team_award")
def thank(request: ActorRequest, data: TeamAwardIn) -> Status[TeamAwardOut]:
    given = Thanks(
        team=data.team, member=data.member, amount=data.amount, reason=data.reason, shift=data.shift
    )
    made = give_team_award(actor=request.actor, data=given, key=data.key, now=request.now)
    return Status(201, _thanked(thanks.team_award(request.actor, made.public_id)))


@router.post(
    "/team-awards/{public_id}/transitions/{name}",
    response={200: TeamAwardOut, **PROBLEMS},
    summary="Take one back",
)
@operation("incentives.team_award_reverse")
def team_award_step(request: ActorRequest, public_id: UUID, name: Step, data: BecauseIn) -> TeamAwardOut:
    if name != "take_back":
        raise Http404
    take_back_team_award(actor=request.actor, public_id=public_id, because=data.because, now=request.now)
    return _thanked(thanks.team_award(request.actor, public_id))


def _thanked(row: thanks.TeamAwardRow) -> TeamAwardOut:
    each = row.award
    return TeamAwardOut(
        id=each.public_id, team=each.team.public_id, team_name=each.team.name, name=row.name, amount=each.amount,
        reason=each.reason, activity=each.shift.activity.title if each.shift else "", at=each.at, state=each.state,
        reversed_because=each.reversed_because,
    )  # fmt: skip


# --- Big awards ------------------------------------------------------------------------------------------
class GrantIn(Schema):
    number: Annotated[ShortText, Field(max_length=32)]
    reason: Words


class GrantOut(Schema):
    """Whose it is, is nowhere."""

    id: UUID
    number: str
    amount: int
    reason: str
    state: str


@router.get("/grants", response={200: list[GrantOut], **PROBLEMS}, summary="Big awards of one's area")
@operation("incentives.grant_propose", "incentives.grant_approve")
def grants(request: ActorRequest) -> list[GrantOut]:
    return [_grant(row.grant) for row in rule_pages.listed_grants(request.actor)]


@router.post("/grants", response={201: GrantOut, **PROBLEMS}, summary="Propose one for a closed case")
@operation("incentives.grant_propose")
def grant_new(request: ActorRequest, data: GrantIn) -> Status[GrantOut]:
    made = propose_grant(actor=request.actor, number=data.number, reason=data.reason, now=request.now)
    return Status(201, _grant(made))


@router.post(
    "/grants/{public_id}/transitions/{name}",
    response={200: GrantOut, **PROBLEMS},
    summary="Approve or refuse a big award",
)
@operation("incentives.grant_approve")
def grant_step(request: ActorRequest, public_id: UUID, name: Step, data: BecauseIn) -> GrantOut:
    try:
        made = decide_grant(
            actor=request.actor, public_id=public_id, name=name, because=data.because, now=request.now
        )
    except KeyError:
        raise Http404 from None
    return _grant(made)


def _grant(grant: Grant) -> GrantOut:
    return GrantOut(
        id=grant.public_id, number=grant.number, amount=grant.amount, reason=grant.reason, state=grant.state
    )

"""REST: rules of points with their versions; the next one is tried, proposed by one person and decided by another."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import Http404
from ninja import Query, Router, Schema, Status
from pydantic import Field

from nuanxin.incentives.models import RuleVersion
from nuanxin.incentives.queries import rule_pages as queries
from nuanxin.incentives.services import rule_changes as services
from nuanxin.incentives.services.rule_checks import RuleData
from nuanxin.kernel.access import Actor
from nuanxin.kernel.access.api import PROBLEMS, On, ShortText, operation
from nuanxin.kernel.access.http import ActorRequest

router = Router()

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
Step = Annotated[str, Field(pattern=r"^[a-z][a-z_]{1,31}$")]
Word = Annotated[ShortText, Field(min_length=1, max_length=40)]
Left = Annotated[int, Field(default_factory=int)]  # no default of its own: see `RuleIn`
Values = Annotated[list[Word], Field(min_length=1, max_length=20)]


class SimulatedOut(Schema):
    """The last thirty days as they were and as they would have been; `share`: of so many people one was looked at."""

    deeds: int
    points_before: int
    points_after: int
    people_before: int
    people_after: int
    all_before: int
    all_after: int
    share: int


class VersionOut(Schema):
    """Caps are points a day, a team's also a month, 0 for none; `amount` may be for an hour (`formula` hours).

    `transitions`: what one may do with it now. `simulated`: what it would have cost, said when it was proposed.
    """

    id: UUID
    code: str
    number: int
    state: str
    name_zh: str
    name_en: str
    event: str
    conditions: dict[str, list[str]]
    group: str
    formula: str
    amount: int
    rule_per_day: int
    group_per_day: int
    all_per_day: int
    category_per_day: int
    team_per_day: int
    team_per_month: int
    leader_per_month: int
    near_amount: int | None
    first_places: int
    needs_two: bool
    months: int
    effective_from: datetime
    reason: str
    proposed_at: datetime
    decided_at: datetime | None
    decided_because: str
    simulated: SimulatedOut | None
    transitions: list[str]


class RuleOut(Schema):
    """`worth` and `caps` as a page says them; `held`: the version in force."""

    code: str
    name: str
    event: str
    worth: str
    caps: list[str]
    is_on: bool
    is_waiting: bool
    held: VersionOut


class RulePageOut(RuleOut):
    """`versions`: all of them, the newest first."""

    versions: list[VersionOut]


class RulesIn(Schema):
    """`state`: on, off or waiting for a second person; `words`: in a name, a code or what it listens to."""

    event: Annotated[ShortText, Field(max_length=80)] = ""
    state: Annotated[str, Field(pattern="^(on|off|waiting)?$")] = ""
    words: Annotated[ShortText, Field(max_length=40)] = ""


class RuleIn(Schema):
    """The next version: what is left out stays as it is. `near_amount` null: no less than elsewhere.

    `effective_on`: a day to come; left out, it holds from its approval on.
    """

    name_zh: Annotated[ShortText, Field(max_length=40, default_factory=str)]
    name_en: Annotated[ShortText, Field(max_length=60, default_factory=str)]
    conditions: Annotated[dict[Word, Values], Field(max_length=5, default_factory=dict)]
    formula: Annotated[ShortText, Field(max_length=8, default_factory=str)]
    amount: Left
    rule_per_day: Left
    group_per_day: Left
    all_per_day: Left
    category_per_day: Left
    team_per_day: Left
    team_per_month: Left
    leader_per_month: Left
    near_amount: Annotated[int | None, Field(default_factory=lambda: None)]
    first_places: Left
    months: Left
    effective_on: On | None = None
    reason: ShortText


class DecisionIn(Schema):
    because: ShortText = ""


@router.get("", response={200: list[RuleOut], **PROBLEMS}, summary="What is worth how much")
@operation("incentives.rules_view")
def rules(request: ActorRequest, given: Query[RulesIn]) -> list[dict[str, Any]]:
    rows = queries.narrowed(queries.rules_now(request.now), queries.RuleFilters(**given.model_dump()))
    return [_rule(request.actor, row) for row in rows]


@router.get("/{code}", response={200: RulePageOut, **PROBLEMS}, summary="A rule with its versions")
@operation("incentives.rules_view")
def rule(request: ActorRequest, code: Code) -> dict[str, Any]:
    page = queries.rule_page(code, request.now)
    versions = [_version(request.actor, each) for each in page.versions]
    return {**_rule(request.actor, page.row), "versions": versions}


@router.post(
    "/{code}/simulation", response={200: SimulatedOut, **PROBLEMS}, summary="Try the next version, change nothing"
)  # fmt: skip
@operation("incentives.rules_propose")
def simulation(request: ActorRequest, code: Code, data: RuleIn) -> dict[str, Any]:
    """What the last thirty days would have given. Refused as a proposal is."""
    return asdict(
        services.dry_run(actor=request.actor, code=code, data=_next(request, code, data), now=request.now)
    )


@router.post("/{code}/versions", response={201: VersionOut, **PROBLEMS}, summary="Propose the next version")
@operation("incentives.rules_propose")
def propose(request: ActorRequest, code: Code, data: RuleIn) -> Status[dict[str, Any]]:
    """Until another person approves it, the one in force goes on. One proposal at a time for each rule."""
    made = services.propose_rule(
        actor=request.actor, code=code, data=_next(request, code, data), now=request.now
    )
    return Status(201, _version(request.actor, queries.version(made.public_id)))


@router.post(
    "/versions/{public_id}/transitions/{name}", response={200: VersionOut, **PROBLEMS},
    summary="Approve, refuse or take back a proposal",
)  # fmt: skip
@operation("incentives.rules_approve", "incentives.rules_propose")
def step(request: ActorRequest, public_id: UUID, name: Step, data: DecisionIn) -> dict[str, Any]:
    """Nobody decides what they have proposed in whichever role, and nobody takes back another one's."""
    try:
        services.step_rule(
            actor=request.actor, public_id=public_id, name=name, because=data.because, now=request.now
        )
    except KeyError:
        raise Http404 from None
    return _version(request.actor, queries.version(public_id))


def _next(request: ActorRequest, code: str, data: RuleIn) -> RuleData:
    held = queries.rule_page(code, request.now).held
    return services.next_data(held, **data.model_dump(exclude_unset=True))


def _rule(actor: Actor, row: queries.RuleRow) -> dict[str, Any]:
    return {
        "code": row.version.code,
        "name": row.version.name,
        "event": str(row.event),
        "worth": str(row.worth),
        "caps": row.caps,
        "is_on": row.is_on,
        "is_waiting": row.is_waiting,
        "held": _version(actor, row.version),
    }


def _version(actor: Actor, version: RuleVersion) -> dict[str, Any]:
    plain = set(VersionOut.model_fields) - {"id", "simulated", "transitions"}
    return {
        **{name: getattr(version, name) for name in plain},
        "id": version.public_id,
        "simulated": version.simulated or None,
        "transitions": [move.name for move in queries.moves_of(actor, version)],
    }

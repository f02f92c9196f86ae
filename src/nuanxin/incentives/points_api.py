"""REST: one's own points."""

from datetime import date, datetime
from typing import Annotated

from ninja import Query, Router, Schema
from pydantic import Field

from nuanxin.incentives.queries import statements as queries
from nuanxin.incentives.queries.ledger import NOTHING, balance_of
from nuanxin.kernel.access.api import PROBLEMS, operation
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
    """`amount` moved from the account `debit` to the account `credit`; `change` is what that does to `points`."""

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
    digest: str


class StatementOut(Schema):
    """The newest first; `next`: ask again with `before` set to it, 0 for none."""

    postings: list[PostingOut]
    next: int


Before = Annotated[int, Query(ge=0, le=2_000_000_000, description="Only postings with a smaller number.")]
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
        lapses_on=line.lapses_on, digest=bytes(each.digest).hex(),
    )  # fmt: skip

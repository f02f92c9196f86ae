"""A person's statement: each posting with its sentence, what lapses when; and the same under a seal, for anybody."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from nuanxin.cases.queries.catalogue import kind_of
from nuanxin.cases.queries.thanking import categories_of
from nuanxin.incentives.enums import EARNED, PostingKind, Side
from nuanxin.incentives.models import Lot, Posting, SealedStatement, TeamAward
from nuanxin.incentives.queries.capped import given_by, less_in_words
from nuanxin.incentives.queries.ledger import CHAINED, digest_of, open_lots, statement_of
from nuanxin.incentives.queries.rules import reason_in_words
from nuanxin.incentives.queries.team_awards import TEAM_THANKS, words_by_source
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.audit.models import AuditEntry
from nuanxin.kernel.audit.proof import Proof, prove
from nuanxin.kernel.errors import NotFound

PAGE = 30
IN, OUT = "in", "out"
GENUINE, WAITING, ALTERED, PAST = "genuine", "waiting", "altered", "past"


class NoSuchStatement(NotFound):
    pass


@dataclass(frozen=True, slots=True)
class StatementFilters:
    kind: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A posting as its owner reads it. `case_number` is for the owner alone; `words` are what a team leader wrote;
    `less` says by how much a cap made it less.
    """

    posting: Posting
    sentence: str
    case_number: str
    lapses_on: date | None
    words: str = ""
    less: str = ""

    @property
    def change(self) -> int:
        return self.posting.change


def lines_of(
    subject_id: UUID, filters: StatementFilters, *, before: int = 0, most: int = PAGE
) -> tuple[list[Line], bool]:
    """What happened last first, those after posting `before` in that order; and whether there are more."""
    rows = _filtered(subject_id, filters)
    if before:
        rows = _after(rows, subject_id, before)
    found = list(rows[: most + 1])
    return in_words(found[:most]), len(found) > most


def _after(rows: QuerySet[Posting], subject_id: UUID, number: int) -> QuerySet[Posting]:
    """Those that follow this posting; what is heard of late has a higher number than what happened after it."""
    last = Posting.objects.filter(account=subject_id, number=number).values_list("on", "at").first()
    if last is None:
        return rows.filter(number__lt=number)
    on, at = last
    same_day = Q(on=on) & (Q(at__lt=at) | Q(at=at, number__lt=number))
    return rows.filter(Q(on__lt=on) | same_day, on__lte=on)  # the second is where the index begins


def all_lines(subject_id: UUID, filters: StatementFilters) -> Iterable[Line]:
    """For a file: some hundreds at a time."""
    before = 0
    while True:
        lines, more = lines_of(subject_id, filters, before=before, most=500)
        yield from lines
        if not more:
            return
        before = lines[-1].posting.number


def just_earned(actor: Actor, *, now: datetime) -> Line | None:
    """The newest award of the last day, for the home page."""
    if actor.subject_id is None:
        return None
    rows = statement_of(actor.subject_id).filter(kind=PostingKind.AWARD, at__gt=now - timedelta(days=1))
    newest = rows.first()
    return in_words([newest])[0] if newest else None


def _filtered(subject_id: UUID, filters: StatementFilters) -> QuerySet[Posting]:
    rows = statement_of(subject_id)
    if filters.kind == IN:
        rows = rows.filter(credit=Side.POINTS)
    elif filters.kind == OUT:
        rows = rows.filter(debit=Side.POINTS)
    elif filters.kind in PostingKind.values:
        rows = rows.filter(kind=filters.kind)
    if filters.since:
        rows = rows.filter(on__gte=filters.since)
    return rows.filter(on__lte=filters.until) if filters.until else rows


def in_words(postings: list[Posting]) -> list[Line]:
    """Three further statements for any number of postings, one more where a team leader gave something."""
    mentions = {each.pk: mention for each in postings if (mention := getattr(each.deed, "mention", None))}
    kinds = categories_of({mention.case_id for mention in mentions.values()})
    numbers = {(each.account_id, each.number) for each in postings if each.credit == Side.POINTS}
    lots = Lot.objects.filter(
        account__in={account for account, _number in numbers}, number__in={number for _account, number in numbers}
    )  # fmt: skip
    lapses: dict[tuple[UUID, int], datetime] = {}
    for lot in lots:
        if lot.remaining:
            key = (lot.account_id, lot.number)
            lapses[key] = min(lapses.get(key, lot.expires_at), lot.expires_at)
    thanked = words_by_source(_source(each) for each in postings if each.rule == TEAM_THANKS)
    given = given_by(postings)
    found = []
    for each in postings:
        mention = mentions.get(each.pk)
        category = kind_of(kinds[mention.case_id]).name if mention and mention.case_id in kinds else ""
        minutes = each.deed.facts.get("minutes")
        hours = f"{int(minutes) // 60}.{int(minutes) % 60 * 100 // 60:02}" if minutes is not None else ""
        found.append(
            Line(
                each, reason_in_words(each.because, category=category, hours=hours),
                mention.number if mention else "", last_day(lapses.get((each.account_id, each.number))),
                _words(each, thanked), less_in_words(each, given),
            )
        )  # fmt: skip
    return found


def _source(posting: Posting) -> str:
    """Of the award itself, also where it is taken back."""
    return posting.of.source if posting.of is not None else posting.deed.source


def _words(posting: Posting, thanked: Mapping[str, TeamAward]) -> str:
    """What the leader wrote; of a reversal, why."""
    award = thanked.get(_source(posting))
    if award is None or posting.kind not in (PostingKind.AWARD, PostingKind.REVERSAL):
        return ""
    words = award.reversed_because if posting.kind == PostingKind.REVERSAL else award.reason
    return f"{award.team.name} · {words}" if words else award.team.name


def last_day(expires_at: datetime | None) -> date | None:
    """A lot lapses at midnight: the day before is the last on which it can be used."""
    return timezone.localdate(expires_at - timedelta(seconds=1)) if expires_at else None


def lots_of(subject_id: UUID, *, most: int) -> list[tuple[date, int]]:
    """The last day and how many points of it, the nearest first; days, not lots."""
    days: dict[date, int] = {}
    for lot in open_lots(subject_id).only("expires_at", "remaining")[: 50 * most]:
        day = last_day(lot.expires_at)
        if day is not None:
            days[day] = days.get(day, 0) + lot.remaining
    return list(days.items())[:most]


def totals_of(subject_id: UUID, *, last: int | None = None) -> dict[str, int]:
    """What ever came and went, by kind: one statement over the postings up to `last`."""
    rows = Posting.objects.filter(account=subject_id)
    if last is not None:
        rows = rows.filter(number__lte=last)
    total = dict.fromkeys(("points", "held", "owed", "growth", *PostingKind.values), 0)
    count = 0
    grouped = (
        rows.order_by().values_list("kind", "debit", "credit").annotate(sum=Sum("amount"), rows=Count("pk"))
    )
    for kind, debit, credit, amount, rows_of in grouped:
        total[kind] += amount
        count += rows_of
        total["points"] += amount * ((credit == Side.POINTS) - (debit == Side.POINTS))
        total["held"] += amount * ((credit == Side.HELD) - (debit == Side.HELD))
        total["owed"] += amount * ((debit == Side.OWED) - (credit == Side.OWED))
        total["growth"] += amount * ((debit in EARNED) - (credit in EARNED))
    return {**total, "count": count}


# --- Sealed ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Verdict:
    """`state`: genuine · waiting (not yet under a seal) · altered · past (the log of that year is over)."""

    statement: SealedStatement
    state: str
    proof: Proof | None

    @property
    def digest(self) -> str:
        return bytes(self.statement.digest).hex()

    @property
    def head(self) -> str:
        return bytes(self.statement.head).hex()


def digest_of_statement(
    *, code: str, issued_at: datetime, last: int, totals: Mapping[str, int], head: bytes
) -> bytes:
    content = [
        code,
        issued_at.astimezone(UTC).isoformat(timespec="microseconds"),
        last,
        dict(totals),
        head.hex(),
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).digest()


def own_statements(actor: Actor) -> QuerySet[SealedStatement]:
    return SealedStatement.objects.filter(policy.rule("incentives.points", actor))


def verify_statement(code: str) -> Verdict:
    """By its code, for anybody: totals and digests, never reasons, never whose. Raises `NoSuchStatement`.

    The chain is computed anew from the postings, the totals are summed anew, and the audit entry that holds the digest
    is followed to the root of its seal.
    """
    statement = SealedStatement.objects.filter(code=code.strip().upper()).first()
    if statement is None:
        raise NoSuchStatement
    digest = bytes(statement.digest)
    computed = digest_of_statement(
        code=statement.code, issued_at=statement.issued_at, last=statement.last, totals=statement.totals,
        head=bytes(statement.head),
    )  # fmt: skip
    if computed != digest or not _is_chained(statement):
        return Verdict(statement, ALTERED, None)
    entry = AuditEntry.objects.filter(
        object_type="incentives.statement", object_id=str(statement.pk), action="incentives.seal_statement"
    ).first()  # fmt: skip
    if entry is None:
        return Verdict(statement, PAST, None)
    if entry.detail.get("digest") != digest.hex():
        return Verdict(statement, ALTERED, None)
    proof = prove(entry)
    if proof is None:
        return Verdict(statement, WAITING, None)
    return Verdict(statement, GENUINE if proof.is_sound else ALTERED, proof)


def own_verdict(actor: Actor, code: str) -> Verdict:
    """As above, of one's own. Raises `NoSuchStatement`."""
    if not own_statements(actor).filter(code=code.strip().upper()).exists():
        raise NoSuchStatement
    return verify_statement(code)


def _is_chained(statement: SealedStatement) -> bool:
    head = bytes(32)
    rows = Posting.objects.filter(account=statement.subject_id, number__lte=statement.last).order_by("number")
    for row in rows.values_list(*CHAINED, named=True).iterator(chunk_size=2000):
        head = digest_of(row, head)
    kept = totals_of(statement.subject_id, last=statement.last)
    return head == bytes(statement.head) and kept == statement.totals

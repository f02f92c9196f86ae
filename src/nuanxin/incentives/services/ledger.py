"""Points move here and nowhere else. Each call is one deed of the journal: the same call again is the same deed.

All of it needs no transaction of the caller's, and takes part in one if there is one. The account's row is held until
that ends, so whoever else moves points of the same subject waits.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.incentives.enums import PostingKind, Side
from nuanxin.incentives.events import PointsAwarded, PointsReversed
from nuanxin.incentives.models import Deed, Lot, Mention, Posting
from nuanxin.incentives.services.book import LIFE, Book, NotEnoughPoints
from nuanxin.incentives.services.rows import open_book, write
from nuanxin.kernel.errors import Invalid, NotFound
from nuanxin.kernel.events import publish
from nuanxin.kernel.plain_rows import NewRows

AWARDED, SPENT, REFUNDED = "incentives.Awarded", "incentives.Spent", "incentives.Refunded"
REVERSED, HELD, RELEASED, EXPIRED = (
    "incentives.Reversed", "incentives.Held", "incentives.Released", "incentives.Expired",
)  # fmt: skip


class NoSuchPosting(NotFound):
    default_message = _("没有找到这一笔积分。")
    default_hint = _("请回到积分明细，从那里再点一次。")


class NotAnAmount(Invalid):
    default_message = _("积分要是大于 0 的整数。")
    default_hint = _("请改成整数后再提交。")


@dataclass(frozen=True, slots=True)
class About:
    """The case that it was for. Its owner alone reads it."""

    case_id: int
    number: str


def award(
    *, subject_id: UUID, amount: int, rule: str, source: str, because: str, now: datetime, group: str = "",
    months: int = LIFE, of_team: bool = False, scope_code: str = "", since: datetime | None = None,
) -> Posting:  # fmt: skip
    """Give points by hand or by another table than the rules; `(rule, source, subject_id)` once. Publishes
    `PointsAwarded`. Raises `NotAnAmount`. Returns the posting, also the second time.

    `since`: what is given again belongs to that earlier day; of the caps of this one it takes nothing.
    """
    if amount <= 0:
        raise NotAnAmount
    facts = {"amount": amount, "because": because, "group": group, "months": months}
    facts |= {"team": True} if of_team else {}
    facts |= {"since": since.isoformat()} if since is not None else {}
    with transaction.atomic():
        book = open_book(subject_id)
        deed, is_new = note_deed(
            name=AWARDED,
            rule=rule,
            source=source,
            subject_id=subject_id,
            facts=facts,
            scope_code=scope_code,
            at=now,
        )
        if is_new:
            apply(book, deed)
            tell_awards(write(book), deed)
        return Posting.objects.filter(deed=deed).order_by("-number")[0]


def spend(*, subject_id: UUID, amount: int, source: str, now: datetime, because: str = "spent") -> Posting:
    """Take points, what lapses first goes first; `source` once. Raises `NotEnoughPoints`, `NotAnAmount`."""
    if amount <= 0:
        raise NotAnAmount
    with transaction.atomic():
        book = open_book(subject_id)
        known = Deed.objects.filter(name=SPENT, rule="", source=source, subject_id=subject_id).first()
        if known is not None:
            return Posting.objects.filter(deed=known).order_by("number")[0]
        _lapse(book, now)
        if book.account.points < amount:
            raise NotEnoughPoints
        facts = {"amount": amount, "because": because}
        deed, _new = note_deed(
            name=SPENT, source=source, subject_id=subject_id, facts=facts, at=now, is_fresh=True
        )
        apply(book, deed)
        return write(book)[0]


def refund(
    *, source: str, now: datetime, amount: int | None = None, because: str = "refunded", part: str = ""
) -> list[Posting]:
    """What the spending `source` took comes back, all of it or `amount`, once for each `part`; it pays what is owed.

    Raises `NoSuchPosting` for a spending that never was.
    """
    spending = Deed.objects.filter(name=SPENT, source=source).first()
    if spending is None or spending.subject_id is None:
        raise NoSuchPosting
    if amount is not None and amount <= 0:
        raise NotAnAmount
    facts = {"of": spending.pk, "amount": amount, "because": because}
    key = f"{source}#{part}" if part else source
    return _follow(REFUNDED, spending.subject_id, "", key, facts, now)


def reverse(*, posting_id: int, because: str, now: datetime) -> int:
    """Take an award back, once; returns what is owed because it had been spent. Publishes `PointsReversed`."""
    posting = _awarded(posting_id)
    facts: dict[str, Any] = {"of": posting.deed_id, "because": because}
    facts |= {"team": True} if posting.debit == Side.TEAM else {}
    facts |= (
        {"scope": posting.scope_code} if posting.scope_code else {}
    )  # an area's cost knows what it got back
    with transaction.atomic():
        done = _follow(REVERSED, posting.account_id, posting.rule, str(posting.deed_id), facts, now)
        return _tell_reversal(done, posting, because, now) if done else 0


def hold(*, posting_id: int, because: str, now: datetime) -> int:
    """What is left of an award waits for a person's decision; returns how much that is. Held already: 0."""
    posting = _awarded(posting_id)
    facts = {"of": posting.deed_id, "because": because}
    source = f"{posting.deed_id}:{_times(PostingKind.HOLD, posting)}"
    done = _follow(HELD, posting.account_id, posting.rule, source, facts, now)
    return sum(each.amount for each in done)


def release(*, posting_id: int, because: str, now: datetime) -> int:
    """What was held of an award can be spent again; returns how much. Not held: 0."""
    posting = _awarded(posting_id)
    facts = {"of": posting.deed_id, "because": because}
    source = f"{posting.deed_id}:{_times(PostingKind.RELEASE, posting)}"
    done = _follow(RELEASED, posting.account_id, posting.rule, source, facts, now)
    return sum(each.amount for each in done)


def expire_lots(*, now: datetime, most: int = 500) -> int:
    """What is due lapses, for so many accounts at once; returns for how many."""
    due = Lot.objects.filter(remaining__gt=0, expires_at__lte=now).order_by("expires_at", "id")
    subjects = list(dict.fromkeys(due.values_list("account_id", flat=True)[:most]))
    for subject_id in subjects:
        with transaction.atomic():
            book = open_book(subject_id)
            _lapse(book, now)
    return len(subjects)


def apply(book: Book, deed: Deed) -> None:
    """What a deed that says its own amounts does to a book; others go by the rules (`services/awarding.py`)."""
    facts: dict[str, Any] = deed.facts
    because = str(facts.get("because", ""))
    match deed.name:
        case "incentives.Awarded":
            side = Side.TEAM if facts.get("team") else Side.ISSUED
            book.award(
                deed, facts["amount"], because=because, rule=deed.rule, group=facts["group"], months=facts["months"],
                side=side,
            )  # fmt: skip
        case "incentives.Spent":
            book.spend(deed, facts["amount"], because=because)
        case "incentives.Refunded":
            book.refund(deed, facts["of"], facts["amount"], because=because)
        case "incentives.Reversed":
            to = Side.TEAM if facts.get("team") else Side.ISSUED
            book.reverse(deed, facts["of"], deed.rule, because=because, to=to)
        case "incentives.Held":
            book.hold(deed, facts["of"], deed.rule, because=because)
        case "incentives.Released":
            book.release(deed, facts["of"], deed.rule, because=because)
        case "incentives.Expired":
            book.expire(deed)


def note_deed(
    *, name: str, source: str, subject_id: UUID | None, at: datetime, facts: dict[str, Any], rule: str = "",
    scope_code: str = "", about: About | None = None, is_fresh: bool = False,
) -> tuple[Deed, bool]:  # fmt: skip
    """Into the journal, once; under the lock of the subject's account. Returns the deed and whether it is new.

    `is_fresh`: whoever calls has looked already.
    """
    if scope_code:
        facts = {**facts, "scope": scope_code[:12]}
    key = {"name": name, "rule": rule, "source": source, "subject_id": subject_id}
    # A case is asked for by its mention, before; all else by its own key.
    known = None if is_fresh else Deed.objects.filter(**key).first()
    if known is not None:
        return known, False
    deed = Deed(**key, at=at, facts=facts)
    _deeds.write(deed)
    if about is not None and subject_id is not None:
        _mentions.write(
            Mention(deed=deed, subject_id=subject_id, case_id=about.case_id, number=about.number, at=at)
        )
    return deed, True


_deeds, _mentions = NewRows(Deed), NewRows(Mention)


def tell_awards(postings: list[Posting], deed: Deed, number: str = "") -> None:
    """One `PointsAwarded` for each rule that gave something."""
    by_rule: dict[str, list[Posting]] = {}
    for each in postings:
        if each.kind == PostingKind.AWARD:
            by_rule.setdefault(each.rule, []).append(each)
    for rule, parts in by_rule.items():
        happened = PointsAwarded(
            posting_id=parts[-1].pk, amount=sum(each.amount for each in parts), rule=rule,
            because=parts[-1].because, case_number=number,
        )  # fmt: skip
        publish(happened, now=deed.at, subject_id=deed.subject_id)


def _follow(
    name: str, subject_id: UUID, rule: str, source: str, facts: dict[str, Any], now: datetime
) -> list[Posting]:
    """A deed about an earlier one; nothing the second time."""
    with transaction.atomic():
        book = open_book(subject_id)
        key = {"name": name, "rule": rule, "source": source, "subject_id": subject_id}
        if Deed.objects.filter(**key).exists():
            return []
        _lapse(book, now)
        deed = Deed.objects.create(**key, at=now, facts=facts)
        apply(book, deed)
        return write(book)


def _lapse(book: Book, now: datetime) -> None:
    """What is due in an open book goes first, as a deed of its own."""
    subject_id = book.account.pk
    if not Lot.objects.filter(account=subject_id, remaining__gt=0, expires_at__lte=now).exists():
        return
    deed = Deed.objects.create(name=EXPIRED, source=now.isoformat(), subject_id=subject_id, at=now, facts={})
    apply(book, deed)
    write(book)


def _awarded(posting_id: int) -> Posting:
    posting = Posting.objects.filter(pk=posting_id, kind=PostingKind.AWARD).first()
    if posting is None:
        raise NoSuchPosting
    return posting


def _times(kind: PostingKind, posting: Posting) -> int:
    """How often already: the same press twice is one deed, holding again after a release is another."""
    return (
        Posting.objects.filter(of=posting.deed_id, rule=posting.rule, kind=kind)
        .values("deed")
        .distinct()
        .count()
    )


def _tell_reversal(done: list[Posting], posting: Posting, because: str, now: datetime) -> int:
    owed = sum(each.amount for each in done if each.debit == Side.OWED)
    happened = PointsReversed(
        posting_id=done[-1].pk,
        amount=sum(each.amount for each in done),
        owed=owed,
        rule=posting.rule,
        because=because,
    )
    publish(happened, now=now, subject_id=posting.account_id)
    return owed

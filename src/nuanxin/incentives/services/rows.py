"""A book as it lies in the database: opened under its account's lock, written down with what came of it."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import DateField, QuerySet, Sum, UUIDField
from django.utils import timezone

from nuanxin.incentives.enums import PostingKind, Side
from nuanxin.incentives.models import Account, Draw, Lot, Posting
from nuanxin.incentives.services.book import Award, Book, count
from nuanxin.kernel.plain_rows import NewRows
from nuanxin.kernel.prepared import Prepared

SOME = 40  # lots are read so many at a time: a spending rarely needs more


class Rows:
    """The shelf of one account. Each row is one object here, whichever way it was found."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self._known: dict[int, Lot] = {}

    def due(self, at: datetime) -> list[Lot]:
        rows = Lot.objects.filter(account=self.account, remaining__gt=0, expires_at__lte=at)
        return [self._one(lot) for lot in rows.order_by("expires_at", "id")]

    def open_lots(self) -> Iterator[Lot]:
        rows = Lot.objects.filter(account=self.account, remaining__gt=0).order_by("expires_at", "id")
        start = 0
        while found := list(rows[start : start + SOME]):  # nothing is written while they are read
            yield from (self._one(lot) for lot in found)
            start += SOME

    def lots_of(self, deed_id: int, rule: str) -> list[Lot]:
        rows = Lot.objects.filter(account=self.account, deed=deed_id, rule=rule, remaining__gt=0)
        return [self._one(lot) for lot in rows.order_by("expires_at", "id")]

    def award(self, deed_id: int, rule: str) -> Award:
        given = Posting.objects.filter(account=self.account, deed=deed_id, rule=rule, kind=PostingKind.AWARD)
        about = Posting.objects.filter(account=self.account, of=deed_id, rule=rule)
        lots = Lot.objects.filter(account=self.account, deed=deed_id, rule=rule)
        sides = list(about.values_list("kind", "debit", "credit", "amount"))
        return Award(
            amount=given.aggregate(sum=Sum("amount"))["sum"] or 0,
            expired=lots.aggregate(sum=Sum("expired"))["sum"] or 0,
            held=sum(
                amount * ((credit == Side.HELD) - (debit == Side.HELD)) for _k, debit, credit, amount in sides
            ),
            is_reversed=any(kind == PostingKind.REVERSAL for kind, *_sides in sides),
        )

    def drawn(self, deed_id: int, rule: str | None, kind: PostingKind) -> list[tuple[Lot, int]]:
        """What a spending (`deed_id` is its deed) or the holds of an award took, in the order of taking."""
        rows = Posting.objects.filter(account=self.account, kind=kind)
        rows = rows.filter(deed=deed_id) if rule is None else rows.filter(of=deed_id, rule=rule)
        numbers = list(rows.values_list("number", flat=True))
        draws = Draw.objects.filter(account=self.account, number__in=numbers).select_related("lot")
        return [(self._one(draw.lot), draw.amount) for draw in draws.order_by("id")]

    def refunded(self, deed_id: int) -> int:
        rows = Posting.objects.filter(account=self.account, of=deed_id, kind=PostingKind.REFUND)
        return rows.aggregate(sum=Sum("amount"))["sum"] or 0

    def earned(self, at: datetime) -> Counter[str]:
        """Awards of that day in Shanghai by what caps count: all, group, rule, category.

        No corrections: they belong to the day of what they correct.
        """
        total: Counter[str] = Counter()
        awards = _awards_on.rows(account=self.account.pk, on=timezone.localdate(at))
        for group, rule, category, since, amount in awards:
            if since:
                continue
            count(total, amount, group=group, rule=rule, category=category or "")
        return total

    def _one(self, lot: Lot) -> Lot:
        return self._known.setdefault(lot.pk, lot)


def _awards(*, account: UUID, on: date) -> "QuerySet[Posting, tuple[Any, ...]]":
    rows = Posting.objects.filter(account=account, on=on, kind=PostingKind.AWARD)
    return rows.values_list("group", "rule", "deed__facts__category", "deed__facts__since", "amount")


_awards_on = Prepared(_awards, account=UUIDField(), on=DateField())


def open_book(subject_id: UUID) -> Book:
    """Under the lock of the account, which is there from now on; to be called inside a transaction."""
    account = _account.first(pk=subject_id)
    if account is None:
        Account.objects.bulk_create([Account(subject_id=subject_id)], ignore_conflicts=True)
        account = Account.objects.select_for_update().get(pk=subject_id)
    return Book(account, Rows(account))


_account = Prepared(lambda *, pk: Account.objects.select_for_update().filter(pk=pk), pk=UUIDField())


_postings, _lots = NewRows(Posting), NewRows(Lot)


def write(book: Book) -> list[Posting]:
    """What happened in the book since it was opened; returns its postings, with their ids."""
    done = book.postings
    if not done:
        return []
    account = book.account
    _postings.write(*done)
    _lots.write(*book.lots)
    if book.touched:
        _write_lots([lot for lot in book.touched.values() if lot.pk])
    if book.draws:
        Draw.objects.bulk_create(book.draws, batch_size=500)
    Account.objects.filter(pk=account.pk).update(
        points=account.points, held=account.held, owed=account.owed, growth=account.growth,
        count=account.count, head=account.head,
    )  # fmt: skip
    book.postings, book.lots, book.draws, book.touched = [], [], [], {}
    return done


def _write_lots(changed: list[Lot]) -> None:
    if len(changed) == 1:  # mostly: a statement that need not be put together anew
        [lot] = changed
        Lot.objects.filter(pk=lot.pk).update(remaining=lot.remaining, expired=lot.expired)
    else:
        Lot.objects.bulk_update(changed, ["remaining", "expired"], batch_size=200)

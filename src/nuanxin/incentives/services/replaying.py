"""The ledger told again from its journal: to see whether it is what it says it is, or to write it anew.

Subject by subject, each wholly in memory and none twice: what a deed did depends on its own subject's deeds only, whose
order is that of their ids. So a million deeds need no more memory than the longest book, and what is written anew is
written some thousand rows at a time.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet

from nuanxin.incentives.models import Account, Deed, Draw, Lot, Posting, guard
from nuanxin.incentives.queries.rules import Rules, rules_held
from nuanxin.incentives.services.awarding import take_effect
from nuanxin.incentives.services.book import Book, NotEnoughPoints
from nuanxin.incentives.services.memory import empty_book
from nuanxin.kernel import audit
from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.loading import insert_rows, take_ids

CHUNK = 2_000
WRITTEN = 5_000  # rows are written anew so many at a time
TOLD = 10_000  # progress is said after so many deeds
SHOWN = 20  # subjects that differ are named up to here

Progress = Callable[[int, int], None]
POSTING = (
    "number", "at", "on", "kind", "rule", "version", "group", "scope_code", "deed_id", "of_id", "debit", "credit",
    "amount", "because", "digest",
)  # fmt: skip
LOT = ("number", "deed_id", "rule", "amount", "remaining", "expired", "expires_at")
DRAW = ("number", "lot_id", "amount")
ACCOUNT = ("points", "held", "owed", "growth", "count", "head")
_posting, _lot, _account = attrgetter(*POSTING), attrgetter(*LOT), attrgetter(*ACCOUNT)


@dataclass(slots=True)
class Replayed:
    """`differing`: subjects whose rows are not what their deeds say; `first` names some, and what differs."""

    deeds: int = 0
    subjects: int = 0
    differing: int = 0
    first: list[tuple[UUID, str]] = field(default_factory=list)

    @property
    def is_equal(self) -> bool:
        return not self.differing


def _silent(done: int, total: int) -> None:
    """Nobody is watching."""


def check_ledger(*, progress: Progress = _silent) -> Replayed:
    """Tell the journal again and compare each posting, lot and balance; nothing is written and nobody waits."""
    with _snapshot():
        return _replay(progress, rewrites=False)


def rebuild_ledger(*, now: datetime, progress: Progress = _silent) -> Replayed:
    """Write anew what differs, all or nothing. Postings keep their ids; everybody else waits meanwhile. Audited."""
    with transaction.atomic():
        guard.remove(connection)
        done = _replay(progress, rewrites=True)
        guard.install(connection)
        audit.record(
            actor=SYSTEM, action="incentives.rebuild", object_type="incentives.ledger",
            detail={"deeds": done.deeds, "subjects": done.subjects, "rewritten": done.differing}, now=now,
        )  # fmt: skip
    return done


def _replay(progress: Progress, *, rewrites: bool) -> Replayed:
    rules, done = rules_held.get(), Replayed()
    journal = Deed.objects.filter(subject_id__isnull=False).order_by("subject_id", "id")
    total = journal.count()
    written, anew = _Written(), _Anew()
    said = 0
    for subject_id, deeds in groupby(_each(journal), key=lambda deed: deed.subject_id):
        for orphan in written.before(subject_id):
            _differs(done, orphan, "journal")
        book, told = _tell(subject_id, deeds, rules)
        found = written.of(subject_id)
        if what := found.difference(book):
            _differs(done, subject_id, what)
            if rewrites:
                anew.add(book, found)
        done.deeds += told
        done.subjects += 1
        if done.deeds - said >= TOLD:
            said = done.deeds
            progress(done.deeds, total)
    for orphan in written.before(None):
        _differs(done, orphan, "journal")
    anew.write()
    progress(done.deeds, total)
    return done


def _tell(subject_id: UUID, deeds: Iterator[Deed], rules: Rules) -> tuple[Book, int]:
    book, memory = empty_book(subject_id)
    told = 0
    for deed in deeds:
        memory.deeds[deed.pk] = deed
        with suppress(NotEnoughPoints):  # it was refused nowhere: the comparison says so
            take_effect(book, deed, rules)
        told += 1
    return book, told


def _differs(done: Replayed, subject_id: UUID, what: str) -> None:
    done.differing += 1
    if len(done.first) < SHOWN:
        done.first.append((subject_id, what))


def _each(rows: QuerySet[Any]) -> Iterator[Any]:
    return rows.iterator(chunk_size=CHUNK)


# --- What is written down now ----------------------------------------------------------------------------------------
@dataclass(slots=True)
class _Found:
    """The rows of one subject, as they lie in the database."""

    account: tuple[Any, ...] | None
    postings: list[tuple[Any, ...]]  # id first
    lots: list[tuple[Any, ...]]  # id first, then `reminded`
    draws: list[tuple[Any, ...]]

    def difference(self, book: Book) -> str:
        """Which kind of row differs; empty for none. Rows of lots are told apart by their order."""
        if self.account is None or _plain(self.account) != _plain(_account(book.account)):
            return "account"
        if [row[1:] for row in self.postings] != [_posting(each) for each in book.postings]:
            return "postings"
        if [row[2:] for row in self.lots] != [_lot(each) for each in book.lots]:
            return "lots"
        lots = {id(lot): place for place, lot in enumerate(book.lots)}
        places = {row[0]: place for place, row in enumerate(self.lots)}
        old = [(number, places.get(lot), amount) for number, lot, amount in self.draws]
        new = [(each.number, lots[id(each.lot)], each.amount) for each in book.draws]
        return "" if old == new else "draws"


def _plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """The last one are bytes, however the driver hands them out."""
    return (*row[:-1], bytes(row[-1]))


class _Rows:
    """A table in the order of subjects, handed out subject by subject."""

    def __init__(self, rows: QuerySet[Any], *names: str) -> None:
        self._rows = iter(_each(rows.values_list(*names)))
        self._ends_in_bytes = names[-1] in ("digest", "head")
        self.next = next(self._rows, None)

    def take(self, subject_id: UUID) -> list[tuple[Any, ...]]:
        found = []
        while self.next is not None and self.next[0] == subject_id:
            found.append(self.next[1:])
            self.next = next(self._rows, None)
        if found and self._ends_in_bytes and not isinstance(found[0][-1], bytes):
            found = [_plain(row) for row in found]
        return found


class _Written:
    def __init__(self) -> None:
        self._accounts = _Rows(Account.objects.order_by("subject_id"), "subject_id", *ACCOUNT)
        self._postings = _Rows(Posting.objects.order_by("account_id", "number"), "account_id", "id", *POSTING)
        self._lots = _Rows(
            Lot.objects.order_by("account_id", "number", "id"), "account_id", "id", "reminded", *LOT
        )
        self._draws = _Rows(
            Draw.objects.order_by("account_id", "number", "id"), "account_id", "number", "lot_id", "amount"
        )

    def of(self, subject_id: UUID) -> _Found:
        account = self._accounts.take(subject_id)
        return _Found(
            account[0] if account else None,
            self._postings.take(subject_id), self._lots.take(subject_id), self._draws.take(subject_id),
        )  # fmt: skip

    def before(self, subject_id: UUID | None) -> Iterator[UUID]:
        """Subjects with rows and without a single deed. An empty account says nothing."""
        while (row := self._accounts.next) is not None and (subject_id is None or row[0] < subject_id):
            orphan = row[0]
            found = self.of(orphan)
            if found.postings or found.lots or any(found.account[:4] if found.account else ()):
                yield orphan


class _Anew:
    """Rows of subjects as their deeds say, written some thousand at a time; a posting and a lot keep their ids."""

    def __init__(self) -> None:
        self._books: list[tuple[Book, _Found]] = []
        self._rows = 0

    def add(self, book: Book, found: _Found) -> None:
        self._books.append((book, found))
        self._rows += 1 + len(book.postings) + len(book.lots) + len(book.draws)
        if self._rows >= WRITTEN:
            self.write()

    def write(self) -> None:
        """What was added since the last time."""
        if not self._books:
            return
        self._remove()
        accounts = [book.account for book, _found in self._books]
        Account.objects.bulk_create(accounts, update_conflicts=True, unique_fields=["subject_id"],
                                    update_fields=[*ACCOUNT])  # fmt: skip
        self._give_ids()
        insert_rows(Posting, ("account_id", "id", *POSTING), (
            (book.account.pk, each.pk, *_posting(each)) for book, _found in self._books for each in book.postings
        ))  # fmt: skip
        insert_rows(Lot, ("account_id", "id", "reminded", *LOT), (
            (book.account.pk, each.pk, each.reminded, *_lot(each)) for book, _found in self._books for each in book.lots
        ))  # fmt: skip
        insert_rows(Draw, ("account_id", *DRAW), (
            (book.account.pk, each.number, each.lot.pk, each.amount)
            for book, _found in self._books for each in book.draws
        ))  # fmt: skip
        if connection.vendor == "postgresql":  # else a million checks would be remembered until the end
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        self._books, self._rows = [], 0

    def _remove(self) -> None:
        old = [book.account.pk for book, found in self._books if found.postings or found.lots or found.draws]
        for start in range(0, len(old), 500):
            for model in (Draw, Lot, Posting):  # others may point to a posting that comes back at once
                rows = model._default_manager.filter(account__in=old[start : start + 500])
                rows._raw_delete(rows.db)  # noqa: SLF001  -- as above

    def _give_ids(self) -> None:
        for book, found in self._books:
            ids = {row[1]: row[0] for row in found.postings}
            for posting in book.postings:
                posting.pk = ids.get(posting.number)
            for lot, old in zip(book.lots, found.lots, strict=False):
                lot.pk, lot.reminded = old[0], old[1]
        for model, rows in (
            (Posting, [each for book, _found in self._books for each in book.postings if not each.pk]),
            (Lot, [each for book, _found in self._books for each in book.lots if not each.pk]),
        ):
            for each, key in zip(rows, take_ids(model, len(rows)), strict=True):
                each.pk = key


@contextmanager
def _snapshot() -> Iterator[None]:
    """All reads see one moment, and no writer waits for them."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")  # `atomic` would take SQLite's one write lock
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")

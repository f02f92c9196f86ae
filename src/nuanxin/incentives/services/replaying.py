"""The ledger told again from its journal: to see whether it is what it says it is, or to write it anew.

Subject by subject, each wholly in memory and none twice: what a deed did depends on its own subject's deeds only, whose
order is that of their ids. So a million deeds need no more memory than the longest book.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
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

CHUNK = 2_000
TOLD = 10_000  # progress is said after so many deeds
SHOWN = 20  # subjects that differ are named up to here

Progress = Callable[[int, int], None]
POSTING = (
    "number", "at", "on", "kind", "rule", "version", "group", "scope_code", "deed_id", "of_id", "debit", "credit",
    "amount", "because", "digest",
)  # fmt: skip
LOT = ("number", "deed_id", "rule", "amount", "remaining", "expired", "expires_at")
ACCOUNT = ("points", "held", "owed", "growth", "count", "head")


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
    written = _Written()
    said = 0
    for subject_id, deeds in groupby(_each(journal), key=lambda deed: deed.subject_id):
        for orphan in written.before(subject_id):
            _differs(done, orphan, "journal")
        book, told = _tell(subject_id, deeds, rules)
        found = written.of(subject_id)
        if what := found.difference(book):
            _differs(done, subject_id, what)
            if rewrites:
                _rewrite(book, found)
        done.deeds += told
        done.subjects += 1
        if done.deeds - said >= TOLD:
            said = done.deeds
            progress(done.deeds, total)
    for orphan in written.before(None):
        _differs(done, orphan, "journal")
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
        lots = {id(lot): place for place, lot in enumerate(book.lots)}
        places = {row[0]: place for place, row in enumerate(self.lots)}
        pairs = (
            ("account", self.account, tuple(map(_plain, _values(book.account, ACCOUNT)))),
            ("postings", [row[1:] for row in self.postings], [_row(each, POSTING) for each in book.postings]),
            ("lots", [row[2:] for row in self.lots], [_row(each, LOT) for each in book.lots]),
            (
                "draws",
                [(number, places.get(lot), amount) for number, lot, amount in self.draws],
                [(each.number, lots[id(each.lot)], each.amount) for each in book.draws],
            ),
        )
        return next((name for name, old, new in pairs if old != new), "")


def _values(row: Any, names: tuple[str, ...]) -> list[Any]:
    return [getattr(row, name) for name in names]


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def _row(row: Any, names: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(_plain(value) for value in _values(row, names))


class _Rows:
    """A table in the order of subjects, handed out subject by subject."""

    def __init__(self, rows: QuerySet[Any], *names: str) -> None:
        self._rows = iter(_each(rows.values_list(*names)))
        self.next = next(self._rows, None)

    def take(self, subject_id: UUID) -> list[tuple[Any, ...]]:
        found = []
        while self.next is not None and self.next[0] == subject_id:
            found.append(tuple(_plain(value) for value in self.next[1:]))
            self.next = next(self._rows, None)
        return found


class _Written:
    def __init__(self) -> None:
        self._accounts = _Rows(Account.objects.order_by("subject_id"), "subject_id", *ACCOUNT)
        self._postings = _Rows(Posting.objects.order_by("account_id", "number"), "account_id", "id", *POSTING)
        self._lots = _Rows(Lot.objects.order_by("account_id", "id"), "account_id", "id", "reminded", *LOT)
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


def _rewrite(book: Book, found: _Found) -> None:
    """The subject's rows as its deeds say; a posting and a lot keep the ids that they had."""
    subject_id = book.account.pk
    Draw.objects.filter(account=subject_id).delete()
    for model in (Lot, Posting):
        rows = model._default_manager.filter(account=subject_id)
        rows._raw_delete(rows.db)  # noqa: SLF001  -- others may point to a posting that comes back at once
    ids = {row[1]: row[0] for row in found.postings}
    for posting in book.postings:
        posting.pk = ids.get(posting.number)
    for lot, old in zip(book.lots, found.lots, strict=False):
        lot.pk, lot.reminded = old[0], old[1]
    Account.objects.bulk_create([book.account], update_conflicts=True, unique_fields=["subject_id"],
                                update_fields=[*ACCOUNT])  # fmt: skip
    Posting.objects.bulk_create(book.postings, batch_size=500)
    Lot.objects.bulk_create(book.lots, batch_size=500)
    Draw.objects.bulk_create(book.draws, batch_size=500)


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

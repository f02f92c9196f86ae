"""A book told again from its journal, with everything of one subject in memory.

Its rows are no models: a million of them are made and compared, and most are never written. What is asked of an earlier
deed is found by a key, so that a book a hundred times as long takes a hundred times as long.
"""

from bisect import insort
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from nuanxin.incentives.enums import PostingKind, Side
from nuanxin.incentives.models import Account, Deed, Lot
from nuanxin.incentives.services.book import Award, Book, Makers, count
from nuanxin.kernel.worktime import SHANGHAI


@dataclass(slots=True)
class ToldPosting:
    account_id: UUID
    number: int
    at: datetime
    on: date
    kind: str
    rule: str
    version: int
    group: str
    scope_code: str
    deed_id: int
    of_id: int | None
    debit: str
    credit: str
    amount: int
    because: str
    digest: bytes = b""
    pk: int | None = None


@dataclass(slots=True)
class ToldLot:
    account_id: UUID
    number: int
    deed_id: int
    rule: str
    amount: int
    remaining: int
    expires_at: datetime
    expired: int = 0
    reminded: int = 0
    pk: int | None = None


@dataclass(slots=True)
class ToldDraw:
    account_id: UUID
    number: int
    lot: ToldLot
    amount: int


TOLD = Makers(ToldPosting, ToldLot, ToldDraw)


class Memory:
    """The shelf of a subject whose whole story is at hand. `book` is the one that it serves."""

    def __init__(self) -> None:
        self.book: Book
        self.deeds: dict[int, Deed] = {}
        self._days: dict[date, Counter[str]] = {}
        self._counted = 0  # postings before this one are in `_days`
        self._open: list[tuple[datetime, int, Lot]] = []  # in the order in which they lapse
        self._empty = 0  # those before this one are used up, once and for all
        self._filed = 0  # lots before this one are in `_open` and `_by_award`
        self._by_award: dict[tuple[int, str], list[Lot]] = defaultdict(list)
        self._noted = 0  # postings and draws before these are in the three below
        self._given: dict[tuple[int, str], int] = Counter()
        self._about: dict[int, list[Any]] = defaultdict(list)
        self._spent: dict[int, list[Any]] = defaultdict(list)
        self._drawn = 0
        self._draws: dict[int, list[Any]] = defaultdict(list)

    def due(self, at: datetime) -> list[Lot]:
        found = []
        for lot in self.open_lots():
            if lot.expires_at > at:
                break
            found.append(lot)
        return found

    def open_lots(self) -> Iterator[Lot]:
        self._file()
        row = self._open
        while self._empty < len(row) and not row[self._empty][2].remaining:
            self._empty += 1
        for place in range(self._empty, len(row)):
            if row[place][2].remaining:
                yield row[place][2]

    def lots_of(self, deed_id: int, rule: str) -> list[Lot]:
        self._file()
        lots = [lot for lot in self._by_award.get((deed_id, rule), ()) if lot.remaining]
        return sorted(lots, key=lambda lot: lot.expires_at)

    def award(self, deed_id: int, rule: str) -> Award:
        self._note()
        self._file()
        about = [row for row in self._about.get(deed_id, ()) if row.rule == rule]
        return Award(
            amount=self._given.get((deed_id, rule), 0),
            expired=sum(lot.expired for lot in self._by_award.get((deed_id, rule), ())),
            held=sum(row.amount * ((row.credit == Side.HELD) - (row.debit == Side.HELD)) for row in about),
            is_reversed=any(row.kind == PostingKind.REVERSAL for row in about),
        )

    def drawn(self, deed_id: int, rule: str | None, kind: PostingKind) -> list[tuple[Lot, int]]:
        self._note()
        rows = self._spent.get(deed_id, []) if rule is None else self._about.get(deed_id, [])
        numbers = [row.number for row in rows if row.kind == kind and (rule is None or row.rule == rule)]
        return [(draw.lot, draw.amount) for number in numbers for draw in self._draws.get(number, ())]

    def refunded(self, deed_id: int) -> int:
        self._note()
        return sum(row.amount for row in self._about.get(deed_id, ()) if row.kind == PostingKind.REFUND)

    def earned(self, at: datetime) -> Counter[str]:
        for row in self.book.postings[self._counted :]:
            if row.kind != PostingKind.AWARD:
                continue
            facts = self.deeds[row.deed_id].facts
            if "since" not in facts:  # a correction is in no day
                total = self._days.setdefault(row.on, Counter())
                category = str(facts.get("category", ""))
                count(total, row.amount, group=row.group, rule=row.rule, category=category)
        self._counted = len(self.book.postings)
        return Counter(self._days.get(at.astimezone(SHANGHAI).date(), Counter()))

    def _file(self) -> None:
        """Lots that are new since it was last asked."""
        lots = self.book.lots
        for place in range(self._filed, len(lots)):
            lot = lots[place]
            insort(self._open, (lot.expires_at, place, lot), lo=self._empty)
            self._by_award[lot.deed_id, lot.rule].append(lot)
        self._filed = len(lots)

    def _note(self) -> None:
        """Postings and draws that are new since it was last asked."""
        for row in self.book.postings[self._noted :]:
            if row.kind == PostingKind.AWARD:
                self._given[row.deed_id, row.rule] += row.amount
            elif row.kind == PostingKind.SPEND:
                self._spent[row.deed_id].append(row)
            if row.of_id is not None:
                self._about[row.of_id].append(row)
        self._noted = len(self.book.postings)
        for draw in self.book.draws[self._drawn :]:
            self._draws[draw.number].append(draw)
        self._drawn = len(self.book.draws)


def empty_book(subject_id: UUID) -> tuple[Book, Memory]:
    memory = Memory()
    memory.book = Book(Account(subject_id=subject_id), memory, makes=TOLD)
    return memory.book, memory

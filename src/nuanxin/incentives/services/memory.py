"""A book told again from its journal, with everything of one subject in memory."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone

from nuanxin.incentives.enums import PostingKind, Side
from nuanxin.incentives.models import Account, Deed, Lot
from nuanxin.incentives.services.book import Award, Book, count


class Memory:
    """The shelf of a subject whose whole story is at hand. `book` is the one that it serves."""

    def __init__(self) -> None:
        self.book: Book
        self._days: dict[date, Counter[str]] = {}
        self._counted = 0
        self.deeds: dict[int, Deed] = {}
        self._closed = 0  # lots before this one are empty

    def _lots(self) -> list[Lot]:
        """What is left of lots, in the order in which they lapse; empty ones are passed over once and for all."""
        lots = self.book.lots
        while self._closed < len(lots) and not lots[self._closed].remaining:
            self._closed += 1
        rest = [
            (lot.expires_at, place, lot) for place, lot in enumerate(lots[self._closed :]) if lot.remaining
        ]
        return [lot for *_order, lot in sorted(rest, key=lambda each: each[:2])]

    def due(self, at: datetime) -> list[Lot]:
        return [lot for lot in self._lots() if lot.expires_at <= at]

    def open_lots(self) -> Iterator[Lot]:
        return iter(self._lots())

    def lots_of(self, deed_id: int, rule: str) -> list[Lot]:
        return [lot for lot in self._lots() if lot.deed_id == deed_id and lot.rule == rule]

    def award(self, deed_id: int, rule: str) -> Award:
        given = expired = held = 0
        is_reversed = False
        for row in self.book.postings:
            if row.kind == PostingKind.AWARD and row.deed_id == deed_id and row.rule == rule:
                given += row.amount
            elif row.of_id == deed_id and row.rule == rule:
                held += row.amount * ((row.credit == Side.HELD) - (row.debit == Side.HELD))
                is_reversed = is_reversed or row.kind == PostingKind.REVERSAL
        for lot in self.book.lots:
            if lot.deed_id == deed_id and lot.rule == rule:
                expired += lot.expired
        return Award(amount=given, expired=expired, held=held, is_reversed=is_reversed)

    def drawn(self, deed_id: int, rule: str | None, kind: PostingKind) -> list[tuple[Lot, int]]:
        numbers = {
            row.number
            for row in self.book.postings
            if row.kind == kind
            and (row.deed_id == deed_id if rule is None else row.of_id == deed_id and row.rule == rule)
        }
        return [(draw.lot, draw.amount) for draw in self.book.draws if draw.number in numbers]

    def refunded(self, deed_id: int) -> int:
        return sum(
            row.amount
            for row in self.book.postings
            if row.kind == PostingKind.REFUND and row.of_id == deed_id
        )

    def earned(self, at: datetime) -> Counter[str]:
        for row in self.book.postings[self._counted :]:
            if row.kind == PostingKind.AWARD:
                total = self._days.setdefault(row.on, Counter())
                category = str(self.deeds[row.deed_id].facts.get("category", ""))
                count(total, row.amount, group=row.group, rule=row.rule, category=category)
        self._counted = len(self.book.postings)
        return Counter(self._days.get(timezone.localdate(at), Counter()))


def empty_book(subject_id: UUID) -> tuple[Book, Memory]:
    memory = Memory()
    memory.book = Book(Account(subject_id=subject_id), memory)
    return memory.book, memory

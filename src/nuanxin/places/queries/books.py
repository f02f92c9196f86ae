"""Book corners: what stands there, what is out until when, and one's own loans. Nobody reads who has a book."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import Actor
from nuanxin.kernel.errors import NotFound
from nuanxin.kernel.privacy.register import Subject
from nuanxin.places.models import Book, BookLoan, Place

MOST_LOANS = 3
DUE_SOON = timedelta(days=3)
KEPT = timedelta(days=30)  # after it is back


class BookNotFound(NotFound):
    default_message = _("没有找到这本书。")
    default_hint = _("它可能已经下架。回到书角看看还有哪些。")


@dataclass(frozen=True, slots=True)
class OnShelf:
    """`due_on`: when what is out should be back; `is_mine`: with whoever reads this."""

    book: Book
    due_on: date | None
    is_late: bool
    is_mine: bool


def books_at(place: Place, *, person_id: int | None, now: datetime) -> list[OnShelf]:
    """One statement."""
    out = BookLoan.objects.filter(book=OuterRef("pk"), returned_at=None)
    rows = Book.objects.filter(place=place, removed_at=None).annotate(
        due_on=Subquery(out.values("due_on")[:1]), is_mine=Exists(out.filter(person=person_id or 0))
    )
    today = timezone.localdate(now)
    return [
        OnShelf(each, each.due_on, each.due_on is not None and each.due_on < today, each.is_mine)
        for each in rows.order_by("title", "pk")
    ]


def due_back(place: Place, *, now: datetime) -> list[OnShelf]:
    """What should be back by now or within the next days, the longest overdue first; for its keeper, without who."""
    soon = timezone.localdate(now) + DUE_SOON
    out = [each for each in books_at(place, person_id=None, now=now) if each.due_on and each.due_on <= soon]
    return sorted(out, key=lambda each: (each.due_on or soon, each.book.title))


def has_books(place: Place) -> bool:
    return Book.objects.filter(place=place, removed_at=None).exists()


def own_loans(actor: Actor) -> list[BookLoan]:
    """What this person has and, for a month, had; newest first."""
    if actor.person_id is None:
        return []
    rows = BookLoan.objects.filter(person=actor.person_id).select_related("book__place")
    return list(rows.order_by("returned_at", "-lent_at", "-pk")[:50])


@dataclass(frozen=True, slots=True)
class LoanFacts:
    """For the reminder: whom, what, where."""

    person_id: int | None
    title: str
    place: str


def loan_facts(loan_id: int) -> LoanFacts:
    """Raises `BookLoan.DoesNotExist`."""
    loan = BookLoan.objects.select_related("book__place").get(pk=loan_id)
    return LoanFacts(loan.person_id, loan.book.title, loan.book.place.name_zh)


def book_on_shelf(public_id: UUID, place: Place) -> Book:
    """Raises `BookNotFound`."""
    found = Book.objects.filter(public_id=public_id, place=place, removed_at=None).first()
    if found is None:
        raise BookNotFound
    return found


def loans_of(subject: Subject) -> list[Mapping[str, Any]]:
    """For the export of one's own data."""
    rows = BookLoan.objects.filter(person=subject.person_id or 0)
    return list(rows.values("book__title", "book__place__name_zh", "lent_at", "due_on", "returned_at"))

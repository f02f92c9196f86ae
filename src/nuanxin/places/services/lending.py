"""Books come to a corner, are lent and come back. What is late is a friendly reminder, and nothing else."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.errors import Conflict, Invalid, NotAllowed
from nuanxin.kernel.events import publish
from nuanxin.kernel.privacy.register import Erased, Subject
from nuanxin.people.models import Person
from nuanxin.places.events import BookDue
from nuanxin.places.models import Book, BookLoan
from nuanxin.places.models.books import LENT_FOR
from nuanxin.places.queries.books import KEPT, MOST_LOANS, BookNotFound, book_on_shelf
from nuanxin.places.queries.register import changeable_place, public_place
from nuanxin.places.services.noting import note

BATCH = 200


class AlreadyLent(Conflict):
    default_message = _("这本刚被借走了。")
    default_hint = _("页面上写着什么时候还；看看别的书。")


class EnoughBooks(Conflict):
    default_message = _("一个人最多借 3 本。")
    default_hint = _("还掉一本再借，谢谢。")


class TooLateToRenew(Conflict):
    default_message = _("已经过了还书的日子，续不了。")
    default_hint = _("方便的时候还回去就好，还了可以再借。")


class RenewedAlready(Conflict):
    default_message = _("这本已经续过一次。")
    default_hint = _("别人可能在等，到日子还回去，架上有就再借。")


class StillOut(Conflict):
    default_message = _("这本还在外面，不能下架。")
    default_hint = _("还回来以后再下架。")


def add_book(*, actor: Actor, public_id: UUID, title: str, author: str, key: UUID, now: datetime) -> Book:
    """One copy more; the same `key` again is the same. Raises `PlaceNotFound`, `Invalid`."""
    place = changeable_place(actor, "places.stock", public_id)
    if not title.strip():
        raise Invalid(fields={"title": _("请写书名。")})
    with transaction.atomic():
        book, is_new = Book.objects.get_or_create(
            key=key,
            defaults={
                "place": place, "title": title.strip()[:80], "author": author.strip()[:60], "added_at": now,
            },
        )  # fmt: skip
        if is_new:
            note(actor, "add_book", place, (), now)
    return book


def remove_book(*, actor: Actor, public_id: UUID, book_id: UUID, now: datetime) -> Book:
    """Off the shelf for good. Raises `PlaceNotFound`, `BookNotFound`, `StillOut`."""
    place = changeable_place(actor, "places.stock", public_id)
    book = book_on_shelf(book_id, place)
    with transaction.atomic():
        Book.objects.select_for_update().get(pk=book.pk)
        if BookLoan.objects.filter(book=book, returned_at=None).exists():
            raise StillOut
        Book.objects.filter(pk=book.pk).update(removed_at=now)
        note(actor, "remove_book", place, (), now)
    return book


def borrow_book(*, actor: Actor, public_id: UUID, book_id: UUID, now: datetime) -> BookLoan:
    """Three weeks, three at a time; pressed again it is the same loan. No ledger says who.

    Raises `NotAllowed`, `PlaceNotFound`, `BookNotFound`, `AlreadyLent`, `EnoughBooks`.
    """
    if actor.person_id is None or not policy.permits(actor, "places.borrow"):
        raise NotAllowed
    book = book_on_shelf(book_id, public_place(public_id))
    with transaction.atomic():
        Person.objects.select_for_update().get(pk=actor.person_id)
        Book.objects.select_for_update().get(pk=book.pk)
        out = BookLoan.objects.filter(book=book, returned_at=None).first()
        if out is not None:
            if out.person_id != actor.person_id:
                raise AlreadyLent
            return out
        if BookLoan.objects.filter(person=actor.person_id, returned_at=None).count() >= MOST_LOANS:
            raise EnoughBooks
        due = timezone.localdate(now) + LENT_FOR
        return BookLoan.objects.create(book=book, person_id=actor.person_id, lent_at=now, due_on=due)


def renew_book(*, actor: Actor, public_id: UUID, book_id: UUID, now: datetime) -> BookLoan:
    """Three weeks more, once, for whoever has it and is not late; pressed again it is the same.

    Raises `NotAllowed`, `PlaceNotFound`, `BookNotFound`, `TooLateToRenew`, `RenewedAlready`.
    """
    if actor.person_id is None or not policy.permits(actor, "places.borrow"):
        raise NotAllowed
    book = book_on_shelf(book_id, public_place(public_id))
    today = timezone.localdate(now)
    with transaction.atomic():
        rows = BookLoan.objects.select_for_update().filter(
            book=book, person=actor.person_id, returned_at=None
        )
        loan = rows.first()
        if loan is None:
            raise BookNotFound
        if loan.due_on < today:
            raise TooLateToRenew
        if loan.is_renewed:
            raise RenewedAlready
        loan.due_on += LENT_FOR
        loan.save(update_fields=["due_on"])
    return loan


def return_book(*, actor: Actor, public_id: UUID, book_id: UUID, now: datetime) -> bool:
    """It is back: said by its borrower, or by whoever keeps the place and sees it there; returns whether it was out.

    Raises `PlaceNotFound`, `BookNotFound`.
    """
    if actor.person_id is not None and policy.permits(actor, "places.borrow"):
        book = book_on_shelf(book_id, public_place(public_id))
        own = BookLoan.objects.filter(book=book, person=actor.person_id, returned_at=None)
        if own.update(returned_at=now):
            return True
    if not policy.permits(actor, "places.stock"):
        return False
    book = book_on_shelf(book_id, changeable_place(actor, "places.stock", public_id))
    return bool(BookLoan.objects.filter(book=book, returned_at=None).update(returned_at=now))


def remind_borrowers(*, now: datetime) -> int:
    """Once for a loan, the day after it should be back; returns how many. Publishes `BookDue`."""
    today = timezone.localdate(now)
    late = BookLoan.objects.filter(returned_at=None, reminded_at=None, due_on__lt=today).exclude(person=None)
    with transaction.atomic():
        rows = list(late.select_related("book__place").order_by("pk")[:BATCH])
        for loan in rows:
            if BookLoan.objects.filter(pk=loan.pk, reminded_at=None).update(reminded_at=now):
                publish(BookDue(loan.pk), scope_code=loan.book.place.scope_code, now=now)
    return len(rows)


def loans_over(now: datetime) -> int:
    return BookLoan.objects.filter(returned_at__lt=now - KEPT).count()


def forget_loans(*, now: datetime) -> int:
    """A month after it is back nobody knows that it was lent."""
    keys = list(BookLoan.objects.filter(returned_at__lt=now - KEPT).values_list("pk", flat=True)[:BATCH])
    return BookLoan.objects.filter(pk__in=keys).delete()[0] if keys else 0


def erase_loans(subject: Subject, *, now: datetime) -> Erased:
    """What is back is gone; what is out stays out, with nobody."""
    rows = BookLoan.objects.filter(person=subject.person_id or 0)
    removed = rows.filter(returned_at__isnull=False).delete()[0]
    return Erased(removed=removed, anonymised=rows.update(person=None))

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone

from nuanxin.kernel.ids import uuid7
from nuanxin.places.models.places import Place

LENT_FOR = timedelta(days=21)


class Book(models.Model):
    """One copy in a book corner (`domain.md` 004-21). Taken off the shelf for good, it stays for its loans."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="books")
    title = models.CharField("书名", max_length=80)
    author = models.CharField("作者", max_length=60, blank=True)
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)
    key = models.UUIDField(unique=True)

    class Meta:
        ordering = ["title", "id"]
        indexes = [
            models.Index(fields=["place", "title", "id"], name="places_book_shelf", condition=Q(removed_at=None))
        ]  # fmt: skip
        constraints = [models.CheckConstraint(condition=~Q(title=""), name="places_book_titled")]

    def __str__(self) -> str:
        return self.title


class BookLoan(models.Model):
    """A copy is with somebody. Nobody but the borrower reads who; the keeper sees that it is out, and until when."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    book = models.ForeignKey(Book, on_delete=models.CASCADE, related_name="loans")
    person = models.ForeignKey("people.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    lent_at = models.DateTimeField()
    due_on = models.DateField("应还日")
    returned_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-lent_at", "-id"]
        indexes = [
            models.Index(fields=["person", "-lent_at"], name="places_loan_own"),
            models.Index(fields=["due_on"], name="places_loan_due", condition=Q(returned_at=None)),
            models.Index(fields=["returned_at"], name="places_loan_over", condition=Q(returned_at__isnull=False)),
        ]  # fmt: skip
        constraints = [
            models.UniqueConstraint(fields=["book"], condition=Q(returned_at=None), name="places_book_lent_once")
        ]  # fmt: skip

    @property
    def is_renewed(self) -> bool:
        """It may stay out longer than a loan begins with."""
        return self.due_on > timezone.localdate(self.lent_at) + LENT_FOR

"""How somebody works at the queue: the views that they keep, and what they did to many cases at once."""

from django.db import models
from django.db.models import Q

from nuanxin.kernel.ids import uuid7


class SavedView(models.Model):
    """A combination of filters under a name. It belongs to a person in a role: another role sees another queue."""

    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=32)
    name = models.CharField("名称", max_length=20)
    tab = models.CharField(max_length=12)
    query = models.JSONField(default=dict)  # the filters as the address carries them
    position = models.PositiveSmallIntegerField(default=0)
    is_default = models.BooleanField(default=False)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["person", "role", "name"], name="cases_view_named_once"),
            models.UniqueConstraint(
                fields=["person", "role"], condition=Q(is_default=True), name="cases_view_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class BulkRun(models.Model):
    """One submission of one step for many cases; the same `key` again is the same submission."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    assignment_id = models.BigIntegerField()
    key = models.CharField(max_length=64)
    step = models.CharField(max_length=20)
    body_digest = models.CharField(max_length=64)
    count = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assignment_id", "key"], name="cases_bulk_key_once")]
        indexes = [models.Index(fields=["at"], name="cases_bulk_old")]


class BulkRow(models.Model):
    """What became of one case of it, written in the transaction of its step. `message` says why not."""

    run = models.ForeignKey(BulkRun, on_delete=models.CASCADE, related_name="rows")
    case_number = models.CharField(max_length=19)
    is_done = models.BooleanField()
    message = models.CharField(max_length=200, blank=True)
    hint = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["run", "case_number"], name="cases_bulk_row_once")]

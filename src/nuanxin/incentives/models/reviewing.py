"""What anybody holds against something that is shown before it is granted, and its owner against a decision."""

from django.db import models
from django.db.models import Q

from nuanxin.incentives.enums import AppealEnd, Reviewed
from nuanxin.kernel.access.scope import Scoped
from nuanxin.kernel.ids import uuid7


class Objection(models.Model):
    """Against a star or an honour during its publicity. Nothing is kept of who wrote it."""

    about = models.CharField(max_length=10, choices=Reviewed.choices)
    target = models.UUIDField()
    key = models.UUIDField(unique=True)
    at = models.DateTimeField()
    text = models.CharField(max_length=400, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        "people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    is_upheld = models.BooleanField(null=True)
    answer = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["target", "at"], name="incentives_objection_of")]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at=None, is_upheld=None)
                | (Q(answered_at__isnull=False, is_upheld__isnull=False) & ~Q(answer="")),
                name="incentives_objection_answered",
            )
        ]


class Appeal(Scoped):
    """Its owner contests a decision; another one than who took it decides. Once for each decision.

    `against_by`: who took the decision, and so does not hear the appeal; empty for what a rule worked out.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    about = models.CharField(max_length=10, choices=Reviewed.choices)
    target = models.UUIDField()
    against_at = models.DateTimeField()
    against_by = models.ForeignKey(
        "people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    subject_id = models.UUIDField(null=True)
    at = models.DateTimeField()
    reason = models.CharField(max_length=400, blank=True)
    due_at = models.DateTimeField()
    warned_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        "people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    end = models.CharField(max_length=10, choices=AppealEnd.choices, blank=True)
    answer = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["due_at"], name="incentives_appeal_due", condition=Q(decided_at__isnull=True)
            ),
            models.Index(fields=["subject_id", "-at"], name="incentives_appeal_own"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["target", "against_at"], name="incentives_appeal_once"),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, end="") | Q(decided_at__isnull=False, end__in=AppealEnd.values),
                name="incentives_appeal_end",
            ),
        ]  # fmt: skip

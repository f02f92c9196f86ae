"""What a city has changed in its reference data, row by row, and never afterwards."""

from django.db import models
from django.db.models import Q

from nuanxin.incentives.enums import ReferenceKind


class ReferenceChange(models.Model):
    """`before` is empty for a row that is new; both as the columns that were filled in."""

    kind = models.CharField(max_length=16, choices=ReferenceKind.choices)
    code = models.CharField(max_length=32)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    at = models.DateTimeField()
    by = models.ForeignKey("people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["kind", "code", "-id"], name="incentives_reference_of")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=ReferenceKind.values), name="incentives_reference_kind"
            )
        ]

"""A case that must not be forgotten yet: a court, a prosecutor or an auditor has asked for it (PIPL 47)."""

from django.db import models
from django.db.models import F, Q

from nuanxin.cases.models.case import Case


class LegalHold(models.Model):
    """While it lasts nothing of the case is deleted, and who reported it is not cut off, not even by an erasure."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="holds")
    basis = models.CharField("依据的文书", max_length=120)
    reason = models.CharField("为什么", max_length=300)
    placed_at = models.DateTimeField("开始")
    placed_by = models.ForeignKey("people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+")
    ended_at = models.DateTimeField("解除", null=True)
    ended_by = models.ForeignKey("people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "basis"], condition=Q(ended_at=None), name="cases_hold_once"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("placed_at")), name="cases_hold_period"
            ),
        ]

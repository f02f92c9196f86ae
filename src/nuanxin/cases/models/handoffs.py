"""A report that another part of the city answers: a good deed, a dispute, a wish."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from nuanxin.cases.enums import HandOffKind
from nuanxin.cases.models.case import Case


class HandOff(models.Model):
    """Where it went and what came back. Withdrawn when the street dispatches it after all."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="hand_off")
    kind = models.CharField("去向", max_length=20, choices=HandOffKind.choices)
    at = models.DateTimeField("转交时间")
    answered_at = models.DateTimeField("回执时间", null=True)
    receipt = models.CharField("回执", max_length=300, blank=True)
    withdrawn_at = models.DateTimeField("收回时间", null=True)

    if TYPE_CHECKING:

        def get_kind_display(self) -> str: ...

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) ^ ~Q(receipt=""), name="cases_handoff_answer_has_words"
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | Q(withdrawn_at__isnull=True),
                name="cases_handoff_one_end",
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.answered_at is None and self.withdrawn_at is None

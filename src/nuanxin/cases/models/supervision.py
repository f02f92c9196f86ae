"""Supervision (督办, `domain.md` §2.3): who was asked how loudly, and what they answered."""

from django.db import models
from django.db.models import Q

from nuanxin.cases.enums import SupervisionCause, SupervisionLevel
from nuanxin.cases.models.case import TEXT_LENGTH, Case
from nuanxin.cases.models.work import Clock
from nuanxin.kernel.ids import uuid7


class Supervision(models.Model):
    """One organisation asked at one level. It wants a reply by `reply_clock`, and ends with the work or the case.

    `round` counts reopenings and reworks: in each the system opens a level once.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="supervisions")
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    level = models.CharField("级别", max_length=8, choices=SupervisionLevel.choices)
    cause = models.CharField("事由", max_length=8, choices=SupervisionCause.choices)
    round = models.PositiveSmallIntegerField(default=0)
    clock = models.ForeignKey(Clock, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    reply_clock = models.ForeignKey(
        Clock, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    words = models.CharField("督办要求", max_length=TEXT_LENGTH, blank=True)
    opened_at = models.DateTimeField("督办时间")
    by_organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, null=True, related_name="+"
    )
    assignment_id = models.BigIntegerField(null=True)

    replied_at = models.DateTimeField("回复时间", null=True)
    reply = models.CharField("回复", max_length=TEXT_LENGTH, blank=True)
    replied_by = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField("解除时间", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "organisation", "level", "round"],
                condition=Q(cause__in=[SupervisionCause.TIME, SupervisionCause.REWORK]),
                name="cases_supervised_once_a_round",
            ),
            models.CheckConstraint(
                condition=Q(replied_at__isnull=True) ^ ~Q(reply=""), name="cases_supervision_reply_has_words"
            ),
        ]
        indexes = [
            models.Index(fields=["case", "id"], name="cases_supervision_case"),
            models.Index(fields=["-opened_at", "-id"], name="cases_supervision_recent"),
            models.Index(
                fields=["organisation", "-opened_at"],
                name="cases_supervision_open",
                condition=Q(ended_at__isnull=True),
            ),
        ]

"""A joint consultation (会商, 吹哨报到): who was whistled, who has answered, and what came of it (`domain.md` §2.3)."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from nuanxin.cases.enums import ConsultAnswer
from nuanxin.cases.models.case import TEXT_LENGTH, Case


class Consultation(models.Model):
    """Called by the community or the street; over when its minutes name one lead, when nothing is left to settle, or
    when it is called off with a reason. While one is open, `Case.consulting_since` says since when.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="consultations")
    called_by = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, null=True, related_name="+"
    )
    assignment_id = models.BigIntegerField(null=True)
    reason = models.CharField("为什么吹哨", max_length=TEXT_LENGTH)
    is_required = models.BooleanField("退回已满次数，必须会商", default=False)
    called_at = models.DateTimeField("吹哨时间")
    meet_by = models.DateTimeField("出结论的期限")
    ended_at = models.DateTimeField("结束时间", null=True)
    minutes = models.CharField("会商结论", max_length=TEXT_LENGTH, blank=True)
    lead = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, null=True, related_name="+")
    call_off_reason = models.CharField("为什么取消", max_length=TEXT_LENGTH, blank=True)

    class Meta:
        ordering = ["called_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(ended_at__isnull=True), name="cases_consulting_once"
            ),
            models.CheckConstraint(
                condition=Q(lead__isnull=True) | Q(ended_at__isnull=False), name="cases_consulted_has_end"
            ),
            models.CheckConstraint(
                condition=Q(call_off_reason="") | Q(ended_at__isnull=False, lead__isnull=True),
                name="cases_called_off_is_over",
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.ended_at is None


class ConsultationParty(models.Model):
    """One organisation that was whistled, and what it answered."""

    consultation = models.ForeignKey(Consultation, on_delete=models.CASCADE, related_name="parties")
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    answer_by = models.DateTimeField("报到期限")
    answer = models.CharField("报到", max_length=8, choices=ConsultAnswer.choices, blank=True)
    opinion = models.CharField("意见", max_length=TEXT_LENGTH, blank=True)
    answered_at = models.DateTimeField("报到时间", null=True)
    assignment_id = models.BigIntegerField(null=True)

    if TYPE_CHECKING:

        def get_answer_display(self) -> str: ...

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "organisation",
                    "consultation",
                ],  # in this order it also leads from a unit to its calls
                name="cases_whistled_once",
            ),
            models.CheckConstraint(
                condition=Q(answer="") ^ Q(answered_at__isnull=False), name="cases_answer_has_time"
            ),
        ]

    def was_late(self) -> bool:
        return self.answered_at is not None and self.answered_at > self.answer_by

    def is_late(self, now: datetime) -> bool:
        return self.answered_at is None and self.answer_by < now

"""What is done about a place, a shop or a thing before and beside the repair: 721, never about a named person."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from nuanxin.cases.enums import MeasureKind
from nuanxin.cases.models.case import Case
from nuanxin.cases.models.work import CaseLog, Task


class Measure(models.Model):
    """A kind notice, a management measure or a penalty (`domain.md` 004-42). Rows are added; only a notice is closed,
    once, by the look that follows it.

    `subject` names the shop, the stall or the thing. `danger` says why an earlier step was left out.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="measures")
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField("措施", max_length=10, choices=MeasureKind.choices)
    subject = models.CharField("对象", max_length=60)
    text = models.CharField("内容", max_length=500)
    at = models.DateTimeField("时间")
    log = models.OneToOneField(CaseLog, on_delete=models.CASCADE, related_name="+")
    comply_by = models.DateTimeField("请在此之前", null=True)
    looked_at = models.DateTimeField("回头看的时间", null=True)
    complied = models.BooleanField("已改", null=True)
    look_log = models.OneToOneField(CaseLog, on_delete=models.CASCADE, null=True, related_name="+")
    reminded_at = models.DateTimeField("提醒时间", null=True)
    danger = models.CharField("情况紧急", max_length=200, blank=True)

    if TYPE_CHECKING:

        def get_kind_display(self) -> str: ...

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=MeasureKind.NOTICE) ^ Q(comply_by__isnull=True),
                name="cases_notice_has_a_term",
            ),
            models.CheckConstraint(
                condition=Q(looked_at__isnull=True, complied__isnull=True)
                | Q(kind=MeasureKind.NOTICE, looked_at__isnull=False, complied__isnull=False),
                name="cases_notice_looked_at_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organisation", "comply_by", "id"],
                name="cases_notice_open",
                condition=Q(kind=MeasureKind.NOTICE, looked_at__isnull=True),
            ),
            models.Index(
                fields=["comply_by"],
                name="cases_notice_to_remind",
                condition=Q(kind=MeasureKind.NOTICE, looked_at__isnull=True, reminded_at__isnull=True),
            ),
        ]

    @property
    def is_open_notice(self) -> bool:
        return self.kind == MeasureKind.NOTICE and self.looked_at is None

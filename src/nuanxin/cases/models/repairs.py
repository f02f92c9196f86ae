"""A repair that takes several visits: make safe, hold for now, mend for good."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from nuanxin.cases.enums import StageKind
from nuanxin.cases.models.case import Case
from nuanxin.cases.models.work import CaseLog, Task


class RepairStage(models.Model):
    """One stage of the lead unit's plan. A new plan replaces what is not done; what is done stays."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="stages")
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField("阶段", max_length=10, choices=StageKind.choices)
    name = models.CharField("做什么", max_length=40)
    planned_for = models.DateTimeField("计划完成")
    done_at = models.DateTimeField("完成时间", null=True)
    log = models.OneToOneField(CaseLog, on_delete=models.CASCADE, null=True, related_name="+")
    noticed_at = models.DateTimeField("晚了的提醒", null=True)

    if TYPE_CHECKING:

        def get_kind_display(self) -> str: ...

    class Meta:
        ordering = ["planned_for", "id"]
        constraints = [
            models.UniqueConstraint(fields=["task", "kind"], name="cases_stage_once"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, log__isnull=True)
                | Q(done_at__isnull=False, log__isnull=False),
                name="cases_stage_done_has_log",
            ),
        ]
        indexes = [
            models.Index(
                fields=["planned_for"],
                name="cases_stage_to_notice",
                condition=Q(done_at__isnull=True, noticed_at__isnull=True),
            ),
        ]

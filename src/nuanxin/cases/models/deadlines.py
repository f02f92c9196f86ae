"""More time (延期): asked for before the deadline, decided one level up, on record (`domain.md` §2.3)."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from nuanxin.cases.enums import ExtensionState
from nuanxin.cases.models.case import TEXT_LENGTH, Case
from nuanxin.cases.models.work import Task


class Extension(models.Model):
    """One request of the leading unit. `due_before` is the deadline as it stood; what nobody decides by then lapses."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="extensions")
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    assignment_id = models.BigIntegerField(null=True)
    reason = models.CharField("原因", max_length=TEXT_LENGTH)
    asked_at = models.DateTimeField("申请时间")
    due_before = models.DateTimeField("原到期")
    until = models.DateTimeField("延到")
    state = models.CharField(
        "状态", max_length=8, choices=ExtensionState.choices, default=ExtensionState.ASKED
    )
    decided_at = models.DateTimeField("决定时间", null=True)
    decided_by = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, null=True, related_name="+"
    )
    decider_id = models.BigIntegerField(null=True)
    opinion = models.CharField("审批意见", max_length=TEXT_LENGTH, blank=True)

    if TYPE_CHECKING:

        def get_state_display(self) -> str: ...

    class Meta:
        ordering = ["asked_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(state=ExtensionState.ASKED), name="cases_extension_asked_once"
            ),
            models.CheckConstraint(
                condition=Q(state=ExtensionState.ASKED) ^ Q(decided_at__isnull=False),
                name="cases_extension_decided_has_time",
            ),
            models.CheckConstraint(
                condition=Q(until__gt=models.F("due_before")), name="cases_extension_is_later"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_before"], name="cases_extension_open", condition=Q(state=ExtensionState.ASKED)
            ),
            models.Index(fields=["-asked_at", "-id"], name="cases_extension_list"),
        ]

    @property
    def is_asked(self) -> bool:
        return self.state == ExtensionState.ASKED

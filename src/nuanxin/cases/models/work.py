"""Each organisation's part in a case, the clocks on it, and everything that was said and shown."""

from datetime import timedelta

from django.db import models
from django.db.models import Q

from nuanxin.cases import workflow
from nuanxin.cases.enums import (
    ClockChangeKind,
    ClockKind,
    ClockOutcome,
    MessageDirection,
    PauseCause,
    PhotoKind,
    ReturnReason,
    TaskRole,
    TaskState,
)
from nuanxin.cases.models.case import TEXT_LENGTH, Case

RATING_WINDOW = timedelta(days=7)  # domain.md §2.1


class Task(models.Model):
    """One organisation's part in a case: the community's, the lead unit's, an assistant's."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="tasks")
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    role = models.CharField("分工", max_length=10, choices=TaskRole.choices)
    state = models.CharField("状态", max_length=16, choices=TaskState.choices, default=TaskState.DISPATCHED)
    handler = models.ForeignKey("people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+")
    reason = models.CharField("派单理由", max_length=200, blank=True)
    dispatched_at = models.DateTimeField("派单时间")
    claimed_at = models.DateTimeField("领单/接单时间", null=True)
    submitted_at = models.DateTimeField("提交时间", null=True)
    ended_at = models.DateTimeField("结束时间", null=True)
    due_at = models.DateTimeField("时限", null=True)
    return_reason = models.CharField("退回原因", max_length=2, choices=ReturnReason.choices, blank=True)
    return_basis = models.CharField("退回依据的文件", max_length=200, blank=True)
    return_until = models.DateTimeField("可退回到", null=True)
    unfinished = models.CharField("协办未交结果，主办先交的说明", max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "case"],  # in this order it also leads from a unit to its cases
                condition=Q(ended_at__isnull=True),
                name="cases_task_open_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[TaskState.RETURNED, TaskState.WITHDRAWN, TaskState.DONE])
                ^ Q(ended_at__isnull=True),
                name="cases_task_ended_has_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organisation", "due_at", "id"],
                name="cases_task_open",
                condition=Q(ended_at__isnull=True),
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.state in workflow.OPEN_TASK


class Clock(models.Model):
    """One limit, running from `started_at`; the rule in force then is stored with it and never rewritten (§2.2)."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="clocks")
    task = models.ForeignKey(Task, on_delete=models.CASCADE, null=True, related_name="clocks")
    kind = models.CharField("时限", max_length=10, choices=ClockKind.choices)
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, null=True, related_name="+"
    )
    limit = models.CharField("规定", max_length=24)
    calendar = models.ForeignKey("kernel.CalendarSnapshot", on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField("起算")
    due_at = models.DateTimeField("到期")
    provisional = models.BooleanField("暂按周历", default=False)
    stopped_at = models.DateTimeField("停止", null=True)
    outcome = models.CharField(
        "结果", max_length=10, choices=ClockOutcome.choices, default=ClockOutcome.RUNNING
    )
    watch_at = models.DateTimeField("下次看", null=True)  # when time next has something to say about it
    climbed_at = models.DateTimeField("升级时间", null=True)
    paused_at = models.DateTimeField("暂停时间", null=True)
    paused_for = models.CharField("暂停原因", max_length=10, choices=PauseCause.choices, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome=ClockOutcome.RUNNING) ^ Q(stopped_at__isnull=False),
                name="cases_clock_stopped_has_time",
            ),
            models.CheckConstraint(
                condition=Q(paused_at__isnull=True) | Q(stopped_at__isnull=True),
                name="cases_clock_stopped_is_not_paused",
            ),
        ]
        indexes = [
            models.Index(
                fields=["watch_at"],
                name="cases_clock_to_watch",
                condition=Q(stopped_at__isnull=True, paused_at__isnull=True, watch_at__isnull=False),
            ),
            models.Index(
                fields=["due_at"],
                name="cases_clock_to_settle",
                condition=Q(stopped_at__isnull=True, provisional=True),
            ),
        ]


class ClockChange(models.Model):
    """Why a clock is due at another instant than when it started: a pause that has ended, an extension granted, a
    year's holidays published that were only assumed before (`calendar` is what counts from then on).

    Never edited: with the limit and the calendar of the clock itself it explains the deadline for ever.
    """

    clock = models.ForeignKey(Clock, on_delete=models.CASCADE, related_name="changes")
    kind = models.CharField("原因", max_length=8, choices=ClockChangeKind.choices)
    from_at = models.DateTimeField("起")  # of a pause; of an extension when it was granted
    to_at = models.DateTimeField("止")
    due_before = models.DateTimeField("原到期")
    due_after = models.DateTimeField("现到期")
    cause = models.CharField("为什么暂停", max_length=10, choices=PauseCause.choices, blank=True)
    calendar = models.ForeignKey(
        "kernel.CalendarSnapshot", on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering = ["from_at", "id"]


class CaseLog(models.Model):
    """One step: who (as what, of which organisation), when, with what opinion, after how long. Never edited."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="logs")
    task = models.ForeignKey(Task, on_delete=models.CASCADE, null=True, related_name="+")
    action = models.CharField(max_length=20)
    from_state = models.CharField(max_length=16, blank=True)
    to_state = models.CharField(max_length=16)
    at = models.DateTimeField()
    role = models.CharField(max_length=32)
    assignment_id = models.BigIntegerField(null=True)
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, null=True, related_name="+"
    )
    opinion = models.CharField(max_length=TEXT_LENGTH, blank=True)
    reason = models.CharField(max_length=4, blank=True)
    seconds_used = models.PositiveIntegerField(default=0)
    is_overdue = models.BooleanField(default=False)

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["case", "at", "id"], name="cases_log_case")]


class Attachment(models.Model):
    """A picture of a case. It knows which step it came with, not who took it."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="attachments")
    log = models.ForeignKey(CaseLog, on_delete=models.CASCADE, related_name="attachments")
    file = models.ForeignKey("kernel.StoredFile", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=PhotoKind.choices)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["log_id", "position", "id"]


class CaseMessage(models.Model):
    """The relay: staff ask, the reporter answers, and neither learns who the other is."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="messages")
    direction = models.CharField(max_length=14, choices=MessageDirection.choices)
    text = models.CharField(max_length=500)
    at = models.DateTimeField()
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, null=True, related_name="+"
    )
    assignment_id = models.BigIntegerField(null=True)

    class Meta:
        ordering = ["at", "id"]


class Rating(models.Model):
    """A reporter's three answers, given once within seven days of closing (§2.1).

    Whose report was merged rates under the own number; `confirmation` is set for somebody who had seen it too.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="ratings")
    confirmation = models.ForeignKey(
        "cases.Confirmation", on_delete=models.CASCADE, null=True, related_name="+"
    )
    round = models.PositiveSmallIntegerField(default=0)
    contacted = models.BooleanField()
    solved = models.BooleanField()
    satisfied = models.BooleanField()
    comment = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "round"], condition=Q(confirmation__isnull=True), name="cases_rated_once"
            ),
            models.UniqueConstraint(fields=["confirmation", "round"], name="cases_confirmer_rated_once"),
        ]

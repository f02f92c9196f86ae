"""A Case has a life; each organisation's part in it is a Task with its own; clocks run on both.

The reporter stands apart, in `Reporter`: nothing that case staff read joins it.
"""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Case as When_
from django.db.models import GeneratedField, Q, Value, When

from nuanxin.cases import workflow
from nuanxin.cases.enums import (
    DESK_STATES,
    STEP_OF_STATE,
    CaseState,
    ClockKind,
    ClockOutcome,
    Desk,
    MessageDirection,
    Outcome,
    PhotoKind,
    PlaceSource,
    RejectReason,
    ReturnReason,
    Source,
    TaskRole,
    TaskState,
    Urgency,
    Visibility,
)
from nuanxin.kernel.access.scope import Scoped
from nuanxin.kernel.geo.models import GeoPoint
from nuanxin.kernel.ids import uuid7
from nuanxin.kernel.privacy.fields import EncryptedTextField

OPEN = Q(closed_at__isnull=True)
TEXT_LENGTH = 1000
KEY_LENGTH = 64
RATING_WINDOW = timedelta(days=7)  # domain.md §2.1


class Category(models.Model):
    """A kind of report: 12 majors, 73 minors to start from (`domain.md` §3). Every value is a city's to edit."""

    code = models.CharField("编码", max_length=4, primary_key=True)
    major = models.CharField("大类", max_length=2)
    name_zh = models.CharField("名称", max_length=40)
    name_en = models.CharField("英文名称", max_length=60)
    keywords = models.CharField("检索词", max_length=300, blank=True)
    lead = models.CharField("主办单位类型", max_length=40)
    assist = models.CharField("协办单位类型", max_length=40, blank=True)
    emergency_numbers = models.CharField("先打的电话", max_length=40, blank=True)
    respond_within = models.CharField("响应时限", max_length=12, blank=True)
    make_safe_within = models.CharField("控制险情时限", max_length=12, blank=True)
    finish_within = models.CharField("办结时限", max_length=12)
    urgency = models.CharField("紧急程度", max_length=2, choices=Urgency.choices)
    evidence = models.CharField("取证要求", max_length=12)
    gbt30428 = models.CharField("国标代码", max_length=20, blank=True)
    visibility = models.CharField(
        "可见范围", max_length=12, choices=Visibility.choices, default=Visibility.NORMAL
    )
    difficulty = models.CharField("六难", max_length=20, blank=True)
    handoff = models.CharField("转办去向", max_length=20, blank=True)
    is_active = models.BooleanField("启用", default=True)
    spelling = models.CharField(
        "拼音", max_length=300, blank=True, editable=False
    )  # of the name, in full and initials

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name_zh}"


class DispatchRule(models.Model):
    """Which organisation takes a category in an area, where the city has decided so itself; the longest area wins."""

    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="+")
    area_code = models.CharField("区划", max_length=15)
    organisation = models.ForeignKey("people.Organisation", on_delete=models.CASCADE, related_name="+")
    role = models.CharField("分工", max_length=10, choices=TaskRole.choices, default=TaskRole.LEAD)
    note = models.CharField("依据", max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["category", "area_code", "organisation"], name="cases_rule_once"),
        ]


def _desk_column() -> GeneratedField:
    """The queue of a state, as a stored column: equality on it is what lets an index answer a queue."""
    branches = [
        When(state__in=states, then=Value(desk)) for desk, states in DESK_STATES.items() if desk != Desk.OVER
    ]
    return GeneratedField(
        expression=When_(*branches, default=Value(Desk.OVER.value)),
        output_field=models.CharField(max_length=8, choices=Desk.choices),
        db_persist=True,
    )


def _open_rows(name: str, *columns: str) -> models.Index:
    """What is open there, the next due first; with `visibility`, so that a count never visits the rows themselves."""
    return models.Index(fields=[*columns, "next_due_at", "id", "visibility"], name=name, condition=OPEN)


class Case(Scoped, GeoPoint):
    """One report on its way round (案卷). `next_due_at` is the earliest running clock, `due_at` the total one."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    number = models.CharField("案卷号", max_length=19, unique=True)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+", verbose_name="类别")
    urgency = models.CharField("紧急程度", max_length=2, choices=Urgency.choices)
    visibility = models.CharField(
        "可见范围", max_length=12, choices=Visibility.choices, default=Visibility.NORMAL
    )
    state = models.CharField("状态", max_length=16, choices=CaseState.choices, default=CaseState.REPORTED)
    desk = _desk_column()
    source = models.CharField("来源", max_length=10, choices=Source.choices)

    text = models.CharField("描述", max_length=TEXT_LENGTH, blank=True)
    address = models.CharField("位置描述", max_length=200, blank=True)
    compound = models.ForeignKey("compounds.Compound", on_delete=models.SET_NULL, null=True, related_name="+")
    place_source = models.CharField("定位方式", max_length=10, choices=PlaceSource.choices)
    accuracy_m = models.PositiveIntegerField("定位精度（米）", null=True)

    captured_at = models.DateTimeField("发现时间", null=True)
    reported_at = models.DateTimeField("上报时间")
    filed_at = models.DateTimeField("立案时间", null=True)
    dispatched_at = models.DateTimeField("派单时间", null=True)
    state_since = models.DateTimeField("进入当前状态的时间")
    closed_at = models.DateTimeField("办结时间", null=True)
    due_at = models.DateTimeField("总时限", null=True)
    next_due_at = models.DateTimeField("当前时限", null=True)

    lead_organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, null=True, related_name="+"
    )
    handled_by = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, null=True, related_name="+"
    )
    return_count = models.PositiveSmallIntegerField("退回次数", default=0)
    rework_count = models.PositiveSmallIntegerField("返工次数", default=0)
    reopened_count = models.PositiveSmallIntegerField("重开次数", default=0)
    reject_reason = models.CharField("不予受理原因", max_length=2, choices=RejectReason.choices, blank=True)
    outcome = models.CharField("办结方式", max_length=12, choices=Outcome.choices, blank=True)

    if TYPE_CHECKING:

        def get_state_display(self) -> str: ...
        def get_urgency_display(self) -> str: ...
        def get_source_display(self) -> str: ...
        def get_outcome_display(self) -> str: ...

    class Meta:
        constraints = [
            *GeoPoint.Meta.constraints,
            models.CheckConstraint(
                condition=Q(state__in=[CaseState.REJECTED, CaseState.CLOSED, CaseState.ARCHIVED])
                ^ Q(closed_at__isnull=True),
                name="cases_closed_has_time",
            ),
            models.CheckConstraint(condition=Q(reopened_count__lte=1), name="cases_reopened_once"),
        ]
        indexes = [
            _open_rows("cases_street_desk", "scope_street", "desk"),
            _open_rows("cases_street_open", "scope_street"),
            _open_rows("cases_dist_desk", "scope_district", "desk"),
            _open_rows("cases_dist_open", "scope_district"),
            _open_rows("cases_comm_open", "scope_community"),
            _open_rows("cases_city_open", "scope_city"),
            models.Index(
                fields=["closed_at"],
                name="cases_to_archive",
                condition=Q(state__in=[CaseState.CLOSED, CaseState.REJECTED]),
            ),
            models.Index(fields=["scope_street", "-id"], name="cases_street_all"),
            models.Index(fields=["scope_district", "-id"], name="cases_dist_all"),
            models.Index(fields=["scope_community", "-id"], name="cases_comm_all"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def step(self) -> int:
        """The step of the worker's tracker that is going on now, 6 when all five are done."""
        return STEP_OF_STATE[self.state]

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def is_urgent(self) -> bool:
        """Natural time, 24×7: U1 and U2 (`reference/README.md`)."""
        return self.urgency in {Urgency.U1, Urgency.U2}


class Reporter(models.Model):
    """Who reported, apart from the case. Read only to tell them, to let them see their own, and to break the glass.

    `submitter_id` with `key` makes a repeated submission the same submission. `contact` is what somebody told staff
    who registered it for them.
    """

    case = models.OneToOneField(Case, on_delete=models.CASCADE, primary_key=True, related_name="reporter")
    subject_id = models.UUIDField(null=True)
    submitter_id = models.UUIDField(null=True)
    key = models.CharField(max_length=KEY_LENGTH)
    body_digest = models.CharField(max_length=64)
    contact = EncryptedTextField(blank=True, default="", purpose="cases.contact")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["submitter_id", "key"], name="cases_reporter_key_once")
        ]
        indexes = [models.Index(fields=["subject_id", "-case"], name="cases_reporter_own")]


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
    climbed_at = models.DateTimeField("升级时间", null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome=ClockOutcome.RUNNING) ^ Q(stopped_at__isnull=False),
                name="cases_clock_stopped_has_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="cases_clock_to_climb",
                condition=Q(stopped_at__isnull=True, climbed_at__isnull=True),
            ),
        ]


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
    """The reporter's three answers, given once within seven days of closing (§2.1)."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="ratings")
    round = models.PositiveSmallIntegerField(default=0)
    contacted = models.BooleanField()
    solved = models.BooleanField()
    satisfied = models.BooleanField()
    comment = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "round"], name="cases_rated_once")]

"""The report on its way round; and who reported it, apart from everything that case staff read."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Case as When_
from django.db.models import GeneratedField, Q, Value, When

from nuanxin.cases.enums import (
    DESK_STATES,
    OVER_STATES,
    STEP_OF_STATE,
    CaseState,
    Desk,
    Outcome,
    PlaceSource,
    RejectReason,
    Source,
    SupervisionLevel,
    Urgency,
    Visibility,
)
from nuanxin.cases.models.catalogue import Category
from nuanxin.kernel.access.scope import Scoped
from nuanxin.kernel.geo.models import GeoPoint
from nuanxin.kernel.ids import random_id
from nuanxin.kernel.privacy.fields import EncryptedTextField

OPEN = Q(closed_at__isnull=True)
TEXT_LENGTH = 1000
TRANSCRIPT_LENGTH = 1500
KEY_LENGTH = 64


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

    public_id = models.UUIDField(default=random_id, unique=True, editable=False)
    number = models.CharField("案卷号", max_length=19, unique=True)
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, related_name="+", verbose_name="类别", db_index=False
    )
    urgency = models.CharField("紧急程度", max_length=2, choices=Urgency.choices)
    visibility = models.CharField(
        "可见范围", max_length=12, choices=Visibility.choices, default=Visibility.NORMAL
    )
    state = models.CharField("状态", max_length=16, choices=CaseState.choices, default=CaseState.REPORTED)
    desk = _desk_column()
    source = models.CharField("来源", max_length=10, choices=Source.choices)

    text = models.CharField("描述", max_length=TEXT_LENGTH, blank=True)
    transcript = models.CharField("街道转写", max_length=TRANSCRIPT_LENGTH, blank=True)  # of the voice notes
    voices_waiting = models.PositiveSmallIntegerField("待转写的语音", default=0)
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

    # Facts beside the state (decision 0002); each has its rows in the other files of this package.
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="children", db_index=False
    )
    heat = models.PositiveIntegerField("热度", default=1)  # how many people have reported it
    recurs = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    extension_count = models.PositiveSmallIntegerField("延期次数", default=0)
    consulting_since = models.DateTimeField("会商开始", null=True)
    shelved_at = models.DateTimeField("挂账时间", null=True)
    shelved_until = models.DateField("挂账目标日期", null=True)
    supervision = models.CharField("督办", max_length=8, choices=SupervisionLevel.choices, blank=True)

    if TYPE_CHECKING:

        def get_state_display(self) -> str: ...
        def get_urgency_display(self) -> str: ...
        def get_source_display(self) -> str: ...
        def get_outcome_display(self) -> str: ...
        def get_supervision_display(self) -> str: ...

    class Meta:
        constraints = [
            *GeoPoint.Meta.constraints,
            models.CheckConstraint(
                condition=Q(state__in=OVER_STATES) ^ Q(closed_at__isnull=True),
                name="cases_closed_has_time",
            ),
            models.CheckConstraint(condition=Q(reopened_count__lte=1), name="cases_reopened_once"),
            models.CheckConstraint(
                condition=Q(state=CaseState.MERGED) ^ Q(parent__isnull=True), name="cases_merged_has_parent"
            ),
            models.CheckConstraint(condition=Q(extension_count__lte=2), name="cases_extended_twice_at_most"),
            models.CheckConstraint(
                condition=~(Q(shelved_at__isnull=True) ^ Q(shelved_until__isnull=True)),
                name="cases_shelved_has_target",
            ),
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
            models.Index(fields=["category", "h3"], name="cases_same_place"),
            models.Index(fields=["parent"], name="cases_merged_into", condition=Q(parent__isnull=False)),
            models.Index(
                fields=["scope_street", "next_due_at", "id"],
                name="cases_street_consulting",
                condition=Q(consulting_since__isnull=False),
            ),
            models.Index(fields=["recurs"], name="cases_recurring", condition=Q(recurs__isnull=False)),
            models.Index(
                fields=["shelved_until", "id"], name="cases_shelved", condition=Q(shelved_at__isnull=False)
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

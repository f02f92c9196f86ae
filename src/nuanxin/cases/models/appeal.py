"""An organisation contests what counts against it (申诉, `domain.md` §2.3). History stays; the counting changes."""

from django.db import models
from django.db.models import Q

from nuanxin.cases.enums import AppealKind, AppealState
from nuanxin.cases.models.case import TEXT_LENGTH, Case
from nuanxin.cases.models.work import CaseLog, Clock, Rating


class Appeal(models.Model):
    """Against exactly one fact: a late clock, a failed verification or an unsatisfied rating; each once.

    `due_at` is the limit of the present stage. A fact does not count where an appeal against it is `upheld`.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="appeals")
    kind = models.CharField("申诉什么", max_length=12, choices=AppealKind.choices)
    clock = models.ForeignKey(Clock, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    log = models.ForeignKey(CaseLog, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    rating = models.ForeignKey(Rating, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    fact_at = models.DateTimeField("事实时间")
    state = models.CharField("状态", max_length=8, choices=AppealState.choices, default=AppealState.PRECHECK)
    reason = models.CharField("申诉理由", max_length=TEXT_LENGTH)
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    assignment_id = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField("申诉时间")
    state_since = models.DateTimeField("进入当前状态的时间")
    due_at = models.DateTimeField("本步时限", null=True)
    climbed_at = models.DateTimeField("升级时间", null=True)
    decided_at = models.DateTimeField("决定时间", null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind=AppealKind.OVERDUE, clock__isnull=False, log__isnull=True, rating__isnull=True
                )
                | Q(kind=AppealKind.REWORK, clock__isnull=True, log__isnull=False, rating__isnull=True)
                | Q(kind=AppealKind.UNSATISFIED, clock__isnull=True, log__isnull=True, rating__isnull=False),
                name="cases_appeal_one_fact",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[AppealState.UPHELD, AppealState.REJECTED])
                ^ Q(decided_at__isnull=True),
                name="cases_appeal_decided_has_time",
            ),
            *(
                models.UniqueConstraint(
                    fields=[fact, "organisation"],
                    condition=Q(**{f"{fact}__isnull": False}),
                    name=f"cases_appeal_{fact}_once",
                )
                for fact in ("clock", "log", "rating")
            ),
        ]
        indexes = [
            models.Index(fields=["case", "id"], name="cases_appeal_case"),
            models.Index(fields=["due_at"], name="cases_appeal_open", condition=Q(decided_at__isnull=True)),
        ]


class AppealStep(models.Model):
    """Who said what to an appeal, in order. Never edited."""

    appeal = models.ForeignKey(Appeal, on_delete=models.CASCADE, related_name="steps")
    action = models.CharField(max_length=20)
    to_state = models.CharField(max_length=8, choices=AppealState.choices)
    at = models.DateTimeField()
    role = models.CharField(max_length=32)
    assignment_id = models.BigIntegerField(null=True)
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, null=True, related_name="+"
    )
    opinion = models.CharField(max_length=TEXT_LENGTH, blank=True)

    class Meta:
        ordering = ["at", "id"]

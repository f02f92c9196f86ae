"""Not coming after signing up, and what follows where a city wants it: decided by a person, never by a number."""

from django.db import models
from django.db.models import Q

from nuanxin.incentives.enums import AbsenceState
from nuanxin.kernel.access.scope import Scoped
from nuanxin.kernel.ids import uuid7


class Absence(models.Model):
    """One sign-up of somebody who was not seen, as `volunteering` said it. Goes at the end of the year after."""

    sign_up = models.UUIDField(unique=True)
    subject_id = models.UUIDField(null=True)
    on = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["subject_id", "on"], name="incentives_absence_own")]


class AbsenceReview(Scoped):
    """Somebody has not come as often in a year as the star rules allow: a person decides whether stars wait.

    Until then nothing changes. `count`, `most`: as they were that day, by the rules in force then.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    subject_id = models.UUIDField(null=True)
    year = models.PositiveSmallIntegerField("年份")
    count = models.PositiveSmallIntegerField("没来几次")
    most = models.PositiveSmallIntegerField("办法里的次数")
    state = models.CharField("状态", max_length=10, choices=AbsenceState.choices, default=AbsenceState.ASKED)
    state_since = models.DateTimeField()
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    warned_at = models.DateTimeField(null=True)
    answer = models.CharField("本人说明", max_length=400, blank=True)
    opinion = models.CharField("理由", max_length=200, blank=True)
    until = models.DateField("停到哪天", null=True)
    decided_by = models.ForeignKey(
        "people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        verbose_name = "报名没来的核实"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["state", "due_at"], name="incentives_absence_due"),
            models.Index(fields=["scope_street", "state", "id"], name="incentives_absence_street"),
            models.Index(fields=["scope_district", "state", "id"], name="incentives_absence_district"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["subject_id", "year"], name="incentives_absence_once"),
            models.CheckConstraint(
                condition=Q(state__in=AbsenceState.values), name="incentives_absence_state"
            ),
            models.CheckConstraint(
                condition=~Q(state=AbsenceState.PAUSED) | (~Q(opinion="") & Q(until__isnull=False)),
                name="incentives_absence_says_why",
            ),
        ]

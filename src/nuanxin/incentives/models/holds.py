"""Awards that wait for a human being to look (`domain.md` §4.3): why, on which evidence, what its owner says to it."""

from django.db import models
from django.db.models import Q

from nuanxin.incentives.enums import HoldReason, HoldState
from nuanxin.kernel.access.scope import Scoped
from nuanxin.kernel.ids import uuid7


class HoldRule(models.Model):
    """What makes an award wait: the limit is a city's own to set, and so is whether the rule is on at all."""

    reason = models.CharField(max_length=16, choices=HoldReason.choices, primary_key=True)
    limit = models.PositiveIntegerField("界限")
    is_on = models.BooleanField("启用", default=True)


class Hold(Scoped):
    """One award that is held. Nobody loses anything by it: it is decided, and the owner is told at each step.

    `deed` and `rule` name the award in the ledger. `evidence`: what the rule saw, as numbers; never who, never where.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    deed = models.ForeignKey("incentives.Deed", on_delete=models.PROTECT, related_name="+")
    rule = models.CharField(max_length=32, blank=True)
    subject_id = models.UUIDField(null=True)
    amount = models.PositiveIntegerField("分数")
    because = models.CharField(max_length=32, blank=True)
    reason = models.CharField("为什么", max_length=16, choices=HoldReason.choices)
    evidence = models.JSONField(default=dict)
    case_number = models.CharField(max_length=32, blank=True)
    state = models.CharField("状态", max_length=10, choices=HoldState.choices, default=HoldState.HELD)
    state_since = models.DateTimeField()
    held_at = models.DateTimeField()
    due_at = models.DateTimeField()
    warned_at = models.DateTimeField(null=True)
    answer = models.CharField("本人说明", max_length=400, blank=True)
    answered_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        "people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    opinion = models.CharField("理由", max_length=200, blank=True)

    class Meta:
        verbose_name = "待核实的积分"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["subject_id", "-id"], name="incentives_hold_own"),
            models.Index(fields=["state", "due_at"], name="incentives_hold_due"),
            models.Index(fields=["scope_street", "state", "id"], name="incentives_hold_street"),
            models.Index(fields=["scope_district", "state", "id"], name="incentives_hold_district"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["deed", "rule"], name="incentives_hold_once"),
            models.CheckConstraint(condition=Q(state__in=HoldState.values), name="incentives_hold_state"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="incentives_hold_amount"),
            models.CheckConstraint(
                condition=~Q(state=HoldState.DENIED) | ~Q(opinion=""), name="incentives_hold_says_why"
            ),
        ]

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language

from nuanxin.incentives.enums import Formula, GrantState, RuleGroup, RuleState
from nuanxin.kernel.access.scope import Scoped
from nuanxin.kernel.ids import uuid7


class RuleVersion(models.Model):
    """What a kind of deed is worth, from a moment on. An edit is the next version; two people make it hold.

    `conditions` are compared with the deed's facts, all of them must hold: `{"outcome": ["resolved"]}`. `amount` are
    points, or points for an hour. Caps are points a day in Shanghai, 0 for none: by this rule, by its group, by all, by
    the category of the case. `team_*`: by this rule for what was done with one team, a day or a month; a leader gives
    one team no more than `leader_per_month`. `near_amount`: what a case earns that its reporter had reported there.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    code = models.CharField("代码", max_length=32)
    number = models.PositiveIntegerField("版本")
    state = models.CharField(max_length=10, choices=RuleState.choices)
    sort = models.PositiveSmallIntegerField(default=0)
    name_zh = models.CharField("名称", max_length=40)
    name_en = models.CharField("英文名称", max_length=60)
    event = models.CharField("听哪件事", max_length=80)
    conditions = models.JSONField("条件", default=dict)
    group = models.CharField("归在哪一类", max_length=12, choices=RuleGroup.choices)
    formula = models.CharField("怎么算", max_length=8, choices=Formula.choices)
    amount = models.IntegerField("分值")
    rule_per_day = models.PositiveSmallIntegerField("这一条每天最多", default=0)
    group_per_day = models.PositiveSmallIntegerField("这一类每天最多", default=0)
    all_per_day = models.PositiveSmallIntegerField("所有的每天最多", default=0)
    category_per_day = models.PositiveSmallIntegerField("同一类事项每天最多", default=0)
    team_per_day = models.PositiveIntegerField("一支队每天最多", default=0)
    team_per_month = models.PositiveIntegerField("一支队每月最多", default=0)
    leader_per_month = models.PositiveIntegerField("一位队长每月最多", default=0)
    near_amount = models.PositiveSmallIntegerField("同一处反复报", null=True)
    first_places = models.PositiveSmallIntegerField("只给前几位", default=0)
    needs_two = models.BooleanField("每一笔都要两个人批", default=False)
    months = models.PositiveSmallIntegerField("多少个月有效", default=24)
    effective_from = models.DateTimeField("从什么时候起")
    proposed_by = models.ForeignKey(
        "people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    proposed_at = models.DateTimeField()
    reason = models.CharField("为什么改", max_length=200, blank=True)
    simulated = models.JSONField(default=dict)
    decided_by = models.ForeignKey(
        "people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    decided_because = models.CharField("审批意见", max_length=200, blank=True)

    class Meta:
        ordering = ["sort", "code", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["code", "number"], name="incentives_rule_version"),
            models.UniqueConstraint(
                fields=["code"], condition=Q(state=RuleState.PROPOSED), name="incentives_rule_one_proposal"
            ),
            models.CheckConstraint(
                condition=Q(state__in=RuleState.values, group__in=RuleGroup.values, formula__in=Formula.values),
                name="incentives_rule_known",
            ),
            models.CheckConstraint(
                condition=Q(proposed_by=None) | Q(decided_by=None) | ~Q(proposed_by=F("decided_by")),
                name="incentives_rule_two_people",
            ),
        ]  # fmt: skip

    @property
    def name(self) -> str:
        """In the language of the page."""
        return self.name_en if (get_language() or "").startswith("en") else self.name_zh


class Grant(Scoped):
    """A big award for a case, which two people approve. To whom it goes is nowhere in it: to who reported."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    rule = models.CharField(max_length=32)
    amount = models.PositiveIntegerField("分值")
    case_id = models.BigIntegerField()
    number = models.CharField("案卷号", max_length=32)
    state = models.CharField(max_length=10, choices=GrantState.choices, default=GrantState.PROPOSED)
    reason = models.CharField("避免了什么", max_length=200)
    proposed_by = models.ForeignKey(
        "people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        "people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    decided_because = models.CharField("审批意见", max_length=200, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "id"], name="incentives_grant_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "case_id"],
                condition=~Q(state=GrantState.REFUSED),
                name="incentives_grant_once",
            ),
            models.CheckConstraint(condition=Q(state__in=GrantState.values), name="incentives_grant_known"),
            models.CheckConstraint(
                condition=Q(proposed_by=None) | Q(decided_by=None) | ~Q(proposed_by=F("decided_by")),
                name="incentives_grant_two_people",
            ),
        ]


class SealedStatement(models.Model):
    """A statement up to a posting, as its owner wanted it sealed: totals and a digest, never reasons.

    `head` is the chain's digest at posting `last`; an audit entry holds the digest of all of this, and the seals of the
    audit log hold that. `code` is random: whoever has it may check, nobody can guess it.
    """

    code = models.CharField(max_length=24, unique=True)
    subject_id = models.UUIDField(db_index=True)
    issued_at = models.DateTimeField()
    last = models.PositiveIntegerField()
    totals = models.JSONField()
    head = models.BinaryField(max_length=32)
    digest = models.BinaryField(max_length=32)

    class Meta:
        ordering = ["-id"]

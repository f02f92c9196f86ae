"""Hours as they were heard of, the stars they entitle to, the rating that is its owner's alone, the tip-off register.

Four of the six things that are never one number (`domain.md` §4.3): hours, star, worker rating, cash tip-off reward.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language

from nuanxin.incentives.enums import NoShowEffect, StarState, TipState
from nuanxin.kernel.access.scope import Scoped
from nuanxin.kernel.ids import random_id, uuid7


class HoursEntry(models.Model):
    """One service record as it stands after the latest event. `heard`: that event, for whoever delivers it twice."""

    record = models.UUIDField(unique=True)
    subject_id = models.UUIDField(null=True)
    minutes = models.PositiveIntegerField()
    served_on = models.DateField()
    team = models.CharField(max_length=36, blank=True)
    heard_at = models.DateTimeField()
    heard = models.UUIDField()

    class Meta:
        indexes = [
            models.Index(fields=["subject_id", "served_on"], name="incentives_hours_own"),
        ]


class HoursTotal(models.Model):
    """The sum of somebody's records, kept beside them: a page asks for one row."""

    subject_id = models.UUIDField(unique=True)
    minutes = models.PositiveIntegerField(default=0)
    records = models.PositiveIntegerField(default=0)


class StarScheme(models.Model):
    """A version of the star rules. It is never changed: whoever edits it makes the next version.

    `most_no_shows` a year and `needs_balance` are policies of some cities; 0 and false leave them off. What follows
    from too many of the first is `no_show_effect`, after a person has looked (`services/absences.py`).
    """

    version = models.PositiveSmallIntegerField("版本", unique=True)
    publicity_days = models.PositiveSmallIntegerField("公示期（工作日）", default=5)
    most_no_shows = models.PositiveSmallIntegerField("一年最多爽约几次", default=0)
    no_show_effect = models.CharField(
        "到了次数怎么办", max_length=8, choices=NoShowEffect.choices, default=NoShowEffect.REMIND
    )
    pause_months = models.PositiveSmallIntegerField("最多停几个月", default=6)
    needs_balance = models.BooleanField("积分欠着不评", default=False)
    note = models.CharField("改了什么", max_length=120, blank=True)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(
        "people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.CheckConstraint(condition=Q(publicity_days__gte=5), name="incentives_star_publicity")
        ]


class StarLevel(models.Model):
    """What one level asks for: hours, and growth where a city wants both (`domain.md` §4.1)."""

    scheme = models.ForeignKey(StarScheme, on_delete=models.CASCADE, related_name="levels")
    level = models.PositiveSmallIntegerField()
    hours = models.PositiveIntegerField()
    growth = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["level"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "level"], name="incentives_star_level_once"),
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=5), name="incentives_star_level"),
            models.CheckConstraint(condition=Q(hours__gt=0) | Q(growth__gt=0), name="incentives_star_asks"),
        ]


class StarApplication(Scoped):
    """Asked for by its owner, checked, shown to everybody for some working days, then granted.

    `shown_as`: what everybody reads, as the applicant wants to be called.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    subject_id = models.UUIDField(null=True)
    scheme = models.ForeignKey(StarScheme, on_delete=models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField("星级")
    shown_as = models.CharField("公示时的称呼", max_length=12, blank=True)
    minutes = models.PositiveIntegerField("申请时的分钟数")
    growth = models.PositiveIntegerField("申请时的成长值", default=0)
    state = models.CharField("状态", max_length=10, choices=StarState.choices, default=StarState.APPLIED)
    state_since = models.DateTimeField()
    state_reason = models.CharField("原因", max_length=200, blank=True)
    applied_at = models.DateTimeField()
    publicity_until = models.DateTimeField(null=True)
    warned_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        "people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        verbose_name = "志愿者星级"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["subject_id", "state"], name="incentives_star_own"),
            models.Index(fields=["state", "publicity_until"], name="incentives_star_due"),
            models.Index(fields=["scope_street", "state", "id"], name="incentives_star_street"),
            models.Index(fields=["scope_district", "state", "id"], name="incentives_star_district"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_id"],
                condition=Q(state__in=[StarState.APPLIED, StarState.PUBLICITY]),
                name="incentives_star_one_at_a_time",
            ),
            models.CheckConstraint(condition=Q(state__in=StarState.values), name="incentives_star_state"),
            models.CheckConstraint(
                condition=~Q(state=StarState.PUBLICITY) | Q(publicity_until__isnull=False),
                name="incentives_star_until",
            ),
            models.CheckConstraint(
                condition=~Q(state=StarState.REFUSED) | ~Q(state_reason=""), name="incentives_star_says_why"
            ),
        ]


class RatingLevel(models.Model):
    """What a period's voluntary service and passed safety courses are worth: reference data a city edits."""

    level = models.PositiveSmallIntegerField(primary_key=True)
    minutes = models.PositiveIntegerField("志愿服务（分钟）")
    courses = models.PositiveSmallIntegerField("安全课程（门）", default=0)
    name_zh = models.CharField("名称", max_length=20)
    name_en = models.CharField("英文名称", max_length=40)

    class Meta:
        ordering = ["level"]

    @property
    def name(self) -> str:
        return self.name_en if (get_language() or "").startswith("en") else self.name_zh


class WorkerRating(models.Model):
    """A quarter's rating with the two factors it rests on; its owner's alone (`domain.md` 004-10)."""

    public_id = models.UUIDField(default=random_id, unique=True, editable=False)
    subject_id = models.UUIDField()
    period = models.CharField("季度", max_length=6)  # 2026Q3
    level = models.PositiveSmallIntegerField("等级")
    minutes = models.PositiveIntegerField("志愿服务（分钟）")
    courses = models.PositiveSmallIntegerField("安全课程（门）", default=0)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject_id", "period"], name="incentives_rating_once")
        ]


class RatingLink(models.Model):
    """The worker shows one rating to whoever has the address, for some days, until taken back."""

    rating = models.ForeignKey(WorkerRating, on_delete=models.CASCADE, related_name="links")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    until = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("made_at")), name="incentives_link_lasts")
        ]


class TipProgramme(Scoped):
    """A department pays for verified clues, outside of this system. `reward` in its own words: "每条 50 元"."""

    code = models.SlugField(max_length=32, unique=True)
    name_zh = models.CharField("名称", max_length=40)
    name_en = models.CharField("英文名称", max_length=80)
    department = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    reward = models.CharField("奖励", max_length=80)
    how = models.CharField("怎么领", max_length=200)
    is_active = models.BooleanField("启用", default=True)

    @property
    def name(self) -> str:
        return self.name_en if (get_language() or "").startswith("en") else self.name_zh


class TipOff(models.Model):
    """A clue that somebody wants the reward for. Nothing of bank or tax, no amount, and never a point.

    The department knows the clue; who it was shows the claim code at its own counter.
    """

    public_id = models.UUIDField(default=random_id, unique=True, editable=False)
    programme = models.ForeignKey(TipProgramme, on_delete=models.PROTECT, related_name="tip_offs")
    subject_id = models.UUIDField(null=True)
    clue = models.CharField("线索编号", max_length=32)
    claim_digest = models.CharField(max_length=64)
    state = models.CharField("状态", max_length=10, choices=TipState.choices, default=TipState.REGISTERED)
    state_since = models.DateTimeField()
    state_reason = models.CharField("原因", max_length=200, blank=True)
    registered_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        "people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        verbose_name = "举报奖励"
        ordering = ["-id"]
        indexes = [models.Index(fields=["subject_id", "-id"], name="incentives_tip_own")]
        constraints = [
            models.UniqueConstraint(fields=["programme", "clue"], name="incentives_tip_once"),
            models.CheckConstraint(condition=Q(state__in=TipState.values), name="incentives_tip_state"),
            models.CheckConstraint(
                condition=~Q(state=TipState.REFUSED) | ~Q(state_reason=""), name="incentives_tip_says_why"
            ),
        ]

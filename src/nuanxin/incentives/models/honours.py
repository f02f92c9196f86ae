"""Honours (`domain.md` §4.3): nominated, verified, shown for objections, awarded, on display while its owner likes.

There is no column for votes, likes or places on a list, and none may be added.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language

from nuanxin.incentives.enums import HonourState
from nuanxin.kernel.access.scope import Scoped
from nuanxin.kernel.ids import uuid7


class HonourKind(models.Model):
    """`is_nomination_only`: legal confirmation belongs to others, so it ends by being forwarded to them."""

    code = models.SlugField("代码", max_length=32, primary_key=True)
    name_zh = models.CharField("名称", max_length=40)
    name_en = models.CharField("英文名称", max_length=60)
    about_zh = models.CharField("说明", max_length=200)
    about_en = models.CharField("英文说明", max_length=300)
    icon = models.CharField("图标", max_length=40)
    is_nomination_only = models.BooleanField("只提名", default=False)
    publicity_days = models.PositiveSmallIntegerField("公示期（工作日）", default=5)
    display_months = models.PositiveSmallIntegerField("展示几个月", default=12)
    sort = models.PositiveSmallIntegerField("排序", default=0)
    is_active = models.BooleanField("启用", default=True)

    class Meta:
        ordering = ["sort", "code"]
        constraints = [
            models.CheckConstraint(condition=Q(publicity_days__gte=5), name="incentives_kind_publicity"),
            models.CheckConstraint(condition=Q(display_months__gt=0), name="incentives_kind_display"),
            models.CheckConstraint(
                condition=~Q(name_zh="") & ~Q(name_en=""), name="incentives_kind_both_names"
            ),
        ]

    @property
    def name(self) -> str:
        return self.name_en if (get_language() or "").startswith("en") else self.name_zh

    @property
    def about(self) -> str:
        return self.about_en if (get_language() or "").startswith("en") else self.about_zh


class Honour(Scoped):
    """One nomination and what became of it.

    `subject_id`: the honoured, once the account is known; `nominator_id` likewise, shown to nobody else. `who` is how
    the nominator describes the person, for staff; `shown_as` what the honoured wants to be called in public.
    `may_publicise_at`, `may_display_at`: the two separate consents for this very honour; empty again once withdrawn.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    kind = models.ForeignKey(HonourKind, on_delete=models.PROTECT, related_name="+")
    key = models.UUIDField(unique=True)
    subject_id = models.UUIDField(null=True)
    nominator_id = models.UUIDField(null=True)
    who = models.CharField("提名的是谁", max_length=60, blank=True)
    shown_as = models.CharField("公开时的称呼", max_length=12, blank=True)
    title = models.CharField("一句话", max_length=40)
    story = models.CharField("事迹", max_length=1200)
    case_number = models.CharField("上报编号", max_length=32, blank=True)
    state = models.CharField(
        "状态", max_length=10, choices=HonourState.choices, default=HonourState.NOMINATED
    )
    state_since = models.DateTimeField()
    state_reason = models.CharField("原因", max_length=200, blank=True)
    nominated_at = models.DateTimeField()
    nominated_by = models.ForeignKey(
        "people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    verified_by = models.ForeignKey(
        "people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    decided_by = models.ForeignKey(
        "people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    may_publicise_at = models.DateTimeField(null=True)
    may_display_at = models.DateTimeField(null=True)
    publicity_until = models.DateTimeField(null=True)
    awarded_at = models.DateTimeField(null=True)
    displayed_until = models.DateTimeField(null=True)
    warned_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "荣誉"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["state", "-awarded_at"], name="incentives_honour_roll"),
            models.Index(fields=["subject_id", "-id"], name="incentives_honour_own"),
            models.Index(fields=["scope_street", "state", "id"], name="incentives_honour_street"),
            models.Index(fields=["scope_district", "state", "id"], name="incentives_honour_dist"),
            models.Index(fields=["scope_community", "state", "id"], name="incentives_honour_comm"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case_number"], condition=~Q(case_number=""), name="incentives_honour_case_once"
            ),
            models.CheckConstraint(condition=Q(state__in=HonourState.values), name="incentives_honour_state"),
            models.CheckConstraint(
                condition=~Q(state=HonourState.PUBLICITY)
                | Q(publicity_until__isnull=False, may_publicise_at__isnull=False),
                name="incentives_honour_publicity",
            ),
            models.CheckConstraint(
                condition=~Q(state=HonourState.DISPLAYED)
                | Q(displayed_until__isnull=False, may_display_at__isnull=False),
                name="incentives_honour_displayed",
            ),
            models.CheckConstraint(
                condition=~Q(state=HonourState.REFUSED) | ~Q(state_reason=""),
                name="incentives_honour_says_why",
            ),
            models.CheckConstraint(
                condition=Q(verified_by=None) | Q(decided_by=None) | ~Q(verified_by=models.F("decided_by")),
                name="incentives_honour_two",
            ),
        ]


class HonourStep(models.Model):
    """What happened to a nomination: a ledger. `opinion` is what was said with it."""

    honour = models.ForeignKey(Honour, on_delete=models.CASCADE, related_name="steps")
    at = models.DateTimeField()
    action = models.CharField(max_length=24)
    state = models.CharField(max_length=10, choices=HonourState.choices)
    opinion = models.CharField(max_length=200, blank=True)
    role = models.CharField(max_length=24, blank=True)

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["honour", "at"], name="incentives_honour_step")]


class HonourPhoto(models.Model):
    """Staff see it; everybody does once another one has looked at it: nobody's face but the honoured one's."""

    honour = models.ForeignKey(Honour, on_delete=models.CASCADE, related_name="photos")
    file = models.ForeignKey("kernel.StoredFile", on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    added_by = models.ForeignKey("people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+")
    released_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]

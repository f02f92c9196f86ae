"""Activities, their shifts, and who signed up (`domain.md` 004-07, 000-18, §4.1)."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q

from nuanxin.kernel.access.scope import Scoped
from nuanxin.kernel.ids import uuid7
from nuanxin.kernel.privacy.fields import EncryptedTextField
from nuanxin.volunteering.enums import ActivityState, ShiftState, SignUpMode, SignUpState, SwapState
from nuanxin.volunteering.models.taxonomy import ActivityKind, ActivityTag

OPEN_SIGN_UPS = (SignUpState.ENTERED, SignUpState.WAITING, SignUpState.HELD, SignUpState.CONFIRMED)
SEATED = (SignUpState.HELD, SignUpState.CONFIRMED)


class Activity(Scoped):
    """Something that several people do together. States: `workflow.ACTIVITY`.

    Where: `place`, or `where` in words and the point. `audience_*` say who may sign up; nothing of it is kept of those
    who do: types of work by commas, the own team, an area by its code; `for_women` and `for_families` are the person's
    own word. `required_post`: only whoever holds such a post. `required` is a skill or a training: what somebody
    confirmed before is known, the rest the organiser looks at before the day.
    `repeat_*`: the weekly rule from which the shifts are made, days of the week by digits (1: Monday).
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    key = models.UUIDField(unique=True)
    title = models.CharField("叫什么", max_length=60)
    words = models.TextField("做什么", max_length=1000, blank=True)
    kind = models.ForeignKey(ActivityKind, on_delete=models.PROTECT, related_name="+")
    line = models.ForeignKey(ActivityTag, on_delete=models.PROTECT, related_name="+")
    tags = models.ManyToManyField(ActivityTag, related_name="+")
    organiser = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    co_organisers = models.ManyToManyField("people.Organisation", related_name="+")
    team = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    place = models.ForeignKey(
        "places.Place", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    where = models.CharField("在哪里集合", max_length=120, blank=True)
    lng = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    link = models.URLField("直播链接", max_length=300, blank=True)
    state = models.CharField(max_length=10, choices=ActivityState.choices, default=ActivityState.DRAFT)
    state_since = models.DateTimeField()
    state_reason = models.CharField(max_length=120, blank=True)
    made_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    is_outdoor = models.BooleanField("在户外", default=False)
    is_risky = models.BooleanField("有风险", default=False)
    insurer = models.CharField("保险公司", max_length=60, blank=True)
    policy_number = models.CharField("保单号", max_length=60, blank=True)
    insured_from = models.DateField("保险从", null=True, blank=True)
    insured_until = models.DateField("保险到", null=True, blank=True)
    audience_types = models.CharField("哪些人", max_length=160, blank=True)
    audience_area = models.CharField("哪个辖区", max_length=15, blank=True)
    own_team_only = models.BooleanField("只给本队", default=False)
    for_women = models.BooleanField("女性专场", default=False)
    for_families = models.BooleanField("可带家人", default=False)
    required = models.CharField("要会什么", max_length=60, blank=True)
    required_post = models.ForeignKey(
        "volunteering.PostKind", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    with_children = models.BooleanField("孩子的活动", default=False)
    min_age = models.PositiveSmallIntegerField("最小几岁", null=True, blank=True)
    max_age = models.PositiveSmallIntegerField("最大几岁", null=True, blank=True)
    mode = models.CharField("怎么报名", max_length=8, choices=SignUpMode.choices, default=SignUpMode.FIRST)
    opens_at = models.DateTimeField("几时开始报名", null=True, blank=True)
    collect_minutes = models.PositiveSmallIntegerField("登记多久后抽签", default=120)
    hold_minutes = models.PositiveSmallIntegerField("空位留多久", default=120)
    call_off_hours = models.PositiveSmallIntegerField("提前几小时可自己取消", default=12)
    repeat_days = models.CharField("每周几", max_length=7, blank=True)
    repeat_from = models.DateField("从哪天起", null=True, blank=True)
    repeat_until = models.DateField("到哪天止", null=True, blank=True)
    repeat_start = models.TimeField("几点", null=True, blank=True)
    repeat_minutes = models.PositiveSmallIntegerField("多长", default=120)
    repeat_capacity = models.PositiveSmallIntegerField("几人", default=10)
    skip_holidays = models.BooleanField("节假日不办", default=True)
    word = models.CharField("给大家的话", max_length=200, blank=True)
    word_at = models.DateTimeField(null=True)
    beneficiaries = models.PositiveIntegerField("受益人次", null=True, blank=True)

    class Meta:
        verbose_name = "活动"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["scope_street", "state"], name="volunteering_activity_street"),
            models.Index(fields=["scope_district", "state"], name="volunteering_activity_area"),
            models.Index(fields=["organiser", "state"], name="volunteering_activity_org"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ActivityState.values), name="volunteering_activity_state"),
            models.CheckConstraint(condition=Q(mode__in=SignUpMode.values), name="volunteering_activity_mode"),
            models.CheckConstraint(condition=~Q(title="") & ~Q(scope_code=""), name="volunteering_activity_named"),
            # Who does something dangerous is insured before anybody hears of it (《志愿服务条例》).
            models.CheckConstraint(
                condition=Q(is_risky=False)
                | Q(state__in=[ActivityState.DRAFT, ActivityState.CANCELLED])
                | (~Q(insurer="") & ~Q(policy_number="") & Q(insured_from__isnull=False, insured_until__isnull=False)),
                name="volunteering_risk_is_insured",
            ),
            models.CheckConstraint(
                condition=Q(with_children=False)
                | Q(min_age__isnull=False, max_age__isnull=False, max_age__gte=F("min_age"), max_age__lt=18),
                name="volunteering_children_have_ages",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title

    @property
    def worker_types(self) -> tuple[str, ...]:
        return tuple(each for each in self.audience_types.split(",") if each)


class Shift(models.Model):
    """A time of an activity. `taken` are the places confirmed or held; never more than `capacity`.

    `sequence` counts its moves, for calendars. `warned_at`: storm or heat was announced for it. After the draw
    `draw_seed` stands for everybody to see; `draw_digest` was shown before, so that nobody could choose it afterwards.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="shifts")
    starts_at = models.DateTimeField("开始")
    ends_at = models.DateTimeField("结束")
    capacity = models.PositiveSmallIntegerField("几人")
    taken = models.PositiveSmallIntegerField(default=0)
    leader = models.ForeignKey(
        "people.Person", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    state = models.CharField(max_length=10, choices=ShiftState.choices, default=ShiftState.PLANNED)
    state_since = models.DateTimeField()
    state_reason = models.CharField(max_length=120, blank=True)
    sequence = models.PositiveSmallIntegerField(default=0)
    warned_at = models.DateTimeField(null=True)
    draw_at = models.DateTimeField(null=True)
    draw_secret = models.CharField(max_length=64, blank=True)
    drawn_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "班次"
        ordering = ["starts_at", "id"]
        indexes = [
            models.Index(fields=["state", "starts_at"], name="volunteering_shift_when"),
            models.Index(
                fields=["draw_at"],
                name="volunteering_shift_draw",
                condition=Q(drawn_at=None, draw_at__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["activity", "starts_at"], name="volunteering_shift_once"),
            models.CheckConstraint(condition=Q(taken__lte=F("capacity")), name="volunteering_shift_room"),
            models.CheckConstraint(condition=Q(capacity__gt=0), name="volunteering_shift_some"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="volunteering_shift_period"),
            models.CheckConstraint(condition=Q(state__in=ShiftState.values), name="volunteering_shift_state"),
        ]  # fmt: skip

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at) / timedelta(minutes=1))

    @property
    def left(self) -> int:
        return self.capacity - self.taken

    def is_over(self, now: datetime) -> bool:
        return self.state != ShiftState.PLANNED or self.ends_at <= now


class SignUp(models.Model):
    """Somebody and a shift. States: `workflow.SIGN_UP`; only a confirmed one may check in.

    `places` is how many of the shift it takes: one, or one for each child. `priority` and `rank` are those of the draw.
    `is_checked`: the organiser has seen what is required; `checked_by` says who, and when.
    `called_late`: called off too late to do so alone.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    shift = models.ForeignKey(Shift, on_delete=models.CASCADE, related_name="sign_ups")
    person = models.ForeignKey("people.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=SignUpState.choices)
    state_since = models.DateTimeField()
    asked_at = models.DateTimeField()
    places = models.PositiveSmallIntegerField(default=1)
    held_until = models.DateTimeField(null=True)
    remind_at = models.DateTimeField(null=True)
    rank = models.PositiveIntegerField(null=True)
    had_lately = models.PositiveSmallIntegerField(default=0)
    is_checked = models.BooleanField(default=False)
    checked_by = models.ForeignKey(
        "people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    checked_at = models.DateTimeField(null=True)
    called_late = models.BooleanField(default=False)
    key = models.UUIDField(unique=True)

    class Meta:
        verbose_name = "报名"
        ordering = ["asked_at", "id"]
        indexes = [
            models.Index(fields=["shift", "state", "asked_at", "id"], name="volunteering_sign_up_shift"),
            models.Index(
                fields=["person", "state"], name="volunteering_sign_up_own", condition=Q(person__isnull=False)
            ),
            models.Index(fields=["held_until"], name="volunteering_sign_up_held", condition=Q(state=SignUpState.HELD)),
            models.Index(fields=["remind_at"], name="volunteering_sign_up_soon", condition=Q(remind_at__isnull=False)),
        ]  # fmt: skip
        constraints = [
            models.UniqueConstraint(
                fields=["shift", "person"], condition=Q(state__in=OPEN_SIGN_UPS), name="volunteering_sign_up_once"
            ),
            models.CheckConstraint(condition=Q(state__in=SignUpState.values), name="volunteering_sign_up_state"),
            models.CheckConstraint(condition=Q(places__gt=0), name="volunteering_sign_up_places"),
            models.CheckConstraint(
                condition=~Q(state=SignUpState.HELD) | Q(held_until__isnull=False),
                name="volunteering_sign_up_held_until",
            ),
        ]  # fmt: skip


class Child(models.Model):
    """A child whom a guardian signed up: first name, age, and the code by which it is handed back. Gone soon after.

    `guardian_agreed`: the version of the words that the guardian agreed to for this child.
    """

    sign_up = models.ForeignKey(SignUp, on_delete=models.CASCADE, related_name="children")
    name = EncryptedTextField("孩子怎么称呼", purpose="volunteering.child")
    age = EncryptedTextField("几岁", purpose="volunteering.child_age")
    code = EncryptedTextField("接人码", purpose="volunteering.child_code")
    guardian_agreed = models.PositiveSmallIntegerField()
    arrived_at = models.DateTimeField(null=True)
    handed_over_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "一起来的孩子"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(handed_over_at=None) | Q(arrived_at__isnull=False),
                name="volunteering_child_was_here",
            )
        ]


class Swap(models.Model):
    """One offers the own place; another takes it, giving the own one of another shift of the activity, or nothing."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    offered = models.ForeignKey(SignUp, on_delete=models.CASCADE, related_name="swaps")
    given = models.ForeignKey(SignUp, on_delete=models.CASCADE, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=SwapState.choices, default=SwapState.OFFERED)
    state_since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["offered"], condition=Q(state=SwapState.OFFERED), name="volunteering_swap_once"
            ),
            models.CheckConstraint(condition=Q(state__in=SwapState.values), name="volunteering_swap_state"),
        ]


class CalendarFeed(models.Model):
    """The address under which a calendar reads somebody's shifts: only its digest is kept."""

    person = models.OneToOneField("people.Person", on_delete=models.CASCADE, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()

"""Friendly scenes (`domain.md` 003-01): who asks, by which standard somebody looked, what was decided, the plate.

What is decided is public; who assessed and who decided are assignments, for the rule that it is never the same one.
"""

from django.db import models
from django.db.models import Q

from nuanxin.kernel.access.scope import Scoped
from nuanxin.kernel.ids import uuid7
from nuanxin.places.enums import AppealEnd, AssessmentState, Occasion, SceneState
from nuanxin.places.models.catalogue import Entry, FriendlyClass
from nuanxin.places.models.places import Place, new_door_code

ENDED = (SceneState.REFUSED, SceneState.REVOKED, SceneState.WITHDRAWN)


class SceneType(Entry):
    """Compound, mall, hospital, office building, park…: what kind of scene it is."""

    class Meta(Entry.Meta):
        verbose_name = "场景类型"


class SceneStandard(models.Model):
    """A version of the checklist with its limits. It is never changed: whoever edits it makes the next version.

    `minimum`: per cent of the weights, of the whole and of each class. The days of publicity and of appeals are
    working days.
    """

    version = models.PositiveSmallIntegerField("版本", unique=True)
    minimum = models.PositiveSmallIntegerField("最低得分（%）")
    assess_days = models.PositiveSmallIntegerField("评估期限（工作日）")
    publicity_days = models.PositiveSmallIntegerField("公示期（工作日）")
    recheck_months = models.PositiveSmallIntegerField("多久复查（月）")
    recheck_days = models.PositiveSmallIntegerField("复查期限（工作日）")
    appeal_days = models.PositiveSmallIntegerField("申诉期（工作日）")
    judge_days = models.PositiveSmallIntegerField("裁定期限（工作日）")
    note = models.CharField("改了什么", max_length=120, blank=True)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(
        "people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.CheckConstraint(condition=Q(minimum__gt=0, minimum__lte=100), name="places_standard_minimum"),
            models.CheckConstraint(
                condition=Q(assess_days__gt=0, publicity_days__gt=0, recheck_months__gt=0, recheck_days__gt=0)
                & Q(appeal_days__gt=0, judge_days__gt=0),
                name="places_standard_days",
            ),
        ]  # fmt: skip


class StandardItem(models.Model):
    """One line of the checklist. `types`: codes of scene types by spaces, empty for all; a must is met in full."""

    standard = models.ForeignKey(SceneStandard, on_delete=models.CASCADE, related_name="items")
    code = models.SlugField(max_length=32)
    friendly_class = models.ForeignKey(FriendlyClass, on_delete=models.PROTECT, related_name="+")
    types = models.CharField(max_length=200, blank=True)
    title_zh = models.CharField(max_length=80)
    title_en = models.CharField(max_length=160)
    weight = models.PositiveSmallIntegerField()
    is_must = models.BooleanField(default=False)
    needs_evidence = models.BooleanField(default=False)
    sort = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["sort", "id"]
        constraints = [
            models.UniqueConstraint(fields=["standard", "code"], name="places_item_once"),
            models.CheckConstraint(condition=Q(weight__gt=0), name="places_item_weighs"),
            models.CheckConstraint(
                condition=~Q(title_zh="") & ~Q(title_en=""), name="places_item_both_titles"
            ),
        ]


class Scene(Scoped):
    """An application and what became of it: of a place, or of a compound or another site that is none.

    `due_at`: until when the present state should be over, `warned_at` when that was said. `recheck_on`: the day
    from which the plate is to be looked at again. `passed_at`: the last
    decision that rested on an assessment; only a later one counts for the next.
    `standard`: the version that holds from the application on; a re-check takes the one in force then.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    site = models.ForeignKey("people.Site", on_delete=models.PROTECT, related_name="+")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, null=True, related_name="scenes")
    type = models.ForeignKey(SceneType, on_delete=models.PROTECT, related_name="+")
    standard = models.ForeignKey(SceneStandard, on_delete=models.PROTECT, related_name="+")
    site_name = models.CharField("名称", max_length=80)
    words = models.CharField("做了什么", max_length=400)
    state = models.CharField("状态", max_length=10, choices=SceneState.choices, default=SceneState.APPLIED)
    state_since = models.DateTimeField()
    state_reason = models.CharField("原因", max_length=200, blank=True)
    classes = models.CharField("友好类别", max_length=120, blank=True)  # codes by spaces, at the last pass
    score = models.PositiveSmallIntegerField("得分（%）", null=True)
    number = models.CharField("牌号", max_length=32, blank=True)
    code = models.CharField("牌码", max_length=16, unique=True, default=new_door_code, editable=False)
    applied_at = models.DateTimeField()
    applied_by = models.ForeignKey(
        "people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    decided_by = models.ForeignKey(
        "people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    publicity_from = models.DateTimeField(null=True)
    publicity_until = models.DateTimeField(null=True)
    accredited_at = models.DateTimeField(null=True)
    passed_at = models.DateTimeField(null=True)
    recheck_on = models.DateField("复查日", null=True)
    due_at = models.DateTimeField(null=True)
    warned_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "友好场景"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["state", "due_at"], name="places_scene_due"),
            models.Index(fields=["place", "state"], name="places_scene_place"),
            *(
                models.Index(fields=[f"scope_{level}", "state", "id"], name=f"places_scene_{level}")
                for level in ("city", "district", "street", "community")
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["site"], condition=~Q(state__in=ENDED), name="places_scene_one_at_a_time"
            ),
            models.UniqueConstraint(fields=["number"], condition=~Q(number=""), name="places_plate_once"),
            models.CheckConstraint(condition=Q(state__in=SceneState.values), name="places_scene_state"),
            models.CheckConstraint(
                condition=~Q(state__in=[SceneState.ACCREDITED, SceneState.RECHECK])
                | (~Q(number="") & Q(accredited_at__isnull=False, recheck_on__isnull=False)),
                name="places_scene_plated",
            ),
            models.CheckConstraint(
                condition=~Q(state=SceneState.PUBLICITY) | Q(publicity_until__isnull=False),
                name="places_scene_public_until",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[SceneState.REFUSED, SceneState.SUSPENDED, SceneState.REVOKED])
                | ~Q(state_reason=""),
                name="places_scene_says_why",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """In the language of the page, where the place has a name in it."""
        return self.place.name if self.place else self.site_name


class SceneStep(models.Model):
    """What happened to a scene: a ledger. `opinion` is what was said with it."""

    scene = models.ForeignKey(Scene, on_delete=models.CASCADE, related_name="steps")
    at = models.DateTimeField()
    action = models.CharField(max_length=24)
    state = models.CharField(max_length=10, choices=SceneState.choices)
    opinion = models.CharField(max_length=200, blank=True)
    role = models.CharField(max_length=24, blank=True)
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["scene", "at"], name="places_scene_step")]


class SceneAssessment(models.Model):
    """One went there with the checklist, another one confirms it. It keeps its version and its result."""

    scene = models.ForeignKey(Scene, on_delete=models.CASCADE, related_name="assessments")
    standard = models.ForeignKey(SceneStandard, on_delete=models.PROTECT, related_name="+")
    occasion = models.CharField(max_length=8, choices=Occasion.choices)
    state = models.CharField(
        max_length=10, choices=AssessmentState.choices, default=AssessmentState.SUBMITTED
    )
    score = models.PositiveSmallIntegerField()
    is_met = models.BooleanField()
    classes = models.CharField(max_length=120, blank=True)
    assessed_at = models.DateTimeField()
    assessor = models.ForeignKey("people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+")
    looked_at = models.DateTimeField(null=True)
    looker = models.ForeignKey("people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+")
    opinion = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["scene"], condition=Q(state=AssessmentState.SUBMITTED), name="places_assessment_open_once"
            ),
            models.CheckConstraint(condition=Q(state__in=AssessmentState.values), name="places_assessment_state"),
            models.CheckConstraint(condition=Q(score__lte=100), name="places_assessment_score"),
            models.CheckConstraint(
                condition=Q(assessor=None) | Q(looker=None) | ~Q(assessor=models.F("looker")),
                name="places_assessment_two",
            ),
        ]  # fmt: skip


class SceneMark(models.Model):
    """What was found of one item. `grade`: 0 not there, 1 partly, 2 there, empty where it does not apply."""

    assessment = models.ForeignKey(SceneAssessment, on_delete=models.CASCADE, related_name="marks")
    item = models.ForeignKey(StandardItem, on_delete=models.PROTECT, related_name="+")
    grade = models.PositiveSmallIntegerField(null=True)
    evidence = models.CharField(max_length=200, blank=True)
    photo = models.ForeignKey("kernel.StoredFile", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["item__sort", "item_id"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "item"], name="places_mark_once"),
            models.CheckConstraint(condition=Q(grade=None) | Q(grade__lte=2), name="places_mark_grade"),
        ]


class SceneObjection(models.Model):
    """What somebody has against it while it is shown to everybody. Nothing is kept of who wrote it."""

    scene = models.ForeignKey(Scene, on_delete=models.CASCADE, related_name="objections")
    key = models.UUIDField(unique=True)
    at = models.DateTimeField()
    text = models.CharField(max_length=400, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        "people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    is_upheld = models.BooleanField(null=True)
    answer = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at=None, is_upheld=None)
                | (Q(answered_at__isnull=False, is_upheld__isnull=False) & ~Q(answer="")),
                name="places_objection_answered",
            )
        ]


class SceneAppeal(models.Model):
    """Whose scene it is contests a decision; another one than who took it decides. Once for each decision."""

    scene = models.ForeignKey(Scene, on_delete=models.CASCADE, related_name="appeals")
    against = models.CharField(max_length=10, choices=SceneState.choices)
    against_at = models.DateTimeField()
    at = models.DateTimeField()
    filed_by = models.ForeignKey("people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(max_length=400)
    due_at = models.DateTimeField()
    warned_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        "people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    end = models.CharField(max_length=10, choices=AppealEnd.choices, blank=True)
    answer = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["due_at"], name="places_appeal_due", condition=Q(decided_at__isnull=True))
        ]
        constraints = [
            models.UniqueConstraint(fields=["scene", "against_at"], name="places_appeal_once"),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, end="") | Q(decided_at__isnull=False, end__in=AppealEnd.values),
                name="places_appeal_end",
            ),
        ]  # fmt: skip


class PlateSerial(models.Model):
    """The last number given in a district and a year; its row is held while one is taken."""

    district = models.CharField(max_length=6)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["district", "year"], name="places_serial_once")]

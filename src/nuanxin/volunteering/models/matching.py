"""Needs and people: who said that they like to help, where and when; what is asked for; who was asked."""

from django.db import models
from django.db.models import F, Q

from nuanxin.kernel.access.scope import Scoped
from nuanxin.kernel.ids import uuid7
from nuanxin.volunteering.enums import HelpKind, HelpState, OfferState
from nuanxin.volunteering.models.taxonomy import Listed


class Skill(Listed):
    """What somebody can do that others need: reference data, both names and an icon."""

    class Meta(Listed.Meta):
        verbose_name = "技能"


class VolunteerProfile(models.Model):
    """Filled in by oneself: asked only while `is_open`. `skills` and `posts` are codes with spaces between them,
    `free` a bit for each of 7 days × 3 parts (morning, afternoon, evening), Monday morning first.
    """

    person = models.OneToOneField("people.Person", on_delete=models.CASCADE, related_name="+")
    is_open = models.BooleanField("愿意被问", default=False)
    skills = models.CharField("会什么", max_length=200, blank=True)
    posts = models.CharField("岗位", max_length=200, blank=True)
    free = models.PositiveIntegerField("空闲", default=0)
    updated_at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(free__lt=2**21), name="volunteering_profile_a_week"),
        ]


class ProfileArea(models.Model):
    """Where one likes to help, as one has said oneself; never where one was."""

    profile = models.ForeignKey(VolunteerProfile, on_delete=models.CASCADE, related_name="areas")
    scope_code = models.CharField(max_length=15)

    class Meta:
        ordering = ["scope_code"]
        indexes = [models.Index(fields=["scope_code"], name="volunteering_area_code")]
        constraints = [
            models.UniqueConstraint(fields=["profile", "scope_code"], name="volunteering_area_once")
        ]


class HelpRequest(Scoped):
    """People are wanted. States: `workflow.HELP`. `skill` and `post` are codes, or nothing."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    kind = models.CharField("哪一类", max_length=8, choices=HelpKind.choices)
    title = models.CharField("要做什么", max_length=60)
    note = models.CharField("要知道的", max_length=200, blank=True)
    starts_at = models.DateTimeField("从")
    ends_at = models.DateTimeField("到")
    wanted = models.PositiveSmallIntegerField("要几个人")
    skill = models.CharField("要会什么", max_length=32, blank=True)
    post = models.CharField("什么岗位", max_length=32, blank=True)
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey("people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=HelpState.choices)
    state_since = models.DateTimeField()
    reason = models.CharField("原因", max_length=120, blank=True)
    look_at = models.DateTimeField(null=True)  # when volunteers are looked for next
    rounds = models.PositiveSmallIntegerField(default=0)
    key = models.UUIDField(unique=True)

    class Meta:
        ordering = ["-asked_at", "-id"]
        indexes = [
            models.Index(
                fields=["look_at"], name="volunteering_help_look", condition=Q(look_at__isnull=False)
            ),
            models.Index(fields=["organisation", "-asked_at"], name="volunteering_help_org"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="volunteering_help_period"),
            models.CheckConstraint(condition=Q(wanted__gte=1, wanted__lte=50), name="volunteering_help_some"),
            models.CheckConstraint(condition=Q(state__in=HelpState.values), name="volunteering_help_state"),
        ]


class HelpOffer(models.Model):
    """Somebody is asked, and told why. Saying no has no consequence: it is not even counted."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    request = models.ForeignKey(HelpRequest, on_delete=models.CASCADE, related_name="offers")
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="+")
    why = models.CharField(max_length=80)  # codes of `enums.Why`, with spaces between them
    state = models.CharField(max_length=8, choices=OfferState.choices)
    offered_at = models.DateTimeField()
    answer_until = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["offered_at", "id"]
        indexes = [models.Index(fields=["person", "state"], name="volunteering_offer_own")]
        constraints = [
            models.UniqueConstraint(fields=["request", "person"], name="volunteering_offer_once"),
            models.CheckConstraint(condition=Q(state__in=OfferState.values), name="volunteering_offer_state"),
        ]

"""What somebody really did, in minutes (`domain.md` §4.1, §4.2), and what is written down about it and never edited."""

from django.db import models
from django.db.models import F, Q

from nuanxin.kernel.access.scope import Scoped
from nuanxin.kernel.ids import uuid7
from nuanxin.kernel.privacy.fields import EncryptedTextField
from nuanxin.volunteering.enums import (
    QUALITIES,
    CheckMethod,
    EntryKind,
    HeldFor,
    RecordSource,
    RecordState,
    SpotResult,
)

MOST_MINUTES = 12 * 60  # of one person and one day


class ServiceRecord(Scoped):
    """One service of one person. States: `workflow.RECORD`. Without a person: its account is gone, the minutes stay.

    What the shift was is copied here, so that a record says the same when the activity is long forgotten.
    `organisation` is who organised and therefore records and certifies (Order 67). `quality` is in hundredths.
    `device` is a digest that tells two phones of one shift apart and nothing else.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    person = models.ForeignKey("people.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    source = models.CharField(max_length=8, choices=RecordSource.choices)
    sign_up = models.OneToOneField(
        "volunteering.SignUp", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    shift = models.ForeignKey("volunteering.Shift", on_delete=models.SET_NULL, null=True, related_name="+")
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey("people.Organisation", on_delete=models.SET_NULL, null=True, related_name="+")
    title = models.CharField("做了什么", max_length=80)
    activity_kind = models.CharField(max_length=32, blank=True)
    line = models.CharField(max_length=32, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    lng = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    state = models.CharField(max_length=10, choices=RecordState.choices)
    state_since = models.DateTimeField()
    served_on = models.DateField()
    came_at = models.DateTimeField(null=True)
    came_by = models.CharField(max_length=8, choices=CheckMethod.choices, blank=True)
    left_at = models.DateTimeField(null=True)
    left_by = models.CharField(max_length=8, choices=CheckMethod.choices, blank=True)
    minutes = models.PositiveSmallIntegerField("服务分钟", default=0)
    quality = models.PositiveSmallIntegerField("质量系数", default=100)
    quality_reason = models.CharField("为什么", max_length=120, blank=True)
    proof = models.CharField("凭什么", max_length=200, blank=True)
    is_late = models.BooleanField("补签", default=False)
    is_manual = models.BooleanField("人工录入", default=False)
    held_for = models.CharField(max_length=8, choices=HeldFor.choices, blank=True)
    shares_device = models.BooleanField("同一台手机", default=False)
    device = models.CharField(max_length=32, blank=True)
    entered_by = models.ForeignKey(
        "people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    confirmed_by = models.ForeignKey(
        "people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True)
    key = models.UUIDField(null=True, unique=True)

    class Meta:
        ordering = ["-starts_at", "-id"]
        indexes = [
            models.Index(fields=["person", "-served_on"], name="volunteering_record_own"),
            models.Index(fields=["organisation", "state", "-starts_at"], name="volunteering_record_org"),
            models.Index(fields=["shift", "state"], name="volunteering_record_shift"),
            models.Index(fields=["scope_community", "state", "-starts_at"], name="volunteering_record_comm"),
            models.Index(fields=["scope_street", "state", "-starts_at"], name="volunteering_record_str"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(state=RecordState.CHECKED_IN),
                name="volunteering_record_one_at_a_time",
            ),
            models.CheckConstraint(condition=Q(state__in=RecordState.values), name="volunteering_record_state"),
            models.CheckConstraint(condition=Q(quality__in=QUALITIES), name="volunteering_record_quality"),
            models.CheckConstraint(
                condition=Q(quality__lt=120) | ~Q(quality_reason=""), name="volunteering_record_why_more"
            ),
            models.CheckConstraint(
                condition=Q(minutes__lte=MOST_MINUTES), name="volunteering_record_a_days_work"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="volunteering_record_period"),
            models.CheckConstraint(
                condition=Q(left_at=None) | Q(left_at__gte=F("came_at")), name="volunteering_record_order"
            ),
            models.CheckConstraint(
                condition=Q(is_manual=False) | ~Q(proof=""), name="volunteering_record_proof"
            ),
        ]  # fmt: skip


class RecordStep(models.Model):
    """What happened to a record, before and after; only ever added to. `by` is an assignment, or nobody."""

    record = models.ForeignKey(ServiceRecord, on_delete=models.CASCADE, related_name="steps")
    name = models.CharField(max_length=16)
    at = models.DateTimeField()
    by = models.ForeignKey("people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+")
    note = models.CharField(max_length=200, blank=True)
    minutes_before = models.PositiveSmallIntegerField(null=True)
    minutes_after = models.PositiveSmallIntegerField(null=True)
    quality_before = models.PositiveSmallIntegerField(null=True)
    quality_after = models.PositiveSmallIntegerField(null=True)

    class Meta:
        ordering = ["at", "id"]


class RecordCorrection(models.Model):
    """Its volunteer says that a record is wrong, or the community found it; somebody else decides."""

    record = models.ForeignKey(ServiceRecord, on_delete=models.CASCADE, related_name="corrections")
    asked_at = models.DateTimeField()
    words = models.CharField("哪里不对", max_length=200)
    wanted_minutes = models.PositiveSmallIntegerField("应该是多少分钟", null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        "people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    is_granted = models.BooleanField(null=True)
    answer = models.CharField("答复", max_length=200, blank=True)

    class Meta:
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["record"],
                condition=Q(answered_at__isnull=True),
                name="volunteering_correction_one_open",
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, is_granted=None)
                | (Q(answered_at__isnull=False, is_granted__isnull=False) & ~Q(answer="")),
                name="volunteering_correction_answered",
            ),
        ]


class CheckInPoint(models.Model):
    """Where the phone was when somebody checked in, with their consent: a point of one event, coarse after 90 days.

    `place`: longitude and latitude as text, because nothing is ever looked for by it.
    """

    record = models.OneToOneField(ServiceRecord, on_delete=models.CASCADE, related_name="point")
    at = models.DateTimeField(db_index=True)
    place = EncryptedTextField(purpose="volunteering.check_in")
    is_coarse = models.BooleanField(default=False)


class ClaimPicture(models.Model):
    """What somebody shows for a service that no check-in knows of; its owner sees it, who confirms, who looks into it.

    Made anew from its pixels; where and when it was taken is not kept.
    """

    record = models.OneToOneField(ServiceRecord, on_delete=models.CASCADE, related_name="picture")
    file = models.ForeignKey("kernel.StoredFile", on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(db_index=True)


class SpotCheck(models.Model):
    """A record that was drawn to be looked into, by a seed that anybody can repeat, and what was found."""

    record = models.OneToOneField(ServiceRecord, on_delete=models.CASCADE, related_name="spot_check")
    seed = models.CharField(max_length=40)
    drawn_at = models.DateTimeField()
    drawn_by = models.ForeignKey("people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+")
    result = models.CharField(max_length=8, choices=SpotResult.choices, blank=True)
    note = models.CharField("看到了什么", max_length=200, blank=True)
    checked_at = models.DateTimeField(null=True)
    checked_by = models.ForeignKey(
        "people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        ordering = ["-drawn_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(result="", checked_at=None) | (~Q(result="") & Q(checked_at__isnull=False)),
                name="volunteering_spot_check_result",
            ),
            models.CheckConstraint(
                condition=~Q(result=SpotResult.WRONG) | ~Q(note=""), name="volunteering_spot_check_says_why"
            ),
        ]


class VolunteerEntry(models.Model):
    """Training, commendation, evaluation: what the national record has besides the hours (Order 67)."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey("people.Organisation", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField("哪一类", max_length=12, choices=EntryKind.choices)
    title = models.CharField("内容", max_length=80)
    on = models.DateField("日期")
    minutes = models.PositiveSmallIntegerField("分钟", default=0)
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(
        "people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        ordering = ["-on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "organisation", "kind", "title", "on"], name="volunteering_entry_once"
            ),
            models.CheckConstraint(condition=~Q(title=""), name="volunteering_entry_titled"),
        ]

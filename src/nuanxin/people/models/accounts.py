from django.db import models
from django.db.models import F, Q

from nuanxin.kernel.access.scope import Scoped
from nuanxin.kernel.ids import uuid7
from nuanxin.kernel.privacy.fields import BlindIndexField, EncryptedTextField
from nuanxin.people.enums import CodePurpose, SignInMethod
from nuanxin.people.models.assignments import Assignment, Role
from nuanxin.people.models.organisations import Organisation, Site
from nuanxin.people.models.persons import Person


class OneTimeCode(models.Model):
    """A six-digit code on its way to a phone: only digests, one purpose, few tries, minutes of life.

    The rows are also what the sending limits are counted by, so that several web processes share one truth.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    purpose = models.CharField(max_length=16, choices=CodePurpose.choices)
    phone = EncryptedTextField(purpose="people.code_phone")
    phone_index = BlindIndexField(source="phone", purpose="people.code_phone")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, related_name="+")
    code_hash = models.CharField(max_length=64)
    client_hash = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["phone_index", "created_at"], name="people_code_phone"),
            models.Index(fields=["client_hash", "created_at"], name="people_code_client"),
            models.Index(fields=["created_at"], name="people_code_created"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="people_code_lives"),
        ]


class RecoveryCode(models.Model):
    """The slip of paper for the day the number is lost. One per person; shown once; only a digest stays."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="recovery_code")
    code_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()


class SignIn(models.Model):
    """A session that a person can recognise and end: when, how, on what sort of device. No address, no place."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="sign_ins")
    session_key = models.CharField(max_length=40, unique=True)
    method = models.CharField("方式", max_length=12, choices=SignInMethod.choices)
    device = models.CharField("设备", max_length=40, blank=True)
    started_at = models.DateTimeField("登录时间")
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["person", "-started_at"], name="people_sign_in_recent")]


class DeviceMark(models.Model):
    """That an account was signed in to on a phone with this mark, and on which day last (`domain.md` §4.3).

    The mark is a random number in a first-party cookie, of which a keyed digest is kept; nothing of the device is read.
    No report, place or address is beside it, and nobody's page shows it: only how many accounts share one is ever said.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    seen_on = models.DateField("最近登录")

    class Meta:
        indexes = [models.Index(fields=["digest", "seen_on"], name="people_device_shared")]
        constraints = [models.UniqueConstraint(fields=["person", "digest"], name="people_device_once")]


class ApiToken(models.Model):
    """A key for programs that act in one assignment. Only the digest is kept; the key itself is shown once."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="api_tokens")
    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="+")
    name = models.CharField("用途", max_length=40)
    token_hash = models.CharField(max_length=64, unique=True)
    tail = models.CharField("末四位", max_length=4)
    created_at = models.DateTimeField("创建时间")
    expires_at = models.DateTimeField("到期时间")
    last_used_at = models.DateTimeField("最近使用", null=True, blank=True)
    revoked_at = models.DateTimeField("停用时间", null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="people_token_lives"),
        ]


class Invitation(Scoped):
    """A role that waits for its person. The link carries the secret, the row only its digest."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField("姓名", max_length=50)
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    site = models.ForeignKey(Site, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField("事由", max_length=120, blank=True)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="people_invitation_lives"
            ),
        ]

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.crypto import salted_hmac

from nuanxin.kernel.access.scope import Scoped
from nuanxin.kernel.ids import uuid7
from nuanxin.kernel.privacy.fields import BlindIndexField, EncryptedTextField
from nuanxin.people.enums import DeclaredAs, Language, WorkerType


class PersonManager(BaseUserManager["Person"]):
    """Persons are made by services only; Django's own commands for making users do not apply."""

    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(login_name=username)


class Person(AbstractBaseUser):
    """A human being with an account. Nothing here says what the person may do: that is the assignment's.

    Workers and residents sign in by phone, staff by login name. `session_epoch` is part of the session's hash:
    raising it ends every session at once. An erased person keeps the row, empty, so that nothing dangles.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField("姓名", max_length=50, blank=True)
    nickname = models.CharField("昵称", max_length=30, blank=True)
    phone = EncryptedTextField("手机号", blank=True, purpose="people.phone")
    phone_index = BlindIndexField("手机号索引", source="phone", purpose="people.phone", unique=True)
    login_name = models.CharField("登录名", max_length=40, null=True, blank=True, unique=True)
    language = models.CharField("语言", max_length=8, choices=Language.choices, default=Language.CHINESE)
    is_active = models.BooleanField("启用", default=True)
    password_changed_at = models.DateTimeField("改密时间", null=True, blank=True)
    password_history = models.JSONField("旧密码摘要", default=list, blank=True)
    session_epoch = models.PositiveIntegerField(default=0)
    registered_at = models.DateTimeField("注册时间")
    erased_at = models.DateTimeField("注销时间", null=True, blank=True)

    objects = PersonManager()

    USERNAME_FIELD = "login_name"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = "人员"
        constraints = [
            models.CheckConstraint(
                condition=Q(is_active=False) | Q(phone_index__isnull=False) | Q(login_name__isnull=False),
                name="people_person_can_sign_in",
            ),
            models.CheckConstraint(
                condition=Q(erased_at=None)
                | Q(is_active=False, name="", nickname="", phone_index=None, login_name=None),
                name="people_person_erased_is_empty",
            ),
        ]

    @property
    def display_name(self) -> str:
        return self.nickname or self.name

    def get_session_auth_hash(self) -> str:
        return self._session_hash()

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        return self._session_hash(secret)

    def _session_hash(self, secret: str | None = None) -> str:
        value = f"{self.password}:{self.session_epoch}"
        return salted_hmac("nuanxin.people.session", value, secret=secret, algorithm="sha256").hexdigest()

    def get_username(self) -> str:
        return self.login_name or ""

    def clean(self) -> None:
        """Django would normalise the login name into text; it may be absent."""

    def natural_key(self) -> tuple[Any, ...]:
        return (self.login_name,)


class Subject(models.Model):
    """The opaque id that events, audit rows and ledgers carry. Erasing takes the person out of this one row."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.OneToOneField(Person, on_delete=models.SET_NULL, null=True, related_name="subject")
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(erased_at=None) | Q(person=None), name="people_subject_erased_is_nobody",
            ),
        ]  # fmt: skip


class WorkerProfile(Scoped):
    """What a worker says about the work. Residents have none. `scope_code` is the declared community."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="worker_profile")
    declared_as = models.CharField("与社区的关系", max_length=8, choices=DeclaredAs.choices)
    declared_at = models.DateTimeField("填写时间")

    class Meta:
        verbose_name = "从业资料"
        constraints = [
            models.CheckConstraint(condition=~Q(scope_code=""), name="people_profile_has_community"),
        ]


class WorkerJob(models.Model):
    """One kind of work, on one platform or on one's own account; several at once are usual."""

    profile = models.ForeignKey(WorkerProfile, on_delete=models.CASCADE, related_name="jobs")
    worker_type = models.CharField("从业类型", max_length=24, choices=WorkerType.choices)
    platform = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, null=True, blank=True, related_name="+",
    )  # fmt: skip

    class Meta:
        constraints = [
            models.UniqueConstraint(
                F("profile"), F("worker_type"), Coalesce("platform", 0), name="people_job_once",
            ),
            models.CheckConstraint(condition=Q(worker_type__in=WorkerType.values), name="people_job_type"),
        ]  # fmt: skip

"""Open311: the areas on offer, the keys of those who write, and what each of them has sent."""

from uuid import uuid4

from django.db import models
from django.db.models import F, Q

from nuanxin.kernel.access.scope import Scoped
from nuanxin.kernel.ids import uuid7


class Jurisdiction(Scoped):
    """An area under the name by which clients ask for it (`jurisdiction_id`)."""

    identifier = models.CharField("jurisdiction_id", max_length=64, unique=True)
    name = models.CharField("名称", max_length=60)
    created_at = models.DateTimeField("创建时间")
    closed_at = models.DateTimeField("停用时间", null=True)

    def __str__(self) -> str:
        return self.identifier


class ApiKey(Scoped):
    """Another system that may write for an area. Only the digest is kept; the key itself is shown once.

    `client_id` stands where a reporter's subject stands: what is sent again is the same submission, and what a system
    has sent is its own. It leads to no person.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    client_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField("用途", max_length=40)
    key_hash = models.CharField(max_length=64, unique=True)
    tail = models.CharField("末四位", max_length=4)
    may_report = models.BooleanField("可以上报", default=True)
    may_update = models.BooleanField("可以补充说明", default=False)
    created_by = models.ForeignKey(
        "people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField("创建时间")
    expires_at = models.DateTimeField("到期时间")
    last_used_on = models.DateField("最近使用", null=True)
    revoked_at = models.DateTimeField("停用时间", null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="gateway_key_lives"),
        ]


class SentRequest(models.Model):
    """A case that came in by a key. The case itself says only that it came from another system.

    `digest` is keyed, so that nothing can be guessed from it; `key` is the one under which the case was submitted.
    """

    token = models.UUIDField(default=uuid4, unique=True, editable=False)
    api_key = models.ForeignKey(ApiKey, on_delete=models.PROTECT, related_name="+")
    case = models.OneToOneField("cases.Case", on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    sent_at = models.DateTimeField("提交时间")

    class Meta:
        indexes = [
            models.Index(fields=["api_key", "-sent_at"], name="gateway_sent_by_key"),
            models.Index(fields=["api_key", "digest", "-sent_at"], name="gateway_sent_again"),
        ]


class SentUpdate(models.Model):
    """What another system had to say about a case that it sent: it stands with the case as from its reporter."""

    public_id = models.UUIDField(default=uuid4, unique=True, editable=False)
    api_key = models.ForeignKey(ApiKey, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    sent_at = models.DateTimeField("提交时间")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["api_key", "key"], name="gateway_update_once")]

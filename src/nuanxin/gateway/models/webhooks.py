"""Webhooks: who wants to hear of what, and every message that was or will be sent."""

from uuid import uuid4

from django.db import models
from django.db.models import Q

from nuanxin.gateway.enums import EndpointState, PauseCause, Sending
from nuanxin.gateway.models.outgoing import Line, Outgoing
from nuanxin.kernel.access.scope import Scoped
from nuanxin.kernel.ids import uuid7
from nuanxin.kernel.privacy.fields import EncryptedTextField


class WebhookEndpoint(Line, Scoped):
    """An address that hears of events inside its territory. The secret is shown once and kept encrypted.

    While a secret is being replaced the old one signs as well, until `old_secret_until`.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField("名称", max_length=40)
    url = models.CharField("地址", max_length=500)
    event_types = models.JSONField(default=list)
    state = models.CharField(
        "状态", max_length=8, choices=EndpointState.choices, default=EndpointState.ACTIVE
    )
    pause_cause = models.CharField("为什么暂停", max_length=8, choices=PauseCause.choices, blank=True)
    secret = EncryptedTextField(purpose="gateway.webhook", blank=True)
    old_secret = EncryptedTextField(purpose="gateway.webhook", blank=True, default="")
    old_secret_until = models.DateTimeField(null=True)
    created_by = models.ForeignKey(
        "people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField("创建时间")
    changed_at = models.DateTimeField("修改时间")

    def __str__(self) -> str:
        return self.name


class WebhookMessage(Outgoing):
    """One event for one endpoint; `topic` is the case's number, within which the order is kept."""

    # Random: an id made of the time would tell the minute of a report that is held back (`webhooks/catalogue.py`).
    public_id = models.UUIDField(default=uuid4, unique=True, editable=False)
    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="messages")
    event_uuid = models.UUIDField(null=True)
    event_type = models.CharField("事件", max_length=80)
    topic = models.CharField("案卷号", max_length=19, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "event_uuid"], name="gateway_webhook_once"),
        ]
        indexes = [
            models.Index(
                fields=["endpoint", "next_try_at", "id"],
                name="gateway_webhook_waiting",
                condition=Q(state=Sending.WAITING),
            ),
            models.Index(fields=["endpoint", "-id"], name="gateway_webhook_log"),
            models.Index(fields=["created_at"], name="gateway_webhook_old"),
        ]

    @property
    def message_id(self) -> str:
        """What the consumer drops a repeated message by."""
        return f"msg_{self.public_id.hex}"


class WebhookAttempt(models.Model):
    """One try: what was answered, or why there was no answer."""

    message = models.ForeignKey(WebhookMessage, on_delete=models.CASCADE, related_name="tries")
    at = models.DateTimeField("时间")
    status = models.PositiveSmallIntegerField("对方应答", null=True)
    error = models.CharField("原因", max_length=60, blank=True)
    took_ms = models.PositiveIntegerField("用时（毫秒）", null=True)

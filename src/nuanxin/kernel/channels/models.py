from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.privacy.fields import BlindIndexField, EncryptedTextField

TO_PURPOSE = "kernel.recorded_message.to"


class Channel(models.TextChoices):
    SMS = "sms", _("短信")
    MAIL = "mail", _("邮件")
    CHAT = "chat", _("群机器人")


class OutgoingMessage(models.Model):
    """That a message with this key is being sent or was. No address and no text: a receipt, not a copy."""

    channel = models.CharField(max_length=8, choices=Channel.choices)
    key = models.CharField(max_length=200)
    provider = models.CharField(max_length=32)
    template = models.CharField(max_length=64, blank=True)
    claimed_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=1)
    reference = models.CharField(max_length=128, blank=True)
    last_error = models.CharField(max_length=200, blank=True)

    class Meta:
        app_label = "kernel"
        constraints = [models.UniqueConstraint(fields=["channel", "key"], name="kernel_outgoing_once")]
        indexes = [models.Index(fields=["claimed_at"], name="kernel_outgoing_claimed")]


class RecordedMessage(models.Model):
    """What the recorder would have sent. Only in development and in the demonstration."""

    channel = models.CharField(max_length=8, choices=Channel.choices)
    to_masked = models.CharField(max_length=100)
    to = EncryptedTextField(purpose=TO_PURPOSE)
    to_index = BlindIndexField(source="to", purpose=TO_PURPOSE)
    subject_id = models.UUIDField(null=True)
    title = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        app_label = "kernel"
        indexes = [
            models.Index(fields=["-at", "-id"], name="kernel_recorded_at"),
            models.Index(
                fields=["subject_id"],
                name="kernel_recorded_subject",
                condition=Q(subject_id__isnull=False),
            ),
        ]

"""What a reporter said aloud: a voice identifies a person, so one role hears it and everybody else reads it."""

from uuid import uuid4

from django.db import models
from django.db.models import Q

from nuanxin.cases.models.case import Case
from nuanxin.cases.models.work import CaseLog
from nuanxin.kernel.privacy.fields import EncryptedTextField

SPOKEN_LENGTH = 400  # a minute of quick speech


class VoiceNote(models.Model):
    """One recording, sealed in the file store, and what the street wrote down of it.

    `sealed_as` and `secret` lead to it and are empty once it is gone (`kernel.files.sealed`); the words stay.
    """

    public_id = models.UUIDField(default=uuid4, unique=True, editable=False)  # not even when it was made
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="voices")
    log = models.ForeignKey(CaseLog, on_delete=models.CASCADE, related_name="voices")
    kind = models.CharField("格式", max_length=4)
    seconds = models.PositiveSmallIntegerField("时长（秒）", null=True)
    sealed_as = models.CharField(max_length=64, blank=True)
    secret = EncryptedTextField(blank=True, default="", purpose="cases.voice")
    at = models.DateTimeField("收到时间")
    gone_at = models.DateTimeField("删除时间", null=True)

    words = models.CharField("转写", max_length=SPOKEN_LENGTH, blank=True)
    is_unclear = models.BooleanField("听不清", default=False)
    written_at = models.DateTimeField("转写时间", null=True)
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, null=True, related_name="+"
    )
    assignment_id = models.BigIntegerField(null=True)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(sealed_as="") ^ Q(gone_at__isnull=True), name="cases_voice_gone_has_time"
            ),
            models.CheckConstraint(
                condition=Q(written_at__isnull=True) | Q(is_unclear=True) | ~Q(words=""),
                name="cases_voice_written_has_words",
            ),
        ]
        indexes = [models.Index(fields=["at"], name="cases_voice_kept", condition=Q(gone_at__isnull=True))]

    @property
    def is_waiting(self) -> bool:
        """Nobody has written it down, and it can still be heard."""
        return self.written_at is None and self.gone_at is None

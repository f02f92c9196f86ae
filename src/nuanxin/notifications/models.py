from django.db import models
from django.db.models import Q

from nuanxin.kernel.privacy.fields import EncryptedTextField
from nuanxin.notifications.enums import DigestAt, Kind, Mail


class Notice(models.Model):
    """One thing one person should know. `facts` are codes and names of places and offices, never of people."""

    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="+")
    assignment = models.ForeignKey("people.Assignment", on_delete=models.CASCADE, null=True, related_name="+")
    event_id = models.UUIDField()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    case_number = models.CharField(max_length=19)
    facts = models.JSONField(default=dict)
    is_urgent = models.BooleanField(default=False)
    at = models.DateTimeField()
    visible_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "event_id", "kind"], name="notifications_once"),
        ]
        indexes = [
            models.Index(fields=["person", "-at", "-id"], name="notifications_inbox"),
            models.Index(
                fields=["person", "visible_at"], name="notifications_unread", condition=Q(read_at=None)
            ),
        ]


class NoticeSettings(models.Model):
    """What somebody wants to hear by mail besides the inbox, and when. Without a row: the inbox only."""

    person = models.OneToOneField("people.Person", on_delete=models.CASCADE, related_name="+")
    mail = EncryptedTextField(purpose="notifications.settings.mail", blank=True)
    mail_confirmed_at = models.DateTimeField(null=True)
    code_sent_at = models.DateTimeField(null=True)
    code_failures = models.PositiveSmallIntegerField(default=0)
    by_group = models.JSONField(default=dict)  # group → Mail
    digest_at = models.CharField(max_length=8, choices=DigestAt.choices, default=DigestAt.MORNING)
    digest_sent_at = models.DateTimeField(null=True)
    text_off_duty = models.BooleanField(default=False)  # on duty nobody can switch it off

    def way(self, group: str) -> str:
        """By mail at once, in the digest or not at all."""
        return str(self.by_group.get(group, Mail.OFF)) if self.mail_confirmed_at else str(Mail.OFF.value)


class ChatRobot(models.Model):
    """The robot of an organisation's group chat. Its address is a secret: who has it writes into the group."""

    organisation = models.OneToOneField("people.Organisation", on_delete=models.CASCADE, related_name="+")
    address = EncryptedTextField(purpose="notifications.robot")
    groups = models.JSONField(default=list)
    is_active = models.BooleanField(default=True)
    changed_at = models.DateTimeField()
    tested_at = models.DateTimeField(null=True)  # the last test that the chat took

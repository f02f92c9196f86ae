from django.db import models
from django.db.models import Q

from nuanxin.notifications.enums import Kind


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
            models.Index(fields=["person", "-id"], name="notifications_inbox"),
            models.Index(
                fields=["person", "visible_at"], name="notifications_unread", condition=Q(read_at=None)
            ),
        ]

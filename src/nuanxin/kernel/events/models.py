from django.db import models
from django.db.models import Q

from nuanxin.kernel.ids import uuid7


class Event(models.Model):
    """Something that happened. Never edited; primitives only; no names, no free text (`design.md` §4)."""

    uuid = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(max_length=80)
    payload = models.JSONField()
    subject_id = models.UUIDField(null=True)
    scope_code = models.CharField(max_length=15, blank=True)
    occurred_at = models.DateTimeField()

    class Meta:
        app_label = "kernel"
        indexes = [models.Index(fields=["occurred_at"], name="kernel_event_occurred")]


class Delivery(models.Model):
    """One reaction that one event still has to cause, or has caused."""

    class State(models.TextChoices):
        PENDING = "pending", "待送"
        DONE = "done", "已送"
        DEAD = "dead", "送不出去"

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="deliveries")
    subscriber = models.CharField(max_length=120)
    state = models.CharField(max_length=8, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    available_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=500, blank=True)

    class Meta:
        app_label = "kernel"
        constraints = [models.UniqueConstraint(fields=["event", "subscriber"], name="kernel_delivery_once")]
        indexes = [
            models.Index(
                fields=["available_at", "id"], name="kernel_delivery_pending", condition=Q(state="pending")
            ),
            models.Index(fields=["id"], name="kernel_delivery_dead", condition=Q(state="dead")),
        ]

from django.db import models


class RetentionRun(models.Model):
    """What a rule found due, what went, and what stayed and why: a row for each day on which there was anything."""

    what = models.CharField(max_length=100)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    due = models.PositiveIntegerField(default=0)
    gone = models.PositiveIntegerField(default=0)
    held = models.JSONField(default=list)  # [count, reason in Chinese]

    class Meta:
        app_label = "kernel"
        indexes = [models.Index(fields=["what", "-started_at"], name="kernel_retention_latest")]

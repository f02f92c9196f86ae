from django.db import models


class AuditEntry(models.Model):
    """One action of one person or of the system. Written once, with its own digest; sealed later by the worker."""

    at = models.DateTimeField()
    actor_subject_id = models.UUIDField(null=True)
    assignment_id = models.BigIntegerField(null=True)
    role = models.CharField(max_length=32)
    action = models.CharField(max_length=80)
    object_type = models.CharField(max_length=60, blank=True)
    object_id = models.CharField(max_length=64, blank=True)
    scope_code = models.CharField(max_length=15, blank=True)
    result = models.CharField(max_length=16, default="ok")
    detail = models.JSONField(default=dict)
    digest = models.BinaryField(max_length=32)

    class Meta:
        app_label = "kernel"
        indexes = [
            models.Index(fields=["object_type", "object_id"], name="kernel_audit_object"),
        ]


class AuditSeal(models.Model):
    """The Merkle root over a batch of entries, chained to the seal before it."""

    sealed_at = models.DateTimeField()
    first_key = models.CharField(max_length=48)
    last_key = models.CharField(max_length=48)
    count = models.PositiveIntegerField()
    root = models.BinaryField(max_length=32)
    previous = models.BinaryField(max_length=32)
    digest = models.BinaryField(max_length=32)

    class Meta:
        app_label = "kernel"

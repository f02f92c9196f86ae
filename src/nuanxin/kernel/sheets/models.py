from django.db import models

from nuanxin.kernel.ids import uuid7


class SheetUpload(models.Model):
    """A spreadsheet that waits to be confirmed by the assignment that sent it; its bytes go when it is applied."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    sheet = models.CharField(max_length=40)
    assignment_id = models.BigIntegerField(null=True)
    file_name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    created_at = models.DateTimeField(db_index=True)
    applied_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=64, blank=True)  # of the plan that was applied
    outcome = models.JSONField(default=dict)  # how many rows of each verdict

    class Meta:
        app_label = "kernel"

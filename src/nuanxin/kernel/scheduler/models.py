from django.db import models


class Job(models.Model):
    """The one row of a periodic job, shared by all processes; who moves it by compare-and-set runs the job."""

    name = models.CharField(max_length=120, primary_key=True)
    next_run_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    last_run_at = models.DateTimeField(null=True)
    last_duration_ms = models.PositiveIntegerField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)  # in a row
    last_error = models.CharField(max_length=500, blank=True)

    class Meta:
        app_label = "kernel"


class Heartbeat(models.Model):
    """One worker process says that it lives."""

    worker = models.CharField(max_length=120, primary_key=True)  # host:pid
    started_at = models.DateTimeField()
    alive_at = models.DateTimeField()

    class Meta:
        app_label = "kernel"

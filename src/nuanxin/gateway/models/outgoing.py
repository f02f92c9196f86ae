"""What goes to another system, in order, until it has arrived or was given up."""

from django.db import models

from nuanxin.gateway.enums import Sending


class Outgoing(models.Model):
    """One message as it stands: its bytes never change, so that sent again it is the same message."""

    body = models.TextField()
    state = models.CharField("状态", max_length=8, choices=Sending.choices, default=Sending.WAITING)
    attempts = models.PositiveIntegerField("次数", default=0)
    created_at = models.DateTimeField("产生时间")
    first_try_at = models.DateTimeField("第一次发送", null=True)
    next_try_at = models.DateTimeField("下次发送", null=True)
    done_at = models.DateTimeField("送达时间", null=True)
    last_status = models.PositiveSmallIntegerField("对方应答", null=True)
    last_error = models.CharField("原因", max_length=60, blank=True)

    class Meta:
        abstract = True


class Line(models.Model):
    """A way out to one address; one process at a time sends on it, until `busy_until` or until it is freed."""

    busy_until = models.DateTimeField(null=True)
    failing_since = models.DateTimeField("从何时起送不到", null=True)

    class Meta:
        abstract = True

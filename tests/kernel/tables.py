"""Tables that exist only for the kernel's tests: the kernel has no domain words, so its tests bring their own."""

from django.db import models

from nuanxin.kernel.access.scope import Scoped


class Applied(models.Model):
    """What a reaction has done. Nothing here is unique: a second application must show, not fail."""

    event_uuid = models.UUIDField()
    value = models.BigIntegerField()

    class Meta:
        app_label = "kernel_tests"


class Lamp(Scoped):
    """A row with a place and a state, for rules and workflows."""

    class State(models.TextChoices):
        NEW = "new", "新"
        LIT = "lit", "亮"
        BROKEN = "broken", "坏"

    state = models.CharField(max_length=8, choices=State.choices, default=State.NEW)
    owner_id = models.BigIntegerField(null=True)
    note = models.CharField(max_length=40, blank=True)

    class Meta:
        app_label = "kernel_tests"
        indexes = [
            models.Index(fields=[f"scope_{level}", "-id"], name=f"kernel_tests_lamp_{level}")
            for level in ("province", "city", "district", "street", "community", "grid")
        ]


TABLES = (Applied, Lamp)

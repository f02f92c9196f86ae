"""Open-kitchen days (`domain.md` 003-13, 003-14): residents come, look and say what they saw.

A visitor's name stands in the sign-up and nowhere else; what they found is kept without them.
"""

from django.db import models
from django.db.models import F, Q

from nuanxin.kernel.ids import uuid7
from nuanxin.places.enums import OpenDayState
from nuanxin.places.models.catalogue import Entry
from nuanxin.places.models.places import Place


class KitchenPoint(Entry):
    """A line of the residents' inspection; `category`: which kind of case it would be, for who wants to report it."""

    category = models.CharField("对应事项类别", max_length=8, blank=True)

    class Meta(Entry.Meta):
        verbose_name = "开放日看什么"


class OpenDay(models.Model):
    """A kitchen shows itself. States: `workflow.OPEN_DAY`."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="open_days")
    key = models.UUIDField(unique=True)
    starts_at = models.DateTimeField("开始")
    ends_at = models.DateTimeField("结束")
    capacity = models.PositiveSmallIntegerField("最多几人")
    words = models.CharField("看什么", max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=OpenDayState.choices, default=OpenDayState.ANNOUNCED)
    state_since = models.DateTimeField()
    state_reason = models.CharField(max_length=120, blank=True)
    announced_at = models.DateTimeField()
    thanked = models.BooleanField(default=False)

    class Meta:
        verbose_name = "开放日"
        ordering = ["starts_at", "id"]
        indexes = [
            models.Index(fields=["place", "starts_at"], name="places_open_day_place"),
            models.Index(fields=["state", "ends_at"], name="places_open_day_state"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="places_open_day_lasts"),
            models.CheckConstraint(condition=Q(capacity__gt=0), name="places_open_day_room"),
            models.CheckConstraint(condition=Q(state__in=OpenDayState.values), name="places_open_day_known"),
        ]


class OpenDayVisitor(models.Model):
    """Who comes, because they wanted to. `looked`: has filled in the form, which does not say so of whom."""

    day = models.ForeignKey(OpenDay, on_delete=models.CASCADE, related_name="visitors")
    person = models.ForeignKey("people.Person", on_delete=models.CASCADE, related_name="+")
    signed_at = models.DateTimeField()
    looked = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "person"], name="places_visitor_once")]


class KitchenLook(models.Model):
    """One form: the day, never the hour, and nobody. `wrong`: codes of points by commas."""

    day = models.ForeignKey(OpenDay, on_delete=models.CASCADE, related_name="looks")
    points = models.PositiveSmallIntegerField()
    wrong = models.CharField(max_length=400, blank=True)
    note = models.CharField(max_length=200, blank=True)

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q

from nuanxin.kernel.ids import uuid7
from nuanxin.places.enums import BookingState, CodeName
from nuanxin.places.models.catalogue import ServiceItem
from nuanxin.places.models.places import Place

LENGTHS = (
    10,
    15,
    20,
    30,
    40,
    45,
    60,
    90,
    120,
    180,
    240,
)  # minutes; each divides the day, so that a grid holds


class Bookable(models.Model):
    """A service item that is booked by slots at a place (`domain.md` 000-25): when, how long, how many, how early.

    `hours` is in the syntax of OSM `opening_hours`. The rules are this service's own: how many days ahead one books,
    how many minutes before it one may still book and call off, how long a free place is held for who waited, how many
    one person may have open, after how many no-shows one pauses (0: never) and for how many days.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="+")
    item = models.ForeignKey(ServiceItem, on_delete=models.PROTECT, related_name="+")
    is_active = models.BooleanField("接受预约", default=True)
    is_confidential = models.BooleanField("保密", default=False)
    hours = models.CharField("每周时间", max_length=400)
    minutes = models.PositiveSmallIntegerField("每次多长", default=30)
    capacity = models.PositiveSmallIntegerField("同时几位", default=1)
    days_ahead = models.PositiveSmallIntegerField("提前几天可约", default=14)
    book_before = models.PositiveSmallIntegerField("最晚提前多久约", default=30)
    cancel_before = models.PositiveSmallIntegerField("最晚提前多久取消", default=60)
    hold_minutes = models.PositiveSmallIntegerField("空位留多久", default=60)
    remind_before = models.PositiveSmallIntegerField("提前多久提醒", default=120)
    per_person = models.PositiveSmallIntegerField("一人同时几个", default=1)
    pause_after = models.PositiveSmallIntegerField("几次没来就停约", default=0)
    pause_days = models.PositiveSmallIntegerField("停约几天", default=7)
    note = models.CharField("来之前要知道的", max_length=120, blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["item__sort", "item_id"]
        constraints = [
            models.UniqueConstraint(fields=["place", "item"], name="places_bookable_once"),
            models.CheckConstraint(condition=Q(minutes__in=LENGTHS), name="places_bookable_length"),
            models.CheckConstraint(
                condition=Q(capacity__gt=0, per_person__gt=0, days_ahead__gt=0), name="places_bookable_some"
            ),
            models.CheckConstraint(condition=~Q(hours=""), name="places_bookable_hours"),
        ]

    @property
    def length(self) -> timedelta:
        return timedelta(minutes=self.minutes)

    def closes_at(self, starts_at: datetime) -> datetime:
        """Until then one may book the slot that starts at this time."""
        return starts_at - timedelta(minutes=self.book_before)


class BookableChange(models.Model):
    """Single days that differ from the week: closed, or hours of their own (`hours`). Both days included."""

    bookable = models.ForeignKey(Bookable, on_delete=models.CASCADE, related_name="changes")
    first = models.DateField()
    last = models.DateField()
    hours = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["first", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="places_bookable_change_period")
        ]


class BookingSlot(models.Model):
    """A time that somebody has asked for. `taken` are the places booked or held; never more than `capacity`."""

    bookable = models.ForeignKey(Bookable, on_delete=models.CASCADE, related_name="slots")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    capacity = models.PositiveSmallIntegerField()
    taken = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["bookable", "starts_at"], name="places_slot_once"),
            models.CheckConstraint(condition=Q(taken__lte=F("capacity")), name="places_slot_never_too_many"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="places_slot_period"),
        ]


class Booking(models.Model):
    """One person and one slot. States: `workflow.BOOKING`. Without a person: a walk-in, or forgotten.

    `code` and `number` make the name that staff call out instead of the person's. `key` is that of the submission.
    `sequence` counts moves, for the calendar file; `remind_at` lies outside the hours in which nobody is disturbed.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="+")
    slot = models.ForeignKey(BookingSlot, on_delete=models.CASCADE, related_name="bookings")
    person = models.ForeignKey("people.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=BookingState.choices)
    state_since = models.DateTimeField()
    asked_at = models.DateTimeField()
    held_until = models.DateTimeField(null=True)
    remind_at = models.DateTimeField(null=True)
    reason = models.CharField("原因", max_length=120, blank=True)
    code = models.CharField(max_length=12, choices=CodeName.choices)
    number = models.PositiveSmallIntegerField()
    sequence = models.PositiveSmallIntegerField(default=0)
    is_walk_in = models.BooleanField(default=False)
    key = models.UUIDField(unique=True)

    class Meta:
        ordering = ["asked_at", "id"]
        indexes = [
            models.Index(fields=["slot", "state", "asked_at", "id"], name="places_booking_slot"),
            models.Index(fields=["person", "state"], name="places_booking_own", condition=Q(person__isnull=False)),
            models.Index(fields=["held_until"], name="places_booking_held", condition=Q(state=BookingState.HELD)),
            models.Index(fields=["remind_at"], name="places_booking_remind", condition=Q(remind_at__isnull=False)),
        ]  # fmt: skip
        constraints = [
            models.UniqueConstraint(
                fields=["slot", "person"],
                condition=Q(state__in=[BookingState.WAITING, BookingState.HELD, BookingState.BOOKED]),
                name="places_booking_once",
            ),
            models.CheckConstraint(condition=Q(state__in=BookingState.values), name="places_booking_state"),
            models.CheckConstraint(
                condition=~Q(state=BookingState.HELD) | Q(held_until__isnull=False),
                name="places_booking_held_until",
            ),
        ]

    @property
    def called(self) -> str:
        """What staff call out: `云雀 27`."""
        return f"{CodeName(self.code).label} {self.number}"

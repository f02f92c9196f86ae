from typing import Any, NoReturn

from django.db import models


class Holiday(models.Model):
    """One date on which the weekday rule does not hold: a day off, or a weekend day that is worked (调休).

    Importing a notice (`source`) again replaces its rows.
    """

    date = models.DateField(unique=True)
    is_workday = models.BooleanField()
    name = models.CharField(max_length=40)  # of the festival, also on the day that makes up for it
    source = models.CharField(max_length=120)  # the State Council notice
    imported_at = models.DateTimeField()

    class Meta:
        app_label = "kernel"
        constraints = [
            models.CheckConstraint(condition=~models.Q(name=""), name="kernel_holiday_named"),
        ]


class WorkingHours(models.Model):
    """The office hours of a territory from a date on; the longest matching prefix holds, "" is everywhere."""

    scope_code = models.CharField(max_length=15, blank=True)  # significant digits only
    valid_from = models.DateField()
    intervals = models.JSONField()  # [["09:00", "12:00"], ["13:30", "17:30"]]

    class Meta:
        app_label = "kernel"
        constraints = [
            models.UniqueConstraint(fields=["scope_code", "valid_from"], name="kernel_hours_scope_from"),
        ]


class CalendarSnapshot(models.Model):
    """The calendar in force when a clock started, kept by content: later notices never rewrite history."""

    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the canonical JSON of `data`
    data = models.JSONField()

    class Meta:
        app_label = "kernel"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            self._refuse("changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        self._refuse("deleted")

    def _refuse(self, verb: str) -> NoReturn:
        raise TypeError(f"calendar snapshot {self.digest[:12]} cannot be {verb}: clocks were started with it")

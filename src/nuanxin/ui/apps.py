from datetime import UTC, date, datetime

from django import forms
from django.apps import AppConfig
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

YEARS = (1900, 2199)  # within them a day may be added or an hour moved to another zone; outside it overflows
OUT_OF_CALENDAR = _("请填 1900 年到 2199 年之间的日期。")


class UiConfig(AppConfig):
    name = "nuanxin.ui"
    label = "ui"
    verbose_name = "界面"

    def ready(self) -> None:
        """Every form's days and moments lie in the calendar that people use; forms are made after this."""
        first, last = YEARS
        forms.DateField.default_validators = [
            MinValueValidator(date(first, 1, 1), OUT_OF_CALENDAR),
            MaxValueValidator(date(last, 12, 31), OUT_OF_CALENDAR),
        ]
        forms.DateTimeField.default_validators = [
            MinValueValidator(datetime(first, 1, 1, tzinfo=UTC), OUT_OF_CALENDAR),
            MaxValueValidator(datetime(last, 12, 31, tzinfo=UTC), OUT_OF_CALENDAR),
        ]

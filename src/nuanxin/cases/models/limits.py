"""What a city may set about the ways of a case that are its own to set (`domain.md` §2.3, `[design]`)."""

from django.db import models


class HandlingLimit(models.Model):
    """One limit or count, by name; `reference/limits.csv` is where a city starts, and says what each is for."""

    name = models.CharField("名称", max_length=30, primary_key=True)
    value = models.CharField("取值", max_length=12)

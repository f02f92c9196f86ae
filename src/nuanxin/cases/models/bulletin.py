"""The day of a street or a district on one page, as it was at five in the afternoon."""

from django.db import models

from nuanxin.kernel.access.scope import Scoped


class DailyBulletin(Scoped):
    """每日快报. `content` is figures, codes and names of places, never of people; written once, never edited."""

    on = models.DateField("日期")
    issue = models.PositiveSmallIntegerField("期号")  # counted within the year
    content = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-on", "scope_code"]
        constraints = [models.UniqueConstraint(fields=["scope_code", "on"], name="cases_bulletin_once_a_day")]
        indexes = [
            models.Index(fields=["scope_street", "-on"], name="cases_bulletin_street"),
            models.Index(fields=["scope_district", "-on"], name="cases_bulletin_dist"),
        ]

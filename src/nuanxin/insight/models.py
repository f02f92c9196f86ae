"""Figures of a big place, kept as rows so that a page need not scan a million cases. All of them can be thrown away."""

from django.db import models


class Figure(models.Model):
    """One indicator in one territory over one span; `Tally` says as of when.

    `slot` says which span of its kind it is: the present one, the same stretch of the one before, or one of the trend.
    Minutes keep their sum of seconds in `numerator` and the middle one in `median`; a composition keeps its `parts`.
    """

    scope_code = models.CharField("区划", max_length=15)
    period = models.CharField("周期", max_length=8)
    slot = models.CharField("哪一段", max_length=8)
    indicator = models.CharField("指标", max_length=32)
    numerator = models.BigIntegerField(default=0)
    denominator = models.BigIntegerField(default=0)
    median = models.FloatField(null=True)
    parts = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scope_code", "period", "slot", "indicator"], name="insight_figure_once"
            )
        ]


class Tally(models.Model):
    """When the figures of one relation were last counted for one span, for every territory at once.

    A territory without a `Figure` had nothing to count; a relation without this row has not been counted.
    """

    period = models.CharField("周期", max_length=8)
    slot = models.CharField("哪一段", max_length=8)
    relation = models.CharField("关系", max_length=16)
    since = models.DateTimeField("起")
    until = models.DateTimeField("止")
    counted_at = models.DateTimeField("统计时间")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["period", "slot", "relation"], name="insight_tally_once")
        ]

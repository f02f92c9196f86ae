from django.db import models
from django.db.models import F, Q

from nuanxin.kernel.access.scope import Scoped
from nuanxin.places.enums import WarningKind


class AreaWarning(Scoped):
    """Storm, heat or cold in a territory, from then until then; the map shows shelter first. Ended, it ends earlier."""

    kind = models.CharField("类别", max_length=8, choices=WarningKind.choices)
    starts_at = models.DateTimeField("起")
    ends_at = models.DateTimeField("止")
    text = models.CharField("说明", max_length=120, blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = "天气提示"
        ordering = ["-starts_at", "-id"]
        indexes = [models.Index(fields=["scope_code", "ends_at"], name="places_warning_live")]
        constraints = [
            models.UniqueConstraint(
                fields=["scope_code", "kind", "starts_at", "ends_at"], name="places_warning_once"
            ),
            models.CheckConstraint(condition=Q(ends_at__gte=F("starts_at")), name="places_warning_period"),
            models.CheckConstraint(condition=Q(kind__in=WarningKind.values), name="places_warning_kind"),
        ]

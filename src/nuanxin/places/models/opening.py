from django.db import models
from django.db.models import F, Q

from nuanxin.places.enums import ExceptionKind
from nuanxin.places.models.places import Place


class OpeningException(models.Model):
    """Closed, or open longer, from then until then, whatever the weekly hours say. Taken back, it ends earlier."""

    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="exceptions")
    kind = models.CharField(max_length=8, choices=ExceptionKind.choices)
    starts_at = models.DateTimeField("起")
    ends_at = models.DateTimeField("止")
    reason = models.CharField("原因", max_length=80, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["starts_at", "id"]
        indexes = [models.Index(fields=["place", "ends_at"], name="places_exception_live")]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gte=F("starts_at")), name="places_exception_period"),
            models.CheckConstraint(condition=Q(kind__in=ExceptionKind.values), name="places_exception_kind"),
        ]

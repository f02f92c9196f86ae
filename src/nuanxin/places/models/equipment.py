from django.db import models
from django.db.models import Q

from nuanxin.places.enums import Order
from nuanxin.places.models.catalogue import Facility, ServiceItem
from nuanxin.places.models.places import Place


class PlaceFacility(models.Model):
    """A facility that a place has, and whether it works; `since` is when that was last said.

    `doubted_at`: since when somebody says that it is broken and nobody responsible has looked.
    """

    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="facilities")
    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="+")
    order = models.CharField("好坏", max_length=8, choices=Order.choices, default=Order.UNKNOWN)
    since = models.DateTimeField()
    doubted_at = models.DateTimeField("有人说坏了", null=True)
    count = models.PositiveSmallIntegerField("数量", null=True, blank=True)

    class Meta:
        ordering = ["facility__sort", "facility_id"]
        indexes = [models.Index(fields=["facility", "order"], name="places_facility_order")]
        constraints = [
            models.UniqueConstraint(fields=["place", "facility"], name="places_facility_once"),
            models.CheckConstraint(condition=Q(order__in=Order.values), name="places_facility_state"),
        ]

    @property
    def is_broken(self) -> bool:
        return self.order == Order.BROKEN


class PlaceService(models.Model):
    """A service item at a place: who provides it, when, how one books it, what it costs; in plain words."""

    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="services")
    item = models.ForeignKey(ServiceItem, on_delete=models.PROTECT, related_name="+")
    provider = models.CharField("谁提供", max_length=60, blank=True)
    hours = models.CharField("什么时候", max_length=80, blank=True)
    booking = models.CharField("怎么约", max_length=80, blank=True)
    cost = models.CharField("费用", max_length=60, blank=True)

    class Meta:
        ordering = ["item__sort", "item_id"]
        constraints = [models.UniqueConstraint(fields=["place", "item"], name="places_service_once")]

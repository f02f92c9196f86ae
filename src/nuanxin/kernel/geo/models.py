from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import Q

from nuanxin.kernel.geo.cells import cell_of
from nuanxin.kernel.geo.coordinates import LngLat


class CellField(models.BigIntegerField):  # type: ignore[type-arg]  # generic in the stubs only
    """The H3 cell of the row's own `lng, lat`, computed whenever the row is saved, alone or in bulk."""

    def pre_save(self, model_instance: models.Model, add: bool) -> int | None:  # noqa: FBT001  -- Django's signature
        point: Any = model_instance
        cell = None if point.lng is None or point.lat is None else cell_of(point.lng, point.lat)
        setattr(model_instance, self.attname, cell)
        return cell


class GeoPoint(models.Model):
    """A row with a place, found by `near` and `in_box`. `class Meta(GeoPoint.Meta)` inherits the constraint.

    `QuerySet.update` and `bulk_update` bypass `save`: give them `placed(lng, lat)`, which names all columns.
    """

    lng = models.FloatField("经度", null=True, blank=True)
    lat = models.FloatField("纬度", null=True, blank=True)
    h3 = CellField("位置格", null=True, editable=False, db_index=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_whole_point",
                condition=Q(lng=None, lat=None, h3=None)
                | Q(lng__gte=-180, lng__lte=180, lat__gte=-90, lat__lte=90, h3__isnull=False),
            ),
        ]

    def save(self, *, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        if update_fields is not None and {"lng", "lat"} & set(update_fields):
            update_fields = {*update_fields, "h3"}
        super().save(update_fields=update_fields, **kwargs)

    @property
    def point(self) -> LngLat | None:
        return None if self.lng is None or self.lat is None else LngLat(self.lng, self.lat)


def placed(lng: float | None, lat: float | None) -> dict[str, float | int | None]:
    """The three columns of a place, for `update(**placed(…))`."""
    cell = None if lng is None or lat is None else cell_of(lng, lat)
    return {"lng": lng, "lat": lat, "h3": cell}

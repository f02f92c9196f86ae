"""Rows near a point and in a box, by range scans of the cell index on SQLite and PostgreSQL alike.

`near` reads the cells of a cover of the disk (some twenty ranges) and filters by the exact distance, which
it leaves on each row as `distance_m`. `tests/kernel/test_geo.py` reads the plans: no table scan on either
database.
"""

from functools import reduce
from operator import or_
from typing import Any, TypeVar

from django.db import models
from django.db.models import F, FloatField, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import ASin, Cos, Least, Power, Radians, Sin, Sqrt
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.errors import Invalid
from nuanxin.kernel.geo.cells import Box, Disk, Shape, cover
from nuanxin.kernel.geo.coordinates import EARTH_RADIUS_M, checked

M = TypeVar("M", bound=models.Model)


class NotABox(Invalid):
    default_message = _("地图范围不正确。")
    default_hint = _("请把地图移到想看的地方，再试一次。")


def near(queryset: QuerySet[M], lng: float, lat: float, radius_m: float) -> QuerySet[Any]:
    """Rows at most `radius_m` from the point, nearest first, with their `distance_m`.

    Raises `NotACoordinate`.
    """
    point = checked(lng, lat)
    return (
        queryset.filter(cells_q(Disk(point.lng, point.lat, radius_m)))
        .annotate(distance_m=distance_expression(point.lng, point.lat))
        .filter(distance_m__lte=radius_m)
        .order_by("distance_m", "pk")
    )


def in_box(queryset: QuerySet[M], west: float, south: float, east: float, north: float) -> QuerySet[M]:
    """Rows between the meridians and parallels, edges included; `west > east` reaches across 180°.

    Raises `NotACoordinate` and, where south lies north of north, `NotABox`.
    """
    corner, other = checked(west, south), checked(east, north)
    if corner.lat > other.lat:
        raise NotABox
    box = Box(corner.lng, corner.lat, other.lng, other.lat)
    if corner.lng <= other.lng:
        longitudes = Q(lng__gte=corner.lng, lng__lte=other.lng)
    else:
        longitudes = Q(lng__gte=corner.lng) | Q(lng__lte=other.lng)
    return queryset.filter(cells_q(box), longitudes, lat__gte=corner.lat, lat__lte=other.lat)


def cells_q(shape: Shape, field: str = "h3") -> Q:
    """Rows whose cell may lie in the shape: a superset, for the index; add the exact filter."""
    ranges = cover(shape)
    if ranges is None:
        return Q(**{f"{field}__isnull": False})
    return reduce(or_, (Q(**{f"{field}__range": bounds}) for bounds in ranges))


def distance_expression(lng: float, lat: float) -> Combinable:
    """Metres from the point, as `coordinates.distance_m` computes them."""
    half_chord = Power(Sin(Radians(F("lat") - lat) / 2), 2) + (
        Cos(Radians(Value(lat, FloatField())))
        * Cos(Radians("lat"))
        * Power(Sin(Radians(F("lng") - lng) / 2), 2)
    )
    return ASin(Sqrt(Least(half_chord, Value(1.0)))) * (2 * EARTH_RADIUS_M)

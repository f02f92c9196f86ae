"""Coordinate systems of maps used in China, and distance.

Everything is stored in WGS-84. GCJ-02 (Gaode, Tencent) and BD-09 (Baidu) exist only at the edge: every import
and export names its system and converts here. CGCS2000, the legal system, equals WGS-84 at our accuracy
(`domain.md` §9).
"""

import math
from enum import StrEnum
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.errors import Invalid

EARTH_RADIUS_M = 6_371_008.8  # mean radius, IUGG

# The published fit of the GCJ-02 offset: Krasovsky 1940 ellipsoid, and the box in which it applies.
KRASOVSKY_A = 6_378_245.0
KRASOVSKY_EE = 0.00669342162296594323
GCJ_WEST, GCJ_SOUTH, GCJ_EAST, GCJ_NORTH = 72.004, 0.8293, 137.8347, 55.8271
BD_TURN = math.pi * 3000 / 180
INVERSE_STEPS = 8  # each step divides the remaining error by about 1,000; 8 reaches the limit of a double


class Crs(StrEnum):
    WGS84 = "wgs84"
    CGCS2000 = "cgcs2000"
    GCJ02 = "gcj02"
    BD09 = "bd09"


class LngLat(NamedTuple):
    """Longitude first, as GeoJSON has it; decimal degrees."""

    lng: float
    lat: float


class NotACoordinate(Invalid):
    default_message = _("这个位置的经纬度不正确。")
    default_hint = _("请在地图上重新点选位置。")


def checked(lng: float, lat: float) -> LngLat:
    """The pair as floats. Raises `NotACoordinate` outside ±180/±90 and for NaN or infinity."""
    point = LngLat(float(lng), float(lat))
    if not (-180 <= point.lng <= 180 and -90 <= point.lat <= 90):
        raise NotACoordinate
    return point


def distance_m(lng: float, lat: float, other_lng: float, other_lat: float) -> float:
    """Great-circle distance in metres (haversine; the same formula as `queries.distance_expression`)."""
    phi, other_phi = math.radians(lat), math.radians(other_lat)
    half_chord = (
        math.sin((other_phi - phi) / 2) ** 2
        + math.cos(phi) * math.cos(other_phi) * math.sin(math.radians(other_lng - lng) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(half_chord)))


def to_wgs84(lng: float, lat: float, crs: Crs) -> LngLat:
    point = checked(lng, lat)
    if crs is Crs.GCJ02:
        return gcj02_to_wgs84(*point)
    if crs is Crs.BD09:
        return gcj02_to_wgs84(*bd09_to_gcj02(*point))
    return point


def from_wgs84(lng: float, lat: float, crs: Crs) -> LngLat:
    point = checked(lng, lat)
    if crs is Crs.GCJ02:
        return wgs84_to_gcj02(*point)
    if crs is Crs.BD09:
        return gcj02_to_bd09(*wgs84_to_gcj02(*point))
    return point


def wgs84_to_gcj02(lng: float, lat: float) -> LngLat:
    """Points outside the box around China come back untouched."""
    if not _in_gcj_box(lng, lat):
        return LngLat(lng, lat)
    d_lng, d_lat = _gcj_offset(lng, lat)
    return LngLat(lng + d_lng, lat + d_lat)


def gcj02_to_wgs84(lng: float, lat: float) -> LngLat:
    """The inverse by fixed-point iteration; there is no closed form."""
    if not _in_gcj_box(lng, lat):
        return LngLat(lng, lat)
    wgs_lng, wgs_lat = lng, lat
    for _step in range(INVERSE_STEPS):
        d_lng, d_lat = _gcj_offset(wgs_lng, wgs_lat)
        wgs_lng, wgs_lat = lng - d_lng, lat - d_lat
    return LngLat(wgs_lng, wgs_lat)


def gcj02_to_bd09(lng: float, lat: float) -> LngLat:
    radius = math.hypot(lng, lat) + 0.00002 * math.sin(lat * BD_TURN)
    angle = math.atan2(lat, lng) + 0.000003 * math.cos(lng * BD_TURN)
    return LngLat(radius * math.cos(angle) + 0.0065, radius * math.sin(angle) + 0.006)


def bd09_to_gcj02(lng: float, lat: float) -> LngLat:
    gcj_lng, gcj_lat = lng - 0.0065, lat - 0.006
    for _step in range(INVERSE_STEPS):
        back = gcj02_to_bd09(gcj_lng, gcj_lat)
        gcj_lng, gcj_lat = gcj_lng + lng - back.lng, gcj_lat + lat - back.lat
    return LngLat(gcj_lng, gcj_lat)


def _in_gcj_box(lng: float, lat: float) -> bool:
    return GCJ_WEST <= lng <= GCJ_EAST and GCJ_SOUTH <= lat <= GCJ_NORTH


def _gcj_offset(lng: float, lat: float) -> LngLat:
    x, y = lng - 105.0, lat - 35.0
    phi = math.radians(lat)
    magic = 1 - KRASOVSKY_EE * math.sin(phi) ** 2
    meridian_radius = KRASOVSKY_A * (1 - KRASOVSKY_EE) / (magic * math.sqrt(magic))
    parallel_radius = KRASOVSKY_A / math.sqrt(magic) * math.cos(phi)
    return LngLat(
        math.degrees(_east_offset_m(x, y) / parallel_radius),
        math.degrees(_north_offset_m(x, y) / meridian_radius),
    )


def _east_offset_m(x: float, y: float) -> float:
    return (
        300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
        + _waves(x, ((20, 6), (20, 2), (20, 1), (40, 1 / 3), (150, 1 / 12), (300, 1 / 30)))
    )  # fmt: skip


def _north_offset_m(x: float, y: float) -> float:
    return (
        -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
        + _waves(x, ((20, 6), (20, 2)))
        + _waves(y, ((20, 1), (40, 1 / 3), (160, 1 / 12), (320, 1 / 30)))
    )  # fmt: skip


def _waves(value: float, terms: tuple[tuple[float, float], ...]) -> float:
    return sum(size * math.sin(turns * value * math.pi) for size, turns in terms) * 2 / 3

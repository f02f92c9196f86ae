"""When and where a photograph says it was taken, read before everything of it is thrown away."""

import math
import struct
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from PIL import ExifTags, Image

from nuanxin.kernel.geo.coordinates import LngLat

CHINA = ZoneInfo("Asia/Shanghai")  # cameras without an offset run on local time
TIME_FORMAT = "%Y:%m:%d %H:%M:%S"
NULL_ISLAND_DEG = 1e-6


@dataclass(frozen=True, slots=True)
class Taken:
    """Claims of the file, not facts: a clock may be wrong, and both are easily written."""

    at: datetime | None = None
    point: LngLat | None = None


def taken(image: Image.Image) -> Taken:
    """Unreadable EXIF counts as none."""
    try:
        exif = image.getexif()
        details, gps = exif.get_ifd(ExifTags.IFD.Exif), exif.get_ifd(ExifTags.IFD.GPSInfo)
    except (ValueError, TypeError, KeyError, OSError, SyntaxError, struct.error):
        return Taken()
    return Taken(_time(details), _point(gps))


def _time(details: dict[int, Any]) -> datetime | None:
    try:
        text = str(details[ExifTags.Base.DateTimeOriginal]).strip("\x00 ")
        local = datetime.strptime(text, TIME_FORMAT)  # noqa: DTZ007  -- the zone stands in another tag
        return local.replace(tzinfo=_zone(details)).astimezone(UTC)
    except (KeyError, ValueError, OverflowError):
        return None


def _zone(details: dict[int, Any]) -> Any:
    try:
        return datetime.strptime(str(details[ExifTags.Base.OffsetTimeOriginal]).strip("\x00 "), "%z").tzinfo
    except (KeyError, ValueError):
        return CHINA


def _point(gps: dict[int, Any]) -> LngLat | None:
    """WGS-84 by the standard. Receivers without a fix write 0, 0."""
    try:
        lat = _degrees(gps[ExifTags.GPS.GPSLatitude], str(gps[ExifTags.GPS.GPSLatitudeRef]) == "S")
        lng = _degrees(gps[ExifTags.GPS.GPSLongitude], str(gps[ExifTags.GPS.GPSLongitudeRef]) == "W")
    except (KeyError, ValueError, TypeError, ZeroDivisionError):
        return None
    if not (abs(lat) <= 90 and abs(lng) <= 180) or math.hypot(lng, lat) < NULL_ISLAND_DEG:
        return None
    return LngLat(lng, lat)


def _degrees(parts: Any, negative: bool) -> float:  # noqa: FBT001  -- private, and it reads as it is
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    return -value if negative else value

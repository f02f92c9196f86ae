"""GeoJSON as others give it: read, checked, brought to WGS-84 and to one way of writing."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.errors import Invalid
from nuanxin.kernel.geo.cells import METRES_PER_DEGREE
from nuanxin.kernel.geo.coordinates import Crs, to_wgs84

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

PRECISION = 1e-7  # degrees: about a centimetre
AREAS = ("Polygon", "MultiPolygon")


class NotGeoJson(Invalid):
    default_message = _("读不懂这个 GeoJSON 文件。")
    default_hint = _("请给出一个 FeatureCollection，每个要素是带 code 属性的面。")


class BadShape(Invalid):
    default_message = _("图形不对。")
    default_hint = _("请在制图软件里修好这一个再导入；别的已经导入，不会重复。")


@dataclass(frozen=True, slots=True)
class Feature:
    index: int
    properties: dict[str, Any]
    geometry: dict[str, Any]


def features_of(source: Path | dict[str, Any]) -> Iterator[Feature]:
    """Raises `NotGeoJson`."""
    content = _read(source)
    if not isinstance(content, dict) or not isinstance(content.get("features"), list):
        raise NotGeoJson
    for index, each in enumerate(content["features"]):
        feature = each if isinstance(each, dict) else {}
        yield Feature(index, feature.get("properties") or {}, feature.get("geometry") or {})


def _read(source: Path | dict[str, Any]) -> Any:
    if isinstance(source, dict):
        return source
    try:
        return json.loads(source.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise NotGeoJson from error


def area_shape(geometry: dict[str, Any], crs: Crs) -> "BaseGeometry":
    """A valid polygon or multipolygon in WGS-84 on the centimetre. Raises `BadShape` saying what is wrong."""
    import shapely  # 15 MB that a process which only answers does without

    if geometry.get("type") not in AREAS:
        raise BadShape(
            _("图形要是面（Polygon 或 MultiPolygon），这里是 %s。") % (geometry.get("type") or "—")
        )
    try:
        shape = shapely.force_2d(shapely.from_geojson(json.dumps(geometry)))
    except (shapely.errors.GEOSException, TypeError, ValueError) as error:
        raise BadShape(_("坐标读不出来。")) from error
    if not shape.is_valid:
        raise BadShape(_("图形自相交或没有闭合：%s") % shapely.is_valid_reason(shape))
    if shape.is_empty or not shape.area:
        raise BadShape(_("图形是空的。"))
    return shapely.set_precision(_in_wgs84(shape, crs), PRECISION)


def _in_wgs84(shape: "BaseGeometry", crs: Crs) -> "BaseGeometry":
    west, south, east, north = shape.bounds
    if not (west >= -180 and east <= 180 and south >= -90 and north <= 90):
        raise BadShape(_("坐标不是经纬度。"))
    if crs in (Crs.WGS84, Crs.CGCS2000):
        return shape
    return from_system(shape, crs)


def from_system(shape: "BaseGeometry", crs: Crs) -> "BaseGeometry":
    """Every point of it in WGS-84."""
    import numpy as np  # as above
    import shapely  # as above

    return shapely.transform(shape, lambda points: np.array([to_wgs84(x, y, crs) for x, y in points]))


def shape_of(geojson: str) -> "BaseGeometry":
    """The geometry of a stored GeoJSON text, which was checked when it was written."""
    import shapely  # as above

    return shapely.from_geojson(geojson)


def text_of(shape: "BaseGeometry") -> str:
    """Always the same text for the same shape: normal order, seven decimals."""
    import shapely  # as above

    geometry = shapely.geometry.mapping(shapely.normalize(shape))
    return json.dumps(_rounded(geometry), separators=(",", ":"))


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 7)
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(each) for each in value]
    return value


def area_m2(shape: "BaseGeometry") -> float:
    """Square metres, by the sinusoidal projection, which keeps areas."""
    import numpy as np  # as above
    import shapely  # as above

    def project(points: Any) -> Any:
        lat = np.radians(points[:, 1])
        return np.column_stack([points[:, 0] * np.cos(lat), points[:, 1]]) * METRES_PER_DEGREE

    return float(shapely.transform(shape, project).area)

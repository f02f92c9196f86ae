import hashlib
import json
from datetime import datetime
from typing import Any

from django.db import transaction

from nuanxin.kernel import audit
from nuanxin.kernel.access import SYSTEM, Actor
from nuanxin.kernel.geo.coordinates import Crs
from nuanxin.territories.models import MapLayer
from nuanxin.territories.services.shapes import NotGeoJson, from_system


def put_map_layer(
    *,
    name: str,
    kind: str,
    geojson: dict[str, Any],
    source: str,
    now: datetime,
    crs: Crs = Crs.WGS84,
    actor: Actor = SYSTEM,
) -> bool:
    """Store one layer of the map background; returns whether anything changed. Raises `NotGeoJson`.

    Features may carry `name` and `class` (for roads: arterial, secondary, lane), by which the style draws.
    """
    text = json.dumps(_in_wgs84(geojson, crs), ensure_ascii=False, separators=(",", ":"))
    digest = hashlib.sha256(f"{kind}\n{source}\n{text}".encode()).hexdigest()
    with transaction.atomic():
        if MapLayer.objects.filter(name=name, digest=digest).exists():
            return False
        columns = {"kind": kind, "geojson": text, "crs": str(Crs.WGS84), "source": source}
        MapLayer.objects.update_or_create(
            name=name, defaults={**columns, "digest": digest, "updated_at": now}
        )
        audit.record(
            actor=actor, action="territories.map_layer", object_type="map_layer", object_id=name, now=now
        )
    return True


def _in_wgs84(geojson: dict[str, Any], crs: Crs) -> dict[str, Any]:
    features = geojson.get("features")
    if geojson.get("type") != "FeatureCollection" or not isinstance(features, list):
        raise NotGeoJson
    return {"type": "FeatureCollection", "features": [_feature(each, crs) for each in features]}


def _feature(feature: dict[str, Any], crs: Crs) -> dict[str, Any]:
    import shapely  # 15 MB that a process which only answers does without

    try:
        shape = shapely.from_geojson(json.dumps(feature["geometry"]))
    except (shapely.errors.GEOSException, KeyError, TypeError, ValueError) as error:
        raise NotGeoJson from error
    if crs not in (Crs.WGS84, Crs.CGCS2000):
        shape = from_system(shape, crs)
    geometry = json.loads(shapely.to_geojson(shape))
    return {"type": "Feature", "properties": feature.get("properties") or {}, "geometry": geometry}

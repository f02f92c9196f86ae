"""The register as a file: CSV, a workbook, GeoJSON, in the coordinates of whichever map it is for. Audited."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.downloads import File, stamp, table_file
from nuanxin.kernel.errors import Invalid, NotAllowed
from nuanxin.kernel.geo.coordinates import Crs, from_wgs84
from nuanxin.kernel.workbooks import Column
from nuanxin.places.enums import PlaceState
from nuanxin.places.models import Place
from nuanxin.places.queries.register import EXPORT_MOST, Filters, rows_to_export
from nuanxin.places.services.columns import COLUMNS

FORMS = ("csv", "xlsx", "geojson")


class TooManyPlaces(Invalid):
    default_message = _("符合条件的超过 5,000 处，一次导不完。")
    default_hint = _("请选一个街道或一种类型，分几次导出；没有导出任何内容。")


def export_places(*, actor: Actor, filters: Filters, form: str, crs: str, now: datetime) -> File:
    """What the list shows, as far as the actor may take it out. Raises `NotAllowed`, `TooManyPlaces`."""
    if not policy.permits(actor, "places.export"):
        raise NotAllowed
    system = Crs(crs) if crs in list(Crs) else Crs.WGS84
    rows = [values_of(place, system) for place in rows_to_export(actor, filters, now=now)]
    if len(rows) > EXPORT_MOST:
        raise TooManyPlaces
    narrowed = sorted(name for name, value in asdict(filters).items() if value)
    with transaction.atomic():
        audit.record(
            actor=actor, action="places.export", object_type="place", scope_code=actor.scope_code,
            detail={"rows": len(rows), "form": form, "crs": system.value, "filters": narrowed}, now=now,
        )  # fmt: skip
    name = f"places-{stamp(now)}"
    if form == "geojson":
        return File(f"{name}.geojson", _geojson(rows), "application/geo+json")
    columns = [Column(each.heading, each.width) for each in COLUMNS]
    table = [[row.get(each.key, "") for each in COLUMNS] for row in rows]
    return table_file(name, columns, table, title=_("点位"), form=form, now=now)


def values_of(place: Place, crs: Crs) -> dict[str, str]:
    """By the keys of the import's columns, so that what was exported can be edited and sent back."""
    lng, lat = from_wgs84(float(place.lng or 0), float(place.lat or 0), crs)
    held = [each for each in place.facilities.all() if not each.is_broken]
    broken = [each for each in place.facilities.all() if each.is_broken]
    return {
        "number": place.number,
        "name": place.name_zh,
        "name_en": place.name_en,
        "type": place.type.name_zh,
        "friendly_class": place.friendly_class.name_zh if place.friendly_class else "",
        "host": place.host.name if place.host else "",
        "address": place.address,
        "directions": place.directions,
        "phone": place.phone,
        "opening": place.opening,
        "capacity": "" if place.capacity is None else str(place.capacity),
        "valid_from": place.valid_from.isoformat() if place.valid_from else "",
        "valid_to": place.valid_to.isoformat() if place.valid_to else "",
        "scope_code": place.scope_code,
        "lng": f"{lng:.6f}",
        "lat": f"{lat:.6f}",
        "crs": crs.value,
        "facilities": "、".join(each.facility.name_zh for each in held),
        "broken": "、".join(each.facility.name_zh for each in broken),
        "state": str(PlaceState(place.state).label),
        "external_id": str(place.public_id),
    }


def _geojson(rows: Sequence[dict[str, str]]) -> bytes:
    features: list[dict[str, Any]] = [
        {
            "type": "Feature",
            "id": row["external_id"],
            "properties": {key: value for key, value in row.items() if key not in ("lng", "lat") and value},
            "geometry": {"type": "Point", "coordinates": [float(row["lng"]), float(row["lat"])]},
        }
        for row in rows
    ]
    body = {"type": "FeatureCollection", "features": features}
    return json.dumps(body, ensure_ascii=False).encode()

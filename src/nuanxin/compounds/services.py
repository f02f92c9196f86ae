from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.compounds.models import Compound
from nuanxin.compounds.queries import OUTLINES, editable_compound
from nuanxin.kernel import audit
from nuanxin.kernel.access import SYSTEM, Actor, allows
from nuanxin.kernel.access.scope import FULL_CODE
from nuanxin.kernel.errors import DomainError, Invalid, NotAllowed
from nuanxin.kernel.geo.areas import Area
from nuanxin.kernel.geo.coordinates import Crs, to_wgs84
from nuanxin.people.enums import SiteKind
from nuanxin.people.models import Site
from nuanxin.people.queries import organisation_by_uscc
from nuanxin.people.services import create_site
from nuanxin.territories.queries import is_territory, locate
from nuanxin.territories.services import (
    Feature,
    FeatureError,
    area_shape,
    features_of,
    spelled,
    text_of,
    touch,
)

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

__all__ = [
    "CompoundData",
    "ImportReport",
    "NoName",
    "NoPlace",
    "NoSuchCommunity",
    "NotYours",
    "PointOutside",
    "create_compound",
    "import_compounds",
    "update_compound",
]


class NoName(Invalid):
    default_message = _("还没有名称。")
    default_hint = _("请填居民平常叫的名字。")


class NoPlace(Invalid):
    default_message = _("还没有位置。")
    default_hint = _("请在地图上点一下小区的位置，或者导入它的轮廓。")


class PointOutside(Invalid):
    default_message = _("这个点不在小区轮廓里面。")
    default_hint = _("请把图钉拖到轮廓里，或者去掉轮廓。")


class NoSuchCommunity(Invalid):
    default_message = _("还不知道这个小区归哪个社区。")
    default_hint = _("请从区划里选一个社区；地图上有社区边界的地方会自动选好。")


class NotYours(NotAllowed):
    default_message = _("这个小区不在您管的范围里。")
    default_hint = _("请让所在社区的同事来改。")


@dataclass(frozen=True, kw_only=True)
class CompoundData:
    """What one may say about a compound. Point and outline in `crs`; either is enough for a place.

    `outline` is a GeoJSON geometry. An empty `scope_code` is found by the place.
    """

    name: str
    scope_code: str = ""
    lng: float | None = None
    lat: float | None = None
    outline: dict[str, Any] | None = None
    crs: Crs = Crs.WGS84
    address: str = ""
    manager_id: int | None = None
    households: int | None = None
    is_active: bool = True


@dataclass(slots=True)
class ImportReport:
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    errors: list[FeatureError] = field(default_factory=list)


def create_compound(
    *,
    actor: Actor,
    data: CompoundData,
    now: datetime,
    source: str = "",
    external_id: str = "",
) -> Compound:
    """A new compound and its site.

    Raises `NoName`, `NoPlace`, `PointOutside`, `BadShape`, `NoSuchCommunity`, `NotYours`.
    """
    columns = _columns(data)
    with transaction.atomic():
        compound = Compound(source=source, external_id=external_id, created_at=now, updated_at=now, **columns)
        compound.site = create_site(
            actor=actor, kind=SiteKind.COMPOUND, name=compound.name, scope_code=compound.scope_code,
            lng=compound.lng, lat=compound.lat, operator=compound.manager, now=now,
        )  # fmt: skip
        compound.save(force_insert=True)
        _demand(actor, compound)
        _told(actor, "compounds.create", compound, sorted(columns), now)
    return compound


def update_compound(*, actor: Actor, public_id: UUID, data: CompoundData, now: datetime) -> bool:
    """Change a compound and its site; returns whether anything changed. Raises as `create_compound` does.

    An actor may move a compound out of the own area, not one that lies elsewhere into it.
    """
    compound = editable_compound(actor, public_id)
    columns = _columns(data)
    changed = sorted(name for name, value in columns.items() if getattr(compound, name) != value)
    if not changed:
        return False
    with transaction.atomic():
        for name in changed:
            setattr(compound, name, columns[name])
        compound.updated_at = now
        compound.save()
        Site.objects.filter(pk=compound.site_id).update(**_site_columns(columns))
        _told(actor, "compounds.update", compound, changed, now)
    return True


def _columns(data: CompoundData) -> dict[str, Any]:
    """The stored form: everything in WGS-84, the point inside the outline, the community known."""
    outline = area_shape(data.outline, data.crs) if data.outline else None
    lng, lat = _point(data, outline)
    if not data.name.strip():
        raise NoName
    letters, initials = spelled(data.name.strip())
    return {
        "name": data.name.strip(),
        "pinyin": letters,
        "initials": initials,
        "scope_code": _community(data.scope_code, lng, lat),
        "lng": lng,
        "lat": lat,
        "outline": text_of(outline) if outline is not None else "",
        "address": data.address.strip(),
        "manager_id": data.manager_id,
        "households": data.households,
        "is_active": data.is_active,
    }


def _point(data: CompoundData, outline: "BaseGeometry | None") -> tuple[float, float]:
    if data.lng is None or data.lat is None:
        if outline is None:
            raise NoPlace
        inside = outline.representative_point()
        return round(inside.x, 7), round(inside.y, 7)
    lng, lat = to_wgs84(data.lng, data.lat, data.crs)
    if outline is not None and not Area.of(text_of(outline)).covers(lng, lat):
        raise PointOutside
    return round(lng, 7), round(lat, 7)


def _community(scope_code: str, lng: float, lat: float) -> str:
    """The community that was chosen, else the one whose outline contains the point."""
    code = (scope_code or locate(lng, lat) or "")[:FULL_CODE]
    if not code or code.endswith("000") or not is_territory(code):
        raise NoSuchCommunity
    return code


def _site_columns(columns: dict[str, Any]) -> dict[str, Any]:
    same = {name: columns[name] for name in ("name", "scope_code", "lng", "lat", "is_active")}
    return {**same, "operator_id": columns["manager_id"]}


def _demand(actor: Actor, compound: Compound) -> None:
    """The rule decides on the row as it now is; where it refuses, the transaction undoes the row."""
    if not allows(actor, "compounds.edit", compound):
        raise NotYours


def _told(actor: Actor, action: str, compound: Compound, changed: list[str], now: datetime) -> None:
    if {"outline", "is_active"} & set(changed):
        touch(OUTLINES)
    audit.record(
        actor=actor, action=action, object_type="compound", object_id=compound.pk,
        scope_code=compound.scope_code, detail={"changed": changed}, now=now,
    )  # fmt: skip


def import_compounds(
    *,
    source: Path | dict[str, Any],
    origin: str,
    now: datetime,
    crs: Crs = Crs.WGS84,
    actor: Actor = SYSTEM,
) -> ImportReport:
    """Compounds from a GeoJSON FeatureCollection of points or polygons; the same file again changes nothing.

    Properties: `name`, and if known `id`, `code` (community), `address`, `households`, `manager_uscc`. A feature is
    the compound that came from `origin` with the same `id` (without one: the same name); one that fails is named
    in `errors` and left out. Raises `NotGeoJson`.
    """
    report = ImportReport()
    with transaction.atomic():
        for feature in features_of(source):
            key = str(feature.properties.get("id") or feature.properties.get("name") or "")[:64]
            try:
                with transaction.atomic():
                    _import_one(actor, _data_of(feature, crs), origin, key, now, report)
            except DomainError as error:
                report.errors.append(FeatureError(feature.index, key, str(error.message)))
    return report


def _import_one(
    actor: Actor,
    data: CompoundData,
    origin: str,
    key: str,
    now: datetime,
    report: ImportReport,
) -> None:
    if not key:
        raise NoName
    known = Compound.objects.filter(source=origin, external_id=key).first()
    if known is None:
        create_compound(actor=actor, data=data, now=now, source=origin, external_id=key)
        report.created += 1
        return
    kept = replace(data, is_active=known.is_active, manager_id=data.manager_id or known.manager_id)
    changed = update_compound(actor=actor, public_id=known.public_id, data=kept, now=now)
    report.changed += changed
    report.unchanged += not changed


def _data_of(feature: Feature, crs: Crs) -> CompoundData:
    told, geometry = feature.properties, feature.geometry
    is_point = geometry.get("type") == "Point"
    lng, lat = _pair(geometry) if is_point else (None, None)
    manager = organisation_by_uscc(str(told["manager_uscc"])) if told.get("manager_uscc") else None
    return CompoundData(
        name=str(told.get("name") or "").strip()[:60],
        scope_code=str(told.get("code") or ""),
        lng=lng,
        lat=lat,
        outline=None if is_point else geometry,
        crs=crs,
        address=str(told.get("address") or "")[:120],
        manager_id=manager.pk if manager else None,
        households=_count(told.get("households")),
    )


def _pair(geometry: dict[str, Any]) -> tuple[float, float]:
    try:
        lng, lat, *_height = geometry["coordinates"]
        return float(lng), float(lat)
    except (KeyError, TypeError, ValueError) as error:
        raise NoPlace from error


def _count(value: object) -> int | None:
    return int(str(value)) if str(value).isdigit() else None

"""Putting a place into the register and changing what it says."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import Actor, allows
from nuanxin.kernel.errors import Conflict, Invalid, NotAllowed
from nuanxin.kernel.events import publish
from nuanxin.kernel.geo.coordinates import Crs, to_wgs84
from nuanxin.kernel.opening import parse
from nuanxin.kernel.search.spelling import spelled
from nuanxin.people.models import Site
from nuanxin.people.services import create_site
from nuanxin.people.services.organisation_sheet import MOBILE, TELEPHONE
from nuanxin.places.enums import Spoken
from nuanxin.places.events import PlaceChanged, PlaceCreated
from nuanxin.places.models import Place
from nuanxin.places.queries.catalogue import catalogue
from nuanxin.places.queries.duplicates import same_place
from nuanxin.places.queries.register import INDEX, changeable_place
from nuanxin.places.services.noting import note
from nuanxin.territories.queries import is_territory, locate

# What says whose a place is and what it counts as: for those who open places, not for its keeper.
GOVERNED = (
    "type_id", "friendly_class_id", "number", "host_id", "scope_code", "name_zh", "pinyin", "initials",
)  # fmt: skip


class NoName(Invalid):
    default_message = _("还没有名称。")
    default_hint = _("请填小哥们看得懂的名字，例如：枫林暖新驿站。")


class NoPlace(Invalid):
    default_message = _("还没有位置。")
    default_hint = _("请在地图上点一下门口的位置。")


class NoSuchTerritory(Invalid):
    default_message = _("还不知道这里归哪个社区。")
    default_hint = _("请从区划里选一个社区；地图上有社区边界的地方会自动选好。")


class NotYours(NotAllowed):
    default_message = _("这个地方不在您管的范围里。")
    default_hint = _("请让所在社区、街道或主办单位的同事来改。")


class SamePlace(Conflict):
    default_message = _("附近已经登记过同名的地方。")
    default_hint = _("请先看看是不是同一个；不是的话，勾上“不是同一个”再保存。")

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place


class NumberTaken(Conflict):
    default_message = _("这个编号已经有别的地方在用。")
    default_hint = _("请核对编号，或者先空着。")


class BadPhone(Invalid):
    default_message = _("电话要填这个地方的公开电话。")
    default_hint = _("只能有数字和短横，例如 0512-66660000；不要填个人手机号。")


class BadSeason(Invalid):
    default_message = _("截止日要在启用日之后。")
    default_hint = _("只开一季的地方填两头；常年开放的都空着。")


@dataclass(frozen=True, kw_only=True)
class PlaceData:
    """What one may say about a place; the point in `crs`. An empty `scope_code` is found by the point.

    `is_other`: it has been looked at, and is not the one of the same name nearby.
    """

    name: str
    type: str
    lng: float | None = None
    lat: float | None = None
    crs: Crs = Crs.WGS84
    name_en: str = ""
    friendly_class: str = ""
    number: str = ""
    scope_code: str = ""
    host_id: int | None = None
    address: str = ""
    directions: str = ""
    phone: str = ""
    languages: tuple[str, ...] = ()
    capacity: int | None = None
    opening: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    is_other: bool = False


def create_place(
    *, actor: Actor, data: PlaceData, now: datetime, source: str = "", external_id: str = ""
) -> Place:
    """A new place in preparation, and its site. Publishes `PlaceCreated`.

    The same `source` and `external_id` again is the same place. Raises `NoName`, `NoPlace`, `NoSuchTerritory`,
    `BadPhone`, `InvalidOpening`, `BadSeason`, `SamePlace`, `NumberTaken`, `NotYours`.
    """
    if external_id and (known := Place.objects.filter(source=source, external_id=external_id).first()):
        return known
    columns = columns_of(data)
    if not data.is_other and (other := same_place(data.name, columns["lng"], columns["lat"])):
        raise SamePlace(other)
    return add_place(actor=actor, columns=columns, now=now, source=source, external_id=external_id)


def add_place(
    *, actor: Actor, columns: dict[str, Any], now: datetime, source: str, external_id: str
) -> Place:
    """What `columns_of` has checked becomes a row. Raises `NumberTaken`, `NotYours`."""
    place = Place(
        **columns, source=source, external_id=external_id, state_since=now, created_at=now, updated_at=now
    )
    try:
        with transaction.atomic():
            place.site = create_site(
                actor=actor, kind=place.type.site_kind, name=place.name_zh, scope_code=place.scope_code,
                lng=place.lng, lat=place.lat, operator=place.host, now=now,
            )  # fmt: skip
            place.save(force_insert=True)
            demand(actor, "places.edit", place)
            make_findable(place)
            note(actor, "create", place, (name for name, value in columns.items() if value), now)
            publish(PlaceCreated(place.pk, place.type_id), scope_code=place.scope_code, now=now)
    except IntegrityError:
        raise NumberTaken from None
    return place


def update_place(*, actor: Actor, public_id: UUID, data: PlaceData, now: datetime) -> bool:
    """Change a place and its site; returns whether anything changed. Publishes `PlaceChanged`.

    Raises as `create_place`, and `PlaceNotFound`.
    Its keeper changes what workers need; whose it is, what it counts as and its name are for those who open places.
    """
    place = changeable_place(actor, "places.edit", public_id)
    columns = columns_of(data)
    if not allows(actor, "places.open", place):
        columns = {name: value for name, value in columns.items() if name not in GOVERNED}
    if not data.is_other and "name_zh" in columns and place.name_zh != columns["name_zh"]:
        other = same_place(data.name, columns["lng"], columns["lat"], other_than=place.pk)
        if other is not None:
            raise SamePlace(other)
    return change_place(actor=actor, place=place, columns=columns, now=now)


def change_place(*, actor: Actor, place: Place, columns: dict[str, Any], now: datetime) -> bool:
    """Raises `NumberTaken`."""
    changed = sorted(name for name, value in columns.items() if getattr(place, name) != value)
    if not changed:
        return False
    for name in changed:
        setattr(place, name, columns[name])
    place.updated_at = now
    try:
        with transaction.atomic():
            place.save(update_fields=[*changed, "updated_at"])
            Site.objects.filter(pk=place.site_id).update(**_site_columns(place))
            make_findable(place)
            note(actor, "update", place, changed, now)
            publish(PlaceChanged(place.pk, ",".join(changed)), scope_code=place.scope_code, now=now)
    except IntegrityError:
        raise NumberTaken from None
    return True


def columns_of(data: PlaceData, territories: Container[str] | None = None) -> dict[str, Any]:
    """The stored form: checked, in WGS-84, the community known. `territories`: codes that are known to exist."""
    name = data.name.strip()
    if not name:
        raise NoName
    lng, lat = _point(data)
    _check_codes(data)
    if data.valid_from and data.valid_to and data.valid_to < data.valid_from:
        raise BadSeason(fields={"valid_to": BadSeason.default_message})
    letters, initials = spelled(name)
    return {
        "type_id": data.type,
        "friendly_class_id": data.friendly_class or None,
        "number": data.number.strip(),
        "name_zh": name,
        "name_en": data.name_en.strip(),
        "pinyin": letters[:200],
        "initials": initials[:60],
        "host_id": data.host_id,
        "address": data.address.strip(),
        "directions": data.directions.strip(),
        "phone": _phone(data.phone),
        "languages": " ".join(code for code in Spoken.values if code in data.languages),
        "capacity": data.capacity,
        "opening": _opening(data.opening),
        "valid_from": data.valid_from,
        "valid_to": data.valid_to,
        "scope_code": _scope(data.scope_code, lng, lat, territories),
        "lng": lng,
        "lat": lat,
    }


def _check_codes(data: PlaceData) -> None:
    known = catalogue()
    if data.type not in known.types:
        raise Invalid(_("还没有选类型。"), hint=_("请从清单里选一个。"), fields={"type": _("请选类型。")})
    if data.friendly_class and data.friendly_class not in known.classes:
        raise Invalid(fields={"friendly_class": _("没有这个友好类别。")})


def _point(data: PlaceData) -> tuple[float, float]:
    if data.lng is None or data.lat is None:
        raise NoPlace
    lng, lat = to_wgs84(data.lng, data.lat, data.crs)
    return round(lng, 7), round(lat, 7)


def _phone(text: str) -> str:
    number = text.strip().replace(" ", "")
    if number and (MOBILE.fullmatch(number.replace("-", "")) or not TELEPHONE.fullmatch(number)):
        raise BadPhone(fields={"phone": BadPhone.default_hint})
    return number


def _opening(text: str) -> str:
    """Raises `InvalidOpening`, which says what to write instead."""
    plain = " ".join(text.split())
    return parse(plain).text if plain else ""


def _scope(scope_code: str, lng: float, lat: float, territories: Container[str] | None) -> str:
    """The community that was chosen, else the smallest territory whose outline contains the point."""
    code = scope_code or locate(lng, lat) or ""
    is_known = territories is not None and code in territories
    if not is_known and not (territories is not None and scope_code):
        is_known = is_territory(code)
    if not code or code.endswith("000") or not is_known:
        raise NoSuchTerritory
    return code


def _site_columns(place: Place) -> dict[str, Any]:
    same = {name: getattr(place, name) for name in ("scope_code", "lng", "lat")}
    return {**same, "name": place.name_zh, "operator_id": place.host_id}


def make_findable(place: Place) -> None:
    INDEX.index(place.pk, words_of(place))


def words_of(place: Place) -> str:
    """By what a place is found."""
    kind = catalogue().types[place.type_id]
    words = (
        place.name_zh, place.name_en, place.number, place.address, place.pinyin, place.initials, kind.name_zh,
    )  # fmt: skip
    return " ".join(words)


def demand(actor: Actor, permission: str, place: Place) -> None:
    """The rule decides on the row as it now is; where it refuses, the transaction undoes the row."""
    if not allows(actor, permission, place):
        raise NotYours

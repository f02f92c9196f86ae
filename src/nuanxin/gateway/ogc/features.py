"""A place as a GeoJSON feature (RFC 7946). Only what its public page says."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from nuanxin.kernel.access.scope import LEVELS, padded
from nuanxin.kernel.worktime import SHANGHAI
from nuanxin.places.queries import PublishedPlace

Schema = Mapping[str, Any]
TEXT: Schema = {"type": "string"}
TEXTS: Schema = {"type": "array", "items": TEXT}
TIME: Schema = {"type": "string", "format": "date-time", "nullable": True}
DAY: Schema = {"type": "string", "format": "date", "nullable": True}
WHOLE: Schema = {"type": "integer", "nullable": True}


def _time(at: datetime | None) -> str | None:
    return at.astimezone(SHANGHAI).isoformat(timespec="seconds") if at else None


def _day(on: date | None) -> str | None:
    return on.isoformat() if on else None


def _equipped(row: PublishedPlace, *, broken: bool) -> list[str]:
    return [each.facility_id for each in row.facilities if each.is_broken == broken]


def _area(level: str) -> Callable[[PublishedPlace], str]:
    digits = LEVELS[level]
    return lambda row: padded(row.place.scope_code[:digits]) if len(row.place.scope_code) >= digits else ""


# name: (what it is, its schema, where it is from)
PROPERTIES: dict[str, tuple[str, Schema, Callable[[PublishedPlace], Any]]] = {
    "name": ("The Chinese name", TEXT, lambda row: row.place.name_zh),
    "name_en": ("The English name, where there is one", TEXT, lambda row: row.place.name_en),
    "number": ("The number that the city gives", TEXT, lambda row: row.place.number),
    "type": ("The code of the type", TEXT, lambda row: row.place.type_id),
    "type_name": ("The Chinese name of the type", TEXT, lambda row: row.place.type.name_zh),
    "friendly_class": ("Its class as a friendly scene", TEXT, lambda row: row.place.friendly_class_id or ""),
    "host": ("The organisation that runs it", TEXT, lambda row: row.place.host.label if row.place.host else ""),
    "address": ("Street and house number", TEXT, lambda row: row.place.address),
    "directions": ("How one gets in", TEXT, lambda row: row.place.directions),
    "phone": ("The telephone of the place", TEXT, lambda row: row.place.phone),
    "languages": ("What is spoken there, BCP 47", TEXTS, lambda row: row.place.languages.split()),
    "capacity": ("Seats", WHOLE, lambda row: row.place.capacity),
    "district": ("The 12 digits of its district", TEXT, _area("district")),
    "street": ("The 12 digits of its street or town", TEXT, _area("street")),
    "state": ("`open` to the public, or `suspended` for the time being", TEXT, lambda row: row.place.state),
    "opening_hours": ("As OpenStreetMap writes `opening_hours`", TEXT, lambda row: row.place.opening),
    "standing": ("`open`, `closed` or `unknown` at the time of the answer", TEXT, lambda row: row.hours.standing.value),
    "standing_until": ("When that changes, where it is known", TIME, lambda row: _time(row.hours.until)),
    "facilities": ("Codes of its facilities, less those out of order", TEXTS, lambda row: _equipped(row, broken=False)),
    "out_of_order": ("Codes of its facilities that are", TEXTS, lambda row: _equipped(row, broken=True)),
    "season_from": ("First day of its season", DAY, lambda row: _day(row.place.valid_from)),
    "season_to": ("Last day of its season", DAY, lambda row: _day(row.place.valid_to)),
    "confirmed_at": ("When anybody last agreed with this", TIME, lambda row: _time(row.place.confirmed_at)),
    "updated_at": ("When the entry last changed", TIME, lambda row: _time(row.place.updated_at)),
}  # fmt: skip


def feature(row: PublishedPlace, page: str) -> dict[str, Any]:
    """`page` is the address of the place's public page."""
    place = row.place
    point = [round(float(degrees or 0), 7) for degrees in (place.lng, place.lat)]
    said = {name: read(row) for name, (_about, _schema, read) in PROPERTIES.items()}
    return {
        "type": "Feature",
        "id": str(place.public_id),
        "geometry": {
            "type": "Point",
            "coordinates": point,
        },
        "properties": {**said, "page": page},
    }

"""Notices of weather that are on, and what is shelter from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from nuanxin.kernel.access import SYSTEM, Actor, visible
from nuanxin.kernel.access.scope import lies_in
from nuanxin.kernel.errors import NotFound
from nuanxin.people.queries import ancestor_codes
from nuanxin.places.enums import Order, WarningKind
from nuanxin.places.models import AreaWarning, PlaceFacility
from nuanxin.territories.queries import is_territory

KEPT_IN_LIST = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Shelter:
    """A place of one of the types, or with one of the facilities in order."""

    types: tuple[str, ...]
    facilities: tuple[str, ...]


STATIONS = (
    "station",
    "station_24h",
    "rider_station",
    "energy_station",
    "union_station",
    "party_centre",
    "neg_centre",
)
SHELTERS: Mapping[str, Shelter] = {
    WarningKind.STORM: Shelter((*STATIONS, "rest_room", "drivers_home", "canteen"), ("seats",)),
    WarningKind.HEAT: Shelter(("cooling_station",), ("air_conditioning",)),
    WarningKind.COLD: Shelter(("warming_point",), ("heating", "air_conditioning")),
}


def shelter_q(kind: str) -> Q:
    shelter = SHELTERS[kind]
    held = PlaceFacility.objects.filter(place=OuterRef("pk"), facility__in=shelter.facilities)
    return Q(type__in=shelter.types) | Q(Exists(held.exclude(order=Order.BROKEN)))


def warning_on(scope_code: str, now: datetime) -> AreaWarning | None:
    """The one in force for a territory, in it or in one around it: the latest to have begun."""
    if not scope_code:
        return None
    codes = {*ancestor_codes(scope_code), scope_code}
    return AreaWarning.objects.filter(scope_code__in=codes, starts_at__lte=now, ends_at__gt=now).first()


def listed_warnings(actor: Actor, *, now: datetime) -> list[AreaWarning]:
    """Those on and coming, and those of the last month."""
    rows = visible(AreaWarning.objects.all(), "places.warn", actor)
    return list(rows.filter(ends_at__gt=now - KEPT_IN_LIST)[:100])


def changeable_warning(actor: Actor, warning_id: int) -> AreaWarning:
    """Raises `NotFound`."""
    found = visible(AreaWarning.objects.filter(pk=warning_id), "places.warn", actor).first()
    if found is None:
        raise NotFound
    return found


def warned_territory(actor: Actor, scope_code: str) -> str:
    """A territory that the actor may warn: the own one or one inside. Raises `NotFound`."""
    extent = actor.extent("places.warn")
    inside = actor.role == SYSTEM.role or extent == "all"
    inside = inside or (extent == "area" and lies_in(scope_code, actor.scope_code))
    if not inside or not is_territory(scope_code):
        raise NotFound
    return scope_code

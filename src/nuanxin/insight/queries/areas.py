"""Where somebody may look: their own territory and what is inside it; a unit's leader, the unit's own work."""

from dataclasses import dataclass
from uuid import UUID

from nuanxin.insight.queries.running import Place
from nuanxin.kernel.access import Actor, level_of, visible
from nuanxin.kernel.access.scope import FULL_CODE, LEVELS, padded
from nuanxin.kernel.errors import NotFound
from nuanxin.people.models import Organisation
from nuanxin.territories.models import Territory
from nuanxin.territories.queries import ancestors, children

BELOW = {
    "province": "city",
    "city": "district",
    "district": "street",
    "street": "community",
    "community": "grid",
}


@dataclass(frozen=True, slots=True)
class Area:
    """A place with its names. `path` leads from the actor's own territory down to here."""

    place: Place
    name: str
    level: str = ""
    path: tuple[Territory, ...] = ()
    inside: tuple[Territory, ...] = ()
    unit: Organisation | None = None
    is_own_unit: bool = False

    @property
    def scope_code(self) -> str:
        return self.place.scope_code

    @property
    def below(self) -> str:
        """The level that a breakdown by territory has lines of."""
        return BELOW.get(self.level, "street")


def area_for(actor: Actor, *, code: str = "", unit: UUID | None = None) -> Area:
    """Raises `NotFound` for what lies outside, and for an actor who stands nowhere."""
    if actor.extent("insight.view") == "org":
        return _own_unit(actor)
    found = visible(Territory.objects.filter(code=code or actor.scope_code), "insight.view", actor).first()
    if found is None:
        raise NotFound
    organisation = Organisation.objects.filter(public_id=unit).first() if unit else None
    if unit and organisation is None:
        raise NotFound
    own = LEVELS[level_of(actor.scope_code)] if actor.scope_code else 0
    path = tuple(above for above in ancestors(found.code) if LEVELS[above.level] >= own) if code else ()
    place = Place(found.code, organisation.pk if organisation else 0)
    inside = tuple(children(found.code)) if len(found.code) == FULL_CODE else ()
    return Area(place, found.short_name, level_of(found.code), path, inside, organisation)


def _own_unit(actor: Actor) -> Area:
    unit = Organisation.objects.filter(pk=actor.organisation_id).first() if actor.organisation_id else None
    if unit is None:
        raise NotFound
    return Area(Place("", unit.pk), unit.label, unit=unit, is_own_unit=True)


def territory_names(prefixes: set[str]) -> dict[str, str]:
    """The significant digits of a level → the short name of the territory."""
    codes = {prefix if len(prefix) > FULL_CODE else padded(prefix): prefix for prefix in prefixes}
    rows = Territory.objects.filter(code__in=codes).only("code", "name")
    return {codes[row.code]: row.short_name for row in rows}


def units_by_id(ids: set[int]) -> dict[int, Organisation]:
    return Organisation.objects.in_bulk(ids)

"""Where one may look for activities: around the places that one has saved, in the own community, street, district."""

from dataclasses import dataclass
from uuid import UUID

from nuanxin.kernel.access import Actor
from nuanxin.kernel.access.scope import LEVELS, padded
from nuanxin.places.models import Place, SavedPlace
from nuanxin.places.permissions import PUBLIC
from nuanxin.territories.queries import territories_by_code


@dataclass(frozen=True, slots=True)
class SavedPoint:
    """Longitude and latitude of a place that somebody saved."""

    public_id: UUID
    name: str
    point: tuple[float, float]


def saved_points(actor: Actor, *, limit: int = 5) -> list[SavedPoint]:
    """One statement; none for who has saved nothing or is not signed in."""
    if actor.person_id is None:
        return []
    rows = SavedPlace.objects.filter(person=actor.person_id, place__lng__isnull=False)
    return [
        SavedPoint(each.place.public_id, each.place.name, (each.place.lng, each.place.lat))
        for each in rows.select_related("place").order_by("-saved_at")[:limit]
        if each.place.lng is not None and each.place.lat is not None
    ]


def areas_for(actor: Actor, within: str) -> list[tuple[str, str]]:
    """Everywhere, the own district, street and community, and what is chosen."""
    own = [
        actor.scope_code if level == "community" else padded(actor.scope_code[: LEVELS[level]])
        for level in ("community", "street", "district")
        if len(actor.scope_code) >= LEVELS[level]
    ]
    known = {
        each.code: each
        for each in territories_by_code(list(dict.fromkeys([*own, within] if within else own)))
    }
    return [(code, known[code].name) for code in dict.fromkeys([*own, within]) if code in known]


def places_to_choose(actor: Actor, *, limit: int = 300) -> list[Place]:
    """Open places of the own area, for the form."""
    rows = Place.objects.filter(PUBLIC)
    if actor.scope_code:
        rows = rows.filter(scope_district=actor.scope_code[:6])
    if actor.extent("volunteering.activity_new") == "area" and len(actor.scope_code) >= LEVELS["street"]:
        rows = rows.filter(scope_street=actor.scope_code[:9])
    return list(rows.only("public_id", "name_zh", "name_en").order_by("initials", "pk")[:limit])

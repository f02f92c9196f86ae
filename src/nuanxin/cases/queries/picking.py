"""What the report form offers to choose from: big tiles, what one reported before, everything; and places."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings

from nuanxin.cases.models import Case
from nuanxin.cases.queries.catalogue import MAJORS, Kind, kind_of, kinds, kinds_by_major
from nuanxin.cases.queries.places import area_name
from nuanxin.cases.queries.routing import compound_of
from nuanxin.compounds.models import Compound
from nuanxin.compounds.queries import nearest_compounds
from nuanxin.kernel.access import Actor, level_of, policy
from nuanxin.kernel.access.scope import LEVELS, padded
from nuanxin.people.queries import Terms, terms_of
from nuanxin.territories.queries import Bounds, bounds_of, locate

LOOK_BACK = 20  # one's last reports, among which the recent kinds and compounds are looked for
RECENT = 3
LOCATION = "location"
NEAREST = 5
ICONS = {
    "0201": "flame", "0203": "plug", "0204": "battery-charging", "0304": "bolt", "0303": "bulb-off",
    "0405": "car", "0407": "ripple", "0504": "hand-stop", "0505": "door-enter", "0605": "building",
    "0606": "droplet", "0707": "tree", "0905": "soup", "1005": "swimming", "1101": "old", "1105": "wheelchair",
    "1106": "award", "1203": "charging-pile", "1205": "scale", "1206": "bulb",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Around:
    """What is known of a point: the territory in words, and the compounds nearest to it. Outside: no words."""

    area: str
    compounds: list[Compound]


def icon_of(kind: Kind) -> str:
    return ICONS.get(kind.code) or MAJORS.get(kind.major, ("", "tag"))[1]


def first_kinds() -> list[Kind]:
    """The big tiles, in the city's order (`NUANXIN_FIRST_CATEGORIES`)."""
    known = kinds()
    return [known[code] for code in settings.NUANXIN_FIRST_CATEGORIES if code in known]


def life_safety_kinds() -> list[Kind]:
    return [kind for kind in kinds().values() if kind.is_life_safety]


def offered_to_all() -> dict[str, Any]:
    """What the form shows whoever looks at it: tiles, every kind by its major, the dangers and their red cards."""
    return {
        "first": [(each, icon_of(each)) for each in first_kinds()],
        "groups": in_groups(),
        "dangers": [(each, icon_of(each)) for each in life_safety_kinds()],
        "calls": _calls(),
    }


def in_groups(words: str = "") -> list[tuple[str, object, str, list[Kind]]]:
    return [(major, *MAJORS[major], found) for major, found in kinds_by_major(words)]


def _calls() -> list[tuple[str, Kind]]:
    """One red card for each set of numbers; several kinds share it."""
    cards: dict[str, Kind] = {}
    for kind in life_safety_kinds():
        cards.setdefault(kind.call, kind)
    return list(cards.items())


def recent_choices(actor: Actor) -> tuple[list[Kind], list[Compound]]:
    """Kinds and compounds of the actor's own last reports, the latest first; one statement."""
    rows = (
        Case.objects.filter(policy.rule("cases.view_own", actor))
        .select_related("compound")
        .order_by("-id")[:LOOK_BACK]
    )
    found, known = list(rows), kinds()
    codes = [code for code in dict.fromkeys(case.category_id for case in found) if code in known]
    compounds = {
        case.compound.pk: case.compound for case in found if case.compound and case.compound.is_active
    }
    return [kind_of(code) for code in codes[:RECENT]], list(compounds.values())[:RECENT]


def with_chosen(offered: list[Compound], chosen: str) -> list[Compound]:
    """What a link or an earlier attempt has chosen stays on offer."""
    if not chosen.isdigit() or any(str(compound.pk) == chosen for compound in offered):
        return offered
    found = compound_of(int(chosen[:18]))
    return [found, *offered] if found else offered


def own_community(actor: Actor) -> tuple[str, str]:
    """Code and name of the community that the actor declared; empty without one."""
    if not actor.scope_code or level_of(actor.scope_code) not in {"community", "grid"}:
        return "", ""
    code = padded(actor.scope_code[:12])
    return code, area_name(code)


def home_district(actor: Actor) -> str:
    """Where choosing another community begins: nobody starts at the provinces."""
    return padded(actor.scope_code[: LEVELS["district"]]) if actor.scope_code else ""


def home_bounds(actor: Actor) -> Bounds | None:
    """Where the map begins: around the actor's community, else around everything."""
    return (bounds_of(actor.scope_code) if actor.scope_code else None) or bounds_of()


def location_terms(actor: Actor | None = None) -> Terms:
    """What one agrees to before the phone may say where it is."""
    return terms_of(LOCATION, person_id=actor.person_id if actor else None)


def around(lng: float, lat: float) -> Around:
    """Raises `NotACoordinate`."""
    code = locate(lng, lat)
    if code is None:
        return Around("", [])
    return Around(area_name(padded(code[:12])), nearest_compounds(lng, lat, limit=NEAREST))

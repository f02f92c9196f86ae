"""Where a case is, in words, as far as this actor may read it; and the communities a list can be narrowed to."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.models import Case
from nuanxin.kernel.access import Actor, level_of, significant
from nuanxin.kernel.access.scope import LEVELS, padded
from nuanxin.kernel.privacy.masking import mask_address
from nuanxin.territories.enums import Level
from nuanxin.territories.models import Territory
from nuanxin.territories.queries import bounds_of, path_name
from nuanxin.territories.queries.tree import below

ROUGHLY = 2  # decimals: about a kilometre


def address_for(actor: Actor, case: Case, permission: str = "cases.view") -> str:
    """The place as it was described; down to the building for roles that see it masked (`domain.md` §8)."""
    address = case.address or (case.compound.name if case.compound else "")
    return mask_address(address) if actor.is_masked(permission) else address


def rough(degrees: float | None) -> float | None:
    """The neighbourhood, not the door."""
    return None if degrees is None else round(degrees, ROUGHLY)


def point_for(actor: Actor, case: Case) -> tuple[float, float] | None:
    """WGS-84 longitude and latitude; a masked role sees the neighbourhood, not the door."""
    if case.lng is None or case.lat is None:
        return None
    if actor.is_masked("cases.view"):
        return round(case.lng, ROUGHLY), round(case.lat, ROUGHLY)
    return case.lng, case.lat


def area_name(scope_code: str) -> str:
    """`枫林街道 枫桥社区`."""
    return path_name(scope_code, top=Level.STREET)


def community_names(codes: Iterable[str]) -> dict[str, str]:
    """Short names of territories, one query."""
    rows = Territory.objects.filter(code__in=set(codes)).only("code", "name")
    return {row.code: row.short_name for row in rows}


def community_choices(actor: Actor) -> list[tuple[str, str]]:
    """The communities of the actor's street or district, for a filter or a place; none for other actors."""
    if not actor.scope_code or level_of(actor.scope_code) not in {"street", "district"}:
        return []
    rows = Territory.objects.filter(
        below(actor.scope_code), level__in=[Level.STREET, Level.COMMUNITY], valid_to=None
    )
    streets: dict[str, str] = {}
    choices = []
    for row in rows.order_by("code"):
        if row.level == Level.STREET:
            streets[significant(row.code)] = row.short_name
            continue
        street = streets.get(row.code[:9], "") if level_of(actor.scope_code) == "district" else ""
        choices.append((row.code, f"{street} {row.short_name}".strip()))
    return choices


def place_choices(actor: Actor) -> list[Any]:
    """What a list can be narrowed to inside the actor's area: the street's communities; a district's streets, each with
    its communities; above that the streets by their districts. None for who has only a community.
    """
    level = level_of(actor.scope_code) if actor.scope_code else ""
    if level == Level.COMMUNITY:
        return []
    levels = (
        [Level.STREET, Level.COMMUNITY] if level in {"street", "district"} else [Level.DISTRICT, Level.STREET]
    )
    inside = below(actor.scope_code) if actor.scope_code else Q()
    rows = Territory.objects.filter(inside, level__in=levels, valid_to=None).order_by("code")
    if level == Level.STREET:
        return [(row.code, row.short_name) for row in rows if row.level == Level.COMMUNITY]
    groups: dict[str, tuple[str, list[tuple[str, Any]]]] = {}
    for row in rows:
        if row.level == levels[0]:
            whole = (row.code, _("%(name)s（全部）") % {"name": row.short_name})
            groups[significant(row.code)] = (row.short_name, [whole])
        elif (group := groups.get(row.code[: LEVELS[levels[0]]])) is not None:
            group[1].append((row.code, row.short_name))
    return list(groups.values())


def bounds_for(scope_code: str) -> str:
    """`west,south,east,north` of the territory, for a map that shows it whole."""
    box = bounds_of(scope_code) or bounds_of()
    return ",".join(f"{side:.6f}" for side in (box.west, box.south, box.east, box.north)) if box else ""


def centre_of(scope_code: str) -> tuple[float, float] | None:
    """Where a map of the territory begins."""
    box = bounds_of(scope_code) or bounds_of()
    return ((box.west + box.east) / 2, (box.south + box.north) / 2) if box else None


def street_name(scope_code: str) -> str:
    """`枫林街道`: who answers for the steps that no unit has."""
    return path_name(padded(scope_code[: LEVELS["street"]]), top=Level.STREET)

"""Finding one's community: by its name, by the compound one lives in, or down the tree."""

from dataclasses import dataclass

from nuanxin.kernel.access import level_of
from nuanxin.kernel.access.scope import LEVELS, padded
from nuanxin.people.enums import UnitType
from nuanxin.people.models import Organisation, Site
from nuanxin.territories.models import Territory
from nuanxin.territories.queries import (
    ancestors,
    children,
    is_territory,
    path_names,
    search_territories,
    territory,
)

MOST_FOUND = 12


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to pick (`is_final`) or to open."""

    code: str
    label: str
    detail: str = ""
    is_final: bool = True


@dataclass(frozen=True, slots=True)
class Branch:
    """One level of the tree: the way down to it, and what is in it."""

    above: list[Choice]
    inside: list[Choice]


def home_territory() -> str:
    """The smallest territory that holds every street office, so that nobody starts at the provinces; `""` for none."""
    offices = Organisation.objects.filter(unit_type=UnitType.JD, is_active=True)
    codes = sorted(offices.values_list("scope_code", flat=True))
    prefix = _shared(codes[0], codes[-1]) if codes else ""
    digits = max(
        (count for count in LEVELS.values() if count <= min(len(prefix), LEVELS["district"])), default=0
    )
    return padded(prefix[:digits]) if digits else ""


def _shared(first: str, last: str) -> str:
    """The beginning that two codes have in common; of a sorted list, the first and the last speak for all."""
    same = next(
        (place for place, pair in enumerate(zip(first, last, strict=False)) if len(set(pair)) > 1), len(first)
    )
    return first[:same]


def find_communities(text: str) -> list[Choice]:
    """Communities and compounds whose name holds the words, each with the path that tells namesakes apart."""
    words = text.strip()
    if not words:
        return []
    home = home_territory()
    found = search_territories(words, within=home, levels=["community"], limit=MOST_FOUND) if home else []
    sites = Site.objects.filter(kind="compound", is_active=True, name__icontains=words).order_by("name")[
        :MOST_FOUND
    ]
    compounds = [
        (site, padded(site.scope_code[:12])) for site in sites if level_of(site.scope_code) in _COMMUNITY
    ]
    paths = path_names([row.code for row in found] + [code for _site, code in compounds])
    return [
        *(Choice(row.code, row.short_name, paths[row.code]) for row in found),
        *(Choice(code, site.name, paths[code]) for site, code in compounds),
    ][:MOST_FOUND]


_COMMUNITY = frozenset({"community", "grid"})


def browse_communities(within: str) -> Branch:
    """What lies in the territory, or at home for a code nobody knows; levels with a single child are passed through."""
    code = within if is_territory(within) else home_territory()
    inside = list(children(code))
    while len(inside) == 1 and inside[0].level != "community":
        code = inside[0].code
        inside = list(children(code))
    above = [*ancestors(code), territory(code)] if code else []
    return Branch([_choice(row) for row in above], [_choice(row) for row in inside])


def _choice(row: Territory) -> Choice:
    return Choice(row.code, row.short_name, is_final=row.level == "community")


def is_community(code: str) -> bool:
    return Territory.objects.filter(code=code, level="community", valid_to=None).exists()

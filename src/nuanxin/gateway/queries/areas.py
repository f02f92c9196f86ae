"""The territories that another system may be let into: the streets that work here, and what lies around them."""

from collections.abc import Iterable

from nuanxin.kernel.access.scope import LEVELS, level_of
from nuanxin.people.queries.responsible import ancestor_codes, street_offices
from nuanxin.territories.queries import path_name, path_names, territories_by_code


def area_choices() -> list[tuple[str, str]]:
    """Code and name, the larger ones first."""
    codes = {code for office in street_offices() for code in ancestor_codes(office.scope_code)}
    rows = territories_by_code(codes)
    return [(row.code, "　" * _depth(row.code) + row.name) for row in rows]


def area_labels(codes: Iterable[str]) -> dict[str, str]:
    """Of many at once: one statement."""
    return {code: name or code for code, name in path_names(codes).items()}


def area_label(code: str) -> str:
    return path_name(code) or code


def _depth(code: str) -> int:
    """How far a name is set in: a street below its district below its city."""
    return max(0, [*LEVELS].index(level_of(code)) - 1)

"""Every organisation of the demo city: offices, committees, units, property managers, platforms.

Names are invented. Credit codes follow GB 32100 (domain.md §9) in the reserved area 990101, so that they pass
every check and belong to nobody.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache

from nuanxin.demo.names import DISTRICT, REFERENCE, STREETS
from nuanxin.people.identifiers import with_uscc_check

_BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)  # GB 11714, the organisation code inside


@dataclass(frozen=True, slots=True)
class DemoOrganisation:
    key: str
    name: str
    short: str
    kind: str  # a value of people.enums.OrganisationKind
    unit_type: str  # as in categories.csv: RQ, CG, …, SQ, JD; empty for those that handle no case
    scope: str  # the territory it answers for: 6, 9 or 12 digits, not padded
    uscc: str


def organisation_code(serial: int) -> str:
    """Nine characters of GB 11714, in the demo's own series DM000000."""
    body = f"DM{serial:06d}"
    values = [int(c, 36) for c in body]
    check = 11 - sum(v * w for v, w in zip(values, _BODY_WEIGHTS, strict=True)) % 11
    return body + {10: "X", 11: "0"}.get(check, str(check))


def credit_code(registry: str, serial: int) -> str:
    """Eighteen characters of GB 32100: registry and kind (2), area (6), organisation (9), check (1)."""
    return with_uscc_check(registry + DISTRICT[0] + organisation_code(serial))


@cache
def organisations() -> tuple[DemoOrganisation, ...]:
    with (REFERENCE / "organisations.csv").open(encoding="utf-8", newline="") as lines:
        rows = [tuple(row.values()) for row in csv.DictReader(lines)]
    for street in STREETS:
        code, town = DISTRICT[0] + street.code, street.code >= "100"
        office = f"暖阳区{street.name}{'人民政府' if town else '办事处'}"
        rows.append((f"jd{street.code}", office, street.name, "street_office", "JD", code, "11"))
        for part, name in street.communities:
            committee = f"{street.name}{name}{'村民' if part >= '200' else '居民'}委员会"
            rows.append(
                (f"sq{street.code}{part}", committee, name, "residents_committee", "SQ", code + part, "55")
            )
    return tuple(
        DemoOrganisation(key, name, short, kind, unit_type, scope, credit_code(registry, serial))
        for serial, (key, name, short, kind, unit_type, scope, registry) in enumerate(rows, start=1)
    )


def organisation(key: str) -> DemoOrganisation:
    return next(found for found in organisations() if found.key == key)


def street_office(code: str) -> DemoOrganisation:
    """The office that answers for a territory code of nine digits or more."""
    return organisation(f"jd{code[6:9]}")


def committee(code: str) -> DemoOrganisation:
    """The committee of a community, for a code of twelve digits or more."""
    return organisation(f"sq{code[6:12]}")


def district_unit(unit_type: str) -> DemoOrganisation:
    """The district's unit of a type, such as RQ → 云川燃气; the first one where there are several."""
    return next(found for found in organisations() if found.unit_type == unit_type)

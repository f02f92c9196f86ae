"""The proper names of the demo city, read from reference/city.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REFERENCE = Path(__file__).parent / "reference"
_CITY: dict[str, Any] = tomllib.loads((REFERENCE / "city.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class StreetPlan:
    code: str
    name: str
    bank: str  # the side of the river
    seed: tuple[float, float]  # in the unit square over the district
    communities: tuple[tuple[str, str], ...]  # (code, name)
    compounds: tuple[str, ...]  # dealt to the communities in turn


def _words(key: str) -> tuple[str, ...]:
    return tuple(_CITY[key].split())


def _numbered(names: str) -> tuple[tuple[str, str], ...]:
    pairs = (name.partition(":") for name in names.split())
    return tuple((code or f"{k:03d}", name) for k, (name, _, code) in enumerate(pairs, start=1))


def _street(row: dict[str, Any]) -> StreetPlan:
    communities, compounds = _numbered(row["communities"]), tuple(row["compounds"].split())
    return StreetPlan(row["code"], row["name"], row["bank"], tuple(row["seed"]), communities, compounds)


PROVINCE: tuple[str, str] = tuple(_CITY["province"])
CITY: tuple[str, str] = tuple(_CITY["city"])
DISTRICT: tuple[str, str] = tuple(_CITY["district"])
STREETS: tuple[StreetPlan, ...] = tuple(_street(row) for row in _CITY["streets"])
RIVER: str = _CITY["river"]
CREEK: str = _CITY["creek"]
LAKE: str = _CITY["lake"]
RIVERSIDE: dict[str, str] = _CITY["riverside"]
AVENUES = _words("avenues")
CROSS_STREETS = _words("cross_streets")
LANE_STEMS = _words("lanes")
PARKS = _words("parks")
PLACES: dict[str, tuple[str, ...]] = {kind: tuple(names.split()) for kind, names in _CITY["places"].items()}

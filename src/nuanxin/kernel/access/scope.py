"""Territories as codes: "inside this territory" is equality on the prefix of its level.

Every scoped row copies its division code; one stored column per level makes the equality an index look-up. A prefix
range would have to sort a whole district for each page (measured: 230 ms against 0.2 ms at a million rows).
"""

from typing import Any

from django.db import models
from django.db.models import GeneratedField, Q
from django.db.models.functions import Substr

# Level → significant digits (GB/T 2260 + statistics code; a grid is ours: community + 3).
LEVELS = {"province": 2, "city": 4, "district": 6, "street": 9, "community": 12, "grid": 15}
MUNICIPALITIES = frozenset({"11", "12", "31", "50"})
FULL_CODE = 12

NOTHING = Q(pk__in=[])


def level_of(code: str) -> str:
    """The level that a division code names: `990101001000` is a street, 15 digits are a grid."""
    if len(code) == LEVELS["grid"]:
        return "grid"
    if len(code) != FULL_CODE or not code.isdigit():
        raise ValueError(f"not a division code: {code!r}")
    for level in ("province", "city", "district", "street"):
        if not code[LEVELS[level] :].strip("0"):
            return level
    return "community"


def significant(code: str) -> str:
    """The digits that all places inside this territory share."""
    return code[: LEVELS[level_of(code)]]


def lies_in(code: str, scope_code: str) -> bool:
    """Whether a place lies inside the territory, itself included: what `scope_q` says of rows. Nothing lies in none."""
    return bool(scope_code) and code.startswith(significant(scope_code))


def padded(prefix: str) -> str:
    """The 12-digit code of a territory given by its significant digits."""
    return prefix.ljust(FULL_CODE, "0")


def scope_q(scope_code: str, prefix: str = "") -> Q:
    """Rows inside the territory; nothing for an empty code. `prefix` leads to the scoped relation (`"case__"`)."""
    if not scope_code:
        return NOTHING
    level = level_of(scope_code)
    digits = scope_code[: LEVELS[level]]
    if level == "city" and digits[:2] in MUNICIPALITIES:
        level, digits = "province", digits[:2]
    return Q(**{f"{prefix}scope_{level}": digits})


def _level_column(level: str) -> Any:
    digits = LEVELS[level]
    return GeneratedField(
        expression=Substr("scope_code", 1, digits),
        output_field=models.CharField(max_length=digits),
        db_persist=True,
    )


class Scoped(models.Model):
    """A row that lies in a territory. `scope_code` is the smallest known one."""

    scope_code = models.CharField("所在区划", max_length=15)
    scope_province = _level_column("province")
    scope_city = _level_column("city")
    scope_district = _level_column("district")
    scope_street = _level_column("street")
    scope_community = _level_column("community")
    scope_grid = _level_column("grid")

    class Meta:
        abstract = True

"""Rules: shipped as version 1, changed by proposing the next one, which somebody else approves."""

import csv
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

from django.db import transaction

from nuanxin.incentives.enums import RuleState
from nuanxin.incentives.models import RuleVersion
from nuanxin.incentives.queries.rules import rules_held

SHIPPED_AT = datetime(2026, 1, 1, tzinfo=UTC)
NUMBERS = (
    "amount",
    "rule_per_day",
    "group_per_day",
    "all_per_day",
    "category_per_day",
    "first_places",
    "team_per_day",
    "team_per_month",
    "leader_per_month",
    "months",
)
_TYPED = str.maketrans("；＝｜\n", ";=|;")
WORDS = ("code", "name_zh", "name_en", "event", "group", "formula")


def load_rules() -> int:
    """The shipped rules that are not there yet, as version 1; what a city has changed stays. Returns how many."""
    with transaction.atomic():
        known = set(RuleVersion.objects.values_list("code", flat=True))
        new = [
            RuleVersion(
                number=1, state=RuleState.APPROVED, sort=10 * place, effective_from=SHIPPED_AT, proposed_at=SHIPPED_AT,
                decided_at=SHIPPED_AT, **_values(row),
            )
            for place, row in enumerate(_shipped(), 1)
            if row["code"] not in known
        ]  # fmt: skip
        RuleVersion.objects.bulk_create(new)
        if new:
            rules_held.changed()
    return len(new)


def _shipped() -> Iterable[dict[str, str]]:
    text = files("nuanxin.incentives").joinpath("reference", "rules.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _values(row: dict[str, str]) -> dict[str, Any]:
    near = row["near_amount"]
    return {
        **{name: row[name] for name in WORDS},
        **{name: int(row[name]) for name in NUMBERS},
        "conditions": conditions_in(row["conditions"]),
        "near_amount": int(near) if near else None,
        "needs_two": row["needs_two"] == "1",
    }


def conditions_in(text: str) -> dict[str, list[str]]:
    """`outcome=solved|explained; line=x` as what is stored, typed on a Chinese keyboard or not.

    Raises `ValueError` with the part that says nothing: a condition that is dropped in silence gives points to all.
    """
    found: dict[str, list[str]] = {}
    for part in filter(None, map(str.strip, text.translate(_TYPED).split(";"))):
        name, _sign, said = part.partition("=")
        values = [value.strip() for value in said.split("|")]
        if not name.strip() or not all(values):
            raise ValueError(part)
        found[name.strip()] = values
    return found

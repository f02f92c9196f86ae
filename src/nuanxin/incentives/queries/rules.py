"""The rules in force, and what they make of a deed: pure, but for reading them. A replay asks the same."""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from django.utils.translation import get_language

from nuanxin.incentives.enums import Formula, RuleState
from nuanxin.incentives.models import RuleVersion
from nuanxin.kernel.cached import Cached


@dataclass(frozen=True, slots=True)
class Rule:
    """A version, as far as it decides. See `RuleVersion`."""

    code: str
    number: int
    event: str
    conditions: Mapping[str, tuple[str, ...]]
    group: str
    formula: str
    amount: int
    rule_per_day: int
    group_per_day: int
    all_per_day: int
    category_per_day: int
    near_amount: int | None
    first_places: int
    needs_two: bool
    months: int
    effective_from: datetime
    team_per_day: int = 0
    team_per_month: int = 0
    leader_per_month: int = 0


def rule_of(version: RuleVersion) -> Rule:
    return Rule(
        code=version.code, number=version.number, event=version.event,
        conditions={key: tuple(values) for key, values in version.conditions.items()},
        group=version.group, formula=version.formula, amount=version.amount, rule_per_day=version.rule_per_day,
        group_per_day=version.group_per_day, all_per_day=version.all_per_day,
        category_per_day=version.category_per_day, near_amount=version.near_amount,
        first_places=version.first_places, needs_two=version.needs_two, months=version.months,
        effective_from=version.effective_from, team_per_day=version.team_per_day,
        team_per_month=version.team_per_month, leader_per_month=version.leader_per_month,
    )  # fmt: skip


class Rules:
    """Every approved version, by event; which of them holds depends on the moment that is asked about."""

    def __init__(self, versions: Iterable[Rule]) -> None:
        self._of: dict[str, dict[str, list[Rule]]] = {}
        for rule in sorted(versions, key=lambda rule: (rule.code, rule.effective_from, rule.number)):
            self._of.setdefault(rule.event, {}).setdefault(rule.code, []).append(rule)

    @property
    def events(self) -> list[str]:
        return sorted(self._of)

    def at(self, event: str, at: datetime) -> list[Rule]:
        """One version of each rule that listens to this event."""
        found = []
        for versions in self._of.get(event, {}).values():
            holding = [rule for rule in versions if rule.effective_from <= at]
            if holding:
                found.append(holding[-1])
        return found

    def named(self, code: str, at: datetime) -> Rule | None:
        held = [rule for event in self._of for rule in self.at(event, at) if rule.code == code]
        return held[0] if held else None


rules_held = Cached(
    "incentives.rules",
    lambda: Rules(rule_of(each) for each in RuleVersion.objects.filter(state=RuleState.APPROVED)),
)


def valued_at(facts: Mapping[str, Any], at: datetime) -> datetime:
    """By the rules and within the caps of which moment: a correction goes by that of what it corrects."""
    return datetime.fromisoformat(facts["since"]) if "since" in facts else at


@dataclass(frozen=True, slots=True)
class Worth:
    """What a rule gives for a deed: `full` before caps, `amount` after them; below nothing for a deduction."""

    rule: Rule
    full: int
    amount: int


def worth(rules: Iterable[Rule], facts: Mapping[str, Any], earned: Counter[str] | None) -> list[Worth]:
    """`earned`: what the same person has got that day; it is brought up to date. None: it is not looked at."""
    found = []
    for rule in rules:
        full = _full(rule, facts)
        amount = full
        if full > 0 and earned is not None:
            amount = min(full, _room(rule, facts, earned))
            add(earned, amount, rule=rule, facts=facts)
        if full:
            found.append(Worth(rule, full, max(amount, 0) if full > 0 else amount))
    return found


def _full(rule: Rule, facts: Mapping[str, Any]) -> int:
    if rule.needs_two or facts.get("again"):
        return 0
    if any(str(facts.get(key, "")) not in allowed for key, allowed in rule.conditions.items()):
        return 0
    if rule.first_places and int(facts.get("position", 1)) > rule.first_places:
        return 0
    amount = rule.amount
    if rule.formula == Formula.HOURS:
        # Whole numbers all the way: minutes, points an hour, hundredths of quality (`domain.md` §4.3).
        amount = int(facts["minutes"]) * rule.amount * int(facts["quality"]) // 6000
    if facts.get("near") and rule.near_amount is not None:
        amount = min(amount, rule.near_amount)
    return amount


def _room(rule: Rule, facts: Mapping[str, Any], earned: Counter[str]) -> int:
    """`left`: what the rule could still give for the team when the deed was heard of; nobody else's book says it."""
    caps = (
        (rule.rule_per_day, f"rule:{rule.code}"),
        (rule.group_per_day, f"group:{rule.group}"),
        (rule.all_per_day, "all"),
        (rule.category_per_day, f"category:{facts.get('category', '')}"),
    )
    room = [cap - earned[key] for cap, key in caps if cap]
    if rule.code in facts.get("left", {}):
        room.append(int(facts["left"][rule.code]))
    return min(room, default=rule.amount * 1_000_000)


def add(total: Counter[str], amount: int, *, rule: Rule, facts: Mapping[str, Any]) -> None:
    if amount > 0:
        keys = ["all", f"group:{rule.group}", f"rule:{rule.code}"]
        keys += [f"category:{facts['category']}"] if facts.get("category") else []
        for key in keys:
            total[key] += amount


# --- Words -----------------------------------------------------------------------------------------------------------
@cache
def _reasons() -> dict[str, tuple[str, str]]:
    text = files("nuanxin.incentives").joinpath("reference", "reasons.csv").read_text(encoding="utf-8")
    return {row["code"]: (row["zh"], row["en"]) for row in csv.DictReader(text.splitlines())}


def reason_in_words(code: str, **values: object) -> str:
    """The sentence of `reference/reasons.csv`, in the language of the page; a code nobody knows is thanks."""
    zh, en = _reasons().get(code) or _reasons()["thanks"]
    sentence = en if (get_language() or "").startswith("en") else zh
    said = sentence.format_map({"category": "", "hours": "", **values}).lstrip(":： ")
    return said[:1].upper() + said[1:]  # where nothing stands before the colon, the sentence begins after it

"""Weights and limits of how sure one may be, as the city has set them; `reference/truth.csv` is where it starts."""

import csv
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files

from django.utils.translation import get_language

from nuanxin.kernel.cached import Cached
from nuanxin.places.models import TruthRule
from nuanxin.places.queries.confidence import Weights


@dataclass(frozen=True, slots=True)
class Shipped:
    name: str
    value: int
    unit: str
    label_zh: str
    label_en: str

    @property
    def label(self) -> str:
        return self.label_en if (get_language() or "").startswith("en") else self.label_zh


@dataclass(frozen=True, slots=True)
class TruthRules:
    """`shut_people` different people within `shut_window` minutes; `repeat_*` in minutes, `look_back` in days."""

    weights: Weights
    look_back: int
    shut_people: int
    shut_window: int
    repeat_tap: int
    repeat_visit: int

    @property
    def window(self) -> timedelta:
        return timedelta(minutes=self.shut_window)


@cache
def shipped() -> dict[str, Shipped]:
    text = files("nuanxin.places").joinpath("reference", "truth.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {
        row["name"]: Shipped(row["name"], int(row["value"]), row["unit"], row["label_zh"], row["label_en"])
        for row in rows
    }


def values_in_force() -> dict[str, int]:
    own = dict(TruthRule.objects.values_list("name", "value"))
    return {name: own.get(name, row.value) for name, row in shipped().items()}


def read_rules(values: dict[str, int]) -> TruthRules:
    apart = ("look_back", "shut_people", "shut_window", "repeat_tap", "repeat_visit")
    weights = Weights(**{name: value for name, value in values.items() if name not in apart})
    return TruthRules(weights=weights, **{name: values[name] for name in apart})


RULES: Cached[TruthRules] = Cached("places.truth", lambda: read_rules(values_in_force()))


def truth_rules() -> TruthRules:
    return RULES.get()

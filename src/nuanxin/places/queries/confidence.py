"""How sure one may be of what a page says: a pure function of what was seen and when.

Each support says something on its own and fades; together they say `1 - product of the doubts they leave`. A
contradiction takes a share from everything that came before it, for good: it does not fade, so that silence never makes
anybody surer. What is seen after it counts in full.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

HOUR = 3600.0


class Sign(StrEnum):
    """What speaks for the page, and what against it."""

    CHECK = "check"
    KEEPER = "keeper"
    SEEN = "seen"
    REPAIR = "repair"
    AGAINST = "against"
    LACKING = "lacking"


@dataclass(frozen=True, slots=True)
class Evidence:
    sign: Sign
    at: datetime


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights, cuts and borders in per cent, halves in hours."""

    check_weight: int
    check_half: int
    keeper_weight: int
    keeper_half: int
    seen_weight: int
    seen_half: int
    repair_weight: int
    repair_half: int
    against_cut: int
    lacking_cut: int
    checking_most: int
    sure_from: int
    fair_from: int

    def support(self, sign: Sign) -> tuple[float, float]:
        """How much it says when it is fresh (0–1), and the hours after which it says half as much."""
        weight, half = {
            Sign.CHECK: (self.check_weight, self.check_half),
            Sign.KEEPER: (self.keeper_weight, self.keeper_half),
            Sign.SEEN: (self.seen_weight, self.seen_half),
            Sign.REPAIR: (self.repair_weight, self.repair_half),
        }[sign]
        return weight / 100, float(max(half, 1))

    def cut(self, sign: Sign) -> float:
        return (self.against_cut if sign is Sign.AGAINST else self.lacking_cut) / 100


AGAINST = frozenset({Sign.AGAINST, Sign.LACKING})


def confidence(
    evidence: Iterable[Evidence], *, now: datetime, weights: Weights, is_checking: bool = False
) -> float:
    """From 0 (nothing is known) to 1. What lies after `now` is left out."""
    known = sorted((each for each in evidence if each.at <= now), key=_latest_last, reverse=True)
    left, doubt = 1.0, 1.0
    for each in known:
        if each.sign in AGAINST:
            left *= 1 - weights.cut(each.sign)
            continue
        weight, half = weights.support(each.sign)
        age = (now - each.at).total_seconds() / HOUR
        doubt *= 1 - weight * left * 0.5 ** (age / half)
    sure = 1 - doubt
    return min(sure, weights.checking_most / 100) if is_checking else sure


def _latest_last(evidence: Evidence) -> tuple[datetime, bool]:
    """At the same instant a contradiction counts as the later one."""
    return evidence.at, evidence.sign in AGAINST

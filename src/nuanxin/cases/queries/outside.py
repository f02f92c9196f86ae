"""Buttons of a case that another context answers for: handing it to a platform of the city, and what comes of that.

Whoever speaks with the platform registers what is to be offered (`register_outside`); here it is known by name only.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from nuanxin.cases.models import Case
from nuanxin.cases.workflow import BESIDE
from nuanxin.kernel.access import Actor
from nuanxin.kernel.workflow import Transition

OUTSIDE = ("send_outside", "take_outside", "keep_outside", "take_back")

# (name, label; empty for the table's own) of each step that makes sense for this actor and case now.
Offers = Callable[[Actor, Case], Sequence[tuple[str, str]]]
_offers: list[Offers] = []


def register_outside(offers: Offers) -> None:
    """Idempotent."""
    if offers not in _offers:
        _offers.append(offers)


def outside_moves(actor: Actor, case: Case) -> list[Transition]:
    """In the order in which they are offered; none where no city has a platform."""
    found = [each for offers in _offers for each in offers(actor, case)]
    return [replace(BESIDE[name], label=label) if label else BESIDE[name] for name, label in found]

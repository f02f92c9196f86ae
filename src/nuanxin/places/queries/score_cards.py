"""Score cards of streets and communities (友好镇街、友好社区, `domain.md` 003-03), worked out when they are looked at.

Nothing is stored: each figure is a share of rows that are there, with its definition, its day and its scope. A share
of nothing is no number. Some ten statements, however many places.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files

from django.utils import timezone
from django.utils.translation import get_language

from nuanxin.kernel.access import Actor, lies_in, scope_q, significant
from nuanxin.places.enums import OpenDayState, PlaceState, Sureness
from nuanxin.places.models import OpenDay, Place, Scene, SceneStep
from nuanxin.places.queries.catalogue import catalogue
from nuanxin.places.queries.scenes import PLATED
from nuanxin.places.queries.truth import truth_of_all
from nuanxin.territories.enums import Level
from nuanxin.territories.queries import children, territories_by_code

YEAR = timedelta(days=365)
WEEK = timedelta(days=7)
CHUNK = 400
ENDS_RECHECK = ("renew", "suspend", "revoke", "lapse")


@dataclass(frozen=True, slots=True)
class Measure:
    """A line of `reference/score_card.csv`."""

    code: str
    weight: int
    name_zh: str
    name_en: str
    definition_zh: str
    definition_en: str

    @property
    def name(self) -> str:
        return self.name_en if (get_language() or "").startswith("en") else self.name_zh

    @property
    def definition(self) -> str:
        return self.definition_en if (get_language() or "").startswith("en") else self.definition_zh


@dataclass(frozen=True, slots=True)
class Share:
    """`of` nothing is no number: `percent` is None, and the page says "—"."""

    measure: Measure
    part: int
    of: int

    @property
    def percent(self) -> int | None:
        return 100 * self.part // self.of if self.of else None


@dataclass(frozen=True, slots=True)
class ScoreCard:
    """One street or community on one day. `points` of 100 over those shares that are numbers, by their weights."""

    code: str
    name: str
    level: str
    on: date
    shares: tuple[Share, ...]
    plates: Mapping[str, int]
    classes: Mapping[str, int]
    open_days: int

    @property
    def points(self) -> int | None:
        told = [(each.measure.weight, each.percent) for each in self.shares if each.percent is not None]
        weight = sum(each for each, _percent in told)
        return sum(each * percent for each, percent in told) // weight if weight else None

    @property
    def all_plates(self) -> int:
        return sum(self.plates.values())


@cache
def measures() -> tuple[Measure, ...]:
    text = files("nuanxin.places").joinpath("reference", "score_card.csv").read_text(encoding="utf-8")
    return tuple(
        Measure(row.pop("code"), int(row.pop("weight")), **row) for row in csv.DictReader(text.splitlines())
    )


def score_cards(actor: Actor, *, now: datetime, within: str = "") -> list[ScoreCard]:
    """A territory inside the actor's own, and what lies directly below it: streets, or communities.

    Nothing for who has no area, and for what lies outside of it.
    """
    scope = within or actor.scope_code
    if not lies_in(scope, actor.scope_code):
        return []
    above = territories_by_code([scope])
    if not above:
        return []
    below = [each for each in children(scope) if each.level != Level.GRID]
    by_level = [(each.code, each.short_name, str(each.level)) for each in [*above, *below]]
    return _cards(scope, by_level, now)


def _cards(scope: str, territories: Iterable[tuple[str, str, str]], now: datetime) -> list[ScoreCard]:
    places = list(Place.objects.filter(scope_q(scope)).exclude(state=PlaceState.CLOSED))
    facts = _Facts(scope, places, now)
    today = timezone.localdate(now)
    return [
        ScoreCard(
            code=code,
            name=name,
            level=level,
            on=today,
            shares=tuple(facts.shares(significant(code))),
            plates=facts.plates(significant(code)),
            classes=facts.classes(significant(code)),
            open_days=facts.open_days(significant(code)),
        )
        for code, name, level in territories
    ]


class _Facts:
    """Everything inside one territory, read once and cut by the digits of what lies below."""

    def __init__(self, scope: str, places: list[Place], now: datetime) -> None:
        self.now = now
        self.places = places
        rows = Scene.objects.filter(scope_q(scope), state__in=PLATED)
        self.scenes = list(rows.values("scope_code", "type_id", "classes", "place_id"))
        self.plated = {each["place_id"] for each in self.scenes}
        self.sure = self._sure()
        self.due = self._rechecks(scope)
        held = OpenDay.objects.filter(
            scope_q(scope, "place__"), state=OpenDayState.HELD, ends_at__gt=now - YEAR
        )
        self.held: list[str] = list(held.values_list("place__scope_code", flat=True))

    def _sure(self) -> set[int]:
        opened = [each for each in self.places if each.state == PlaceState.OPEN]
        found: set[int] = set()
        for start in range(0, len(opened), CHUNK):
            told = truth_of_all(opened[start : start + CHUNK], self.now)
            found |= {pk for pk, each in told.items() if each.sureness in (Sureness.SURE, Sureness.FAIR)}
        return found

    def _rechecks(self, scope: str) -> list[tuple[str, bool]]:
        """Of each plate that fell due in the last year: where, and whether it ended before anybody had to say "late".

        One that still runs within its limit is not counted yet.
        """
        rows = SceneStep.objects.filter(
            scope_q(scope, "scene__"), at__gt=self.now - YEAR, action__in=["fall_due", "late", *ENDS_RECHECK]
        )
        open_: dict[int, bool] = {}
        found: list[tuple[str, bool]] = []
        told = rows.order_by("at", "pk").values_list("scene_id", "scene__scope_code", "action")
        where: dict[int, str] = {}
        for scene, code, action in told:
            where[scene] = code
            if action == "fall_due":
                open_[scene] = True
            elif action == "late" and scene in open_:
                open_[scene] = False
            elif action in ENDS_RECHECK and scene in open_:
                found.append((code, open_.pop(scene)))
        return found + [(where[scene], False) for scene, in_time in open_.items() if not in_time]

    def shares(self, digits: str) -> Iterable[Share]:
        inside = [each for each in self.places if each.scope_code.startswith(digits)]
        opened = [each for each in inside if each.state == PlaceState.OPEN]
        since = timezone.localdate(self.now) - WEEK
        due = [in_time for code, in_time in self.due if code.startswith(digits)]
        counted: Mapping[str, tuple[int, int]] = {
            "accredited": (sum(each.pk in self.plated for each in opened), len(opened)),
            "rechecked": (sum(due), len(due)),
            "truth": (sum(each.pk in self.sure for each in opened), len(opened)),
            "checked": (
                sum(each.checked_on is not None and each.checked_on > since for each in opened),
                len(opened),
            ),
            "kept": (sum(each.keeper_id is not None for each in inside), len(inside)),
        }
        return [Share(each, *counted[each.code]) for each in measures()]

    def plates(self, digits: str) -> Mapping[str, int]:
        """By code of the scene's type."""
        return Counter(each["type_id"] for each in self.scenes if each["scope_code"].startswith(digits))

    def classes(self, digits: str) -> Mapping[str, int]:
        """By code of the friendly class; a scene may be friendly in several."""
        inside = [each for each in self.scenes if each["scope_code"].startswith(digits)]
        return Counter(code for each in inside for code in each["classes"].split())

    def open_days(self, digits: str) -> int:
        """Held within the last twelve months."""
        return sum(each.startswith(digits) for each in self.held)


def card_columns() -> list[str]:
    """For the head of list and export, in the language of the page."""
    return [each.name for each in measures()]


def plates_in_words(card: ScoreCard) -> list[tuple[str, int]]:
    """By type, the most first."""
    known = catalogue().scenes
    rows = [(known[code].name if code in known else code, number) for code, number in card.plates.items()]
    return sorted(rows, key=lambda each: -each[1])


def classes_in_words(card: ScoreCard) -> list[tuple[str, int]]:
    """All classes in their order, also those that nobody has."""
    return [(each.name, card.classes.get(code, 0)) for code, each in catalogue().classes.items()]

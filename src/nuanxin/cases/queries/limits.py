"""The limits of handling as the city has set them, held in the process; `reference/limits.csv` is where it starts."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from django.utils.translation import get_language

from nuanxin.cases.models import HandlingLimit
from nuanxin.kernel.cached import Cached
from nuanxin.kernel.errors import NotFound
from nuanxin.kernel.worktime import Limit


@dataclass(frozen=True, slots=True)
class Shipped:
    """One line of the shipped file: what a value may be, and what it is for."""

    name: str
    value: str
    kind: str
    most: int
    label_zh: str
    basis_zh: str
    label_en: str

    @property
    def label(self) -> str:
        return self.label_en if _in_english() and self.label_en else self.label_zh

    @property
    def basis(self) -> str:
        """Where it comes from, as the city's own documents say it."""
        return "" if _in_english() else self.basis_zh

    @property
    def default_words(self) -> str:
        return self.in_words(self.value)

    def in_words(self, value: str) -> str:
        """The value as one says it: four working hours, not `4wh`."""
        return value if self.kind == "count" else Limit.parse(value).label


@dataclass(frozen=True, slots=True)
class HandlingLimits:
    return_within: Limit
    return_within_urgent: Limit
    most_returns: int
    answer_within: Limit
    meet_within: Limit
    most_extensions: int
    longest_extension: Limit
    yellow_left: int
    orange_left: Limit
    leader_over: int
    listed_reworks: int
    reply_from: int
    reply_within: Limit
    reply_within_urgent: Limit
    review_every: Limit
    review_notice: Limit
    appeal_within: Limit
    precheck_within: Limit
    opinion_within: Limit
    decide_within: Limit
    similar_within: int
    similar_closed: Limit
    recurs_near: int
    recurs_within: Limit
    root_cause_within: Limit
    topic_cases: int
    topic_within: Limit
    most_photos: int
    most_voices: int
    voice_kept: Limit

    def to_return(self, *, urgent: bool) -> Limit:
        return self.return_within_urgent if urgent else self.return_within


@cache
def shipped() -> dict[str, Shipped]:
    text = files("nuanxin.cases").joinpath("reference/limits.csv").read_text(encoding="utf-8")
    return {row.name: row for row in _rows(text)}


def _rows(text: str) -> Iterator[Shipped]:
    for row in csv.DictReader(text.splitlines()):
        yield Shipped(
            name=row["name"],
            value=row["value"],
            kind=row["kind"],
            most=int(row["most"] or 0),
            label_zh=row["label"],
            basis_zh=row["basis"],
            label_en=row.get("label_en") or "",
        )


def _load() -> HandlingLimits:
    own = dict(HandlingLimit.objects.values_list("name", "value"))
    values = {name: own.get(name, row.value) for name, row in shipped().items()}
    read = {
        name: int(value) if shipped()[name].kind == "count" else Limit.parse(value)
        for name, value in values.items()
    }
    return HandlingLimits(**read)  # type: ignore[arg-type]  # the file's kind column says which is which


LIMITS: Cached[HandlingLimits] = Cached("cases.limits", _load)


def handling_limits() -> HandlingLimits:
    return LIMITS.get()


def limits_in_force() -> list[tuple[Shipped, str, str]]:
    """Each with the value that holds here, also in words, in the order of the file."""
    own = dict(HandlingLimit.objects.values_list("name", "value"))
    values = [(row, own.get(name, row.value)) for name, row in shipped().items()]
    return [(row, value, row.in_words(value)) for row, value in values]


def limit_in_force(name: str) -> tuple[Shipped, str]:
    """Raises `NotFound`."""
    found = next(((row, value) for row, value, _words in limits_in_force() if row.name == name), None)
    if found is None:
        raise NotFound
    return found


def _in_english() -> bool:
    return (get_language() or "").startswith("en")

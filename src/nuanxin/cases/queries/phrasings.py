"""The sentences from which suggestions are learnt, those held out to test them, and how well that goes.

`reference/phrasings/*.csv` is learnt from; `reference/heldout.csv` was written apart and is only ever asked about.
A line without a category is one that fits none: there nothing should be suggested.
"""

import csv
import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from nuanxin.cases.models import Case
from nuanxin.cases.queries.suggestions import REFERENCE, Model, ranked, shipped_model

PHRASINGS, HELD_OUT, CATEGORIES = (
    REFERENCE / name for name in ("phrasings", "heldout.csv", "categories.csv")
)
NOTHING = ""
MANNERS = ("plain", "indirect")
WORST = 10


@dataclass(frozen=True, slots=True)
class Phrasing:
    """One sentence as somebody types it. `manner` of a held-out one: it names the thing, or goes round it."""

    category: str
    text: str
    manner: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """Of `asked` sentences with a category: first and among three, whether it spoke up at all."""

    asked: int
    first: int
    among_three: int
    spoke: int

    @staticmethod
    def share(part: int, whole: int) -> str:
        return f"{100 * part / whole:.1f} %" if whole else "—"


@dataclass(frozen=True, slots=True)
class Measured:
    """What the shipped weights do on the held-out sentences. `silent`: of `nothing` that fit none."""

    total: Score
    by_manner: dict[str, Score]
    by_category: dict[str, Score]
    nothing: int
    silent: int

    @property
    def worst(self) -> list[tuple[str, Score]]:
        """The categories that are missed most often, the worst first."""
        rows = sorted(self.by_category.items(), key=lambda row: (row[1].among_three, row[1].first, row[0]))
        return rows[:WORST]


def read_phrasings() -> list[Phrasing]:
    return [phrasing for path in sorted(PHRASINGS.glob("*.csv")) for phrasing in _rows(path)]


def read_held_out() -> list[Phrasing]:
    return _rows(HELD_OUT)


def category_names() -> dict[str, str]:
    """Chinese names as shipped; they are learnt from too."""
    with CATEGORIES.open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["name_zh"] for row in csv.DictReader(file)}


def _rows(path: Path) -> list[Phrasing]:
    with path.open(encoding="utf-8", newline="") as file:
        return [Phrasing(**row) for row in csv.DictReader(file)]


def data_digest(phrasings: Iterable[Phrasing], names: dict[str, str]) -> str:
    """What the weights were made from; stands in their file, so that a test sees when they are out of date."""
    lines = [f"{each.category}\t{each.text}" for each in phrasings]
    lines += [f"{code}\t{name}" for code, name in names.items()]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def measure(model: Model, held_out: Sequence[Phrasing]) -> Measured:
    """Ask about each and count. A category for which it stays silent counts as missed."""
    counts: dict[str, Counter[str]] = {}
    silent = 0
    for each in held_out:
        found = [guess.code for guess in ranked(model, each.text)]
        if each.category == NOTHING:
            silent += not found
            continue
        answer = Counter(
            asked=1, first=each.category in found[:1], among_three=each.category in found, spoke=bool(found)
        )
        for key in ("total", f"manner {each.manner}", f"category {each.category}"):
            counts.setdefault(key, Counter()).update(answer)
    scores = {key: Score(n["asked"], n["first"], n["among_three"], n["spoke"]) for key, n in counts.items()}
    return Measured(
        total=scores["total"],
        by_manner={manner: scores[f"manner {manner}"] for manner in MANNERS if f"manner {manner}" in scores},
        by_category={key[9:]: score for key, score in scores.items() if key.startswith("category ")},
        nothing=sum(each.category == NOTHING for each in held_out),
        silent=silent,
    )


def measure_on_reports(*, since: datetime) -> Score:
    """How often the category a report has now is among those its text suggests; counts only, no text leaves."""
    rows = Case.objects.filter(reported_at__gte=since).exclude(text="").values_list("text", "category_id")
    model, counts = shipped_model(), Counter[str]()
    for text, category in rows.iterator():
        found = [guess.code for guess in ranked(model, text)]
        counts.update(asked=1, first=category in found[:1], among_three=category in found, spoke=bool(found))
    return Score(counts["asked"], counts["first"], counts["among_three"], counts["spoke"])

"""Which categories a text sounds like, and because of which of its words. It suggests; a person decides.

A linear model over character n-grams: no segmentation, so dictation, dialect and missing punctuation are taken as
they come. `nuanxin suggestions train` makes the weights; here they are only added up, in plain arrays.
"""

import gzip
import json
import math
import re
import unicodedata
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nuanxin.cases.queries.catalogue import Kind, kinds

REFERENCE = Path(__file__).parent.parent / "reference"
WEIGHTS = REFERENCE / "suggestions.json.gz"
LONGEST_GRAM = 4
LONGEST_TEXT = 400  # letters that are read; what it is about stands at the beginning
FEWEST_LETTERS = 2
MOST = 3
# Below this the best guess is more often wrong than right on the held-out sentences: better to say nothing.
SURE_ENOUGH = 0.1
WORTH_SAYING = 0.02
CLEAR = 0.6
MOST_FRAGMENTS = 2
STRONG = 0.3  # of the letter that spoke loudest
# At the edge of a fragment these say nothing.
PARTICLES = "了的在有着过个很一是我们你他她这那把被给就都也还又啊呀吧嘛呢咯嘞哦"
NOTHING = ""


@dataclass(frozen=True, slots=True)
class Model:
    """`grams`: n-gram → its row. Row r has the weights `weights[starts[r]:starts[r + 1]]` for the classes beside them.

    Weights and biases are integers, to be multiplied by `scale`.
    """

    classes: tuple[str, ...]
    bias: "array[int]"
    scale: float
    grams: Mapping[str, int]
    idf: "array[float]"
    starts: "array[int]"
    owners: "array[int]"
    weights: "array[int]"
    data: str


@dataclass(frozen=True, slots=True)
class Guess:
    """A category's code, how likely it is (0–1), and the words that spoke for it."""

    code: str
    likelihood: float
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Likely:
    """A guess that can be chosen: a kind that may be reported here."""

    kind: Kind
    likelihood: float
    because: tuple[str, ...]

    @property
    def quoted(self) -> str:
        """“井盖”“松了”."""
        return "".join(f"“{words}”" for words in self.because)


def suggest_kinds(text: str) -> list[Likely]:
    """At most three kinds in use that the text sounds like, the likeliest first; none where it is not sure enough."""
    if len(text.strip()) < FEWEST_LETTERS:
        return []
    known = kinds()
    return [
        Likely(known[guess.code], guess.likelihood, guess.because)
        for guess in ranked(shipped_model(), text)
        if guess.code in known
    ]


def differing_kind(text: str, code: str) -> Likely | None:
    """The likeliest kind, where it is clear or what was chosen is not even among the likely ones."""
    found = suggest_kinds(text)
    if not found or found[0].kind.code == code:
        return None
    is_clear = found[0].likelihood >= CLEAR
    return found[0] if is_clear or code not in {each.kind.code for each in found} else None


@cache
def shipped_model() -> Model:
    """Read once in a process, when the first text comes."""
    return load_model(WEIGHTS)


def load_model(path: Path) -> Model:
    """The format is described in docs/suggestions.md."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        stored = json.load(file)
    starts, owners, weights = array("i", [0]), array("B"), array("b")
    for row in stored["rows"]:
        owners.extend(row[0::2])
        weights.extend(row[1::2])
        starts.append(len(owners))
    return Model(
        classes=tuple(stored["classes"]),
        bias=array("h", stored["bias"]),
        scale=stored["scale"],
        grams={gram: row for row, gram in enumerate(stored["grams"])},
        idf=array("f", (value / 100 for value in stored["idf"])),
        starts=starts,
        owners=owners,
        weights=weights,
        data=stored["data"],
    )


def pieces(text: str) -> list[tuple[int, str]]:
    """The text in one width and case, cut at whatever is no letter, each piece with where it begins."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST_TEXT]).lower()
    return [(found.start(), found.group()) for found in re.finditer(r"[^\W_]+", plain)]


def grams_of(text: str) -> list[str]:
    """Runs of one to four letters, none across a pause."""
    return [gram for _start, gram in _placed_grams(text)]


def _placed_grams(text: str) -> Iterator[tuple[int, str]]:
    for offset, piece in pieces(text):
        for length in range(1, LONGEST_GRAM + 1):
            for start in range(len(piece) - length + 1):
                yield offset + start, piece[start : start + length]


def ranked(model: Model, text: str) -> list[Guess]:
    """The likely ones with their reasons, at most three; none where the likeliest is not sure enough or is nothing."""
    values = _values(model, text)
    if not values or sum(len(piece) for _start, piece in pieces(text)) < FEWEST_LETTERS:
        return []
    likelihoods = _likelihoods(model, values)
    order = sorted(range(len(model.classes)), key=lambda each: -likelihoods[each])
    if model.classes[order[0]] == NOTHING or likelihoods[order[0]] < SURE_ENOUGH:
        return []
    chosen = [each for each in order if model.classes[each] != NOTHING and likelihoods[each] >= WORTH_SAYING]
    return [
        Guess(model.classes[each], round(likelihoods[each], 3), _because(model, text, values, each))
        for each in chosen[:MOST]
    ]


def _values(model: Model, text: str) -> dict[str, float]:
    """TF-IDF of the known n-grams, of unit length; counts are damped, so that shouting twice is not twice as true."""
    counts = Counter(gram for gram in grams_of(text) if gram in model.grams)
    values = {gram: (1 + math.log(count)) * model.idf[model.grams[gram]] for gram, count in counts.items()}
    length = math.sqrt(sum(value * value for value in values.values()))
    return {gram: value / length for gram, value in values.items()}


def _likelihoods(model: Model, values: Mapping[str, float]) -> list[float]:
    """Softmax of the sums."""
    sums = [float(bias) for bias in model.bias]
    for gram, value in values.items():
        row = model.grams[gram]
        for at in range(model.starts[row], model.starts[row + 1]):
            sums[model.owners[at]] += value * model.weights[at]
    highest = max(sums)
    powers = [math.exp((each - highest) * model.scale) for each in sums]
    total = sum(powers)
    return [power / total for power in powers]


def _because(model: Model, text: str, values: Mapping[str, float], owner: int) -> tuple[str, ...]:
    """The pieces of the text that spoke for it: each letter is given its share, and strong neighbours stay together."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST_TEXT]).lower()
    spoken = [0.0] * len(plain)
    for start, gram in _placed_grams(text):
        if gram in values:
            share = values[gram] * _weight(model, gram, owner) / len(gram)
            for at in range(start, start + len(gram)):
                spoken[at] += share
    floor = max(spoken, default=0.0) * STRONG
    if floor <= 0:
        return ()
    strong = "".join("1" if value >= floor else "0" for value in spoken)
    runs = sorted(
        (-sum(spoken[found.start() : found.end()]), found.start(), plain[found.start() : found.end()])
        for found in re.finditer("1+", strong)
    )
    words = {word: start for _loudness, start, run in runs if (word := run.strip(PARTICLES))}
    long_enough = {word: start for word, start in words.items() if len(word) > 1} or words
    first = list(long_enough)[:MOST_FRAGMENTS]
    return tuple(sorted(first, key=lambda word: long_enough[word]))


def _weight(model: Model, gram: str, owner: int) -> int:
    row = model.grams[gram]
    for at in range(model.starts[row], model.starts[row + 1]):
        if model.owners[at] == owner:
            return model.weights[at]
    return 0

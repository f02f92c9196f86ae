"""Learning the weights of suggestions from the sentences in the repository: run by hand, never in a web process."""

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nuanxin.cases.queries.phrasings import Phrasing, category_names, data_digest
from nuanxin.cases.queries.suggestions import grams_of

STRENGTH = 30.0  # inverse of the regularisation; higher fits closer
FEWEST_LINES = 2  # an n-gram of one sentence alone is chance
SMALLEST = 2  # of 127: weights below it are left out
FINEST = 127


def train_suggestions(*, phrasings: Sequence[Phrasing], to: Path) -> None:
    """Write the weights to `to`, the same bytes for the same sentences. Needs the extra `train`."""
    from sklearn.feature_extraction.text import TfidfVectorizer  # in the extra `train` only
    from sklearn.linear_model import LogisticRegression  # as above

    names = category_names()
    lines = [*phrasings, *(Phrasing(code, name) for code, name in names.items())]
    counter = TfidfVectorizer(analyzer=grams_of, sublinear_tf=True, min_df=FEWEST_LINES)
    table = counter.fit_transform([line.text for line in lines])
    learner = LogisticRegression(C=STRENGTH, max_iter=300, random_state=0)
    learner.fit(table, [line.category for line in lines])
    stored = _stored(learner, counter) | {"data": data_digest(phrasings, names)}
    body = json.dumps(stored, ensure_ascii=False, separators=(",", ":")).encode()
    to.write_bytes(gzip.compress(body, mtime=0))


def _stored(learner: Any, counter: Any) -> dict[str, object]:
    """Whole numbers of -127…127, the small ones left out: a row is owner, weight, owner, weight, …"""
    scale = float(abs(learner.coef_).max()) / FINEST
    whole = (learner.coef_ / scale).round().astype(int)
    grams = list(counter.get_feature_names_out())
    rows, kept = [], []
    for at in range(len(grams)):
        column = whole[:, at]
        row = [int(number) for owner, weight in enumerate(column) if abs(weight) >= SMALLEST
               for number in (owner, weight)]  # fmt: skip
        if row:
            rows.append(row)
            kept.append(at)
    return {
        "format": 1,
        "classes": [str(code) for code in learner.classes_],
        "scale": scale,
        "bias": [int(value) for value in (learner.intercept_ / scale).round()],
        "grams": [grams[at] for at in kept],
        "idf": [round(float(counter.idf_[at]) * 100) for at in kept],
        "rows": rows,
    }

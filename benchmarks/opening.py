"""Whether each of 14,200 places is open at one instant, until when and what is next, against the bare library.

`opening_request`: the same out of the database, as a page that shows them all would ask: places, exceptions, answers.
`opening`: expressions as a city has them, some hundreds that many share and three in ten of a place's own; one place
in thirty has a closure about that time. `opening_own`: every place has an expression of its own. Half of the
expressions go by holidays and make-up workdays, which the bare library is not asked to know.

Every round asks at an instant days from the last, so nothing that is held from before helps. The limit is the loop that
one would write with the library alone, over the same expressions read beforehand: `state` and `next_change`. Rounds of
both are timed in turns; medians count. `first_ms` is the round in which everything is read, `again_ms` the same instant
asked again.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from opening_hours import OpeningHours

from benchmarks.bare import settle
from nuanxin.demo.bulk.places import Ground, write_places
from nuanxin.kernel.opening import Change, Hours, at_all, parse
from nuanxin.kernel.worktime import SHANGHAI
from nuanxin.places.enums import ExceptionKind
from nuanxin.places.models import OpeningException, Place
from nuanxin.places.queries import hours_of_all
from nuanxin.places.queries.hours import JUDGED

BOTH = True
PLACES = 14_200
GROUND = Ground(104.2, 38.3, 0.46, 0.36, ("990101001001",))
ROUNDS = 12
SEED = 14_200
START = datetime(2026, 3, 2, 10, 20, tzinfo=SHANGHAI)
BETWEEN = timedelta(days=8, hours=5, minutes=17)


def main() -> list[dict[str, Any]]:
    shared = _expressions(300)
    own = _expressions(PLACES)
    chance = random.Random(SEED)
    city = [chance.choice(shared) if chance.random() < 0.7 else text for text in own]
    return [_measured("opening", city), _measured("opening_own", own), _requested(city)]


def _requested(texts: list[str]) -> dict[str, Any]:
    """One place in thirty has exceptions, of which some run at any of the instants."""
    write_places(ground=GROUND, count=PLACES, now=START, seed=SEED, searchable=False, opening=texts)
    chance = random.Random(SEED)
    keys = list(Place.objects.order_by("pk").values_list("pk", flat=True))
    OpeningException.objects.bulk_create(
        OpeningException(
            place_id=key,
            kind=ExceptionKind.CLOSED,
            starts_at=day,
            ends_at=day + timedelta(days=3),
            made_at=START,
        )
        for key in chance.sample(keys, PLACES // 30)
        for day in (START + timedelta(days=30 * month) for month in range(4))
    )
    settle()
    bare = [
        OpeningHours(each.opening, timezone=SHANGHAI, country="CN") for each in Place.objects.only("opening")
    ]
    ours, theirs = [], []
    for number in range(ROUNDS + 1):
        now = START + number * BETWEEN
        ours.append(
            _seconds(lambda now=now: hours_of_all(Place.objects.values_list(*JUDGED, named=True), now))
        )
        theirs.append(_seconds(lambda now=now: [(each.state(now), each.next_change(now)) for each in bare]))
    took, limit = statistics.median(ours[1:]), statistics.median(theirs[1:])
    return {
        "name": "opening_request",
        "value": round(PLACES / took),
        "unit": "places/s",
        "limit": round(PLACES / limit),
        "ratio": round(limit / took, 3),
        "ms": round(took * 1e3, 1),
        "bare_ms": round(limit * 1e3, 1),
        "first_ms": round(ours[0] * 1e3, 1),
    }


def _measured(name: str, texts: list[str]) -> dict[str, Any]:
    chance = random.Random(SEED)
    rows = [_closures() if chance.random() < 1 / 30 else () for _text in texts]
    parse.cache_clear()
    first = _seconds(lambda: at_all(_places(texts, rows), START))
    places = _places(texts, rows)
    bare = [OpeningHours(text, timezone=SHANGHAI, country="CN") for text in texts]
    ours, theirs, again = [], [], []
    for number in range(1, ROUNDS + 1):
        now = START + number * BETWEEN
        ours.append(_seconds(lambda now=now: at_all(places, now)))
        again.append(_seconds(lambda now=now: at_all(places, now)))
        theirs.append(_seconds(lambda now=now: [(each.state(now), each.next_change(now)) for each in bare]))
    took, limit = statistics.median(ours), statistics.median(theirs)
    return {
        "name": name,
        "value": round(PLACES / took),
        "unit": "places/s",
        "limit": round(PLACES / limit),
        "ratio": round(limit / took, 3),
        "ms": round(took * 1e3, 1),
        "bare_ms": round(limit * 1e3, 1),
        "first_ms": round(first * 1e3, 1),
        "again_ms": round(statistics.median(again) * 1e3, 1),
        "expressions": len(set(texts)),
    }


def _places(
    texts: list[str], rows: list[tuple[Change, ...]]
) -> list[tuple[Hours, tuple[Change, ...], tuple[()]]]:
    return [(parse(text), changes, ()) for text, changes in zip(texts, rows, strict=True)]


def _closures() -> tuple[Change, ...]:
    """Three days of each of the months that are asked about."""
    days = (START.date() + timedelta(days=30 * month) for month in range(4))
    return tuple(Change(day, day + timedelta(days=2), reason="检修") for day in days)


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _expressions(count: int) -> list[str]:
    chance = random.Random(SEED + count)
    found: dict[str, None] = {}
    while len(found) < count:
        found[_expression(chance)] = None
    return list(found)


def _expression(chance: random.Random) -> str:
    day, short = (
        f"{_clock(chance, 6, 9)}-{_clock(chance, 17, 22)}",
        f"{_clock(chance, 9, 10)}-{_clock(chance, 15, 17)}",
    )
    split = (
        f"{_clock(chance, 7, 9)}-{_clock(chance, 11, 12)},{_clock(chance, 13, 14)}-{_clock(chance, 17, 19)}"
    )
    night = f"{_clock(chance, 18, 22)}-{_clock(chance, 1, 6)}"
    forms = (
        f"Mo-Su {day}",
        f"Mo-Fr {day}; Sa-Su {short}",
        f"Mo-Fr {split}",
        f"Mo-Su {night}",
        f"Mo-Fr {day}; PH off",
        f"Mo-Fr {split}; PH off",
        f"Mo-Fr {day}; Sa-Su {short}; PH {short}",
        f'Mo-Su {day}; PH unknown "先打电话"',
        f"Mo-Su {night}; PH off",
    )
    return chance.choice(forms)


def _clock(chance: random.Random, first: int, last: int) -> str:
    return f"{chance.randint(first, last):02}:{chance.randrange(0, 60, 5):02}"

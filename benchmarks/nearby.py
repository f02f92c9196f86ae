"""The twenty nearest places that are open now and have two facilities that work, among ever more places.

The same square of 40 km is filled with ten thousand, a hundred thousand, a million places: what grows is how many lie
close by, which is what a search by distance has to bear. Points and instants differ from round to round. Medians count.
`limit` is what the bare driver reaches with the very statements of a search, prepared, on the largest set.

    NUANXIN_BENCH_SIZES=10000,100000 make bench NAME=nearby      # a quick one
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import time
from datetime import datetime, timedelta
from typing import Any

from benchmarks.bare import bare_reader, settle, statements_of
from nuanxin.demo.bulk.places import Ground, write_places
from nuanxin.kernel.worktime import SHANGHAI
from nuanxin.places.queries import Wanted, near_places

BOTH = True
SIZES = tuple(int(size) for size in os.environ.get("NUANXIN_BENCH_SIZES", "10000,100000,1000000").split(","))
ROUNDS, WARM = 150, 20
SEED = 20
GROUND = Ground(104.2, 38.3, 0.46, 0.36, ("990101001001",))  # about 40 km each way
REACH_M = 10_000
START = datetime(2026, 3, 2, 12, 30, tzinfo=SHANGHAI)
WANTED = Wanted(facilities=("toilet", "hot_water"), open_now=True)


def main() -> dict[str, Any]:
    medians: dict[int, float] = {}
    held = 0
    for size in SIZES:
        begun = time.perf_counter()
        write_places(ground=GROUND, count=size - held, now=START, seed=size, searchable=False)
        settle()
        print(f"   {size:,} places: {time.perf_counter() - begun:.0f} s more", file=sys.stderr)
        held = size
        medians[size] = statistics.median(_searches(ROUNDS))
    statements, raw = _raw()
    took = medians[SIZES[-1]]
    return {
        "name": "nearby",
        "value": round(1 / took, 1),
        "unit": "searches/s",
        "limit": round(1 / raw, 1),
        "ratio": round(raw / took, 3),
        "growth": round(took / medians[SIZES[0]], 3),
        "statements": statements,
        "p50_ms": {str(size): round(seconds * 1000, 2) for size, seconds in medians.items()},
    }


def _point(chance: random.Random) -> tuple[float, float]:
    """Not at the edge, where half of what is around would be missing."""
    across, up = 0.2 + 0.6 * chance.random(), 0.2 + 0.6 * chance.random()
    return GROUND.west + across * GROUND.width, GROUND.south + up * GROUND.height


def _searches(rounds: int) -> list[float]:
    chance = random.Random(SEED)
    taken = []
    for number in range(WARM + rounds):
        lng, lat = _point(chance)
        now = START + timedelta(hours=number)
        begun = time.perf_counter()
        found = near_places(lng, lat, now=now, radius_m=REACH_M, wanted=WANTED)
        taken.append(time.perf_counter() - begun)
        if len(found) != 20:
            raise RuntimeError(f"{len(found)} places around {lng}, {lat} at {now}, not 20: take more of them")
    return taken[WARM:]


def _raw() -> tuple[int, float]:
    """Statements of a search, and seconds of them alone, over as many points."""
    chance = random.Random(SEED)
    seen = []
    for number in range(WARM + ROUNDS):
        lng, lat = _point(chance)
        now = START + timedelta(hours=number)
        seen.append(
            statements_of(
                lambda lng=lng, lat=lat, now=now: near_places(
                    lng, lat, now=now, radius_m=REACH_M, wanted=WANTED
                )
            )
        )
    with bare_reader() as run:
        taken = [run(each) for each in seen]
    return max(len(each) for each in seen), statistics.median(taken[WARM:])

"""A page of a points board and one's own place on it, among ever more people who chose to be seen.

Ten thousand are in a month's sums, then 330 thousand in one district. A page takes the head of an index; a place is
counted as far as it says anything. `limit` is what the bare driver reaches with the very statements, prepared.

    NUANXIN_BENCH_SIZES=1000,10000 make bench NAME=board         # a quick one
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import time
from datetime import datetime
from typing import Any
from uuid import UUID

from benchmarks.bare import bare_reader, settle, statements_of
from nuanxin.incentives.models import BoardMember, BoardTally
from nuanxin.incentives.queries.boards import TOP, board, own_place
from nuanxin.kernel.worktime import SHANGHAI

BOTH = True
SIZES = tuple(int(size) for size in os.environ.get("NUANXIN_BENCH_SIZES", "10000,330000").split(","))
ROUNDS, WARM = 150, 20
SEED = 31
MONTH, NOW = "2026-03", datetime(2026, 3, 20, 12, 0, tzinfo=SHANGHAI)
DISTRICT, STREET = "990101", "990101001"
WITHIN = DISTRICT + "000000"
BATCH = 5000


def main() -> dict[str, Any]:
    medians: dict[int, float] = {}
    held = 0
    for size in SIZES:
        begun = time.perf_counter()
        _join(held, size)
        settle()
        print(f"   {size:,} people: {time.perf_counter() - begun:.0f} s more", file=sys.stderr)
        held = size
        medians[size] = statistics.median(_looks(size))
    statements, raw = _raw(held)
    took = medians[SIZES[-1]]
    return {
        "name": "board",
        "value": round(1 / took, 1),
        "unit": "pages/s",
        "limit": round(1 / raw, 1),
        "ratio": round(raw / took, 3),
        "growth": round(took / medians[SIZES[0]], 3),
        "statements": statements,
        "p50_ms": {str(size): round(seconds * 1000, 2) for size, seconds in medians.items()},
    }


def _join(first: int, last: int) -> None:
    """Points as they are: many have a few, few have many."""
    chance = random.Random(SEED + first)
    for start in range(first, last, BATCH):
        numbers = range(start, min(last, start + BATCH))
        BoardMember.objects.bulk_create(
            BoardMember(
                subject_id=_subject(number),
                nickname=f"称呼{number}",
                scope_code=f"{STREET}001",
                joined_at=NOW,
            )
            for number in numbers
        )
        BoardTally.objects.bulk_create(
            BoardTally(
                subject_id=_subject(number), period=MONTH, kind="all", points=1 + int(chance.expovariate(1 / 60)),
                is_shown=True, district=DISTRICT, street=STREET,
            )
            for number in numbers
        )  # fmt: skip


def _subject(number: int) -> UUID:
    return UUID(int=number + 1)


def _look(number: int) -> None:
    own = _subject(number)
    if len(board(period=MONTH, within=WITHIN, subject_id=own)) != TOP:
        raise RuntimeError("a board that is not full: take more people")
    own_place(subject_id=own, period=MONTH, within=WITHIN)


def _looks(size: int) -> list[float]:
    chance = random.Random(SEED)
    taken = []
    for _round in range(WARM + ROUNDS):
        number = chance.randrange(size)
        begun = time.perf_counter()
        _look(number)
        taken.append(time.perf_counter() - begun)
    return taken[WARM:]


def _raw(size: int) -> tuple[int, float]:
    """Statements of a look, and seconds of them alone, over as many people."""
    chance = random.Random(SEED)
    numbers = [chance.randrange(size) for _round in range(WARM + ROUNDS)]
    seen = [statements_of(lambda number=number: _look(number)) for number in numbers]
    with bare_reader() as run:
        taken = [run(each) for each in seen]
    return max(len(each) for each in seen), statistics.median(taken[WARM:])

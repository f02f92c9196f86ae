"""Large, valid histories written straight to the database, for benchmarks and for trying a big city.

Every case has its tasks, clocks, log, reporter and search entry, as if it had gone through the services; pictures,
events, notices and audit rows are left out. The territories, organisations and compounds are those of the database.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from datetime import datetime
from random import Random

from django.db import transaction

from nuanxin.cases.queries.search import INDEX
from nuanxin.demo.bulk.arcs import Narrator
from nuanxin.demo.bulk.ground import Ground, NotEnoughGround
from nuanxin.demo.bulk.life import Life
from nuanxin.demo.bulk.load import bare, is_postgres
from nuanxin.demo.bulk.writer import TABLES, Writer

__all__ = ["NotEnoughGround", "write_history"]

OPEN_SHARE = 0.05
# So many lives are told; beyond that, several cases in different places share the times of one.
OVER_TOLD, OPEN_TOLD = 12_000, 8_000
MANY = 20_000  # from here on it pays to make the indexes anew


def write_history(
    *,
    area: str,
    count: int,
    now: datetime,
    seed: int = 1,
    open_share: float = OPEN_SHARE,
    tiles: range | None = None,
) -> int:
    """Write `count` cases of the district `area` (12 digits), of the three years before `now`; returns how many.

    With `tiles` each lies at a point of its own, in a copy of the district that lies so many widths further; and what
    is open is of every age alike: a city of many such districts, for what depends on places alone.
    The same seed on the same city writes the same histories. Raises `NotEnoughGround`.
    """
    rng = Random(seed)
    ground = Ground(area, rng, tiles=tiles)
    lives = _tell(
        Narrator(seed, area=area, now=now, evenly=tiles is not None), count, round(count * open_share)
    )
    with transaction.atomic():
        writer = Writer(area, ground, rng, seed)
        writer.take_numbers(lives)
        with bare(TABLES, also=[INDEX.table]) if is_postgres() and count >= MANY else nullcontext():
            for life in lives:
                writer.add(life)
            writer.flush()
    return len(lives)


def _tell(narrator: Narrator, count: int, still_open: int) -> list[Life]:
    """The lives in order of their report; a life that stands in several places is there several times."""
    told = [
        *_often([narrator.over() for _ in range(min(count - still_open, OVER_TOLD))], count - still_open),
        *_often([narrator.still_open() for _ in range(min(still_open, OPEN_TOLD))], still_open),
    ]
    return sorted(told, key=lambda life: life.case.reported_at)


def _often(lives: Sequence[Life], count: int) -> Iterator[Life]:
    for number in range(count):
        yield lives[number % len(lives)]

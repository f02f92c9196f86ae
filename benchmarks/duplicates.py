"""Has somebody reported it already? The candidates for a report, in ever larger sets of open and recent cases.

The same district at each size, in a database of its own: every case is open, of any age up to forty-five days, and each
lies at a point of its own; the larger set is a city of many such districts, as dense as the smallest. Asked at places
where something lies, in turns over the sizes. `growth` is the median of the largest ÷ that of the smallest; `limit` is
what bare psycopg reaches with the very statement, prepared, on the largest.

    NUANXIN_BENCH_SIZES=10000,50000 make bench NAME=duplicates      # a quick one
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Sequence
from datetime import datetime
from random import Random
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.conf import settings
from django.db import connection
from django.utils import timezone

from benchmarks.district import AREA, settle_district
from nuanxin.cases.enums import Visibility
from nuanxin.cases.models import Case
from nuanxin.cases.queries.duplicates import Place, similar_cases
from nuanxin.demo.bulk import write_history

SIZES = tuple(int(size) for size in os.environ.get("NUANXIN_BENCH_SIZES", "10000,1000000").split(","))
PLACES = 200
ROUNDS = 12
WARM = 60  # past the point at which PostgreSQL decides for a generic plan
WORDS = "路边有个坑，晚上看不见，电动车差点摔了"
Asked = tuple[str, tuple[Any, ...]]


def main() -> dict[str, Any]:
    now = timezone.now()
    settle_district(now)
    databases: dict[int, str] = {}
    places: dict[int, list[Place]] = {}
    for size in SIZES:
        _grow_to(size, now=now)
        places[size] = _places(size)
        databases[size] = settings.DATABASE_URL if size == SIZES[-1] else _copy(size)
    asked = [_statement(place, now=now) for place in places[SIZES[-1]]]
    seconds: dict[int, list[float]] = {size: [] for size in SIZES}
    raw: list[float] = []
    for turn in range(ROUNDS):
        for size in SIZES:
            with _database(databases[size]):
                seconds[size] += _ask(places[size], now=now)
        raw += _raw(databases[SIZES[-1]], asked)
        print(f"   {turn + 1}/{ROUNDS}", end="\r", file=sys.stderr)
    return _result(seconds, raw, found=_found(places, databases, now=now))


def _grow_to(size: int, *, now: datetime) -> None:
    start = time.perf_counter()
    before = Case.objects.count()
    missing = size - before
    tiles = range(
        before // SIZES[0], max(1, size // SIZES[0])
    )  # each district has as many as the smallest city
    write_history(area=AREA, count=missing, now=now, seed=size, open_share=1.0, tiles=tiles)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
    print(f"   {missing:,} open cases in {time.perf_counter() - start:.0f} s", file=sys.stderr)


def _places(size: int) -> list[Place]:
    """A few steps from cases that are there, the same share of all kinds as the cases themselves."""
    rng = Random(size)
    rows = Case.objects.filter(visibility=Visibility.NORMAL, lng__isnull=False).order_by("pk")
    step = max(1, rows.count() // PLACES)
    found = rows.values_list("category_id", "lng", "lat")[::step]
    return [
        Place(category, lng + rng.uniform(-1, 1) / 8000, lat + rng.uniform(-1, 1) / 8000, WORDS)
        for category, lng, lat in list(found)[:PLACES]
    ]


def _copy(size: int) -> str:
    parts = urlsplit(settings.DATABASE_URL)
    own, copy = parts.path.lstrip("/"), f"recent_{size}"
    connection.close()
    with psycopg.connect(urlunsplit(parts._replace(path="/postgres")), autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{own}"')
    return urlunsplit(parts._replace(path=f"/{copy}"))


class _database:  # noqa: N801  -- reads as what it does
    """Django asks another database for a while, warm."""

    def __init__(self, url: str) -> None:
        self.name = urlsplit(url).path.lstrip("/")

    def __enter__(self) -> None:
        connection.close()
        self.before = connection.settings_dict["NAME"]
        connection.settings_dict["NAME"] = self.name

    def __exit__(self, *_error: object) -> None:
        connection.close()
        connection.settings_dict["NAME"] = self.before


def _ask(places: Sequence[Place], *, now: datetime) -> list[float]:
    for place in places[:WARM]:
        similar_cases(place, now=now)
    taken = []
    for place in places:
        start = time.perf_counter()
        similar_cases(place, now=now)
        taken.append(time.perf_counter() - start)
    return taken


def _statement(place: Place, *, now: datetime) -> Asked:
    seen: list[Asked] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001  -- Django's
        seen.append((sql, tuple(params or ())))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        similar_cases(place, now=now)
    return next(
        one for one in seen if "cases_case" in one[0]
    )  # now and then a cache looks whether it is still right


def _raw(url: str, asked: Sequence[Asked]) -> list[float]:
    with psycopg.connect(url, autocommit=True) as raw, raw.cursor() as cursor:
        for sql, params in asked[:WARM]:
            cursor.execute(sql, params, prepare=True)
            cursor.fetchall()
        taken = []
        for sql, params in asked:
            start = time.perf_counter()
            cursor.execute(sql, params, prepare=True)
            cursor.fetchall()
            taken.append(time.perf_counter() - start)
    return taken


def _found(places: dict[int, list[Place]], databases: dict[int, str], *, now: datetime) -> dict[str, float]:
    """How many candidates a question finds, on average."""
    counted = {}
    for size in SIZES:
        with _database(databases[size]):
            counted[str(size)] = round(
                statistics.mean(len(similar_cases(place, now=now)) for place in places[size]), 2
            )
    return counted


def _result(
    seconds: dict[int, list[float]], raw: Sequence[float], *, found: dict[str, float]
) -> dict[str, Any]:
    medians = {size: statistics.median(taken) for size, taken in seconds.items()}
    value, limit = 1 / medians[SIZES[-1]], 1 / statistics.median(raw)
    return {
        "name": "duplicates",
        "value": round(value, 1),
        "unit": "questions/s",
        "limit": round(limit, 1),
        "ratio": round(value / limit, 3),
        "growth": round(medians[SIZES[-1]] / medians[SIZES[0]], 3),
        "found": found,
        "p50_ms": {str(size): round(median * 1000, 3) for size, median in medians.items()},
    }

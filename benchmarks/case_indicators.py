"""All indicators of a district over this year so far, in ever larger cities; and its page where the figures are kept.

The value is what the product's compiled statements reach, one after the other, live. `limit` is a single hand-written
pass of bare psycopg over each of the same tables, largest city: every row of the district counted under a handful of
conditions, no join, nothing put into lines. `growth` of the live line is that of the data, because every row is looked
at; that of the kept line is the page's, which reads rows that the job wrote.

    NUANXIN_BENCH_SIZES=10000,100000 make bench NAME=case_indicators      # a quick one
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from django.utils import timezone

from benchmarks.district import AREA, grow_to, settle_district, somebody
from nuanxin.insight.indicators import INDICATORS, RELATIONS
from nuanxin.insight.models import Figure, Tally
from nuanxin.insight.periods import Period, span
from nuanxin.insight.queries.areas import area_for
from nuanxin.insight.queries.overview import overview
from nuanxin.insight.queries.running import Place, figures
from nuanxin.insight.services import refresh_figures
from nuanxin.people.queries.actors import actor_for

SIZES = tuple(int(size) for size in os.environ.get("NUANXIN_BENCH_SIZES", "10000,100000,1000000").split(","))
ROUNDS, WARM = 7, 2
DIGITS = AREA[:6]
RAW = (
    (
        "SELECT count(*), count(*) FILTER (WHERE filed_at IS NOT NULL), count(*) FILTER (WHERE state = 'merged'),"
        " count(*) FILTER (WHERE closed_at <= due_at), count(*) FILTER (WHERE outcome = 'solved')"
        " FROM cases_case WHERE scope_district = %(district)s AND reported_at >= %(start)s"
    ),
    (
        "SELECT count(*), count(*) FILTER (WHERE return_reason <> ''), sum(submitted_at - claimed_at)"
        " FROM cases_task WHERE dispatched_at >= %(start)s"
    ),
    (
        "SELECT count(*), count(*) FILTER (WHERE outcome = 'met') FROM cases_clock"
        " WHERE kind = 'handle' AND due_at >= %(start)s"
    ),
    (
        "SELECT count(*), count(*) FILTER (WHERE action = 'fail') FROM cases_caselog"
        " WHERE action IN ('pass', 'fail') AND at >= %(start)s"
    ),
    "SELECT count(*), count(*) FILTER (WHERE solved) FROM cases_rating WHERE at >= %(start)s",
)


def main() -> list[dict[str, Any]]:
    now = timezone.now()
    settle_district(now)
    live: dict[int, float] = {}
    kept: dict[int, float] = {}
    for size in SIZES:
        grow_to(size, now=now)
        year = span(Period.YEAR, now=now)
        live[size] = _median(lambda year=year: [figures(each, Place(AREA), year) for each in RELATIONS])  # type: ignore[misc]
        kept[size] = _kept(now)
        print(f"   {size:,}: live {live[size]:.3f} s, kept {kept[size] * 1000:.1f} ms", file=sys.stderr)
    raw = _raw(span(Period.YEAR, now=now).start)
    return [
        _line("case_indicators", "sets/s", live, raw["scan"], indicators=len(INDICATORS)),
        _line("case_indicators_kept", "pages/s", kept, raw["kept"], figures=Figure.objects.count()),
    ]


def _kept(now: datetime) -> float:
    """The overview of the district, read from rows that a job has written."""
    settings.NUANXIN_LIVE_FIGURES_UP_TO = 0
    Tally.objects.all().delete()  # of the smaller city
    start = time.perf_counter()
    turns = refresh_figures(now=now, most=1000)
    took = time.perf_counter() - start
    print(f"   {turns} turns of counting in {took:.0f} s", file=sys.stderr)
    area = area_for(actor_for(somebody("swd", AREA)))
    return _median(lambda: overview(area, span(Period.YEAR, now=now), now=now), rounds=40)


def _median(work: Callable[[], Any], *, rounds: int = ROUNDS) -> float:
    taken = []
    for turn in range(WARM + rounds):
        start = time.perf_counter()
        work()
        if turn >= WARM:
            taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def _raw(start: datetime) -> dict[str, float]:
    parameters = connection.get_connection_params()
    wanted = {
        key: parameters[key] for key in ("host", "port", "dbname", "user", "password") if parameters.get(key)
    }
    with psycopg.connect(**wanted, autocommit=True) as raw, raw.cursor() as cursor:
        cursor.execute("SET jit = off")

        def scan() -> None:
            for sql in RAW:
                cursor.execute(sql, {"district": DIGITS, "start": start})
                cursor.fetchall()

        def kept() -> None:
            cursor.execute(
                "SELECT * FROM insight_figure WHERE scope_code = %s AND period = %s",
                (AREA, "year"),
                prepare=True,
            )
            cursor.fetchall()

        return {"scan": _median(scan), "kept": _median(kept, rounds=40)}


def _line(name: str, unit: str, seconds: dict[int, float], raw: float, **more: Any) -> dict[str, Any]:
    largest = seconds[SIZES[-1]]
    return {
        "name": name,
        "value": round(1 / largest, 3),
        "unit": unit,
        "limit": round(1 / raw, 3),
        "ratio": round(raw / largest, 3),
        "growth": round(largest / seconds[SIZES[0]], 3),
        "seconds": {str(size): round(taken, 4) for size, taken in seconds.items()},
        **more,
    }

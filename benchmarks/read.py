"""JSON list and detail of cases, against the smallest answer that the same server gives.

A dispatcher's program asks for the first page of the street's open queue (fifty rows) and for one case with its
tasks, its timeline and its next legal actions, each with a bearer token. The limit is `/healthz` of the same process
over the same connection: sixteen bytes and one row from the database, through the same server and middleware. All
three are asked in turns. Medians count.

    NUANXIN_BENCH_SIZES=10000 make bench NAME=read      # a quick one
"""

from __future__ import annotations

import os
import statistics
import sys
from typing import Any

from django.db.models import Count
from django.utils import timezone

from benchmarks.district import grow_to, settle_district, somebody
from benchmarks.pages import Line, Visitor, program_of
from benchmarks.servers import free_port, running
from nuanxin.cases.models import Case
from nuanxin.kernel.access.scope import padded

SIZE = int(os.environ.get("NUANXIN_BENCH_SIZES", "100000").split(",")[-1])
ROUNDS, EACH, WARM = 12, 20, 30
EMPTY = "/healthz"


def main() -> list[dict[str, Any]]:
    now = timezone.now()
    settle_district(now)
    grow_to(SIZE, now=now)
    busiest = (
        Case.objects.filter(closed_at=None).values("scope_street").annotate(n=Count("id")).order_by("-n")
    )
    street = busiest[0]["scope_street"]
    program = program_of(somebody("dispatcher", padded(street)))
    open_cases = Case.objects.filter(scope_street=street, closed_at=None, visibility="normal")
    number = open_cases.order_by("-id").values_list("number", flat=True)[0]
    paths = {
        "read_list": ("/api/v1/cases?tab=open", program),
        "read_detail": (f"/api/v1/cases/{number}", program),
        "empty": (EMPTY, Visitor()),
    }
    seconds = _measure(paths)
    limit = 1 / statistics.median(seconds["empty"])
    return [_result(name, seconds[name], limit) for name in ("read_list", "read_detail")]


def _measure(paths: dict[str, tuple[str, Visitor]]) -> dict[str, list[float]]:
    port = free_port()
    seconds: dict[str, list[float]] = {name: [] for name in paths}
    with running("serve", "--port", str(port), "--workers", "1", "--no-embedded", port=port):
        line = Line(port)
        for path, visitor in paths.values():
            for _ in range(WARM):
                line.get(visitor, path)
        for turn in range(ROUNDS):
            for _ in range(EACH):
                for name, (path, visitor) in paths.items():
                    seconds[name].append(line.get(visitor, path)[0])
            print(f"   {turn + 1}/{ROUNDS}", end="\r", file=sys.stderr)
    return seconds


def _result(name: str, seconds: list[float], limit: float) -> dict[str, Any]:
    median = statistics.median(seconds)
    return {
        "name": name,
        "value": round(1 / median, 1),
        "unit": "answers/s",
        "limit": round(limit, 1),
        "ratio": round(1 / median / limit, 3),
        "p50_ms": round(median * 1e3, 2),
        "cases": SIZE,
    }

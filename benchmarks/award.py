"""Points for an event, heard of by one worker, each in a transaction of its own, against bare writes of the same rows.

Each event is about somebody new: an account, a deed, a posting, a lot, the balance, `PointsAwarded` and deliveries. The
limit is one connection of bare psycopg that writes exactly those rows, prepared, in a transaction of its own each.
`case` is the end of a case, which also asks what the same person had reported nearby and writes which case it was.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from django.db import transaction

from benchmarks import raw
from nuanxin.cases.events import CaseClosed
from nuanxin.incentives import subscribers
from nuanxin.kernel.events import Envelope
from nuanxin.volunteering.events import HoursRecorded

AWARDS = int(os.environ.get("NUANXIN_BENCH_SIZES", "600").split(",")[0])  # in a round
ROUNDS = 3
NOW = datetime(2026, 9, 15, 2, 0, tzinfo=UTC)


def main() -> list[dict[str, Any]]:
    return [_measured("award", _hours), _measured("award_case", _case)]


def _envelope() -> Envelope:
    return Envelope(uuid4(), uuid4(), "990101001001", NOW)


def _hours() -> None:
    happened = HoursRecorded(uuid4().hex, 90, 100, "patrol", "", "", "2026-09-15")
    with transaction.atomic():
        subscribers.hours_recorded(happened, _envelope())


def _case() -> None:
    number = uuid4().int % 10**9
    with transaction.atomic():
        subscribers.case_closed(
            CaseClosed(number, f"990101{number}", "0301", "solved", 1, on_time=True), _envelope()
        )


def _measured(name: str, work: Callable[[], None]) -> dict[str, Any]:
    statements = raw.capture(work)
    ours, bare = [], []
    for _round in range(ROUNDS):  # in turns: a machine that slows down slows both
        begun = time.perf_counter()
        for _award in range(AWARDS):
            work()
        ours.append(AWARDS / (time.perf_counter() - begun))
        bare.append(AWARDS / raw.replay(statements.writes, AWARDS, 1))
    value, limit = statistics.median(ours), statistics.median(bare)
    return {
        "name": name, "value": round(value), "unit": "awards/s", "limit": round(limit),
        "ratio": round(value / limit, 3), "statements": len(statements.all), "writes": len(statements.writes),
    }  # fmt: skip

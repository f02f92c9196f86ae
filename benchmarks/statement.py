"""Balance and a page of a statement, of accounts with up to 100 thousand postings, against the bare statements.

    NUANXIN_BENCH_SIZES=100,10000 make bench NAME=statement      # a quick one

The deeds are written in bulk, the ledger is told from them by the product's own rebuild and compared by its own check,
so that every row is one that the services would have written. `growth` is the median at the largest account ÷ at the
smallest. `deep_ms`: a page in the middle of the statement; `seal_ms`: the totals for a seal, one pass over all postings
of the account; `verify_ms`: the whole chain computed anew, as the public page does.
"""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from benchmarks.bare import bare_reader, settle, statements_of
from nuanxin.incentives.models import Deed
from nuanxin.incentives.queries.ledger import balance_of
from nuanxin.incentives.queries.statements import StatementFilters, lines_of, totals_of, verify_statement
from nuanxin.incentives.services.replaying import check_ledger, rebuild_ledger
from nuanxin.incentives.services.sealing import seal_statement
from nuanxin.kernel.access import Actor
from nuanxin.kernel.loading import insert_rows

BOTH = True
SIZES = tuple(int(size) for size in os.environ.get("NUANXIN_BENCH_SIZES", "100,10000,100000").split(","))
OTHERS = 1_000
ROUNDS = 60
START = datetime(2024, 3, 1, 2, 0, tzinfo=UTC)


NAMES = ("name", "rule", "source", "subject_id", "at", "facts")
AWARD = json.dumps(
    {"amount": 2, "because": "thanks", "group": "thanks", "months": 24, "scope": "990101001001"}
)
SPENDING = json.dumps({"amount": 12, "because": "spent"})


def write_deeds(subjects: Iterable[int], count: int) -> None:
    """For each subject a life of awards, five minutes apart; every tenth deed spends a little."""
    insert_rows(
        Deed, NAMES, (_deed(UUID(int=subject), number) for subject in subjects for number in range(count))
    )


def _deed(subject_id: UUID, number: int) -> tuple[Any, ...]:
    at = START + timedelta(minutes=5 * number)
    if number % 10 == 9:
        return ("incentives.Spent", "", f"s{number}", subject_id, at, SPENDING)
    return ("incentives.Awarded", "thanks", f"a{number}", subject_id, at, AWARD)


def main() -> list[dict[str, Any]]:
    write_deeds(range(2**100, 2**100 + OTHERS), 12)
    for place, size in enumerate(SIZES):
        write_deeds([place + 1], size)
    rebuild_ledger(now=START)
    settle()
    if not check_ledger().is_equal:
        raise AssertionError
    found = [_measured(UUID(int=place + 1), size) for place, size in enumerate(SIZES)]
    found[-1]["growth"] = round(found[-1]["ms"] / found[0]["ms"], 2)
    return found


def _measured(subject_id: UUID, size: int) -> dict[str, Any]:
    def work() -> None:
        balance_of(subject_id)
        lines_of(subject_id, StatementFilters())

    def deep() -> None:
        lines_of(subject_id, StatementFilters(), before=size // 2)

    work()
    asked = statements_of(work)
    ours, bare = [], []
    with bare_reader() as run:
        for _round in range(ROUNDS):
            ours.append(_seconds(work))
            bare.append(run(asked))
    took, limit = statistics.median(ours), statistics.median(bare)
    actor = Actor(person_id=None, subject_id=subject_id, name="", role="worker")
    made = seal_statement(actor=actor, now=START)
    return {
        "name": f"statement_{size}", "value": round(1 / took), "unit": "statements/s", "limit": round(1 / limit),
        "ratio": round(limit / took, 3), "ms": round(took * 1e3, 2), "bare_ms": round(limit * 1e3, 2),
        "statements": len(asked),
        "deep_ms": round(statistics.median(_seconds(deep) for _round in range(ROUNDS)) * 1e3, 2),
        "seal_ms": round(_seconds(lambda: totals_of(subject_id)) * 1e3, 1),
        "verify_ms": round(_seconds(lambda: verify_statement(made.code)) * 1e3, 1),
    }  # fmt: skip


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun

"""The ledger told again from so many deeds and compared, against reading the same rows by the bare driver.

    NUANXIN_BENCH_SIZES=10000,100000 make bench NAME=replay      # a quick one

Ten deeds for each person, nine awards and a redemption. `rebuild_s`: everything dropped and written anew; `growth`: the
time for each deed at the largest size ÷ at the smallest; `peak_mb`: how much the process grew while it checked.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from benchmarks.bare import bare_reader, settle, statements_of
from benchmarks.statement import START, _deed
from nuanxin.incentives.models import Account, Deed, Draw, Lot, Posting
from nuanxin.incentives.services.replaying import check_ledger, rebuild_ledger

BOTH = True
SIZES = tuple(int(size) for size in os.environ.get("NUANXIN_BENCH_SIZES", "10000,100000,1000000").split(","))
EACH = 10


def main() -> list[dict[str, Any]]:
    found = [_measured(size) for size in SIZES]
    found[-1]["growth"] = round(found[0]["value"] / found[-1]["value"], 2)
    return found


def _measured(size: int) -> dict[str, Any]:
    there = Deed.objects.count() // EACH
    deeds = (
        _deed(UUID(int=2**100 + subject), number)
        for subject in range(there, size // EACH)
        for number in range(EACH)
    )
    while batch := [deed for _number, deed in zip(range(10_000), deeds, strict=False)]:
        Deed.objects.bulk_create(batch, batch_size=2_000)
    rebuilt = _seconds(lambda: rebuild_ledger(now=START, progress=_progress))
    settle()
    before = _peak()
    checks = [_seconds(_check) for _round in range(2)]
    with bare_reader() as run:
        asked = statements_of(_read)
        limit = min(run(asked) for _round in range(2))
    took = min(checks)
    return {
        "name": f"replay_{size}", "value": round(size / took), "unit": "deeds/s", "limit": round(size / limit),
        "ratio": round(limit / took, 3), "check_s": round(took, 1), "rebuild_s": round(rebuilt, 1),
        "peak_mb": round((_peak() - before) / 1024),
    }  # fmt: skip


def _check() -> None:
    if not check_ledger(progress=_progress).is_equal:
        raise AssertionError


def _read() -> None:
    """Every row that a check has to see, in its order."""
    for rows in (
        Deed.objects.order_by("subject_id", "id"), Account.objects.order_by("subject_id"),
        Posting.objects.order_by("account_id", "number"), Lot.objects.order_by("account_id", "id"),
        Draw.objects.order_by("account_id", "number", "id"),
    ):  # fmt: skip
        for _row in rows.values_list().iterator(chunk_size=1):
            break


def _progress(done: int, total: int) -> None:
    print(f"  {done} of {total}", file=sys.stderr, flush=True)


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun

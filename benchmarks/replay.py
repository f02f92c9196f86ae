"""The ledger told again from so many deeds and compared, against reading the same rows by the bare driver.

    NUANXIN_BENCH_SIZES=10000,100000 make bench NAME=replay      # a quick one

Ten deeds for each person, nine awards and a redemption. `rebuild_s`: what came since the smaller size written anew, all
else compared; `growth`: the time for each deed at the largest size ÷ at the smallest; `peak_mb`: how much the process
grew while it wrote and checked.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.bare import bare_reader, settle, statements_of
from benchmarks.statement import START, write_deeds
from nuanxin.incentives.models import Account, Deed, Draw, Lot, Posting
from nuanxin.incentives.services.replaying import check_ledger, rebuild_ledger

BOTH = True
SIZES = tuple(int(size) for size in os.environ.get("NUANXIN_BENCH_SIZES", "10000,100000,1000000").split(","))
EACH = 10
MILLION = 1_000_000


def main() -> list[dict[str, Any]]:
    found = [_measured(size) for size in SIZES]
    found[-1]["growth"] = round(found[0]["value"] / found[-1]["value"], 2)
    return found


def _measured(size: int) -> dict[str, Any]:
    there = Deed.objects.count() // EACH
    begun = time.perf_counter()
    write_deeds(range(2**100 + there, 2**100 + size // EACH), EACH)
    print(f"  {size} deeds: {time.perf_counter() - begun:.0f} s", file=sys.stderr, flush=True)
    before = _weighed("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from here
    rebuilt = _seconds(lambda: rebuild_ledger(now=START, progress=_progress))
    settle()
    rounds = range(2 if size < MILLION else 1)
    checks = [_seconds(_check) for _round in rounds]
    peak = _weighed("VmHWM") - before
    with bare_reader() as run:
        asked = statements_of(_read)
        limit = min(run(asked) for _round in rounds)
    took = min(checks)
    return {
        "name": f"replay_{size}", "value": round(size / took), "unit": "deeds/s", "limit": round(size / limit),
        "ratio": round(limit / took, 3), "check_s": round(took, 1), "rebuild_s": round(rebuilt, 1),
        "peak_mb": round(peak / 1024),
    }  # fmt: skip


def _check() -> None:
    if not check_ledger(progress=_progress).is_equal:
        raise AssertionError


def _read() -> None:
    """Every row that a check has to see, in its order."""
    for rows in (
        Deed.objects.order_by("subject_id", "id"), Account.objects.order_by("subject_id"),
        Posting.objects.order_by("account_id", "number"), Lot.objects.order_by("account_id", "number", "id"),
        Draw.objects.order_by("account_id", "number", "id"),
    ):  # fmt: skip
        for _row in rows.values_list().iterator(chunk_size=1):
            break


def _progress(done: int, total: int) -> None:
    print(f"  {done} of {total}", file=sys.stderr, flush=True)


def _weighed(what: str) -> int:
    """Kilobytes of this process, now or at most."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(what))


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun

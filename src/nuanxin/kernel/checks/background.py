"""Is the background alive: the worker, the deliveries, the periodic jobs?"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from nuanxin.kernel import events, scheduler, worker
from nuanxin.kernel.checks import Finding, Level, check

SILENT_AFTER = timedelta(seconds=60)
LATE_AFTER = timedelta(minutes=5)


@check
def worker_alive(now: datetime) -> Iterable[Finding]:
    seen = worker.last_seen()
    if seen is not None and now - seen < SILENT_AFTER:
        yield Finding(level=Level.OK, code="worker", message=f"alive, last seen {_ago(now - seen)} ago")
        return
    yield Finding(
        level=Level.WARNING,
        code="worker-silent",
        message="no worker has ever run" if seen is None else f"last seen {_ago(now - seen)} ago",
        hint="Without it nothing is delivered and no clock ticks: start `nuanxin worker` or `nuanxin serve`.",
    )


@check
def deliveries(now: datetime) -> Iterable[Finding]:
    backlog = events.undelivered(now)
    late = now - backlog.oldest_at if backlog.oldest_at else timedelta()
    if backlog.dead:
        yield Finding(
            level=Level.ERROR,
            code="deliveries-dead",
            message=f"{backlog.dead} deliveries given up: {_reasons()}",
            hint="Mend the cause, then give them back to the worker: `nuanxin worker --redeliver`.",
        )
    if late > LATE_AFTER or backlog.failing:
        yield Finding(
            level=Level.WARNING,
            code="deliveries-late",
            message=f"{backlog.waiting} deliveries waiting, oldest {_ago(late)}; {backlog.failing} failed before",
            hint="Is a worker running? The reason of each failure is in its row and in the worker's log.",
        )
    elif not backlog.dead:
        yield Finding(level=Level.OK, code="deliveries", message=f"{backlog.waiting} waiting, none failing")


@check
def periodic_jobs(now: datetime) -> Iterable[Finding]:
    failing = list(scheduler.failing_jobs())
    for job in failing:
        yield Finding(
            level=Level.ERROR,
            code="job-failing",
            message=f"{job.name} failed {job.failures} times in a row: {job.last_error}",
            hint=f"It is tried again at {job.next_run_at:%Y-%m-%d %H:%M} UTC; the worker's log says more.",
        )
    if not failing:
        yield Finding(
            level=Level.OK,
            code="jobs",
            message=f"{len(scheduler.periodic_jobs())} periodic jobs, none failing",
        )


def _reasons() -> str:
    reasons = {f"{dead.subscriber}: {dead.last_error}" for dead in events.dead_letters(20)}
    shown = sorted(reasons)[:3]
    return "; ".join(shown) + (" …" if len(reasons) > len(shown) else "")


def _ago(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 7200 else f"{seconds // 3600} h"

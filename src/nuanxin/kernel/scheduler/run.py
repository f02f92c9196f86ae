import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q, QuerySet

from nuanxin.kernel.errors import describe
from nuanxin.kernel.scheduler.models import Job
from nuanxin.kernel.scheduler.registry import Periodic, periodic_jobs

log = logging.getLogger(__name__)

FIRST_RETRY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _Claim:
    """What this process holds: nobody else's result may be written over it, nor its over anybody's."""

    due_at: datetime
    until: datetime


def run_due(now: datetime) -> list[str]:
    """Run every periodic job that is due and that no other process holds; returns the names of those it ran.

    A job that was missed for a week runs once. One whose process died runs again when its lease is over. One that
    fails is tried again after a minute, doubling up to its interval, with the reason in its row.
    """
    jobs = periodic_jobs()
    started = time.monotonic()
    ran = []
    for name, due_at in _due(jobs, now):
        at = now + timedelta(seconds=time.monotonic() - started)  # the jobs before this one took their time
        claim = _claim(jobs[name], due_at, at)
        if claim:
            _run(jobs[name], claim, at)
            ran.append(name)
    return ran


def failing_jobs() -> QuerySet[Job]:
    return Job.objects.filter(failures__gt=0).order_by("name")


def _due(jobs: dict[str, Periodic], now: datetime) -> list[tuple[str, datetime]]:
    rows = dict(Job.objects.filter(name__in=jobs).values_list("name", "next_run_at"))
    if missing := jobs.keys() - rows.keys():
        Job.objects.bulk_create(
            [Job(name=name, next_run_at=now) for name in sorted(missing)], ignore_conflicts=True
        )
        rows = dict(Job.objects.filter(name__in=jobs).values_list("name", "next_run_at"))
    return sorted(((name, due_at) for name, due_at in rows.items() if due_at <= now), key=lambda row: row[1])


def _claim(job: Periodic, due_at: datetime, now: datetime) -> _Claim | None:
    """Compare and set: of many processes one updates the row."""
    until = now + job.lease
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    taken = Job.objects.filter(free, name=job.name, next_run_at=due_at).update(lease_until=until)
    return _Claim(due_at, until) if taken else None


def _run(job: Periodic, claim: _Claim, now: datetime) -> None:
    started = time.monotonic()
    error: Exception | None = None
    try:
        job.work(now)
    except Exception as caught:  # noqa: BLE001  -- one job's fault must not stop the others; its row keeps the reason
        log.error("job %s failed: %s", job.name, describe(caught))  # noqa: TRY400  -- a message may hold values
        error = caught
        if (
            connection.connection is not None
            and not connection.in_atomic_block
            and not connection.is_usable()
        ):
            connection.close()
    took = time.monotonic() - started
    held = Job.objects.filter(name=job.name, next_run_at=claim.due_at, lease_until=claim.until)
    failures = 0 if error is None else (held.values_list("failures", flat=True).first() or 0) + 1
    held.update(
        next_run_at=_next_run(job, claim.due_at, now + timedelta(seconds=took), failures),
        lease_until=None,
        last_run_at=now,
        last_duration_ms=round(took * 1000),
        failures=min(failures, 32_000),
        last_error="" if error is None else describe(error)[:500],
    )


def _next_run(job: Periodic, due_at: datetime, now: datetime, failures: int) -> datetime:
    """The next beat of the job's own rhythm after now; missed beats are not made up for."""
    if failures:
        return now + min(FIRST_RETRY * (1 << min(failures - 1, 20)), job.every)
    missed = max((now - due_at) // job.every, 0)
    return due_at + (missed + 1) * job.every

"""What was due, what went, when, and what is held back and why: for the page of the administrators and the check."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from nuanxin.kernel.retention.models import RetentionRun
from nuanxin.kernel.retention.registry import EVERY, Held, Rule, rules
from nuanxin.kernel.scheduler.models import Job

LATE_AFTER = 2 * EVERY
GONE_WITHIN = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Line:
    """One rule as it stands. `due` counts what is over now; `gone` what went in thirty days."""

    rule: Rule
    due: int
    held: Sequence[Held]
    last: RetentionRun | None
    gone: int
    failing: str
    is_late: bool

    @property
    def held_count(self) -> int:
        return sum(each.count for each in self.held)


def report(now: datetime) -> list[Line]:
    """One line for each rule; a few statements a rule."""
    jobs = {job.name: job for job in Job.objects.filter(name__startswith="retention.")}
    return [_line(rule, jobs.get(rule.job), now) for rule in rules()]


def _line(rule: Rule, job: Job | None, now: datetime) -> Line:
    runs = RetentionRun.objects.filter(what=rule.what)
    last = runs.order_by("-started_at", "-pk").first()
    due = rule.of.count(now)
    gone = sum(runs.filter(started_at__gt=now - GONE_WITHIN).values_list("gone", flat=True))
    return Line(
        rule=rule,
        due=due,
        held=[each for each in rule.of.held(now) if each.count],
        last=last,
        gone=gone,
        failing=job.last_error if job and job.failures else "",
        is_late=bool(due) and last is not None and now - last.started_at > LATE_AFTER,
    )

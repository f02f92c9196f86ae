"""The indicators once more, as a person would count them with a pencil: over rows of the ORM, in plain Python.

Nothing of `nuanxin.insight` is used here. Each function returns what goes into the figure, case by case.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from nuanxin.cases.models import Appeal, Case, CaseLog, Clock, ClockChange, Rating, Supervision, Task


@dataclass
class Counted:
    """`cases`: measure → the cases behind it, one entry for each thing counted. `seconds`: of the times."""

    cases: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    seconds: list[int] = field(default_factory=list)

    def add(self, case: Case, name: str, **measures: bool) -> None:
        for measure, counts in measures.items():
            if counts:
                self.cases[f"{name}__{measure}"].append(case.pk)


def count(start: datetime, end: datetime, *, inside=lambda case, unit: True) -> Counted:
    """Everything of §2.4 between the two instants; `inside` narrows to a territory or a unit."""
    made = Counted()
    upheld = list(Appeal.objects.filter(state="upheld"))
    facts = {
        kind: {getattr(appeal, f"{kind}_id") for appeal in upheld} for kind in ("clock", "log", "rating")
    }

    def within(at: datetime | None) -> bool:
        return at is not None and start <= at < end

    for case in Case.objects.all():
        unit = case.handled_by_id or case.lead_organisation_id
        if inside(case, unit):
            _of_report(made, case, within)
            _of_filing(made, case, within, facts["clock"])
            _of_closing(made, case, within, facts["clock"])
            _of_ending(made, case, within, end)
        if case.state != "merged":
            _of_tasks(made, case, within, inside)
            _of_handling(made, case, within, inside, facts["clock"])
            if inside(case, unit):
                _of_verification(made, case, within, facts["log"])
                _of_answers(made, case, within, facts["rating"])
    return made


def _of_report(made, case, within) -> None:
    if not within(case.reported_at):
        return
    screened = case.state not in {"reported", "screening"}
    filed = case.filed_at is not None and case.state != "merged"
    made.add(case, "reported_count", numerator=True)
    made.add(case, "valid_count", numerator=case.reject_reason not in {"6", "8", "9"})
    made.add(case, "filing_rate", numerator=screened and filed, denominator=screened)
    made.add(case, "duplicate_rate", numerator=case.state == "merged", denominator=True)


def _of_filing(made, case, within, waived) -> None:
    if not within(case.filed_at) or case.state in {"merged", "reported", "screening"}:
        return
    late = list(Clock.objects.filter(case=case, kind="screen", outcome="late"))
    counts = not any(clock.pk in waived for clock in late)
    made.add(case, "on_time_filing_rate", numerator=counts and not late, denominator=counts)
    asked = Supervision.objects.filter(case=case).exclude(level="yellow").exists()
    made.add(case, "supervision_rate", numerator=asked, denominator=True)


def _of_closing(made, case, within, waived) -> None:
    owed = case.filed_at and within(case.due_at) and case.state not in {"rejected", "merged"}
    if not owed or (case.shelved_at and not case.closed_at):
        return
    on_time = case.closed_at is not None and case.closed_at <= case.due_at
    totals = Clock.objects.filter(case=case, kind="total", due_at=case.due_at)
    counts = not any(clock.pk in waived for clock in totals)
    made.add(case, "closure_rate", numerator=case.closed_at is not None, denominator=True)
    made.add(case, "on_time_closure_rate", numerator=counts and on_time, denominator=counts)
    made.add(case, "overdue_rate", numerator=counts and not on_time, denominator=counts)


def _of_ending(made, case, within, end) -> None:
    closed = within(case.closed_at) and bool(case.outcome)
    shelved = case.closed_at is None and case.shelved_at is not None and case.shelved_at < end
    again = Case.objects.filter(recurs=case).exists()
    made.add(case, "recurrence_rate", numerator=closed and again, denominator=closed)
    made.add(case, "solved_rate", numerator=closed and case.outcome == "solved", denominator=closed)
    made.add(
        case,
        "closure_composition",
        solved=closed and case.outcome == "solved",
        explained=closed and case.outcome == "explained",
        transferred=closed and case.outcome == "transferred",
        shelved=shelved,
        denominator=closed or shelved,
    )


def _of_tasks(made, case, within, inside) -> None:
    for task in Task.objects.filter(case=case):
        if not inside(case, task.organisation_id):
            continue
        if within(task.dispatched_at):
            wrong = task.return_reason in {"R1", "R2", "R3"}
            made.add(case, "dispatch_accuracy", numerator=not wrong, denominator=True)
            made.add(case, "return_rate", numerator=bool(task.return_reason), denominator=True)
        if within(task.submitted_at) and task.role != "assist":
            made.add(case, "avg_handling_minutes", denominator=True)
            made.seconds.append(_worked(case, task))


def _worked(case, task) -> int:
    seconds = (task.submitted_at - task.claimed_at).total_seconds()
    for pause in ClockChange.objects.filter(clock__case=case, clock__kind="total", kind="pause"):
        start, end = max(pause.from_at, task.claimed_at), min(pause.to_at, task.submitted_at)
        seconds -= max(0, (end - start).total_seconds())
    return int(seconds)


def _of_handling(made, case, within, inside, waived) -> None:
    for clock in Clock.objects.filter(case=case, kind="handle").select_related("task"):
        if clock.task.role != "lead":
            continue
        if clock.outcome == "cancelled" or clock.paused_at or not inside(case, clock.organisation_id):
            continue
        taken_away = clock.task.state in {"returned", "withdrawn"} and clock.task.ended_at == clock.stopped_at
        submitted = clock.stopped_at is not None and not taken_away
        if not (within(clock.due_at) or (submitted and within(clock.stopped_at))):
            continue
        if not submitted and case.shelved_at:
            continue
        on_time = submitted and clock.stopped_at <= clock.due_at
        counts = clock.pk not in waived
        made.add(case, "handling_rate", numerator=submitted, denominator=True)
        made.add(case, "on_time_handling_rate", numerator=counts and on_time, denominator=counts)


def _of_verification(made, case, within, waived) -> None:
    looks = [
        log.action
        for log in CaseLog.objects.filter(case=case, action__in=["pass", "fail"])
        if within(log.at) and log.pk not in waived
    ]
    made.add(case, "rework_rate", numerator="fail" in looks, denominator=bool(looks))


def _of_answers(made, case, within, waived) -> None:
    for rating in Rating.objects.filter(case=case):
        if not within(rating.at):
            continue
        counts = rating.pk not in waived
        made.add(case, "response_rate", numerator=rating.contacted, denominator=True)
        made.add(case, "resolution_rate", numerator=rating.solved, denominator=True)
        made.add(case, "satisfaction_rate", numerator=counts and rating.satisfied, denominator=counts)


def middle(seconds: list[int]) -> float | None:
    return statistics.median(seconds) if seconds else None

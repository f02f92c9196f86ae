"""Clocks: started and stopped with the steps, each with the rule in force at that moment (`domain.md` §2.2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case as When_
from django.db.models import Min, QuerySet, Value, When

from nuanxin.cases.enums import ClockKind, ClockOutcome
from nuanxin.cases.models import Case, Clock, Task
from nuanxin.cases.queries.catalogue import kind_of
from nuanxin.kernel.worktime import SHANGHAI, Limit, WorkCalendar, due_at
from nuanxin.kernel.worktime.models import CalendarSnapshot
from nuanxin.kernel.worktime.services import calendar_of, snapshot_for


@dataclass(frozen=True, slots=True)
class Start:
    """One clock to start."""

    kind: str
    limit: Limit | None = None
    task: Task | None = None
    organisation_id: int | None = None


def plan_clocks(case: Case, starts: Iterable[Start], *, now: datetime) -> list[Clock]:
    """The clocks that these starts make, not yet written. No stage is due after the case itself is."""
    snapshot = snapshot_for(case.scope_code, now.astimezone(SHANGHAI).date())
    calendar = calendar_of(snapshot)
    clocks = [
        clock
        for start in starts
        if (clock := _clock(case, start, now=now, snapshot=snapshot, calendar=calendar))
    ]
    total = next((clock.due_at for clock in clocks if clock.kind == ClockKind.TOTAL), case.due_at)
    for clock in clocks:
        if total is not None and clock.kind != ClockKind.TOTAL:
            clock.due_at = min(clock.due_at, max(total, now))
    return clocks


def start_clocks(case: Case, starts: Iterable[Start], *, now: datetime) -> list[Clock]:
    """Start them, in one statement."""
    return Clock.objects.bulk_create(plan_clocks(case, starts, now=now))


def _clock(
    case: Case,
    start: Start,
    *,
    now: datetime,
    snapshot: CalendarSnapshot,
    calendar: WorkCalendar,
) -> Clock | None:
    limit = start.limit or kind_of(case.category_id).limit(start.kind)
    if limit is None:
        return None
    due = due_at(now, limit, calendar)
    return Clock(
        case=case,
        task=start.task,
        kind=start.kind,
        organisation_id=start.organisation_id,
        limit=str(limit),
        calendar=snapshot,
        started_at=now,
        due_at=due.at,
        provisional=due.provisional,
    )


def stop_clocks(case: Case, *kinds: str, now: datetime, task: Task | None = None) -> None:
    """Stop the running clocks of these kinds; on time or late is decided here, once."""
    running = Clock.objects.filter(case=case, kind__in=kinds, stopped_at=None)
    if task is not None:
        running = running.filter(task=task)
    _stop(running, in_time=ClockOutcome.MET, now=now)


def cancel_clocks(case: Case, *, now: datetime, task: Task | None = None) -> None:
    """Stop without a result: the work was taken away, or the case is over. What had passed before stays late."""
    running = Clock.objects.filter(case=case, stopped_at=None)
    if task is not None:
        running = running.filter(task=task)
    _stop(running, in_time=ClockOutcome.CANCELLED, now=now)


def _stop(running: QuerySet[Clock], *, in_time: ClockOutcome, now: datetime) -> None:
    late = Value(ClockOutcome.LATE.value)
    running.update(
        stopped_at=now, outcome=When_(When(due_at__gte=now, then=Value(in_time.value)), default=late)
    )


def set_next_due(case: Case) -> None:
    """The earliest running clock is what a queue sorts by."""
    due = Clock.objects.filter(case=case, stopped_at=None).aggregate(due=Min("due_at"))["due"]
    if due != case.next_due_at:
        Case.objects.filter(pk=case.pk).update(next_due_at=due)
        case.next_due_at = due

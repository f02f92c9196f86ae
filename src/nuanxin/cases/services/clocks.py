"""Clocks: started and stopped with the steps, each with the rule in force at that moment (`domain.md` §2.2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case as When_
from django.db.models import Min, QuerySet, Value, When

from nuanxin.cases.enums import ClockChangeKind, ClockKind, ClockOutcome
from nuanxin.cases.models import Case, Clock, ClockChange, Task
from nuanxin.cases.queries.catalogue import kind_of
from nuanxin.kernel.worktime import SHANGHAI, Limit, Pause, WorkCalendar, due_at
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


def pause_clocks(case: Case, *, now: datetime) -> None:
    """Let all running clocks of the case stand still, for what nobody can work on (挂账); none of them is due."""
    Clock.objects.filter(case=case, stopped_at=None, paused_at=None).update(paused_at=now)


def resume_clocks(case: Case, *, now: datetime) -> None:
    """Let them run on: each is due later by the time, of its own kind, that it stood still."""
    standing = Clock.objects.filter(case=case, stopped_at=None).exclude(paused_at=None)
    for clock in standing.select_related("calendar").prefetch_related("changes"):
        paused_at = clock.paused_at or now
        was_late = paused_at > clock.due_at
        due = clock.due_at if was_late else _due_after_pause(clock, paused_at, now)
        _change(clock, ClockChangeKind.PAUSE, paused_at, now, due, paused_at=None)


def extend_clocks(case: Case, *kinds: str, to: datetime, now: datetime) -> None:
    """Move the deadline of the running clocks of these kinds, and say so: what it was before stays on record."""
    for clock in Clock.objects.filter(case=case, kind__in=kinds, stopped_at=None, due_at__lt=to):
        _change(clock, ClockChangeKind.EXTEND, now, now, to, climbed_at=None)


def pauses_of(clock: Clock, *, until: datetime | None = None) -> list[Pause]:
    """When it stood still; with `until` the pause that still lasts as well."""
    over = [
        Pause(change.from_at, change.to_at)
        for change in clock.changes.all()
        if change.kind == ClockChangeKind.PAUSE
    ]
    return [*over, Pause(clock.paused_at, until)] if clock.paused_at and until else over


def _due_after_pause(clock: Clock, start: datetime, end: datetime) -> datetime:
    """What was left of the working time when it was paused, given from now on; an extension keeps its own remainder."""
    extended = any(change.kind == ClockChangeKind.EXTEND for change in clock.changes.all())
    if extended:
        return clock.due_at + (end - start)
    pauses = [*pauses_of(clock), Pause(start, end)]
    return due_at(clock.started_at, Limit.parse(clock.limit), calendar_of(clock.calendar), pauses).at


def _change(
    clock: Clock,
    kind: ClockChangeKind,
    start: datetime,
    end: datetime,
    due: datetime,
    **columns: datetime | None,
) -> None:
    ClockChange.objects.create(
        clock=clock, kind=kind, from_at=start, to_at=end, due_before=clock.due_at, due_after=due
    )
    Clock.objects.filter(pk=clock.pk).update(due_at=due, **columns)
    if clock.kind == ClockKind.TOTAL:
        Case.objects.filter(pk=clock.case_id).update(due_at=due)
    elif clock.kind in {ClockKind.CLAIM, ClockKind.ACCEPT} and clock.task_id:
        Task.objects.filter(pk=clock.task_id).update(due_at=due)


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
        stopped_at=now,
        paused_at=None,
        outcome=When_(When(due_at__gte=now, then=Value(in_time.value)), default=late),
    )


def set_next_due(case: Case) -> None:
    """The earliest running clock is what a queue sorts by."""
    due = Clock.objects.filter(case=case, stopped_at=None, paused_at=None).aggregate(due=Min("due_at"))["due"]
    if due != case.next_due_at:
        Case.objects.filter(pk=case.pk).update(next_due_at=due)
        case.next_due_at = due

"""Clocks: started and stopped with the steps, each with the rule in force at that moment (`domain.md` §2.2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import BigIntegerField, QuerySet, Value, When
from django.db.models import Case as When_

from nuanxin.cases.enums import ClockChangeKind, ClockKind, ClockOutcome, PauseCause
from nuanxin.cases.models import Case, Clock, ClockChange, Task
from nuanxin.cases.queries.catalogue import kind_of
from nuanxin.cases.queries.counting import calendar_in_force, pauses_of
from nuanxin.cases.queries.watching import first_watch, next_watch
from nuanxin.kernel.plain_rows import NewRows, change_row
from nuanxin.kernel.prepared import Prepared
from nuanxin.kernel.worktime import SHANGHAI, Limit, Pause, WorkCalendar, due_at
from nuanxin.kernel.worktime.models import CalendarSnapshot
from nuanxin.kernel.worktime.services import calendar_for, calendar_of, snapshot_for, snapshot_with_new_years

SETTLE_BATCH = 200
# The total itself; and what is often asked for because the time has run out.
OF_THEIR_OWN = frozenset(
    {ClockKind.TOTAL, ClockKind.ANSWER, ClockKind.MEETING, ClockKind.REPLY, ClockKind.REVIEW}
)


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
        if total is not None and clock.kind not in OF_THEIR_OWN:
            clock.due_at = min(clock.due_at, max(total, now))
        clock.watch_at = first_watch(clock, calendar)
    return clocks


def start_clocks(case: Case, starts: Iterable[Start], *, now: datetime) -> list[Clock]:
    """Start them, in one statement."""
    planned = plan_clocks(case, starts, now=now)
    new_clocks.write(*planned)
    return planned


new_clocks = NewRows(Clock)


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


def pause_clocks(case: Case, *, now: datetime, cause: str = PauseCause.SHELVED) -> None:
    """Let all running clocks of the case stand still, for what nobody can work on (挂账); none of them is due."""
    Clock.objects.filter(case=case, stopped_at=None, paused_at=None).update(paused_at=now, paused_for=cause)


def resume_clocks(case: Case, *, now: datetime) -> None:
    """Let them run on: each is due later by the time, of its own kind, that it stood still."""
    standing = Clock.objects.filter(case=case, stopped_at=None).exclude(paused_at=None)
    for clock in standing.select_related("calendar").prefetch_related("changes__calendar"):
        paused_at = clock.paused_at or now
        was_late = paused_at > clock.due_at
        due = clock.due_at if was_late else _due_after_pause(clock, paused_at, now)
        change = ClockChange(
            kind=ClockChangeKind.PAUSE, from_at=paused_at, to_at=now, due_after=due, cause=clock.paused_for
        )
        _change(clock, change, paused_at=None, paused_for="")


def extend_clocks(case: Case, *kinds: str, to: datetime, now: datetime) -> None:
    """Move the deadline of the running clocks of these kinds, and say so: what it was before stays on record."""
    rows = Clock.objects.filter(case=case, kind__in=kinds, stopped_at=None, due_at__lt=to)
    for clock in rows.select_related("calendar").prefetch_related("changes__calendar"):
        change = ClockChange(kind=ClockChangeKind.EXTEND, from_at=now, to_at=now, due_after=to)
        _change(clock, change, climbed_at=None)


def _due_after_pause(clock: Clock, start: datetime, end: datetime) -> datetime:
    """What was left of the working time when it was paused, given from now on; an extension keeps its own remainder."""
    extended = any(change.kind == ClockChangeKind.EXTEND for change in clock.changes.all())
    if extended:
        return clock.due_at + (end - start)
    pauses = [*pauses_of(clock), Pause(start, end)]
    return due_at(clock.started_at, Limit.parse(clock.limit), calendar_in_force(clock), pauses).at


def settle_provisional_clocks(*, now: datetime) -> int:
    """Running clocks that rested on a year without a holiday notice get their deadline from it, now that it is here.

    Only those that run: what has stopped is decided. The calendar in force from now on is kept in a `ClockChange`, the
    one that the clock was started with stays. One whose deadline was extended to a date keeps that date. Returns how
    many of at most `SETTLE_BATCH` were settled; call until 0.
    """
    return sum(_settle(pk, case_id, now=now) for pk, case_id in _to_settle(now))


def _provisional() -> QuerySet[Clock]:
    return Clock.objects.filter(provisional=True, stopped_at=None, paused_at=None).exclude(
        changes__kind=ClockChangeKind.EXTEND
    )


def _to_settle(now: datetime) -> list[tuple[int, int]]:
    """Those due in a year that is published by now; the totals first, because no stage ends after them."""
    published = calendar_for("", now.astimezone(SHANGHAI).date()).published_years
    totals_first = When_(When(kind=ClockKind.TOTAL, then=Value(0)), default=Value(1))
    rows = _provisional().filter(due_at__year__in=published).order_by(totals_first, "id")
    return list(rows.values_list("pk", "case_id")[:SETTLE_BATCH])


@transaction.atomic
def _settle(clock_id: int, case_id: int, *, now: datetime) -> bool:
    case = Case.objects.select_for_update(of=("self",)).get(
        pk=case_id
    )  # as every step does, before its clocks
    rows = _provisional().select_related("calendar").prefetch_related("changes__calendar")
    clock = rows.filter(pk=clock_id).first()
    if clock is None:
        return False
    snapshot = snapshot_with_new_years(clock.calendar)
    due = due_at(clock.started_at, Limit.parse(clock.limit), calendar_of(snapshot), pauses_of(clock))
    if due.provisional:
        return False
    at = due.at
    if clock.kind not in OF_THEIR_OWN and case.due_at is not None:
        at = min(at, max(case.due_at, clock.started_at))
    change = ClockChange(
        kind=ClockChangeKind.CALENDAR, from_at=now, to_at=now, due_after=at, calendar=snapshot
    )
    may_climb_again = {"climbed_at": None} if at > now else {}
    _change(clock, change, provisional=False, **may_climb_again)
    set_next_due(case)
    return True


def _change(clock: Clock, change: ClockChange, **columns: Any) -> None:
    """Write down what was and what is, and let case and task know the new deadline."""
    due = change.due_after
    change.clock, change.due_before = clock, clock.due_at
    change.save(force_insert=True)
    clock.due_at = due
    Clock.objects.filter(pk=clock.pk).update(due_at=due, watch_at=_watch_after(clock, change), **columns)
    if clock.kind == ClockKind.TOTAL:
        Case.objects.filter(pk=clock.case_id).update(due_at=due)
    elif clock.kind in {ClockKind.CLAIM, ClockKind.ACCEPT} and clock.task_id:
        Task.objects.filter(pk=clock.task_id).update(due_at=due)


def _watch_after(clock: Clock, change: ClockChange) -> datetime | None:
    """When time next has something to say, now that the deadline is another."""
    calendar = calendar_of(change.calendar) if change.calendar else calendar_in_force(clock)
    pauses = pauses_of(clock)
    if change.kind == ClockChangeKind.PAUSE:
        pauses.append(Pause(change.from_at, change.to_at))
    return next_watch(clock, calendar, pauses, now=change.to_at)


def stop_clocks(
    case: Case,
    *kinds: str,
    now: datetime,
    task: Task | None = None,
    organisation_id: int | None = None,
) -> None:
    """Stop the running clocks of these kinds; on time or late is decided here, once."""
    running = [
        clock
        for clock in _running.rows(case=case.pk)
        if clock.kind in kinds and _is_about(clock, task) and organisation_id in (None, clock.organisation_id)
    ]
    _stop(running, in_time=ClockOutcome.MET, now=now)


def cancel_clocks(case: Case, *kinds: str, now: datetime, task: Task | None = None) -> None:
    """Stop without a result: the work was taken away, or the case is over. What had passed before stays late."""
    running = [
        clock
        for clock in _running.rows(case=case.pk)
        if (not kinds or clock.kind in kinds) and _is_about(clock, task)
    ]
    _stop(running, in_time=ClockOutcome.CANCELLED, now=now)


def _is_about(clock: Clock, task: Task | None) -> bool:
    return task is None or clock.task_id == task.pk


def cancel_running(clocks: QuerySet[Clock], *, now: datetime) -> None:
    """The same for clocks that the caller names."""
    _stop(clocks.filter(stopped_at=None), in_time=ClockOutcome.CANCELLED, now=now)


def stop_or_cancel(running: QuerySet[Clock], *, now: datetime) -> None:
    """Take these away: another limit stands in their place. What had passed stays late."""
    _stop(running, in_time=ClockOutcome.CANCELLED, now=now)


def _stop(running: Iterable[Clock], *, in_time: ClockOutcome, now: datetime) -> None:
    """Under the lock of their case, as every step of it."""
    ended: dict[ClockOutcome, list[int]] = {}
    for clock in running:
        ended.setdefault(in_time if clock.due_at >= now else ClockOutcome.LATE, []).append(clock.pk)
    for outcome, keys in ended.items():
        Clock.objects.filter(pk__in=keys, stopped_at=None).update(
            stopped_at=now, paused_at=None, paused_for="", outcome=outcome
        )


def set_next_due(case: Case) -> None:
    """The earliest running clock is what a queue sorts by."""
    due = _next_due.first(case=case.pk)
    if due != case.next_due_at:
        change_row(case, to={"next_due_at": due})
        case.next_due_at = due


_running = Prepared(lambda *, case: Clock.objects.filter(case=case, stopped_at=None), case=BigIntegerField())
_next_due = Prepared(
    lambda *, case: (
        Clock.objects.filter(case=case, stopped_at=None, paused_at=None)
        .order_by("due_at")
        .values_list("due_at", flat=True)[:1]
    ),
    case=BigIntegerField(),
)

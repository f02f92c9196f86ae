"""Histories for the indicators: rows as the services leave them, in every combination that counts differently."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise

from nuanxin.cases.enums import OVER_STATES, Visibility
from nuanxin.cases.models import (
    Appeal,
    Case,
    CaseLog,
    Clock,
    ClockChange,
    Rating,
    Supervision,
    Task,
)
from nuanxin.kernel.worktime.services import snapshot_for
from tests.factories.town import COMMUNITY, FAR_COMMUNITY, NEXT_COMMUNITY, STREET

PLACES = (COMMUNITY, NEXT_COMMUNITY, FAR_COMMUNITY, STREET)
CATEGORIES = ("0401", "0302", "0501", "0101")
STATES = (
    "reported",
    "screening",
    "rejected",
    "filed",
    "in_progress",
    "verifying",
    "rework",
    "closed",
    "archived",
)
FIRST = datetime(2026, 2, 20, 16, 0, tzinfo=UTC)  # midnight in Shanghai
SPAN = 40 * 24 * 60  # minutes in which things begin
_numbers = count(1)


@dataclass
class History:
    """One case with everything that hangs on it, not yet written."""

    case: Case
    tasks: list[Task] = field(default_factory=list)
    clocks: list[Clock] = field(default_factory=list)
    changes: list[tuple[Clock, datetime, datetime]] = field(default_factory=list)
    logs: list[CaseLog] = field(default_factory=list)
    ratings: list[Rating] = field(default_factory=list)
    supervisions: list[Supervision] = field(default_factory=list)
    appeals: list[tuple[str, object]] = field(default_factory=list)


def tell(seed: int, town, *, cases: int) -> None:
    """Write so many cases; the same for the same seed."""
    dice = random.Random(seed)
    snapshot = snapshot_for(STREET, FIRST.date())
    units = [town.organisations[key].pk for key in ("community", "city_management", "water")]
    histories = [_history(dice, units, snapshot) for _ in range(cases)]
    _merge_and_recur(dice, histories)
    _write(histories)


def _history(dice: random.Random, units: list[int], snapshot) -> History:
    at = FIRST + timedelta(minutes=dice.randrange(SPAN))
    state = dice.choice(STATES)
    case = Case(
        number=f"9{next(_numbers):018d}",
        category_id=dice.choice(CATEGORIES),
        urgency="U3",
        state=state,
        source="worker",
        place_source="territory",
        scope_code=dice.choice(PLACES),
        visibility=Visibility.CONFIDENTIAL if dice.random() < 0.1 else Visibility.NORMAL,
        reported_at=at,
        state_since=at,
    )
    history = History(case)
    if state in {"reported", "screening", "rejected"}:
        if state != "rejected" and dice.random() < 0.2:
            case.filed_at = at + _minutes(dice, 100)  # filed, merged, and split off again
        if state == "rejected":
            case.reject_reason = dice.choice("123456789")
            case.closed_at = at + _minutes(dice, 200)
        return history
    _file(dice, history, snapshot, units)
    if state != "filed":
        _handle(dice, history, snapshot, units)
    if state in {"closed", "archived"}:
        _close(dice, history)
    return history


def _minutes(dice: random.Random, most: int) -> timedelta:
    return timedelta(minutes=dice.randrange(1, most))


def _clock(history: History, snapshot, kind: str, start: datetime, due: datetime, **given) -> Clock:
    clock = Clock(
        case=history.case, kind=kind, limit="PT1H", calendar=snapshot, started_at=start, due_at=due, **given
    )
    history.clocks.append(clock)
    return clock


def _stop(clock: Clock, at: datetime, *, in_time: str = "met") -> None:
    clock.stopped_at = at
    clock.outcome = in_time if at <= clock.due_at else "late"


def _file(dice: random.Random, history: History, snapshot, units: list[int]) -> None:
    case = history.case
    case.filed_at = case.reported_at
    if dice.random() < 0.8:  # the others are filed at receipt
        case.filed_at = case.reported_at + _minutes(dice, 300)
        screen = _clock(history, snapshot, "screen", case.reported_at, case.reported_at + _minutes(dice, 300))
        _stop(screen, case.filed_at)
        _appeal(dice, history, "overdue", screen if screen.outcome == "late" else None)
    case.due_at = case.filed_at + _minutes(dice, 8000)
    total = _clock(history, snapshot, "total", case.filed_at, case.due_at)
    case.lead_organisation_id = dice.choice(units)
    for level in ("yellow", "orange"):
        if dice.random() < 0.2:
            history.supervisions.append(
                Supervision(
                    case=case, organisation_id=units[0], level=level, cause="time", opened_at=case.filed_at
                )
            )
    if dice.random() < 0.3:
        start = case.filed_at + _minutes(dice, 500)
        history.changes.append((total, start, start + _minutes(dice, 900)))


def _handle(dice: random.Random, history: History, snapshot, units: list[int]) -> None:
    case = history.case
    case.dispatched_at = case.filed_at + _minutes(dice, 60)
    lead = Task(
        case=case,
        organisation_id=case.lead_organisation_id,
        role="lead",
        state="accepted",
        dispatched_at=case.dispatched_at,
    )
    history.tasks.append(lead)
    handle = _clock(
        history, snapshot, "handle", case.dispatched_at, case.dispatched_at + _minutes(dice, 6000), task=lead,
        organisation_id=lead.organisation_id,
    )  # fmt: skip
    others = [unit for unit in units if unit != lead.organisation_id]
    if dice.random() < 0.5:
        _assist(dice, history, snapshot, others[0])
    if dice.random() < 0.25:
        _give_back(dice, history, snapshot, lead, handle, others[1])
        return
    if dice.random() < 0.15 and case.state not in {"closed", "archived"}:
        case.shelved_at = case.dispatched_at + _minutes(dice, 900)
        case.shelved_until = (case.shelved_at + timedelta(days=90)).date()
        for clock in history.clocks:
            if clock.outcome == "running":
                clock.paused_at = case.shelved_at
        return
    _submit(dice, history, snapshot, lead, handle)


def _assist(dice: random.Random, history: History, snapshot, unit: int) -> None:
    """Somebody's own part with a clock of its own; withdrawn at once, or under way."""
    at = history.case.dispatched_at
    task = Task(case=history.case, organisation_id=unit, role="assist", state="accepted", dispatched_at=at)
    clock = _clock(
        history, snapshot, "handle", at, at + _minutes(dice, 6000), task=task, organisation_id=unit
    )
    history.tasks.append(task)
    if dice.random() < 0.5:
        task.state, task.ended_at = "withdrawn", at
        _stop(clock, at, in_time="cancelled")


def _give_back(
    dice: random.Random, history: History, snapshot, lead: Task, handle: Clock, other: int
) -> None:
    """Returned, and given to somebody else, who may or may not be done."""
    lead.state, lead.return_reason = "returned", dice.choice(["R1", "R2", "R3", "R5", "R9"])
    lead.ended_at = lead.dispatched_at + _minutes(dice, 7000)
    _stop(handle, lead.ended_at, in_time="cancelled")
    second = Task(
        case=history.case, organisation_id=other, role="lead", state="accepted", dispatched_at=lead.ended_at
    )
    history.tasks.append(second)
    clock = _clock(
        history, snapshot, "handle", lead.ended_at, lead.ended_at + _minutes(dice, 4000), task=second,
        organisation_id=other,
    )  # fmt: skip
    history.case.lead_organisation_id = other
    _submit(dice, history, snapshot, second, clock)


def _submit(dice: random.Random, history: History, snapshot, task: Task, clock: Clock) -> None:
    case = history.case
    task.claimed_at = task.dispatched_at + _minutes(dice, 300)
    if case.state == "in_progress":
        return
    at = task.claimed_at + _minutes(dice, 5000)
    _stop(clock, at)
    _appeal(dice, history, "overdue", clock if clock.outcome == "late" else None)
    case.handled_by_id = task.organisation_id
    task.state, task.submitted_at = "result_submitted", at
    if dice.random() < 0.4 or case.state == "rework":
        failed = at + _minutes(dice, 600)
        log = _log(history, "fail", failed)
        _appeal(dice, history, "rework", log)
        again = _clock(
            history, snapshot, "handle", failed, failed + _minutes(dice, 3000), task=task,
            organisation_id=task.organisation_id,
        )  # fmt: skip
        task.state, task.submitted_at = "in_progress", None
        if case.state == "rework":
            return
        task.state, task.submitted_at = "result_submitted", failed + _minutes(dice, 2500)
        _stop(again, task.submitted_at)


def _log(history: History, action: str, at: datetime) -> CaseLog:
    log = CaseLog(case=history.case, action=action, to_state="x", at=at, role="community")
    history.logs.append(log)
    return log


def _close(dice: random.Random, history: History) -> None:
    case, total = history.case, next(clock for clock in history.clocks if clock.kind == "total")
    submitted = [task.submitted_at for task in history.tasks if task.submitted_at]
    case.closed_at = max([case.filed_at, *submitted]) + _minutes(dice, 900)
    case.outcome = dice.choice(["solved", "solved", "explained", "transferred"])
    _log(history, "pass", case.closed_at)
    _stop(total, case.closed_at)
    _appeal(dice, history, "overdue", total if total.outcome == "late" else None)
    for clock in history.clocks:
        if clock.stopped_at is None:
            _stop(clock, case.closed_at, in_time="cancelled")
    for task in history.tasks:
        if task.ended_at is None:
            task.state, task.ended_at = "done", case.closed_at
    if dice.random() < 0.6:
        contacted, solved, satisfied = (dice.random() < 0.7 for _ in range(3))
        rating = Rating(
            case=case,
            contacted=contacted,
            solved=solved,
            satisfied=satisfied,
            at=case.closed_at + _minutes(dice, 9000),
        )
        history.ratings.append(rating)
        _appeal(dice, history, "unsatisfied", None if satisfied else rating)


def _appeal(dice: random.Random, history: History, kind: str, fact: object) -> None:
    if fact is not None and dice.random() < 0.5:
        history.appeals.append((kind, fact))


def _merge_and_recur(dice: random.Random, histories: list[History]) -> None:
    for earlier, later in pairwise(histories):
        if later.case.state == "rejected":
            later.case.reject_reason, later.case.state = "", "merged"
            later.case.parent = earlier.case
        elif earlier.case.outcome and dice.random() < 0.4:
            later.case.recurs = earlier.case


def _write(histories: list[History]) -> None:
    for history in histories:
        case = history.case
        assert (case.state in OVER_STATES) == (case.closed_at is not None)
        case.save()  # one by one: a merged or recurring case points at the one before
        made = (*history.tasks, *history.clocks, *history.logs, *history.ratings, *history.supervisions)
        for row in made:
            row.case_id = case.pk
            if isinstance(row, Clock) and row.task is not None:
                row.task_id = row.task.pk
            row.save()
        for clock, start, end in history.changes:
            ClockChange.objects.create(
                clock=clock, kind="pause", from_at=start, to_at=end, due_before=clock.due_at, due_after=clock.due_at
            )  # fmt: skip
        for kind, fact in history.appeals:
            _write_appeal(history, kind, fact)


def _write_appeal(history: History, kind: str, fact) -> None:
    column = {"overdue": "clock", "rework": "log", "unsatisfied": "rating"}[kind]
    upheld = fact.pk % 2 == 0
    at = history.case.state_since
    Appeal.objects.create(
        case=history.case,
        kind=kind,
        **{column: fact},
        fact_at=at,
        state="upheld" if upheld else "rejected",
        reason="事出有因",
        organisation_id=history.case.lead_organisation_id,
        asked_at=at,
        state_since=at,
        decided_at=at,
    )

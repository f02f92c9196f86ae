"""The life of one case as unsaved rows: the same states, logs, tasks and clocks that the services would have written.

`tests/demo/test_bulk.py` holds every move against the tables of `cases.workflow`; the limits are the services' own.
Organisations are slots (`STREET`, `COMMUNITY`, …) until the case is put somewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from nuanxin.cases.enums import (
    OVER_STATES,
    CaseState,
    ClockKind,
    ClockOutcome,
    TaskRole,
    TaskState,
    Visibility,
)
from nuanxin.cases.models import Case, CaseLog, Clock, Rating, Task
from nuanxin.cases.queries.catalogue import Kind
from nuanxin.cases.queries.watching import next_watch
from nuanxin.cases.services.clocks import Start, plan_clocks
from nuanxin.kernel.worktime.services import calendar_of

STREET, COMMUNITY, LEAD, ASSIST = -1, -2, -3, -4
SYSTEM, REPORTER = "system", "reporter"
ROLE_OF = {STREET: "dispatcher", COMMUNITY: "community", LEAD: "dept", ASSIST: "dept"}
CLIMBED_AFTER = timedelta(minutes=1)  # the job that looks for passed limits


class Life:
    """A case from its report on. Each method is one step at `self.now`; the caller moves the time."""

    def __init__(self, kind: Kind, *, area: str, at: datetime) -> None:
        self.kind, self.now = kind, at
        self.case = Case(
            category_id=kind.code,
            urgency=kind.urgency,
            visibility=Visibility.CONFIDENTIAL if kind.is_confidential else Visibility.NORMAL,
            state=CaseState.REPORTED,
            scope_code=area,
            captured_at=at,
            reported_at=at,
            state_since=at,
        )
        self.tasks: list[Task] = []
        self.clocks: list[Clock] = []
        self.logs: list[CaseLog] = []
        self.ratings: list[Rating] = []
        self._log("report", "", CaseState.REPORTED, role=REPORTER, since=at)
        first = ClockKind.TOTAL if kind.is_life_safety else ClockKind.SCREEN
        self._start(first, ClockKind.RESPOND, *([ClockKind.MAKE_SAFE] if kind.is_life_safety else []))
        if kind.is_life_safety:
            self._move("file", CaseState.FILED, filed_at=at)
            self._give(COMMUNITY, LEAD)
        self._next_due()

    # The street
    def screen(self) -> None:
        self._move("screen", CaseState.SCREENING, by=STREET)
        self._stop(ClockKind.RESPOND)

    def file(self) -> None:
        self._move("file", CaseState.FILED, by=STREET, filed_at=self.now)
        self._stop(ClockKind.SCREEN, ClockKind.RESPOND)
        self._start(ClockKind.TOTAL, ClockKind.MAKE_SAFE, ClockKind.DISPATCH)

    def reject(self, reason: str, opinion: str) -> None:
        self._move(
            "reject", CaseState.REJECTED, by=STREET, reason=reason, opinion=opinion, reject_reason=reason
        )
        self._stop(ClockKind.SCREEN, ClockKind.RESPOND)
        self._cancel()

    def dispatch(self, opinion: str, *, lead: int = LEAD, assist: bool = False) -> None:
        self._give(COMMUNITY, lead, *([ASSIST] if assist else []), by=STREET, opinion=opinion)

    def _give(self, *slots: int, by: int | None = None, opinion: str = "") -> None:
        self._move(
            "dispatch",
            CaseState.DISPATCHED,
            by=by,
            opinion=opinion,
            dispatched_at=self.now,
            lead_organisation_id=slots[1],
            handled_by_id=None,
        )
        self._stop(ClockKind.DISPATCH)
        for slot in slots:
            self._add_task(slot)
        if any(task.state == TaskState.CLAIMED for task in self.tasks):
            self._move("claim", CaseState.CLAIMED)

    def _add_task(self, slot: int) -> None:
        if any(task.organisation_id == slot for task in self._open()):
            return
        role = {COMMUNITY: TaskRole.COMMUNITY, ASSIST: TaskRole.ASSIST}.get(slot, TaskRole.LEAD)
        task = Task(
            pk=len(self.tasks) + 1,
            organisation_id=slot,
            role=role,
            state=TaskState.DISPATCHED,
            dispatched_at=self.now,
        )
        kinds = [ClockKind.CLAIM if role == TaskRole.COMMUNITY else ClockKind.ACCEPT]
        started = self._start(*kinds, *([ClockKind.HANDLE] if role == TaskRole.LEAD else []), task=task)
        task.due_at = started[0].due_at
        self.tasks.append(task)

    # Community and units
    def claim(self, opinion: str) -> None:
        task = self._task(COMMUNITY)
        self._move_task(task, "claim", TaskState.CLAIMED, opinion=opinion, claimed_at=self.now)
        if self.case.state == CaseState.DISPATCHED:
            self._move("claim", CaseState.CLAIMED)
        self._stop(ClockKind.CLAIM, task=task)
        self._stop(ClockKind.RESPOND)

    def accept(self, opinion: str, *, slot: int = LEAD) -> None:
        task = self._task(slot)
        self._move_task(task, "accept", TaskState.ACCEPTED, opinion=opinion, claimed_at=self.now)
        if task.role == TaskRole.LEAD:
            self._move("accept", CaseState.ACCEPTED)
        self._stop(ClockKind.ACCEPT, task=task)
        self._stop(ClockKind.RESPOND)

    def start(self, opinion: str) -> None:
        self._move_task(self._lead(), "start", TaskState.IN_PROGRESS, opinion=opinion)
        self._move("start", CaseState.IN_PROGRESS)

    def make_safe(self, opinion: str) -> None:
        task = self._lead()
        self._log(
            "make_safe", task.state, task.state, by=task.organisation_id, since=self.case.reported_at, opinion=opinion,
            task=task,
        )  # fmt: skip
        self._stop(ClockKind.MAKE_SAFE)

    def give_back(self, reason: str, opinion: str) -> None:
        task = self._lead()
        self._move_task(
            task, "return", TaskState.RETURNED, opinion=opinion, reason=reason, return_reason=reason, ended_at=self.now
        )  # fmt: skip
        self._stop(ClockKind.CLAIM, ClockKind.ACCEPT, task=task)
        self._cancel(task=task)
        self._move("return", CaseState.RETURNED, return_count=self.case.return_count + 1)
        self._start(ClockKind.DISPATCH)

    def submit(self, opinion: str) -> None:
        self._hand_in(self._lead(), "submit_result", opinion)

    def self_handle(self, opinion: str) -> None:
        own = self._task(COMMUNITY)
        for other in self._open():
            if other is not own:
                self._cancel(task=other)
                other.state, other.ended_at = TaskState.WITHDRAWN, self.now
        self._hand_in(own, "self_handle", opinion)

    def _hand_in(self, task: Task, name: str, opinion: str) -> None:
        self._move_task(task, name, TaskState.RESULT_SUBMITTED, opinion=opinion, submitted_at=self.now)
        self._stop(ClockKind.ACCEPT, ClockKind.CLAIM, task=task)
        self._stop(ClockKind.HANDLE, ClockKind.MAKE_SAFE)
        self._move("submit_result", CaseState.RESULT_SUBMITTED, handled_by_id=task.organisation_id)
        self._start(ClockKind.VERIFY)

    # Verification by another organisation than the one that handled it, and the end
    def verify(self) -> None:
        self._move("verify", CaseState.VERIFYING, by=self._verifier())

    def fail(self, opinion: str) -> None:
        self._move(
            "fail",
            CaseState.REWORK,
            by=self._verifier(),
            opinion=opinion,
            rework_count=self.case.rework_count + 1,
        )
        self._stop(ClockKind.VERIFY)
        task = self._task(self.case.handled_by_id or LEAD)
        task.state, task.submitted_at = TaskState.IN_PROGRESS, None
        self._start(ClockKind.HANDLE, task=task)

    def close(self, outcome: str, opinion: str) -> None:
        self._move("pass", CaseState.CLOSED, by=self._verifier(), opinion=opinion, outcome=outcome)
        self._stop(ClockKind.VERIFY, ClockKind.TOTAL)
        self._cancel()
        for task in self._open():
            task.state, task.ended_at = TaskState.DONE, self.now

    def rate(self, *, contacted: bool, solved: bool, satisfied: bool) -> None:
        self.ratings.append(
            Rating(
                round=self.case.reopened_count,
                contacted=contacted,
                solved=solved,
                satisfied=satisfied,
                at=self.now,
            )
        )

    def reopen(self) -> None:
        self.rate(contacted=True, solved=False, satisfied=False)
        self._move("reopen", CaseState.REOPENED, role=REPORTER, closed_at=None, handled_by_id=None, outcome="",
                   reopened_count=self.case.reopened_count + 1)  # fmt: skip
        self._start(ClockKind.TOTAL, ClockKind.MAKE_SAFE, ClockKind.DISPATCH)

    def archive(self) -> None:
        self._move("archive", CaseState.ARCHIVED)

    def look_at_limits(self, now: datetime) -> None:
        """How it stands at `now`: what is due next, each limit that passed while its clock ran has climbed, and time
        has said what it had to say until then.
        """
        self._next_due()
        for clock in self.clocks:
            climbed = clock.due_at + CLIMBED_AFTER
            if climbed < (clock.stopped_at or now):
                clock.climbed_at = climbed
            if clock.stopped_at is None:
                clock.watch_at = next_watch(clock, calendar_of(clock.calendar), now=now)

    # What every step does
    def _verifier(self) -> int:
        return STREET if self.case.handled_by_id == COMMUNITY else COMMUNITY

    def _open(self) -> list[Task]:
        return [task for task in self.tasks if task.ended_at is None]

    def _task(self, slot: int) -> Task:
        return next(task for task in self._open() if task.organisation_id == slot)

    def _lead(self) -> Task:
        return next(task for task in self._open() if task.role == TaskRole.LEAD)

    def _move(
        self,
        action: str,
        target: str,
        *,
        by: int | None = None,
        role: str = SYSTEM,
        opinion: str = "",
        reason: str = "",
        **changes: object,
    ) -> None:
        before, since = self.case.state, self.case.state_since
        if target in OVER_STATES and before not in OVER_STATES:
            changes["closed_at"] = self.now
        for name, value in {**changes, "state": target, "state_since": self.now}.items():
            setattr(self.case, name, value)
        self._log(action, before, target, by=by, role=role, since=since, opinion=opinion, reason=reason)

    def _move_task(
        self,
        task: Task,
        action: str,
        target: str,
        *,
        opinion: str = "",
        reason: str = "",
        **changes: object,
    ) -> None:
        before, since = task.state, task.claimed_at or task.dispatched_at
        for name, value in {**changes, "state": target}.items():
            setattr(task, name, value)
        self._log(
            action, before, target, by=task.organisation_id, since=since, opinion=opinion, reason=reason, task=task
        )  # fmt: skip

    def _log(
        self,
        action: str,
        before: str,
        after: str,
        *,
        since: datetime,
        by: int | None = None,
        role: str = SYSTEM,
        opinion: str = "",
        reason: str = "",
        task: Task | None = None,
    ) -> None:
        due = self._next_due()
        self.logs.append(
            CaseLog(
                task_id=task.pk if task else None,
                action=action,
                from_state=before,
                to_state=after,
                at=self.now,
                role=role if by is None else ROLE_OF[by],
                organisation_id=by,
                opinion=opinion,
                reason=reason,
                seconds_used=max(0, int((self.now - since).total_seconds())),
                is_overdue=due is not None and due < self.now,
            )
        )

    # Clocks
    def _start(self, *kinds: str, task: Task | None = None) -> list[Clock]:
        organisation = task.organisation_id if task else None
        starts = [Start(kind, task=task, organisation_id=organisation) for kind in kinds]
        started = plan_clocks(self.case, starts, now=self.now)
        self.clocks += started
        total = next((clock.due_at for clock in started if clock.kind == ClockKind.TOTAL), None)
        self.case.due_at = total or self.case.due_at
        return started

    def _stop(self, *kinds: str, task: Task | None = None) -> None:
        self._end((clock for clock in self._running(task) if clock.kind in kinds), ClockOutcome.MET)

    def _cancel(self, *, task: Task | None = None) -> None:
        self._end(self._running(task), ClockOutcome.CANCELLED)

    def _running(self, task: Task | None) -> list[Clock]:
        return [
            clock
            for clock in self.clocks
            if clock.stopped_at is None and (task is None or clock.task_id == task.pk)
        ]

    def _end(self, clocks: Iterable[Clock], in_time: ClockOutcome) -> None:
        for clock in clocks:
            clock.stopped_at = self.now
            clock.outcome = in_time if clock.due_at >= self.now else ClockOutcome.LATE

    def _next_due(self) -> datetime | None:
        due = min((clock.due_at for clock in self.clocks if clock.stopped_at is None), default=None)
        self.case.next_due_at = due
        return due

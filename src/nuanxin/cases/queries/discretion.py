"""What a handler is told of times: what came from the office to the minute, what came from the reporter by half-days.

A property manager has the gate's log, a platform the tracks of its riders: “reported at 12:07” would be as good as a
name. Whoever reads a case only because of the own organisation's part in it (extent `org` or `site`) therefore sees
“上午” or “下午” of the report and of every answer, and clocks that count from the own dispatch. What is not told is not
in the page: the rows are made coarse before anything draws them (docs/decisions/0012).
"""

import copy
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Min

from nuanxin.cases.enums import ClockKind
from nuanxin.cases.models import (
    Case,
    CaseLog,
    CaseMessage,
    Clock,
    ConsultationParty,
    RootCause,
    Task,
    VoiceNote,
)
from nuanxin.kernel.access import Actor
from nuanxin.ui.phrases import half_day

OF_THE_REPORTER = ("reported_at", "captured_at", "filed_at")
HALF_HOUR = timedelta(minutes=30)


def reads_coarsely(actor: Actor) -> bool:
    """Whether this actor sees cases through an organisation's part in them, and not an area's."""
    return actor.extent("cases.view") in {"org", "site"}


def given_at(actor: Actor, case: Case, tasks: Sequence[Task]) -> datetime | None:
    """When the case came to the actor's organisation: its first task, or the whistle; `None` for everybody else."""
    own = [task.dispatched_at for task in tasks if task.organisation_id == actor.organisation_id]
    if own:
        return min(own)
    calls = ConsultationParty.objects.filter(
        consultation__case=case, organisation=actor.organisation_id
    ).order_by()
    called: datetime | None = calls.aggregate(at=Min("consultation__called_at"))["at"]
    return called


def coarse_case(case: Case, since: datetime | None) -> Case:
    """A copy to be shown, never saved: of the report only the half of the day, of what follows the own part only."""
    told = copy.copy(case)
    for name in OF_THE_REPORTER:
        at = getattr(case, name)
        setattr(told, name, half_day(at) if at else None)
    if since is None or case.state_since < since:
        told.state_since = half_day(case.state_since)
    told.due_at = told.next_due_at = None
    return told


def coarse_logs(logs: Iterable[CaseLog], actor: Actor, since: datetime | None) -> list[CaseLog]:
    """How long a step took leads back to when it began: only of the own steps."""
    told = []
    for log in logs:
        if is_theirs(log.role) or since is None or log.at < since:
            log.at = half_day(log.at)
        if log.organisation_id != actor.organisation_id or not log.task_id:
            log.seconds_used, log.is_overdue = 0, False
        told.append(log)
    return told


def coarse_messages(messages: Iterable[CaseMessage]) -> list[CaseMessage]:
    """Question and answer alike: an answer comes soon after its question."""
    told = []
    for message in messages:
        message.at = half_day(message.at)
        told.append(message)
    return told


def coarse_voices(notes: Iterable[VoiceNote]) -> list[VoiceNote]:
    told = []
    for note in notes:
        note.at = half_day(note.at)
        told.append(note)
    return told


def coarse_cause(cause: RootCause) -> RootCause:
    """It begins in the moment of the report that came back, and its end would say when that was."""
    cause.opened_at, cause.due_at = half_day(cause.opened_at), half_day(cause.due_at)
    cause.case, cause.earlier = coarse_case(cause.case, None), coarse_case(cause.earlier, None)
    return cause


def is_theirs(role: str) -> bool:
    return role == "reporter"


def own_clocks(clocks: Iterable[Clock], actor: Actor, since: datetime | None) -> list[Clock]:
    """The own organisation's clocks; and the danger to be contained, which is everybody's.

    A danger's clock that began before the own part ends on a full half hour, rounded down: its end less its limit is
    then no minute. It says nothing of how it was counted (`may_explain`).
    """
    told = []
    for clock in clocks:
        if clock.organisation_id is not None and clock.organisation_id == actor.organisation_id:
            told.append(clock)
        elif clock.kind == ClockKind.MAKE_SAFE:
            told.append(clock if began_with(clock, since) else _rounded(clock, since))
    return told


def began_with(clock: Clock, since: datetime | None) -> bool:
    return since is not None and clock.started_at >= since


def may_explain(clock: Clock, actor: Actor, since: datetime | None) -> bool:
    """Whether every counted minute of it may be shown."""
    own = clock.organisation_id is not None and clock.organisation_id == actor.organisation_id
    return own or (clock.kind == ClockKind.MAKE_SAFE and began_with(clock, since))


def _rounded(clock: Clock, since: datetime | None) -> Clock:
    told = copy.copy(clock)
    told.due_at = datetime.fromtimestamp(
        clock.due_at.timestamp() // HALF_HOUR.total_seconds() * HALF_HOUR.total_seconds(),
        tz=clock.due_at.tzinfo,
    )
    told.started_at = since or half_day(clock.started_at)
    return told


def own_deadlines(actor: Actor, case_ids: Sequence[int]) -> dict[int, tuple[datetime, datetime]]:
    """Of each case the own organisation's next deadline, and since when it runs; one statement."""
    running = Clock.objects.filter(
        case__in=case_ids, organisation=actor.organisation_id, stopped_at=None, paused_at=None
    )
    found: dict[int, tuple[datetime, datetime]] = {}
    for case_id, due, start in running.order_by("-due_at").values_list("case", "due_at", "started_at"):
        found[case_id] = (due, start)
    return found


def coarse_rows(actor: Actor, cases: Sequence[Case]) -> list[Case]:
    """A list for such an actor: what is due next is what is due of them."""
    deadlines = own_deadlines(actor, [case.pk for case in cases])
    told = []
    for case in cases:
        row = copy.copy(case)
        row.reported_at = half_day(case.reported_at)
        row.state_since = half_day(case.state_since)
        row.due_at = row.next_due_at = None
        if case.pk in deadlines:
            row.next_due_at, row.state_since = deadlines[case.pk]
            row.due_at = row.next_due_at
        told.append(row)
    return told


def coarse_tuples(actor: Actor, rows: Sequence[Any]) -> list[Any]:
    """The same for rows that have no model (`queue.Row`)."""
    deadlines = own_deadlines(actor, [row.id for row in rows])
    told = []
    for row in rows:
        due = deadlines.get(row.id, (None, None))[0]
        told.append(row._replace(reported_at=half_day(row.reported_at).instant, due_at=due, next_due_at=due))
    return told

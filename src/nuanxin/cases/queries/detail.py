"""One case as those who work on it, and as the one who reported it, may see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import BigIntegerField, CharField, Exists, OuterRef, Prefetch, Q, QuerySet

from nuanxin.cases.models import Attachment, Case, CaseLog, CaseMessage, Clock, Rating, Reporter, Task
from nuanxin.cases.queries.aside import Aside
from nuanxin.cases.queries.besides import asked_beside, besides, is_offered
from nuanxin.cases.queries.counting import calendar_in_force, pauses_of
from nuanxin.cases.queries.outside import outside_moves
from nuanxin.cases.queries.oversight import PERMISSIONS as OVERSIGHT
from nuanxin.cases.queries.oversight import Oversight, oversight_moves, oversight_of
from nuanxin.cases.workflow import BESIDE, CASE, OPEN_TASK, TASK
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.errors import NotFound
from nuanxin.kernel.files.models import StoredFile
from nuanxin.kernel.prepared import Prepared, PreparedFor
from nuanxin.kernel.workflow import Transition
from nuanxin.kernel.worktime import Interval, Limit, explain

# Steps whose words the reporter reads too; the others are between offices.
TOLD_TO_REPORTER = frozenset(
    {
        "report",
        "recategorise",
        "reject",
        "self_handle",
        "submit_result",
        "make_safe",
        "pass",
        "reopen",
        "supplement",
        "transfer",
        "finish_stage",
        "approve_shelving",
        "review_shelving",
        "end_shelving",
    }
)


@dataclass(frozen=True, slots=True)
class Move:
    """A button: what it does, on the case, on one task, or about one appeal."""

    transition: Transition
    task: Task | None = None
    about: str = ""  # the appeal that it decides


class StepTold(NamedTuple):
    action: str
    at: datetime
    role: str
    organisation: str | None
    opinion: str


def case_for(actor: Actor, number: str) -> Case:
    """By its number, for whoever works on it. Raises `NotFound`."""
    case = _case_for.of(actor).first(number=number)
    if case is None:
        raise NotFound
    return case


def own_case(actor: Actor, number: str) -> Case:
    """By its number, for whoever reported it or has seen it too. Raises `NotFound`."""
    return _one(own_cases(actor).filter(number=number))


def _one(rows: QuerySet[Case]) -> Case:
    case = rows.first()
    if case is None:
        raise NotFound
    return case


def own_cases(actor: Actor) -> QuerySet[Case]:
    """What the actor has reported or seen too, the latest first, each with the case it was merged into.

    `is_mine`: the words and pictures are the actor's own; of what others have reported one reads neither.
    """
    mine = Reporter.objects.filter(case=OuterRef("pk"), subject_id=actor.subject_id)
    rows = Case.objects.filter(policy.rule("cases.view_own", actor)).annotate(is_mine=Exists(mine))
    return rows.select_related(
        "lead_organisation", "compound", "handled_by", "parent__lead_organisation", "parent__handled_by"
    ).order_by("-id")


def main_of(case: Case) -> Case:
    """The case that is worked on: the one that this report was merged into, or itself."""
    return case.parent or case


def tasks_of(case: Case) -> list[Task]:
    return _tasks_of.rows(case=case.pk)


_case_for = PreparedFor(
    lambda actor, *, number: Case.objects.filter(
        policy.rule("cases.view", actor), number=number
    ).select_related("compound__manager", "lead_organisation", "handled_by"),
    number=CharField(),
)
_task_for = Prepared(
    lambda *, case, pk: Task.objects.filter(case=case, pk=pk).select_related("organisation"),
    case=BigIntegerField(),
    pk=BigIntegerField(),
)
_tasks_of = Prepared(
    lambda *, case: (
        Task.objects.filter(case=case).select_related("organisation").order_by("dispatched_at", "id")
    ),
    case=BigIntegerField(),
)


def task_for(actor: Actor, case: Case, task_id: int) -> Task:
    """One of the case's tasks. Raises `NotFound`; what may be done with it the service decides."""
    task = _task_for.first(case=case.pk, pk=task_id)
    if task is None:
        raise NotFound
    return task


def moves_for(
    actor: Actor,
    case: Case,
    tasks: Sequence[Task],
    *,
    now: datetime,
    aside: Aside | None = None,
    oversight: Oversight | None = None,
) -> list[Move]:
    """What this actor may do now, the own organisation's task first, in table order; then what moves no state."""
    there = aside or Aside(case.pk)
    seen = oversight or oversight_of(actor, case, there)
    held = policy.held(actor, CASE.asked_in(case.state) | asked_beside(case) | OVERSIGHT, case)
    overseen = [
        Move(move, about=about) for move, about in oversight_moves(actor, case, seen, held=held, now=now)
    ]
    overseen += [Move(move) for move in outside_moves(actor, case)]
    if case.shelved_at is not None:
        return overseen
    own = [
        task for task in tasks if task.organisation_id == actor.organisation_id and task.state in OPEN_TASK
    ]
    moves = [Move(transition, task) for task in own for transition in TASK.available(actor, task)]
    moves += [Move(transition) for transition in CASE.among(case.state, held)]
    offered = [move for move in moves if is_offered(move.transition.name, case, move.task, now=now)]
    beside = besides(actor, case, tasks, there, held=held, now=now)
    return offered + [Move(BESIDE[name], task) for name, task in beside] + overseen


def timeline(case: Case) -> list[CaseLog]:
    """Every step with its pictures; two statements."""
    pictures = Attachment.objects.select_related("file")
    return list(
        CaseLog.objects.filter(case=case)
        .select_related("organisation", "task__organisation")
        .prefetch_related(Prefetch("attachments", queryset=pictures))
        .order_by("at", "id"),
    )


def steps_of(case: Case) -> list[StepTold]:
    """Every step in words alone, for a program; one statement."""
    return [StepTold(*values) for values in _steps_of.rows(case=case.pk)]


_steps_of = Prepared(
    lambda *, case: (
        CaseLog.objects.filter(case=case)
        .order_by("at", "id")
        .values_list("action", "at", "role", "organisation__name", "opinion")
    ),
    case=BigIntegerField(),
)


def _with_merged(case: Case) -> QuerySet[Case, Any]:
    """The keys of the case and of what was merged into it."""
    return Case.objects.filter(pk=case.pk).values("pk").union(Case.objects.filter(parent=case).values("pk"))


def messages_of(case: Case) -> list[CaseMessage]:
    """The relay as staff read it: what those say whose reports were merged stands here too, like all by nobody."""
    rows = CaseMessage.objects.filter(case__in=_with_merged(case))
    return list(rows.select_related("organisation").order_by("at", "id"))


def own_messages(case: Case) -> list[CaseMessage]:
    """The relay as its reporter reads it."""
    return list(CaseMessage.objects.filter(case=case).select_related("organisation").order_by("at", "id"))


def ratings_of(case: Case) -> list[Rating]:
    return list(Rating.objects.filter(case__in=_with_merged(case)).order_by("round", "pk"))


def clocks_of(case: Case) -> list[Clock]:
    return list(
        Clock.objects.filter(case=case)
        .select_related("organisation", "calendar")
        .defer("calendar__data")
        .prefetch_related("changes")
        .order_by("started_at", "id")
    )


def clock_for(actor: Actor, case: Case, clock_id: int) -> Clock:
    """Raises `NotFound`."""
    rows = Clock.objects.filter(case=case, pk=clock_id).select_related("calendar", "organisation")
    clock = rows.prefetch_related("changes__calendar").first()
    if clock is None:
        raise NotFound
    return clock


def explained(clock: Clock, *, now: datetime) -> list[Interval]:
    """Every counted and uncounted stretch from the start to the later of the limit and the stop (or now)."""
    until = max(clock.due_at, clock.stopped_at or now)
    pauses = pauses_of(clock, until=until)
    return explain(clock.started_at, Limit.parse(clock.limit), calendar_in_force(clock), pauses, until=until)


def file_for(actor: Actor, public_id: UUID) -> StoredFile:
    """A picture, for case staff and for the reporter of that case. Raises `NotFound`."""
    rows = Attachment.objects.filter(file__public_id=public_id).select_related("file")
    for permission, reach in (("cases.view", _at_work), ("cases.view_own", _told)):
        if policy.permits(actor, permission):
            row = rows.filter(reach(actor)).first()
            if row is not None:
                return row.file
    raise NotFound


def _at_work(actor: Actor) -> Q:
    return Q(case__in=Case.objects.filter(policy.rule("cases.view", actor)))


def _told(actor: Actor) -> Q:
    """All of the own report; of what others have reported, and of the case it was merged into, what offices did."""
    if actor.subject_id is None:
        return Q(pk__in=[])
    followed = Case.objects.filter(policy.rule("cases.view_own", actor))
    done = Q(case__in=followed) | Q(case__in=followed.exclude(parent=None).values("parent"))
    return Q(case__reporter__subject_id=actor.subject_id) | (done & ~Q(log__role="reporter"))


def subject_of(case: Case) -> UUID | None:
    """Only for telling the reporter something; never shown."""
    return Reporter.objects.filter(case=case).values_list("subject_id", flat=True).first()

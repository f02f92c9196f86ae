"""Screening and dispatch: is it there, is it ours, whose is it (`domain.md` §2.1 step 2, §2.3)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import CaseState, ClockKind, RejectReason, TaskRole, TaskState
from nuanxin.cases.events import CaseFiled, CaseHandedOff, CaseRejected, TaskDispatched
from nuanxin.cases.models import Case, Clock, Task
from nuanxin.cases.queries.catalogue import kind_of
from nuanxin.cases.queries.routing import suggest_units, territorial_owner
from nuanxin.cases.services.clocks import Start, cancel_clocks, plan_clocks, set_next_due, stop_clocks
from nuanxin.cases.services.steps import MissingField, announce, locked_case, move_case, require_text
from nuanxin.cases.workflow import TASK
from nuanxin.kernel.access import SYSTEM, Actor
from nuanxin.people.models import Organisation


@dataclass(frozen=True, slots=True)
class Part:
    """What one organisation is given."""

    organisation: Organisation
    role: str
    reason: str = ""


def start_screening(*, actor: Actor, case: Case, now: datetime) -> Case:
    """Take a report up (核实). The first human acknowledgement: the response clock stops."""
    with transaction.atomic():
        case = locked_case(actor, "cases.screen", case)
        move_case(case, "screen", actor=actor, now=now)
        stop_clocks(case, ClockKind.RESPOND, now=now)
        set_next_due(case)
    return case


def file_case(*, actor: Actor, case: Case, now: datetime, opinion: str = "") -> Case:
    """Establish the case (立案): the total clock starts. Publishes `CaseFiled`, where it applies `CaseHandedOff`."""
    with transaction.atomic():
        case = locked_case(actor, "cases.file", case)
        _file(case, actor=actor, now=now, opinion=opinion)
        set_next_due(case)
    return case


def reject_case(*, actor: Actor, case: Case, reason: str, opinion: str, now: datetime) -> Case:
    """Refuse with a reason; the reporter is told it and where to go instead. Publishes `CaseRejected`."""
    if reason not in RejectReason.values:
        raise MissingField(fields={"reason": _("请选择不予受理的原因。")})
    text = require_text("opinion", opinion, _("请用一句话说明，上报人会看到。"))
    with transaction.atomic():
        case = locked_case(actor, "cases.reject", case)
        move_case(case, "reject", actor=actor, now=now, opinion=text, reason=reason, reject_reason=reason)
        stop_clocks(case, ClockKind.SCREEN, ClockKind.RESPOND, now=now)
        cancel_clocks(case, now=now)
        set_next_due(case)
        announce(case, CaseRejected(case.pk, case.number, case.category_id, reason), now=now)
    return case


def dispatch_case(
    *,
    actor: Actor,
    case: Case,
    lead: Organisation,
    now: datetime,
    assists: Sequence[Organisation] = (),
    opinion: str = "",
) -> Case:
    """Give the case out: always the community's task and the lead unit's, assistants as chosen.

    A case that is still being screened is filed in the same step. Publishes one `TaskDispatched` for each task.
    """
    with transaction.atomic():
        case = locked_case(actor, "cases.dispatch", case)
        if case.state in {CaseState.REPORTED, CaseState.SCREENING}:
            _file(case, actor=actor, now=now)
        _dispatch(case, _parts(case, lead, assists), actor=actor, now=now, opinion=opinion)
    return case


def dispatch_at_receipt(case: Case, *, now: datetime) -> None:
    """U1: filed and given to community, street's lead and unit by the system, in the report's own transaction."""
    _file(case, actor=SYSTEM, now=now, start=False)
    parts = [Part(unit.organisation, unit.role, str(unit.reason)) for unit in suggest_units(case)]
    if parts:
        _dispatch(case, parts, actor=SYSTEM, now=now)


def _file(case: Case, *, actor: Actor, now: datetime, opinion: str = "", start: bool = True) -> None:
    move_case(case, "file", actor=actor, now=now, opinion=opinion, filed_at=now)
    if start:
        stop_clocks(case, ClockKind.SCREEN, ClockKind.RESPOND, now=now)
        start_total(case, now=now)
    kind = kind_of(case.category_id)
    announce(case, CaseFiled(case.pk, case.number, case.category_id), now=now)
    if kind.handoff:
        announce(case, CaseHandedOff(case.pk, case.number, case.category_id, kind.handoff), now=now)


def start_total(case: Case, *, now: datetime) -> None:
    """The total clock, the one for containing the danger, and the dispatcher's own."""
    clocks = plan_clocks(
        case,
        [Start(ClockKind.TOTAL), Start(ClockKind.MAKE_SAFE), Start(ClockKind.DISPATCH)],
        now=now,
    )
    case.due_at = next(clock.due_at for clock in clocks if clock.kind == ClockKind.TOTAL)
    Case.objects.filter(pk=case.pk).update(due_at=case.due_at)
    Clock.objects.bulk_create(clocks)


def _parts(case: Case, lead: Organisation, assists: Iterable[Organisation]) -> list[Part]:
    """Lead and assistants as chosen, and the community's in any case; an organisation has one task."""
    parts: dict[int, Part] = {}
    territorial = territorial_owner(case.scope_code)
    if territorial:
        owner = territorial.organisation
        parts[owner.pk] = Part(owner, TaskRole.COMMUNITY, str(territorial.reason))
    parts.setdefault(lead.pk, Part(lead, TaskRole.LEAD))
    for organisation in assists:
        parts.setdefault(organisation.pk, Part(organisation, TaskRole.ASSIST))
    return list(parts.values())


def _dispatch(case: Case, parts: Sequence[Part], *, actor: Actor, now: datetime, opinion: str = "") -> None:
    lead = next((part for part in parts if part.role == TaskRole.LEAD), parts[0])
    _withdraw_others(case, keep={(part.organisation.pk, part.role) for part in parts}, now=now)
    move_case(
        case,
        "dispatch",
        actor=actor,
        now=now,
        opinion=opinion,
        dispatched_at=now,
        lead_organisation=lead.organisation,
        handled_by=None,
    )
    stop_clocks(case, ClockKind.DISPATCH, now=now)
    tasks = add_tasks(case, parts, now=now)
    _catch_up(case, actor=actor, now=now)
    set_next_due(case)
    announce(case, *(dispatched(case, task) for task in tasks), now=now)


def add_tasks(case: Case, parts: Sequence[Part], *, now: datetime) -> list[Task]:
    """One task for each organisation that has none open, with its clocks."""
    busy = set(Task.objects.filter(case=case, ended_at=None).values_list("organisation_id", flat=True))
    tasks = [
        Task(case=case, organisation=part.organisation, role=part.role, reason=part.reason, dispatched_at=now)
        for part in parts
        if part.organisation.pk not in busy
    ]
    starts = []
    for task in tasks:
        kind = ClockKind.CLAIM if task.role == TaskRole.COMMUNITY else ClockKind.ACCEPT
        starts.append(Start(kind, task=task, organisation_id=task.organisation_id))
        if task.role == TaskRole.LEAD:
            starts.append(Start(ClockKind.HANDLE, task=task, organisation_id=task.organisation_id))
    clocks = plan_clocks(case, starts, now=now)
    for clock in clocks:
        if clock.kind != ClockKind.HANDLE and clock.task is not None:
            clock.task.due_at = clock.due_at
    Task.objects.bulk_create(tasks)
    Clock.objects.bulk_create(clocks)
    return tasks


def _withdraw_others(case: Case, *, keep: set[tuple[int, str]], now: datetime) -> None:
    """A new dispatch takes the work from those who are not in it, or no longer in the same part."""
    for task in Task.objects.filter(case=case, ended_at=None):
        if (task.organisation_id, task.role) not in keep:
            cancel_clocks(case, task=task, now=now)
            TASK.step(task, "withdraw", ended_at=now)


def _catch_up(case: Case, *, actor: Actor, now: datetime) -> None:
    """After a return the community may have claimed already: the case is where it was, not one step back."""
    claimed = Task.objects.filter(case=case, role=TaskRole.COMMUNITY, state=TaskState.CLAIMED).exists()
    if claimed:
        move_case(case, "claim", actor=SYSTEM, now=now)


def dispatched(case: Case, task: Task) -> TaskDispatched:
    return TaskDispatched(
        case_id=case.pk,
        number=case.number,
        category=case.category_id,
        urgency=case.urgency,
        task_id=task.pk,
        organisation_id=task.organisation_id,
        role=task.role,
    )

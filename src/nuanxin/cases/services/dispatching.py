"""Screening and dispatch: is it there, is it ours, whose is it (`domain.md` §2.1 step 2, §2.3)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import CaseState, ClockKind, RejectReason, TaskRole, TaskState
from nuanxin.cases.events import CaseFiled, CaseRejected, TaskDispatched
from nuanxin.cases.models import Case, Task
from nuanxin.cases.queries.besides import must_consult
from nuanxin.cases.queries.catalogue import kind_of
from nuanxin.cases.queries.limits import handling_limits
from nuanxin.cases.queries.parties import refuse_parties
from nuanxin.cases.queries.routing import suggest_units, territorial_owner
from nuanxin.cases.services.clocks import (
    Start,
    cancel_clocks,
    new_clocks,
    plan_clocks,
    set_next_due,
    stop_clocks,
)
from nuanxin.cases.services.handing_off import hand_off, withdraw_hand_off
from nuanxin.cases.services.steps import (
    MissingField,
    announce,
    locked_case,
    move_case,
    open_tasks_of,
    require_text,
)
from nuanxin.cases.workflow import TASK
from nuanxin.kernel.access import SYSTEM, Actor
from nuanxin.kernel.errors import Conflict
from nuanxin.kernel.plain_rows import change_row
from nuanxin.kernel.worktime import SHANGHAI, due_at
from nuanxin.kernel.worktime.services import calendar_for
from nuanxin.people.models import Organisation


class ConsultationRequired(Conflict):
    default_message = _("这件事退回的次数已满，不能再直接派单。")
    default_hint = _("请先“吹哨会商”，由几个单位一起确定一家主办。")


class StillConsulting(Conflict):
    default_message = _("几个单位正在会商这件事。")
    default_hint = _("有了结论，用“会商结论，派单”来派。")


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
        hands_off = bool(kind_of(case.category_id).handoff)
        _file(case, actor=actor, now=now, opinion=opinion, hands_off=hands_off)
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
    Raises `ConsultationRequired` when it has been handed back as often as it may, `StillConsulting` during one,
    `AboutThemselves` for whom the case is about.
    """
    with transaction.atomic():
        case = locked_case(actor, "cases.dispatch", case)
        refuse_parties(case, [lead])
        refuse_parties(case, assists, "assists")
        if case.state in {CaseState.REPORTED, CaseState.SCREENING}:
            _file(case, actor=actor, now=now)
        if case.consulting_since is not None:
            raise StillConsulting
        if must_consult(case):
            raise ConsultationRequired
        give_out(case, parts_of(case, lead, assists), actor=actor, now=now, opinion=opinion)
    return case


def dispatch_at_receipt(case: Case, *, now: datetime) -> None:
    """U1: filed (where it is not yet) and given to community and units by the system, in the caller's transaction."""
    if case.state in {CaseState.REPORTED, CaseState.SCREENING}:
        _file(case, actor=SYSTEM, now=now, start=False)
    parts = [Part(unit.organisation, unit.role, str(unit.reason)) for unit in suggest_units(case)]
    if parts:
        give_out(case, parts, actor=SYSTEM, now=now)


def _file(
    case: Case,
    *,
    actor: Actor,
    now: datetime,
    opinion: str = "",
    start: bool = True,
    hands_off: bool = False,
) -> None:
    """`hands_off`: what is answered elsewhere waits for its receipt, not for a dispatcher."""
    move_case(case, "file", actor=actor, now=now, opinion=opinion, filed_at=now)
    if start:
        stop_clocks(case, ClockKind.SCREEN, ClockKind.RESPOND, now=now)
        start_total(case, now=now, dispatches=not hands_off)
    announce(case, CaseFiled(case.pk, case.number, case.category_id), now=now)
    if hands_off:
        hand_off(case, now=now)


def start_total(case: Case, *, now: datetime, dispatches: bool = True) -> None:
    """The total clock, the one for containing the danger, and the dispatcher's own."""
    starts = [Start(ClockKind.TOTAL), Start(ClockKind.MAKE_SAFE)]
    clocks = plan_clocks(case, [*starts, Start(ClockKind.DISPATCH)] if dispatches else starts, now=now)
    case.due_at = next(clock.due_at for clock in clocks if clock.kind == ClockKind.TOTAL)
    change_row(case, to={"due_at": case.due_at})
    new_clocks.write(*clocks)


def parts_of(case: Case, lead: Organisation, assists: Iterable[Organisation]) -> list[Part]:
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


def give_out(
    case: Case,
    parts: Sequence[Part],
    *,
    actor: Actor,
    now: datetime,
    opinion: str = "",
    step: str = "dispatch",
) -> None:
    """Give each its part and take away what is not in it; `step` is the move by which the case gets there."""
    lead = next((part for part in parts if part.role == TaskRole.LEAD), parts[0])
    _withdraw_others(case, keep={(part.organisation.pk, part.role) for part in parts}, now=now)
    move_case(
        case,
        step,
        actor=actor,
        now=now,
        opinion=opinion,
        dispatched_at=now,
        lead_organisation=lead.organisation,
        handled_by=None,
    )
    stop_clocks(case, ClockKind.DISPATCH, now=now)
    withdraw_hand_off(case, now=now)
    tasks = add_tasks(case, parts, now=now)
    _catch_up(case, actor=actor, now=now)
    set_next_due(case)
    announce(case, *(dispatched(case, task) for task in tasks), now=now)


def add_tasks(case: Case, parts: Sequence[Part], *, now: datetime) -> list[Task]:
    """One task for each organisation that has none open, with its clocks. Raises `AboutThemselves`."""
    refuse_parties(case, [part.organisation for part in parts])
    busy = {task.organisation_id for task in open_tasks_of(case)}
    tasks = [
        Task(case=case, organisation=part.organisation, role=part.role, reason=part.reason, dispatched_at=now)
        for part in parts
        if part.organisation.pk not in busy
    ]
    until = returnable_until(case, now=now)
    starts = []
    for task in tasks:
        kind = ClockKind.CLAIM if task.role == TaskRole.COMMUNITY else ClockKind.ACCEPT
        starts.append(Start(kind, task=task, organisation_id=task.organisation_id))
        task.return_until = until
        if task.role in {TaskRole.LEAD, TaskRole.ASSIST}:  # everybody's own work has its own clock
            starts.append(Start(ClockKind.HANDLE, task=task, organisation_id=task.organisation_id))
    clocks = plan_clocks(case, starts, now=now)
    for clock in clocks:
        if clock.kind != ClockKind.HANDLE and clock.task is not None:
            clock.task.due_at = clock.due_at
    Task.objects.bulk_create(tasks)
    new_clocks.write(*clocks)
    return tasks


def _withdraw_others(case: Case, *, keep: set[tuple[int, str]], now: datetime) -> None:
    """A new dispatch takes the work from those who are not in it, or no longer in the same part."""
    for task in open_tasks_of(case):
        if (task.organisation_id, task.role) not in keep:
            cancel_clocks(case, task=task, now=now)
            TASK.step(task, "withdraw", ended_at=now)


def _catch_up(case: Case, *, actor: Actor, now: datetime) -> None:
    """Whoever keeps a part may be further on already: the case is where they are, not one step back."""
    open_tasks = {task.role: task.state for task in open_tasks_of(case)}
    if open_tasks.get(TaskRole.COMMUNITY) in {TaskState.CLAIMED, TaskState.IN_PROGRESS}:
        move_case(case, "claim", actor=SYSTEM, now=now)
    lead = open_tasks.get(TaskRole.LEAD)
    if lead in {TaskState.ACCEPTED, TaskState.IN_PROGRESS}:
        move_case(case, "accept", actor=SYSTEM, now=now)
    if lead == TaskState.IN_PROGRESS:
        move_case(case, "start", actor=SYSTEM, now=now)


def returnable_until(case: Case, *, now: datetime) -> datetime:
    """Until when somebody who is given a part now may hand it back with a reason (首接负责)."""
    limit = handling_limits().to_return(urgent=case.is_urgent)
    return due_at(now, limit, calendar_for(case.scope_code, now.astimezone(SHANGHAI).date())).at


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

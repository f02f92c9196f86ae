"""What an organisation does with its part: claim, accept, work, hand back, hand in (`domain.md` §2.1 steps 3–5)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import ClockKind, PhotoKind, ReturnReason, TaskRole, TaskState
from nuanxin.cases.events import (
    HazardContained,
    ResultSubmitted,
    TaskAccepted,
    TaskClaimed,
    TaskReturned,
    TaskStarted,
)
from nuanxin.cases.models import Case, Clock, Task
from nuanxin.cases.queries.besides import may_return_for
from nuanxin.cases.queries.catalogue import kind_of
from nuanxin.cases.queries.limits import handling_limits
from nuanxin.cases.queries.parties import refuse_parties
from nuanxin.cases.services.assisting import still_at_it
from nuanxin.cases.services.clocks import Start, cancel_clocks, set_next_due, start_clocks, stop_clocks
from nuanxin.cases.services.consultation_ends import drop_consultation
from nuanxin.cases.services.dispatching import Part, add_tasks, dispatched
from nuanxin.cases.services.measuring import require_looked_at
from nuanxin.cases.services.staging import finish_by_result, finish_made_safe
from nuanxin.cases.services.steps import (
    MissingField,
    Photo,
    announce,
    locked_task,
    move_case,
    move_task,
    require_photo,
    require_text,
    write_log,
)
from nuanxin.cases.workflow import CASE, TASK
from nuanxin.kernel.access import SYSTEM, Actor
from nuanxin.kernel.errors import Conflict
from nuanxin.people.models import Organisation


class UnitsAtWork(Conflict):
    default_message = _("已经有单位接单了，不能再改为社区自行处置。")
    default_hint = _("请等单位提交结果，或联系街道改派。")


class TooLateToReturn(Conflict):
    default_message = _("可以退回的时间已经过了，首接负责，请继续办理。")
    default_hint = _("确实不归贵单位的，请联系街道“吹哨会商”；办不完的，可以申请延期。")


class AcceptedAlready(Conflict):
    default_message = _("已经接单，不能再用这个理由退回。")
    default_hint = _("接单后只能因为到现场才知道的事退回：类别有误、信息不全、没有该问题、需要共同主办。")


class ReturnedEnough(Conflict):
    default_message = _("这件事退回的次数已满，主办是会商定的，不能再退回。")
    default_hint = _("有困难请联系街道，可以再次会商。")


class NothingToContain(Conflict):
    default_message = _("这件事没有“控制险情”的时限，或者已经报过控制住了。")
    default_hint = _("请直接继续处理并提交结果。")


def claim_task(*, actor: Actor, task: Task, now: datetime) -> Case:
    """The community takes its part (领单). Publishes `TaskClaimed`."""
    with transaction.atomic():
        case, task = locked_task(actor, "cases.claim", task)
        move_task(case, task, "claim", actor=actor, now=now, claimed_at=now, handler_id=actor.assignment_id)
        _follow(case, "claim", now=now)
        stop_clocks(case, ClockKind.CLAIM, task=task, now=now)
        stop_clocks(case, ClockKind.RESPOND, now=now)
        set_next_due(case)
        announce(case, TaskClaimed(case.pk, case.number, task.pk, task.organisation_id), now=now)
    return case


def call_in_units(
    *, actor: Actor, task: Task, units: Sequence[Organisation], opinion: str, now: datetime
) -> Case:
    """The community calls units in; the first becomes lead if nobody leads yet. Publishes `TaskDispatched` for each.

    Raises `MissingField`, `AboutThemselves` for whom the case is about.
    """
    if not units:
        raise MissingField(fields={"units": _("请至少选一个单位。")})
    with transaction.atomic():
        case, task = locked_task(actor, "cases.call_in", task)
        refuse_parties(case, units, "units")
        at_it = set(Task.objects.filter(case=case, ended_at=None).values_list("organisation_id", flat=True))
        called = [unit for unit in units if unit.pk not in at_it]
        if not called:
            raise MissingField(fields={"units": _("这些单位已经在办了，请选别的单位。")})
        leads = Task.objects.filter(case=case, role=TaskRole.LEAD, ended_at=None).exists()
        roles = [TaskRole.ASSIST if leads or index else TaskRole.LEAD for index in range(len(called))]
        reason = str(_("社区呼叫"))
        parts = [Part(unit, role, reason) for unit, role in zip(called, roles, strict=True)]
        move_task(case, task, "call_in", actor=actor, now=now, opinion=opinion.strip())
        tasks = add_tasks(case, parts, now=now)
        if not leads:
            Case.objects.filter(pk=case.pk).update(lead_organisation=called[0])
            case.lead_organisation = called[0]
        set_next_due(case)
        announce(case, *(dispatched(case, given) for given in tasks), now=now)
    return case


def self_handle(*, actor: Actor, task: Task, opinion: str, photos: Sequence[Photo], now: datetime) -> Case:
    """The community fixes it on the spot: before and after pictures, then straight to verification.

    Assistants who are at work already stay until the end. Publishes `ResultSubmitted`. Raises `UnitsAtWork` when the
    lead unit has accepted already.
    """
    text = require_text("opinion", opinion, _("请写一句处理结果。"))
    with transaction.atomic():
        case, task = locked_task(actor, "cases.self_handle", task)
        _require_before_and_after(case, photos)
        others = Task.objects.filter(case=case, ended_at=None).exclude(pk=task.pk)
        if others.filter(role=TaskRole.LEAD).exclude(state=TaskState.DISPATCHED).exists():
            raise UnitsAtWork
        for other in others.filter(state=TaskState.DISPATCHED):
            cancel_clocks(case, task=other, now=now)
            TASK.step(other, "withdraw", ended_at=now)
        _hand_in(case, task, "self_handle", actor=actor, opinion=text, photos=photos, now=now)
    return case


def accept_task(*, actor: Actor, task: Task, now: datetime) -> Case:
    """The unit takes its part (接单). Publishes `TaskAccepted`."""
    with transaction.atomic():
        case, task = locked_task(actor, "cases.accept", task)
        move_task(case, task, "accept", actor=actor, now=now, claimed_at=now, handler_id=actor.assignment_id)
        if task.role == TaskRole.LEAD:
            _follow(case, "accept", now=now)
        stop_clocks(case, ClockKind.ACCEPT, task=task, now=now)
        stop_clocks(case, ClockKind.RESPOND, now=now)
        set_next_due(case)
        announce(case, TaskAccepted(case.pk, case.number, task.pk, task.organisation_id, task.role), now=now)
    return case


def start_task(*, actor: Actor, task: Task, now: datetime, opinion: str = "") -> Case:
    """On site and at work. Publishes `TaskStarted`."""
    with transaction.atomic():
        case, task = locked_task(actor, "cases.start", task)
        move_task(case, task, "start", actor=actor, now=now, opinion=opinion.strip())
        if task.role == TaskRole.LEAD:
            _follow(case, "start", now=now)
        announce(case, TaskStarted(case.pk, case.number, task.pk, task.organisation_id), now=now)
    return case


def mark_made_safe(
    *, actor: Actor, task: Task, now: datetime, opinion: str = "", photos: Sequence[Photo] = ()
) -> Case:
    """The danger is under control, the repair goes on: a fact, not a state. Publishes `HazardContained`."""
    with transaction.atomic():
        case, task = locked_task(actor, "cases.make_safe", task)
        if (
            not task.is_open
            or not Clock.objects.filter(case=case, kind=ClockKind.MAKE_SAFE, stopped_at=None).exists()
        ):
            raise NothingToContain
        log = write_log(
            case,
            action="make_safe",
            actor=actor,
            now=now,
            from_state=task.state,
            to_state=task.state,
            since=case.reported_at,
            opinion=opinion.strip(),
            task=task,
            photos=photos,
        )
        finish_made_safe(task, log, now=now)
        stop_clocks(case, ClockKind.MAKE_SAFE, now=now)
        set_next_due(case)
        announce(case, HazardContained(case.pk, case.number, task.organisation_id), now=now)
    return case


def submit_result(
    *,
    actor: Actor,
    task: Task,
    opinion: str,
    photos: Sequence[Photo],
    now: datetime,
    unfinished: str = "",
) -> Case:
    """The unit hands in its result with a picture. The lead's result sends the case to verification.

    A lead that does not wait for its assistants says why (`unfinished`); offices read it, the reporter does not.
    Publishes `ResultSubmitted`.
    """
    text = require_text("opinion", opinion, _("请写一句处理结果。"))
    with transaction.atomic():
        case, task = locked_task(actor, "cases.submit_result", task)
        if not kind_of(case.category_id).is_confidential:
            require_photo(photos, PhotoKind.AFTER)
        if task.role == TaskRole.LEAD:
            _say_who_is_missing(case, task, unfinished)
            _hand_in(case, task, "submit_result", actor=actor, opinion=text, photos=photos, now=now)
        else:
            move_task(
                case,
                task,
                "submit_result",
                actor=actor,
                now=now,
                opinion=text,
                photos=photos,
                submitted_at=now,
            )
            stop_clocks(case, ClockKind.ACCEPT, ClockKind.HANDLE, task=task, now=now)
            set_next_due(case)
            announce(
                case,
                ResultSubmitted(case.pk, case.number, task.pk, task.organisation_id, self_handled=False),
                now=now,
            )
    return case


def return_task(
    *, actor: Actor, task: Task, reason: str, opinion: str, now: datetime, basis: str = ""
) -> Case:
    """Hand the part back with a reason (首接负责: never silently) to the dispatcher. Publishes `TaskReturned`.

    "Not my duty" (R2) cites a document. Only for a while after the dispatch; who has accepted may still find on site
    what the paper did not say. Raises `TooLateToReturn`, `AcceptedAlready`, `ReturnedEnough`.
    """
    if reason not in ReturnReason.values:
        raise MissingField(fields={"reason": _("请选择退回原因。")})
    text = require_text("opinion", opinion, _("请说明为什么退回。"))
    if reason == ReturnReason.R2:
        require_text("basis", basis, _("说不是自己的职责，要写明哪个文件、哪一条。"))
    with transaction.atomic():
        case, task = locked_task(actor, "cases.return", task)
        _check_return(case, task, reason, now=now)
        move_task(
            case,
            task,
            "return",
            actor=actor,
            now=now,
            opinion=text,
            reason=reason,
            return_reason=reason,
            return_basis=basis.strip()[:200],
            ended_at=now,
        )
        stop_clocks(case, ClockKind.CLAIM, ClockKind.ACCEPT, task=task, now=now)
        cancel_clocks(case, task=task, now=now)
        if task.role != TaskRole.ASSIST and case.state in CASE["return"].sources:
            move_case(case, "return", actor=SYSTEM, now=now, return_count=case.return_count + 1)
            start_clocks(case, [Start(ClockKind.DISPATCH)], now=now)
        set_next_due(case)
        announce(case, TaskReturned(case.pk, case.number, task.pk, task.organisation_id, reason), now=now)
    return case


def _check_return(case: Case, task: Task, reason: str, *, now: datetime) -> None:
    if task.state not in TASK["return"].sources:
        return  # the table refuses it, in its own words
    if task.return_until is None or now > task.return_until:
        raise TooLateToReturn
    if not may_return_for(task, reason):
        raise AcceptedAlready
    if task.role != TaskRole.ASSIST and case.return_count >= handling_limits().most_returns:
        raise ReturnedEnough


def _say_who_is_missing(case: Case, task: Task, unfinished: str) -> None:
    """A lead does not leave its assistants behind without a word."""
    missing = still_at_it(case)
    if not missing:
        return
    names = _("、").join(each.organisation.label for each in missing)
    told = _("%(units)s还没交结果。请写一句为什么先交，或等它们办完。") % {"units": names}
    task.unfinished = require_text("unfinished", unfinished, told)[:300]
    Task.objects.filter(pk=task.pk).update(unfinished=task.unfinished)


def _require_before_and_after(case: Case, photos: Sequence[Photo]) -> None:
    if not kind_of(case.category_id).is_confidential:
        require_photo(photos, PhotoKind.BEFORE)
        require_photo(photos, PhotoKind.AFTER)


def _hand_in(
    case: Case,
    task: Task,
    name: str,
    *,
    actor: Actor,
    opinion: str,
    photos: Sequence[Photo],
    now: datetime,
) -> None:
    """The lead's (or the community's own) result: the case goes on to verification."""
    require_looked_at(case, task)
    log = move_task(case, task, name, actor=actor, now=now, opinion=opinion, photos=photos, submitted_at=now)
    finish_by_result(task, log, now=now)
    stop_clocks(case, ClockKind.ACCEPT, ClockKind.CLAIM, task=task, now=now)
    stop_clocks(case, ClockKind.HANDLE, task=task, now=now)  # an assistant's own runs on
    stop_clocks(case, ClockKind.MAKE_SAFE, now=now)
    drop_consultation(case, now=now)
    move_case(case, "submit_result", actor=SYSTEM, now=now, handled_by=task.organisation)
    start_clocks(case, [Start(ClockKind.VERIFY)], now=now)
    set_next_due(case)
    self_handled = name == "self_handle"
    announce(
        case, ResultSubmitted(case.pk, case.number, task.pk, task.organisation_id, self_handled), now=now
    )


def _follow(case: Case, name: str, *, now: datetime) -> None:
    """The case goes along with a task's step unless it is further on already."""
    if case.state in CASE[name].sources:
        move_case(case, name, actor=SYSTEM, now=now)

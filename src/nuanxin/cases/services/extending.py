"""More time (延期): asked for before the deadline with a reason, decided one level up, the reporter told (§2.3)."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import ClockKind, ExtensionState, TaskState, Urgency
from nuanxin.cases.events import ExtensionGranted, ExtensionRefused, ExtensionRequested
from nuanxin.cases.models import Case, Clock, Extension, Task
from nuanxin.cases.queries.extending import last_day
from nuanxin.cases.queries.limits import handling_limits
from nuanxin.cases.services.clocks import extend_clocks, set_next_due
from nuanxin.cases.services.steps import (
    MissingField,
    announce,
    locked_case,
    locked_task,
    require_text,
    write_log,
)
from nuanxin.cases.workflow import BESIDE
from nuanxin.kernel.access import SYSTEM, Actor, policy
from nuanxin.kernel.errors import Conflict, NotAllowed
from nuanxin.kernel.workflow import IllegalMove
from nuanxin.kernel.worktime import SHANGHAI

LAPSE_BATCH = 200
EXTENDED = (ClockKind.HANDLE, ClockKind.TOTAL)
AT_IT = (TaskState.CLAIMED, TaskState.ACCEPTED, TaskState.IN_PROGRESS)


class NotExtendable(Conflict):
    default_message = _("这件事不能延期。")


class NothingToDecide(Conflict):
    default_message = _("现在没有等审批的延期。")
    default_hint = _("可能已经批过，或者原来的时限已经到了。")


def request_extension(
    *, actor: Actor, task: Task, until: datetime | None, opinion: str, now: datetime
) -> Case:
    """The leading unit asks for time. The clocks run on until somebody grants it. Publishes `ExtensionRequested`.

    The same request again changes nothing. Raises `NotExtendable` with the reason, `IllegalMove`.
    """
    text = require_text("opinion", opinion, _("请写明为什么办不完、这段时间做什么。"))
    with transaction.atomic():
        case, task = locked_task(actor, "cases.request_extension", task)
        asked = Extension.objects.filter(case=case, state=ExtensionState.ASKED).first()
        if asked is not None and (asked.task_id, asked.until, asked.reason) == (task.pk, until, text):
            return case
        if asked is not None and asked.task_id != task.pk:
            _lapse(case, asked, now=now)
        elif asked is not None:
            raise NotExtendable(_("已经申请过，还在等审批。"), hint=_("批了或没批，都会告诉您。"))
        due = _extendable(case, task, now=now)
        extension = Extension.objects.create(
            case=case,
            task=task,
            organisation=task.organisation,
            assignment_id=actor.assignment_id,
            reason=text,
            asked_at=now,
            due_before=due,
            until=_checked(case, until, due=due, now=now),
        )
        _write(
            case, "request_extension", actor=actor, opinion=text, task=task, since=task.dispatched_at, now=now
        )
        announce(case, _requested(case, extension), now=now)
    return case


def _extendable(case: Case, task: Task, *, now: datetime) -> datetime:
    """The deadline that could be moved. Raises why it cannot."""
    if case.state not in BESIDE["request_extension"].sources or task.state not in AT_IT:
        raise IllegalMove(case.get_state_display(), BESIDE["request_extension"].label)
    if case.urgency == Urgency.U1:
        raise NotExtendable(_("危及生命的事不延期。"), hint=_("请马上处置；处置不了，请联系街道增援。"))
    most = handling_limits().most_extensions
    if case.extension_count >= most:
        raise NotExtendable(
            _("已经延期 %(most)s 次，不能再延。") % {"most": most},
            hint=_("仍然办不了的，请联系街道会商或挂账。"),
        )
    if case.shelved_at is not None:
        raise NotExtendable(_("已经挂账，时限停着，不用延期。"), hint=_("恢复办理后再看。"))
    due = deadline_of(case, task)
    if due is None or due <= now:
        raise NotExtendable(
            _("时限已经过了，不能再申请延期。"), hint=_("延期要在到期前申请。对超时有异议的，可以申诉。")
        )
    return due


def deadline_of(case: Case, task: Task) -> datetime | None:
    """The task's own deadline for the work, else the case's."""
    own = Clock.objects.filter(task=task, kind=ClockKind.HANDLE, stopped_at=None, paused_at=None)
    return own.values_list("due_at", flat=True).first() or case.due_at


def _checked(case: Case, until: datetime | None, *, due: datetime, now: datetime) -> datetime:
    if until is None:
        raise MissingField(fields={"until": _("请选择延到哪一天。")})
    if until <= max(due, case.due_at or due):
        raise MissingField(fields={"until": _("要比现在的到期时间晚。")})
    latest = last_day(max(due, case.due_at or due))
    if until.astimezone(SHANGHAI).date() > latest:
        raise MissingField(fields={"until": _("一次最多延到 %(day)s。") % {"day": latest.isoformat()}})
    return until


def _requested(case: Case, extension: Extension) -> ExtensionRequested:
    until = extension.until.isoformat()
    return ExtensionRequested(case.pk, case.number, extension.pk, extension.organisation_id, until)


def grant_extension(*, actor: Actor, case: Case, now: datetime, opinion: str = "") -> Case:
    """The deadlines of the work and of the case move; what they were stays on record. Publishes `ExtensionGranted`.

    Raises `NothingToDecide`, also when the deadline has come meanwhile: a late grant would wipe out that it passed.
    """
    with transaction.atomic():
        case, extension = _to_decide(actor, case, now=now)
        _decide(extension, ExtensionState.GRANTED, actor=actor, opinion=opinion.strip(), now=now)
        extend_clocks(case, *EXTENDED, to=extension.until, now=now)
        case.refresh_from_db(fields=["due_at", "next_due_at"])
        case.extension_count += 1
        Case.objects.filter(pk=case.pk).update(extension_count=case.extension_count)
        set_next_due(case)
        _write(
            case, "grant_extension", actor=actor, opinion=opinion.strip(), since=extension.asked_at, now=now
        )
        until = extension.until.isoformat()
        announce(
            case,
            ExtensionGranted(
                case.pk, case.number, extension.pk, extension.organisation_id, until, case.extension_count
            ),
            now=now,
        )
    return case


def refuse_extension(*, actor: Actor, case: Case, opinion: str, now: datetime) -> Case:
    """The deadline stays, and the unit reads why. Publishes `ExtensionRefused`. Raises `NothingToDecide`."""
    text = require_text("opinion", opinion, _("请写明为什么不同意，申请的单位会看到。"))
    with transaction.atomic():
        case, extension = _to_decide(actor, case, now=now)
        _decide(extension, ExtensionState.REFUSED, actor=actor, opinion=text, now=now)
        _write(case, "refuse_extension", actor=actor, opinion=text, since=extension.asked_at, now=now)
        refused = ExtensionRefused(
            case.pk, case.number, extension.pk, extension.organisation_id, is_lapsed=False
        )
        announce(case, refused, now=now)
    return case


def _to_decide(actor: Actor, case: Case, *, now: datetime) -> tuple[Case, Extension]:
    """Both locked. Raises `NotFound` to whoever may not see the case, `NotAllowed` to whoever may not decide."""
    case = locked_case(actor, "cases.view", case)
    if not policy.permits(actor, "cases.decide_extension"):
        raise NotAllowed
    asked = (
        Extension.objects.select_for_update(of=("self",))
        .filter(case=case, state=ExtensionState.ASKED)
        .select_related("task")
        .first()
    )
    if asked is None or asked.due_before <= now or asked.task.state not in AT_IT:
        raise NothingToDecide
    if not policy.allows(actor, "cases.decide_extension", asked):
        raise NotAllowed(
            _("自己单位的申请，要由上一级来批。"), hint=_("街道自己的申请由区里批；其他单位的由街道批。")
        )
    return case, asked


def lapse_extensions(*, now: datetime) -> int:
    """Requests that nobody decided before the deadline, or whose unit is no longer at it. Returns how many; call
    until 0.
    """
    stale = Extension.objects.filter(state=ExtensionState.ASKED).order_by("due_before", "pk")
    over = stale.filter(Q(due_before__lte=now) | ~Q(task__state__in=AT_IT))
    rows = list(over.select_related("case")[:LAPSE_BATCH])
    for extension in rows:
        with transaction.atomic():
            case = Case.objects.select_for_update(of=("self",)).get(pk=extension.case_id)
            _lapse(case, extension, now=now)
    return len(rows)


def _lapse(case: Case, extension: Extension, *, now: datetime) -> None:
    changed = Extension.objects.filter(pk=extension.pk, state=ExtensionState.ASKED).update(
        state=ExtensionState.LAPSED, decided_at=now
    )
    if not changed:
        return
    _write(case, "lapse_extension", actor=SYSTEM, opinion="", since=extension.asked_at, now=now)
    lapsed = ExtensionRefused(case.pk, case.number, extension.pk, extension.organisation_id, is_lapsed=True)
    announce(case, lapsed, now=now)


def _decide(extension: Extension, state: str, *, actor: Actor, opinion: str, now: datetime) -> None:
    extension.state, extension.decided_at, extension.opinion = state, now, opinion
    extension.decided_by_id, extension.decider_id = actor.organisation_id, actor.assignment_id
    extension.save(update_fields=["state", "decided_at", "opinion", "decided_by", "decider_id"])


def _write(
    case: Case,
    action: str,
    *,
    actor: Actor,
    opinion: str,
    since: datetime,
    now: datetime,
    task: Task | None = None,
) -> None:
    state = task.state if task else case.state
    write_log(
        case,
        action=action,
        actor=actor,
        now=now,
        from_state=state,
        to_state=state,
        since=min(since, now),
        opinion=opinion,
        task=task,
    )

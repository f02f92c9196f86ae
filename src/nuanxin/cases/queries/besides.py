"""Which buttons beside the tables are there, and which of the tables' are not: windows, counts, consultations.

The services refuse the same things in words; this only keeps a button from being offered in vain.
"""

from collections.abc import Sequence
from datetime import datetime

from nuanxin.cases.enums import CaseState, ExtensionState, ReturnReason, TaskRole, TaskState, Urgency
from nuanxin.cases.models import Case, ConsultationParty, Extension, Task
from nuanxin.cases.queries.aside import Aside
from nuanxin.cases.queries.limits import handling_limits
from nuanxin.cases.queries.measures import moves_of_handling
from nuanxin.cases.workflow import BESIDE
from nuanxin.kernel.access import Actor, policy

AT_IT = (TaskState.CLAIMED, TaskState.ACCEPTED, TaskState.IN_PROGRESS)
# What one learns only after having accepted (`domain.md` §2.3); all else is on the paper that was dispatched.
SEEN_ON_SITE = frozenset({ReturnReason.R3, ReturnReason.R4, ReturnReason.R5, ReturnReason.R9})
ON_CASE = ("recategorise", "consult", "answer_call", "call_off", "assists")


def is_offered(name: str, case: Case, task: Task | None, *, now: datetime) -> bool:
    """Whether a legal move of the tables makes sense now."""
    consulting = case.consulting_since is not None
    match name:
        case "dispatch":
            return not consulting and not must_consult(case)
        case "conclude":
            return consulting
        case "return" if task is not None:
            return may_return(case, task, now=now)
    return True


def may_return(case: Case, task: Task, *, now: datetime) -> bool:
    """首接负责: only for a while, and only as often as a case may be handed back."""
    if task.return_until is None or now > task.return_until:
        return False
    return task.role == TaskRole.ASSIST or case.return_count < handling_limits().most_returns


def may_return_for(task: Task, reason: str) -> bool:
    """Who has accepted may still say what one learns only on site."""
    return task.state != TaskState.ACCEPTED or reason in SEEN_ON_SITE


def may_recategorise(case: Case) -> bool:
    """Before it is dispatched; after a return only where the unit has said that the category is wrong."""
    if case.state not in BESIDE["recategorise"].sources or case.consulting_since or case.shelved_at:
        return False
    return case.state != CaseState.RETURNED or _last_return(case) == ReturnReason.R3


def _last_return(case: Case) -> str:
    rows = Task.objects.filter(case=case, state=TaskState.RETURNED).order_by("-ended_at")
    return rows.values_list("return_reason", flat=True).first() or ""


def must_consult(case: Case) -> bool:
    """Handed back as often as it may be: now several organisations have to name one lead (`domain.md` §2.3)."""
    return case.state == CaseState.RETURNED and case.return_count >= handling_limits().most_returns


def asked_beside(case: Case) -> set[str]:
    """The permissions on the case that decide about the moves beside the tables."""
    return {BESIDE[name].permission for name in ON_CASE if case.state in BESIDE[name].sources}


def besides(
    actor: Actor, case: Case, tasks: Sequence[Task], aside: Aside, *, held: set[str], now: datetime
) -> list[tuple[str, Task | None]]:
    """The names of the moves that change no state, with the task they are done on."""
    found: list[tuple[str, Task | None]] = []
    legal = [name for name in ON_CASE if case.state in BESIDE[name].sources]
    consulting = case.consulting_since is not None
    if "recategorise" in legal and "cases.recategorise" in held and may_recategorise(case):
        found.append(("recategorise", None))
    if "consult" in legal and "cases.consult" in held and not consulting:
        found.append(("consult", None))
    if consulting and "cases.attend" in held and _has_not_answered(actor, case):
        found.append(("answer_call", None))
    if consulting and "call_off" in legal and "cases.call_off" in held:
        found.append(("call_off", None))
    if "assists" in legal and "cases.dispatch" in held:
        found.append(("assists", None))
    found += _extensions(actor, case, tasks, aside, now=now)
    return found + moves_of_handling(actor, case, tasks, now=now)


def _has_not_answered(actor: Actor, case: Case) -> bool:
    rows = ConsultationParty.objects.filter(consultation__case=case, consultation__ended_at=None)
    return rows.filter(organisation=actor.organisation_id, answered_at=None).exists()


def _extensions(
    actor: Actor, case: Case, tasks: Sequence[Task], aside: Aside, *, now: datetime
) -> list[tuple[str, Task | None]]:
    if case.state not in BESIDE["request_extension"].sources or case.urgency == Urgency.U1:
        return []
    asks = policy.permits(actor, "cases.request_extension")
    decides = policy.permits(actor, "cases.decide_extension")
    if not asks and not decides:
        return []
    asked = _asked_extension(case) if Extension in aside else None
    if asked is not None:
        open_to_decide = decides and asked.due_before > now
        if open_to_decide and policy.allows(actor, "cases.decide_extension", asked):
            return [("grant_extension", None), ("refuse_extension", None)]
        return []
    own = next((task for task in tasks if _leads(actor, case, task)), None) if asks else None
    return [("request_extension", own)] if own and _may_still_ask(case, now=now) else []


def _asked_extension(case: Case) -> Extension | None:
    return Extension.objects.filter(case=case, state=ExtensionState.ASKED).first()


def _leads(actor: Actor, case: Case, task: Task) -> bool:
    own = task.organisation_id == actor.organisation_id == case.lead_organisation_id
    return own and task.state in AT_IT


def _may_still_ask(case: Case, *, now: datetime) -> bool:
    in_time = case.due_at is not None and case.due_at > now
    often = case.extension_count >= handling_limits().most_extensions
    return in_time and not often and case.shelved_at is None

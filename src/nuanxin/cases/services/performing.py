"""One door for every button: a step's name and what was filled in, from a page or from the API, to its service."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import MeasureKind
from nuanxin.cases.models import Case, Task
from nuanxin.cases.queries.outside import OUTSIDE
from nuanxin.cases.services.assisting import set_assists
from nuanxin.cases.services.consulting import (
    answer_call,
    call_consultation,
    call_off_consultation,
    conclude_consultation,
)
from nuanxin.cases.services.dispatching import dispatch_case, file_case, reject_case, start_screening
from nuanxin.cases.services.extending import grant_extension, refuse_extension, request_extension
from nuanxin.cases.services.feedback import reopen_case
from nuanxin.cases.services.handing_off import transfer_case
from nuanxin.cases.services.handling import (
    accept_task,
    call_in_units,
    claim_task,
    mark_made_safe,
    return_task,
    self_handle,
    start_task,
    submit_result,
)
from nuanxin.cases.services.measuring import issue_notice, look_again, take_measure
from nuanxin.cases.services.merging import merge_case, split_case
from nuanxin.cases.services.outside import outside_step
from nuanxin.cases.services.overseeing import OVERSIGHT_STEPS
from nuanxin.cases.services.recategorising import recategorise_case
from nuanxin.cases.services.staging import PlannedStage, finish_stage, plan_repair
from nuanxin.cases.services.steps import MissingField, Photo
from nuanxin.cases.services.verifying import fail_verification, pass_verification, start_verification
from nuanxin.cases.workflow import CASE, TASK
from nuanxin.kernel.access import Actor
from nuanxin.kernel.errors import NotFound
from nuanxin.people.models import Organisation
from nuanxin.people.queries.responsible import organisations_by_public_id


@dataclass(frozen=True, slots=True)
class StepInput:
    """What a step may need; `lead`, `assists` and `units` are public ids of organisations.

    `basis` is the document that a return cites, `unfinished` why a lead does not wait for its assistants, `answer` what
    a whistled unit says, `until` the new deadline of an extension, `cause` why it is shelved or supervised, `about` the
    fact that is contested or the appeal that is decided, `public_words` what the reporter reads.
    """

    opinion: str = ""
    reason: str = ""
    outcome: str = ""
    lead: UUID | None = None
    assists: tuple[UUID, ...] = ()
    units: tuple[UUID, ...] = ()
    photos: tuple[Photo, ...] = ()
    basis: str = ""
    unfinished: str = ""
    answer: str = ""
    until: datetime | None = None
    subject: str = ""
    measure: int | None = None
    danger: str = ""
    stage: str = ""
    plan: tuple[PlannedStage, ...] = ()
    cause: str = ""
    about: str = ""
    public_words: str = ""
    target_on: date | None = None
    parent: str = ""
    category: str = ""


def perform_step(
    *,
    actor: Actor,
    case: Case,
    name: str,
    given: StepInput,
    now: datetime,
    task: Task | None = None,
) -> Case:
    """Do the step on the task, or on the case. Raises what its service raises, and `NotFound` for no such step."""
    if task is not None and name in TASK_STEPS:
        return TASK_STEPS[name](actor, task, given, now)
    if task is None and name in CASE_STEPS:
        return CASE_STEPS[name](actor, case, given, now)
    if task is None and name in OVERSIGHT_STEPS:
        return OVERSIGHT_STEPS[name](actor, case, given, now)
    raise NotFound


def _organisations(public_ids: Sequence[UUID], field: str) -> list[Organisation]:
    known = organisations_by_public_id(public_ids)
    if len(known) < len(set(public_ids)):
        raise MissingField(fields={field: _("有的单位不存在或已停用，请重新选择。")})
    return [known[public_id] for public_id in dict.fromkeys(public_ids)]


def _dispatch(actor: Actor, case: Case, given: StepInput, now: datetime) -> Case:
    if given.lead is None:
        raise MissingField(fields={"lead": _("请选择主办单位。")})
    lead = _organisations([given.lead], "lead")[0]
    assists = _organisations(given.assists, "assists")
    return dispatch_case(actor=actor, case=case, lead=lead, assists=assists, opinion=given.opinion, now=now)


def _conclude(actor: Actor, case: Case, given: StepInput, now: datetime) -> Case:
    if given.lead is None:
        raise MissingField(fields={"lead": _("请选择主办单位。")})
    lead = _organisations([given.lead], "lead")[0]
    assists = _organisations(given.assists, "assists")
    return conclude_consultation(
        actor=actor, case=case, lead=lead, assists=assists, opinion=given.opinion, now=now
    )


def _look_again(actor: Actor, task: Task, given: StepInput, now: datetime) -> Case:
    if given.outcome not in {"heeded", "unheeded"}:
        raise MissingField(fields={"outcome": _("请选改了还是没改。")})
    return look_again(
        actor=actor,
        task=task,
        measure_id=given.measure,
        complied=given.outcome == "heeded",
        opinion=given.opinion,
        photos=given.photos,
        now=now,
    )


def _measure(actor: Actor, task: Task, kind: str, given: StepInput, now: datetime) -> Case:
    return take_measure(
        actor=actor,
        task=task,
        kind=kind,
        subject=given.subject,
        opinion=given.opinion,
        danger=given.danger,
        photos=given.photos,
        now=now,
    )


def _outside(name: str) -> Callable[[Actor, Case, StepInput, datetime], Case]:
    """A platform of the city is told, or what it has answered is decided."""
    service = outside_step(name)
    return lambda actor, case, given, now: service(actor=actor, case=case, words=given.opinion, now=now)


CASE_STEPS: Mapping[str, Callable[[Actor, Case, StepInput, datetime], Case]] = {
    "screen": lambda actor, case, given, now: start_screening(actor=actor, case=case, now=now),
    "file": lambda actor, case, given, now: file_case(actor=actor, case=case, opinion=given.opinion, now=now),
    "reject": lambda actor, case, given, now: reject_case(
        actor=actor, case=case, reason=given.reason, opinion=given.opinion, now=now
    ),
    "recategorise": lambda actor, case, given, now: recategorise_case(
        actor=actor, case=case, category=given.category, opinion=given.opinion, now=now
    ),
    "dispatch": _dispatch,
    "conclude": _conclude,
    "consult": lambda actor, case, given, now: call_consultation(
        actor=actor, case=case, units=_organisations(given.units, "units"), opinion=given.opinion, now=now
    ),
    "answer_call": lambda actor, case, given, now: answer_call(
        actor=actor, case=case, answer=given.answer, opinion=given.opinion, now=now
    ),
    "call_off": lambda actor, case, given, now: call_off_consultation(
        actor=actor, case=case, opinion=given.opinion, now=now
    ),
    "assists": lambda actor, case, given, now: set_assists(
        actor=actor, case=case, units=_organisations(given.units, "units"), opinion=given.opinion, now=now
    ),
    "grant_extension": lambda actor, case, given, now: grant_extension(
        actor=actor, case=case, opinion=given.opinion, now=now
    ),
    "refuse_extension": lambda actor, case, given, now: refuse_extension(
        actor=actor, case=case, opinion=given.opinion, now=now
    ),
    "verify": lambda actor, case, given, now: start_verification(actor=actor, case=case, now=now),
    "pass": lambda actor, case, given, now: pass_verification(
        actor=actor, case=case, outcome=given.outcome, opinion=given.opinion, photos=given.photos, now=now
    ),
    "fail": lambda actor, case, given, now: fail_verification(
        actor=actor, case=case, opinion=given.opinion, photos=given.photos, now=now
    ),
    "merge": lambda actor, case, given, now: merge_case(
        actor=actor, case=case, parent=given.parent, opinion=given.opinion, now=now
    ),
    "split": lambda actor, case, given, now: split_case(
        actor=actor, case=case, opinion=given.opinion, now=now
    ),
    "transfer": lambda actor, case, given, now: transfer_case(
        actor=actor, case=case, opinion=given.opinion, now=now
    ),
    "reopen": lambda actor, case, given, now: reopen_case(
        actor=actor, case=case, opinion=given.opinion, now=now
    ),
    **{name: _outside(name) for name in OUTSIDE},
}

TASK_STEPS: Mapping[str, Callable[[Actor, Task, StepInput, datetime], Case]] = {
    "claim": lambda actor, task, given, now: claim_task(actor=actor, task=task, now=now),
    "self_handle": lambda actor, task, given, now: self_handle(
        actor=actor, task=task, opinion=given.opinion, photos=given.photos, now=now
    ),
    "call_in": lambda actor, task, given, now: call_in_units(
        actor=actor, task=task, units=_organisations(given.units, "units"), opinion=given.opinion, now=now
    ),
    "accept": lambda actor, task, given, now: accept_task(actor=actor, task=task, now=now),
    "start": lambda actor, task, given, now: start_task(
        actor=actor, task=task, opinion=given.opinion, now=now
    ),
    "make_safe": lambda actor, task, given, now: mark_made_safe(
        actor=actor, task=task, opinion=given.opinion, photos=given.photos, now=now
    ),
    "submit_result": lambda actor, task, given, now: submit_result(
        actor=actor,
        task=task,
        opinion=given.opinion,
        photos=given.photos,
        unfinished=given.unfinished,
        now=now,
    ),
    "return": lambda actor, task, given, now: return_task(
        actor=actor, task=task, reason=given.reason, opinion=given.opinion, basis=given.basis, now=now
    ),
    "kind_notice": lambda actor, task, given, now: issue_notice(
        actor=actor,
        task=task,
        subject=given.subject,
        opinion=given.opinion,
        comply_by=given.until,
        photos=given.photos,
        now=now,
    ),
    "look_again": _look_again,
    "manage": lambda actor, task, given, now: _measure(actor, task, MeasureKind.MANAGEMENT, given, now),
    "penalise": lambda actor, task, given, now: _measure(actor, task, MeasureKind.PENALTY, given, now),
    "plan_repair": lambda actor, task, given, now: plan_repair(
        actor=actor, task=task, plan=given.plan, now=now
    ),
    "finish_stage": lambda actor, task, given, now: finish_stage(
        actor=actor,
        task=task,
        stage=given.stage,
        opinion=given.opinion,
        photos=given.photos,
        now=now,
    ),
    "request_extension": lambda actor, task, given, now: request_extension(
        actor=actor, task=task, until=given.until, opinion=given.opinion, now=now
    ),
}

STEP_NAMES = frozenset(CASE_STEPS) | frozenset(TASK_STEPS) | frozenset(OVERSIGHT_STEPS)

# Every step that somebody presses has its service; the tables and this file cannot drift apart.
_PRESSED = {
    name for table in (CASE, TASK) for name, move in table.transitions.items() if move.permission != "system"
}
assert _PRESSED <= STEP_NAMES  # noqa: S101

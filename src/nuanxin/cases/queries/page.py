"""All that the page of one case shows to somebody who works on it, read at once; nothing of the reporter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import (
    CaseState,
    ClockKind,
    ClockOutcome,
    RejectReason,
    ReturnReason,
    TaskRole,
    TaskState,
)
from nuanxin.cases.models import (
    Attachment,
    Case,
    CaseLog,
    CaseMessage,
    Clock,
    Extension,
    HandOff,
    Measure,
    Rating,
    RepairStage,
    RootCause,
    Task,
    VoiceNote,
)
from nuanxin.cases.queries import detail
from nuanxin.cases.queries.additions import added_words, voices_of
from nuanxin.cases.queries.aside import Aside
from nuanxin.cases.queries.besides import must_consult
from nuanxin.cases.queries.catalogue import Kind, kind_of
from nuanxin.cases.queries.consulting import Round, rounds_of
from nuanxin.cases.queries.counting import calendar_in_force, pauses_of
from nuanxin.cases.queries.detail import Move
from nuanxin.cases.queries.discretion import (
    coarse_case,
    coarse_logs,
    coarse_messages,
    coarse_voices,
    given_at,
    may_explain,
    own_clocks,
    reads_coarsely,
)
from nuanxin.cases.queries.duplicates import Beside, beside, merged_into
from nuanxin.cases.queries.extending import extensions_of
from nuanxin.cases.queries.hand_offs import Destination, destination_of, hand_off_of
from nuanxin.cases.queries.measures import measures_of, stages_of
from nuanxin.cases.queries.oversight import Oversight, oversight_of
from nuanxin.cases.queries.patterns import causes_of
from nuanxin.cases.queries.places import address_for, area_name, point_for
from nuanxin.cases.queries.routing import Suggestion, suggest_units
from nuanxin.cases.queries.suggestions import Likely, differing_kind
from nuanxin.cases.workflow import CASE, OPEN_TASK, TASK
from nuanxin.compounds.models import Compound
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.errors import NotFound
from nuanxin.kernel.workflow import Transition
from nuanxin.kernel.worktime import Interval, Limit, due_at, remaining
from nuanxin.people.queries import roles
from nuanxin.ui.phrases import duration_words

Text = str | Promise

# What the system writes down because a task has moved is already told by the task's own row.
FOLLOWING = frozenset({"claim", "accept", "start", "submit_result", "return"})
FRESH = frozenset({CaseState.REPORTED, CaseState.SCREENING})
MAKE_SAFE = Transition("make_safe", _("险情已控制"), (), "", "cases.make_safe")
FILE_AND_DISPATCH = Transition(
    "dispatch", _("立案并派单"), (), CaseState.DISPATCHED, "cases.dispatch", ("lead",)
)
TITLES: dict[str, Text] = {
    "report": _("收到上报"),
    "make_safe": _("险情已控制"),
    "hand_over": _("交接给同事"),
    "transcribe": _("语音写成了文字"),
    "claim": _("社区领单"),
    "accept": _("单位接单"),
    "archive": _("归档"),
    "merge": _("并案"),
    "split": _("分案"),
    "absorb": _("并来一件"),
    "release": _("分出一件"),
    "plan_repair": _("安排分几步修"),
    "finish_stage": _("做好了一步"),
    "transfer": _("转交办结"),
    "send_outside": _("转城市管理平台"),
    "keep_outside": _("请城市管理平台继续办"),
    "take_back": _("从城市管理平台收回"),
    "recategorise": _("改了类别"),
    "kind_notice": _("出了温馨提示单"),
    "look_again": _("回头看"),
    "manage": _("采取了管理措施"),
    "penalise": _("依法处罚"),
    "fail": _("核查不通过，返工"),
    "consult": _("吹哨会商"),
    "answer_call": _("报到"),
    "conclude": _("会商有结论"),
    "call_off": _("取消了会商"),
    "assists": _("调整协办"),
    "request_extension": _("申请延期"),
    "grant_extension": _("同意延期"),
    "refuse_extension": _("没有同意延期"),
    "lapse_extension": _("延期没来得及批"),
    "supervise": _("督办"),
    "remind": _("催办"),
    "reply_supervision": _("回复督办"),
    "request_shelving": _("申请挂账"),
    "approve_shelving": _("同意挂账，时限暂停"),
    "refuse_shelving": _("没有同意挂账"),
    "review_shelving": _("挂账复查"),
    "end_shelving": _("销账，继续办"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One step of the timeline. `who` is a role and an organisation, never a name."""

    action: str
    at: datetime
    title: Text
    who: str
    opinion: str
    reason: Text
    used: timedelta | None
    is_overdue: bool
    photos: Sequence[Attachment]


@dataclass(frozen=True, slots=True)
class ClockLine:
    """A clock as it stands now: `state` and `words` as `<c-clock>` takes them."""

    clock: Clock
    limit: Limit
    organisation: str
    state: str
    words: str
    left: timedelta | None

    @property
    def is_running(self) -> bool:
        return self.clock.stopped_at is None and self.clock.paused_at is None


@dataclass(frozen=True, slots=True)
class CasePage:
    case: Case
    kind: Kind
    area: str
    address: str
    point: tuple[float, float] | None
    is_masked: bool
    compound: Compound | None
    tasks: Sequence[Task]
    moves: Sequence[Move]
    entries: Sequence[Entry]
    clocks: Sequence[ClockLine]
    messages: Sequence[CaseMessage]
    ratings: Sequence[Rating]
    suggestion: Suggestion | None
    may_ask: bool
    may_reveal: bool
    rounds: Sequence[Round]
    extensions: Sequence[Extension]
    oversight: Oversight
    organisation_id: int | None = None  # of whoever reads it
    measures: Sequence[Measure] = ()
    stages: Sequence[RepairStage] = ()
    hand_off: HandOff | None = None
    destination: Destination | None = None
    likely: Likely | None = None
    similar: Sequence[Beside] = ()
    merged: Sequence[Case] = ()
    causes: Sequence[RootCause] = ()
    voices: Sequence[VoiceNote] = ()
    may_hear: bool = False
    is_coarse: bool = False  # a handler's: half-days and the own clocks only (`discretion`)
    explained: frozenset[int] = frozenset()  # the clocks whose every counted minute may be shown

    @property
    def is_late(self) -> bool:
        """Any limit of it has been passed."""
        return any(line.state == "overdue" for line in self.clocks)

    @property
    def running(self) -> list[ClockLine]:
        """Those still running, the next one due first."""
        return sorted((line for line in self.clocks if line.is_running), key=lambda line: line.clock.due_at)

    @property
    def next_clock(self) -> ClockLine | None:
        return next(iter(self.running), None)

    @property
    def total_clock(self) -> ClockLine | None:
        totals = [line for line in self.clocks if line.clock.kind == ClockKind.TOTAL]
        return totals[-1] if totals else None

    @property
    def parts(self) -> list[tuple[Task, ClockLine | None]]:
        """Each organisation's part with the clock of its own work, if one runs."""
        own = {line.clock.task_id: line for line in self.running if line.clock.kind == ClockKind.HANDLE}
        return [(task, own.get(task.pk)) for task in self.tasks]

    @property
    def hands(self) -> dict[str, int]:
        """How many units have a part in the work itself, and how many of them have handed in."""
        units = [
            task
            for task in self.tasks
            if task.role != TaskRole.COMMUNITY and (task.ended_at is None or task.state == TaskState.DONE)
        ]
        return {"all": len(units), "done": sum(task.submitted_at is not None for task in units)}

    @property
    def must_consult(self) -> bool:
        return must_consult(self.case)

    @property
    def done_steps(self) -> int:
        """How many of the five steps are behind it."""
        return self.case.step - 1


def case_page(actor: Actor, number: str, *, now: datetime) -> CasePage:
    """Raises `NotFound`."""
    case = detail.case_for(actor, number)
    tasks = detail.tasks_of(case)
    clocks = detail.clocks_of(case)
    coarse = reads_coarsely(actor)
    since = given_at(actor, case, tasks) if coarse else None
    held = policy.held(actor, {"cases.ask", "cases.hear", "cases.break_glass"}, case)
    aside = Aside(case.pk)
    oversight = oversight_of(actor, case, aside)
    moves = page_moves(actor, case, tasks, clocks, oversight, aside, now=now)
    dispatching = any(move.transition.name == "dispatch" for move in moves)
    logs, messages = detail.timeline(case), detail.messages_of(case)
    told, merged = case, merged_into(case) if case.heat > 1 else []
    if coarse:
        told, clocks = coarse_case(case, since), own_clocks(clocks, actor, since)
        logs, messages = coarse_logs(logs, actor, since), coarse_messages(messages)
        merged = [coarse_case(each, None) for each in merged]
    return CasePage(
        case=told,
        kind=kind_of(case.category_id),
        area=area_name(case.scope_code),
        address=address_for(actor, case),
        point=point_for(actor, case),
        is_masked=actor.is_masked("cases.view"),
        compound=case.compound,
        tasks=tasks,
        moves=moves,
        entries=entries_of(case, logs),
        clocks=[_line(clock, case, now=now) for clock in clocks],
        messages=messages,
        ratings=detail.ratings_of(case),
        suggestion=_lead_of(suggest_units(case)) if dispatching and destination_of(case) is None else None,
        may_ask="cases.ask" in held and case.is_open,
        may_reveal="cases.break_glass" in held,
        rounds=rounds_of(case, now=now),
        extensions=extensions_of(case) if Extension in aside else [],
        oversight=oversight,
        organisation_id=actor.organisation_id,
        measures=measures_of(case) if Measure in aside else [],
        stages=stages_of(case) if RepairStage in aside else [],
        hand_off=hand_off_of(case),
        destination=destination_of(case),
        similar=beside(actor, case, now=now) if _may(moves, "merge") else (),
        merged=merged,
        causes=causes_of(actor, case),
        voices=_voices(case, coarse=coarse) if VoiceNote in aside else (),
        may_hear="cases.hear" in held,
        likely=differing_kind(case.text, case.category_id) if _may(moves, "recategorise") else None,
        is_coarse=coarse,
        explained=frozenset(clock.pk for clock in clocks if not coarse or may_explain(clock, actor, since)),
    )


def _voices(case: Case, *, coarse: bool) -> list[VoiceNote]:
    notes = voices_of(case)
    return coarse_voices(notes) if coarse else notes


def _may(moves: Sequence[Move], name: str) -> bool:
    return any(move.transition.name == name for move in moves)


def page_moves(
    actor: Actor,
    case: Case,
    tasks: Sequence[Task],
    clocks: Sequence[Clock],
    oversight: Oversight,
    aside: Aside,
    *,
    now: datetime,
) -> list[Move]:
    """The legal moves of the tables, and three things that a table of states cannot say.

    A report is filed and dispatched in one go by who may do both; danger under control is a fact, not a state; the
    community no longer handles itself what a unit has already accepted.
    """
    moves = detail.moves_for(actor, case, tasks, now=now, aside=aside, oversight=oversight)
    if case.shelved_at is not None:
        return moves
    at_work = {TaskState.ACCEPTED, TaskState.IN_PROGRESS, TaskState.RESULT_SUBMITTED}
    others = any(task.state in at_work and task.organisation_id != actor.organisation_id for task in tasks)
    moves = [move for move in moves if not (others and move.transition.name == "self_handle")]
    if case.state in FRESH and destination_of(case) is None and _holds_both(actor, case):
        moves.insert(0, Move(FILE_AND_DISPATCH))
    own = next((task for task in tasks if _is_own_open(actor, task)), None)
    unsafe = any(clock.kind == ClockKind.MAKE_SAFE and clock.stopped_at is None for clock in clocks)
    if own and unsafe and policy.permits(actor, "cases.make_safe") and own.state != TaskState.DISPATCHED:
        moves.insert(0, Move(MAKE_SAFE, own))
    return moves


def _holds_both(actor: Actor, case: Case) -> bool:
    wanted = {"cases.file", "cases.dispatch"}
    return policy.held(actor, wanted, case) == wanted


def _is_own_open(actor: Actor, task: Task) -> bool:
    return task.organisation_id == actor.organisation_id and task.state in OPEN_TASK


def _lead_of(suggestions: Sequence[Suggestion]) -> Suggestion | None:
    leads = [suggestion for suggestion in suggestions if suggestion.role == "lead"]
    return next(iter(leads or suggestions), None)


def entries_of(case: Case, logs: Sequence[CaseLog]) -> list[Entry]:
    """The timeline without what only repeats a task's own step, the newest first."""
    names = role_names()
    told = [log for log in logs if not (log.role == "system" and not log.task_id and log.action in FOLLOWING)]
    return [_entry(case, log, names) for log in reversed(told)]


def missing_assistants(page: CasePage, task: Task | None) -> list[str]:
    """Names of those who have not handed in, for the lead that is about to."""
    if task is None or task.role != TaskRole.LEAD:
        return []
    return [
        each.organisation.label
        for each in page.tasks
        if each.role == TaskRole.ASSIST and each.ended_at is None and each.state != TaskState.RESULT_SUBMITTED
    ]


def role_names() -> dict[str, str]:
    """What a role is called, in the language of the page."""
    english = (get_language() or "").startswith("en")
    return {role.code: role.name_en if english else role.name for role in roles()}


def _entry(case: Case, log: CaseLog, names: dict[str, str]) -> Entry:
    return Entry(
        action=log.action,
        at=log.at,
        title=_title(log),
        who=_who(case, log, names),
        opinion=log.opinion,
        reason=_reason(log),
        used=timedelta(seconds=log.seconds_used) if log.seconds_used >= 60 else None,
        is_overdue=log.is_overdue and log.action != "report",
        photos=list(log.attachments.all()),
    )


def _title(log: CaseLog) -> Text:
    if log.action == "supplement":
        return added_words(len(log.attachments.all()), by_reader=False)
    if log.action in TITLES:
        return TITLES[log.action]
    table = TASK if log.task_id and log.action in TASK.transitions else CASE
    transition = table.transitions.get(log.action)
    return transition.label if transition else log.action


def _who(case: Case, log: CaseLog, names: dict[str, str]) -> str:
    if log.role == "reporter":
        kind = case.get_source_display() if log.action == "report" else _("上报人")
        return str(_("%(who)s（身份已保护）") % {"who": kind})
    if log.role == "system":
        return str(_("系统"))
    organisation = log.organisation.label if log.organisation else ""
    return " · ".join(filter(None, (names.get(log.role, ""), organisation)))


def _reason(log: CaseLog) -> Text:
    if log.action == "look_again":
        return _("改好了") if log.reason == "yes" else _("没有改")
    if log.action == "reject" and log.reason in RejectReason.values:
        return RejectReason(log.reason).label
    if log.action == "return" and log.reason in ReturnReason.values:
        return f"{log.reason} {ReturnReason(log.reason).label}"
    return ""


def _line(clock: Clock, case: Case, *, now: datetime) -> ClockLine:
    limit = Limit.parse(clock.limit)
    state, words, left = "", "", None
    match clock.outcome:
        case ClockOutcome.MET:
            state = "met"
        case ClockOutcome.LATE:
            late = (clock.stopped_at or now) - clock.due_at
            state, words = "overdue", str(_("晚了 %(time)s") % {"time": duration_words(late)})
        case ClockOutcome.CANCELLED:
            state, words = "paused", str(_("已取消，不再计时"))
        case _ if clock.paused_at is not None:
            state, words = "paused", str(_("暂停计时"))
        case _:
            left = counted_left(clock, limit, now=now)
    organisation = clock.organisation.label if clock.organisation else ""
    return ClockLine(clock, limit, organisation, state, words, left)


def counted_left(clock: Clock, limit: Limit, *, now: datetime) -> timedelta | None:
    """Counted time still left where it differs from the time on the wall; `None` where wall time says it all."""
    if not limit.kind.counts_working_time or limit.kind.counts_days or clock.due_at <= now:
        return None
    pauses = pauses_of(clock, until=now)
    left = remaining(clock.started_at, limit, calendar_in_force(clock), pauses, now=now)
    return min(left, clock.due_at - now)


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a limit was counted. `cut_by_total`: the stage may not end after the case does."""

    line: ClockLine
    intervals: Sequence[Interval]
    counted: timedelta
    due_by_rule: datetime
    cut_by_total: bool


def explanation(actor: Actor, case: Case, clock_id: int, *, now: datetime) -> Explanation:
    """Raises `NotFound`."""
    clock = detail.clock_for(actor, case, clock_id)
    if reads_coarsely(actor) and not may_explain(clock, actor, given_at(actor, case, detail.tasks_of(case))):
        raise NotFound
    line = _line(clock, case, now=now)
    intervals = detail.explained(clock, now=now)
    rule = due_at(clock.started_at, line.limit, calendar_in_force(clock), pauses_of(clock)).at
    until = clock.stopped_at or now
    counted = sum(
        (min(each.end, until) - each.start for each in intervals if each.counted and each.start < until),
        timedelta(0),
    )
    return Explanation(line, intervals, counted, rule, cut_by_total=clock.due_at < rule)

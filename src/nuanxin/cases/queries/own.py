"""What the one who reported sees of it: every step and every unit, no person."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from nuanxin.cases.enums import (
    INSTEAD,
    REPORTERS_STEPS,
    CaseState,
    MessageDirection,
    PhotoKind,
    RejectReason,
    TaskRole,
)
from nuanxin.cases.models import (
    RATING_WINDOW,
    Attachment,
    Case,
    CaseLog,
    CaseMessage,
    Confirmation,
    HandOff,
    Rating,
    RepairStage,
    Reporter,
    Shelving,
    Task,
    VoiceNote,
)
from nuanxin.cases.queries import detail
from nuanxin.cases.queries.additions import NO_ROOM, Room, added_words, room_for, voices_of
from nuanxin.cases.queries.catalogue import Kind, kind_of
from nuanxin.cases.queries.disclosing import Disclosed, disclosures_of
from nuanxin.cases.queries.duplicates import confirmation_of
from nuanxin.cases.queries.ending import Ending, ending_of
from nuanxin.cases.queries.hand_offs import Destination, destination_of, hand_off_of
from nuanxin.cases.queries.headline import Headline, headline
from nuanxin.cases.queries.measures import stages_of
from nuanxin.cases.queries.oversight import latest_shelving
from nuanxin.cases.queries.page import FOLLOWING
from nuanxin.cases.queries.picking import icon_of
from nuanxin.cases.queries.time_account import Phase, time_account
from nuanxin.cases.queries.time_words import gentle_sentence
from nuanxin.kernel.access import Actor
from nuanxin.kernel.access.scope import LEVELS, padded
from nuanxin.territories.enums import Level
from nuanxin.territories.models import Territory
from nuanxin.territories.queries import path_name

PAGE = 20
Text = str | Promise
# A report that was merged is open as long as the case that it was merged into.
OPEN = Q(closed_at=None) | Q(parent__isnull=False, parent__closed_at=None)

# Between offices: the reporter is told neither that it happened nor what was said.
NOT_TOLD = frozenset(
    {
        "absorb",
        "release",
        "call_in",
        "answer_call",
        "assists",
        "keep_outside",
        "request_extension",
        "refuse_extension",
        "lapse_extension",
        "withdraw",
        "finish",
        "archive",
        "rework",
        "supervise",
        "remind",
        "reply_supervision",
        "request_shelving",
        "refuse_shelving",
        "transcribe",
    }
)
LOOKS = {
    "report": ("camera", "brand"),
    "reject": ("ban", "wait"),
    "recategorise": ("category", ""),
    "dispatch": ("send", ""),
    "claim": ("user-check", ""),
    "accept": ("check", ""),
    "start": ("tool", "brand"),
    "return": ("arrow-back-up", "wait"),
    "make_safe": ("shield-check", "ok"),
    "self_handle": ("clipboard-check", "brand"),
    "submit_result": ("clipboard-check", "brand"),
    "verify": ("eye", ""),
    "pass": ("circle-check", "ok"),
    "fail": ("rotate", "wait"),
    "reopen": ("rotate", "wait"),
    "merge": ("stack-2", "brand"),
    "split": ("copy", ""),
    "consult": ("users-group", ""),
    "conclude": ("gavel", "brand"),
    "call_off": ("users-group", ""),
    "grant_extension": ("calendar-event", "wait"),
    "approve_shelving": ("hourglass", "wait"),
    "review_shelving": ("calendar-event", ""),
    "end_shelving": ("player-play", "brand"),
    "transfer": ("arrows-exchange", "ok"),
    "kind_notice": ("heart-handshake", ""),
    "look_again": ("eye", ""),
    "manage": ("clipboard-list", ""),
    "penalise": ("clipboard-list", ""),
    "plan_repair": ("list-check", ""),
    "finish_stage": ("checks", "ok"),
    "supplement": ("photo-plus", ""),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One of one's reports in a list; of others' reports that one has seen too, neither words nor door.

    `main` is the case that is worked on: another one where the report was merged into it.
    """

    case: Case
    main: Case
    is_mine: bool
    kind: Kind
    icon: str
    place: str
    headline: Headline

    @property
    def done_steps(self) -> int:
        return self.main.step - 1

    @property
    def is_merged(self) -> bool:
        return self.case.pk != self.main.pk

    @property
    def is_stopped(self) -> bool:
        return bool(self.main.reject_reason)


@dataclass(frozen=True, slots=True)
class Told:
    """One step of the public timeline."""

    at: datetime
    title: str
    words: str
    icon: str
    tone: str
    photos: Sequence[Attachment]


@dataclass(frozen=True, slots=True)
class OwnPage:
    line: Line
    area: str
    street: str
    steps: Sequence[Told]
    before: Attachment | None
    after: Attachment | None
    messages: Sequence[CaseMessage]
    rating: Rating | None
    instead: Text
    shelving: Shelving | None
    rate_until: datetime | None
    may_reopen: bool
    stages: Sequence[RepairStage] = ()
    hand_off: HandOff | None = None
    destination: Destination | None = None
    time_words: str = ""
    phases: Sequence[Phase] = ()
    voices: Sequence[VoiceNote] = ()
    room: Room = NO_ROOM
    ending: Ending | None = None
    disclosures: Sequence[Disclosed] = ()

    @property
    def case(self) -> Case:
        return self.line.case

    @property
    def is_asked(self) -> bool:
        """The last word in the relay is a question."""
        return bool(self.messages) and self.messages[-1].direction == MessageDirection.TO_REPORTER


@dataclass(frozen=True, slots=True)
class Sent:
    """What a report has set going: who has it and when somebody looks."""

    case: Case
    kind: Kind
    street: str
    units: Sequence[str]
    look_by: datetime | None
    place: str


def own_lines(actor: Actor, *, now: datetime, is_open: bool | None = None, before: int = 0) -> list[Line]:
    """At most `PAGE` + 1 of the actor's reports, the latest first; two statements however many there are."""
    rows = detail.own_cases(actor)
    if is_open is not None:
        rows = rows.filter(OPEN if is_open else ~OPEN)
    if before:
        rows = rows.filter(pk__lt=before)
    return _lines(rows[: PAGE + 1], now=now)


def open_lines(actor: Actor, *, now: datetime, most: int) -> tuple[list[Line], bool]:
    """The latest open ones for the home page, and whether there are more."""
    rows = detail.own_cases(actor).filter(OPEN)
    lines = _lines(rows[: most + 1], now=now)
    return lines[:most], len(lines) > most


def has_reported(actor: Actor) -> bool:
    return detail.own_cases(actor).exists()


def own_page(actor: Actor, number: str, *, now: datetime) -> OwnPage:
    """Raises `NotFound`."""
    case = detail.own_case(actor, number)
    line = _lines([case], now=now)[0]
    main, mine = line.main, line.is_mine
    logs = detail.timeline(main)
    own_logs = detail.timeline(case) if line.is_merged else logs
    seen = None if mine else confirmation_of(case, actor.subject_id)
    rating = _rating(case, main, seen)
    open_to_rate = _rate_until(main, now=now)
    street = path_name(padded(case.scope_code[: LEVELS["street"]]), top=Level.STREET)
    account = time_account(main, now=now)
    voices = voices_of(case) if mine else []
    return OwnPage(
        line=line,
        area=_area(case),
        street=street,
        steps=_steps(line, logs, own_logs, street, seen),
        before=_picture(logs, PhotoKind.BEFORE) or (_reported_picture(own_logs) if mine else None),
        after=_picture(logs, PhotoKind.AFTER),
        messages=detail.own_messages(case) if mine else [],
        rating=rating,
        instead=_instead(main),
        shelving=latest_shelving(case) if case.shelved_at else None,
        rate_until=None if rating else open_to_rate,
        may_reopen=bool(open_to_rate and not case.reopened_count and mine and not line.is_merged),
        stages=stages_of(main),
        hand_off=hand_off_of(main),
        destination=destination_of(main),
        time_words=gentle_sentence(account),
        phases=account.phases,
        voices=voices,
        room=room_for(case, len(voices)) if mine else NO_ROOM,
        ending=ending_of(main, reporter=mine and not line.is_merged),
        disclosures=disclosures_of(case) if mine else (),
    )


def sent(actor: Actor, number: str) -> Sent:
    """Raises `NotFound`."""
    case = detail.own_case(actor, number)
    tasks = Task.objects.filter(case=case).select_related("organisation")
    order = {TaskRole.COMMUNITY: 0, TaskRole.LEAD: 1}
    units = sorted(tasks, key=lambda task: (order.get(TaskRole(task.role), 2), task.pk))
    return Sent(
        case=case,
        kind=kind_of(case.category_id),
        street=path_name(padded(case.scope_code[: LEVELS["street"]]), top=Level.STREET),
        units=[task.organisation.label for task in units],
        look_by=case.next_due_at,
        place=place_told(case, _area(case)),
    )


def account_token(actor: Actor) -> str:
    """Tells one account from another on a shared phone, and nothing else; the same for as long as the account lives."""
    return hashlib.sha256(f"outbox:{actor.subject_id}".encode()).hexdigest()[:32] if actor.subject_id else ""


def number_by_key(actor: Actor, key: str) -> str:
    """The case that the actor has already sent under this key; empty for none."""
    rows = Reporter.objects.filter(submitter_id=actor.subject_id, key=key)
    return rows.values_list("case__number", flat=True).first() or "" if actor.subject_id else ""


def _lines(cases: Iterable[Case], *, now: datetime) -> list[Line]:
    found = list(cases)
    names = _names(found)
    lines = []
    for case in found:
        street, community = (names.get(code, "") for code in _codes(case))
        kind = kind_of(case.category_id)
        main = detail.main_of(case)
        words = headline(main, street=street, community=community, now=now)
        place = place_told(case, f"{street} {community}".strip())
        lines.append(Line(case, main, is_mine(case), kind, icon_of(kind), place, words))
    return lines


def _area(case: Case) -> str:
    """Street and community; grids are the offices' business."""
    return path_name(padded(case.scope_code[: LEVELS["community"]]), top=Level.STREET)


def is_mine(case: Case) -> bool:
    """Of a case from `own_cases`: whether its words are the reader's own."""
    return bool(getattr(case, "is_mine", False))


def own_facts(case: Case) -> dict[str, Any]:
    """What of a case from `own_cases` differs from the case itself, for whoever follows it."""
    main = detail.main_of(case)
    facts: dict[str, Any] = {name: getattr(main, name) for name in MOVING}
    if not is_mine(case):
        facts |= {
            "text": "",
            "transcript": "",
            "address": case.compound.name if case.compound else "",
            "lng": None,
            "lat": None,
        }
    return facts


MOVING = ("state", "step", "due_at", "next_due_at", "closed_at")


def place_told(case: Case, area: str) -> str:
    """The address was somebody's words: who only follows the case reads the compound or the community."""
    if not is_mine(case):
        return (case.compound.name if case.compound else "") or area
    return case.address or (case.compound.name if case.compound else "") or area


def _codes(case: Case) -> tuple[str, str]:
    """Of the street and of the community; a case that lies in a street only has no community."""
    digits = case.scope_code[: LEVELS["community"]]
    known = digits[LEVELS["street"] :].strip("0")
    return padded(case.scope_code[: LEVELS["street"]]), digits if known else ""


def _names(cases: Sequence[Case]) -> dict[str, str]:
    codes = {code for case in cases for code in _codes(case) if code}
    rows = Territory.objects.filter(code__in=codes).only("code", "name") if codes else []
    return {row.code: row.short_name for row in rows}


def _rating(case: Case, main: Case, seen: Confirmation | None) -> Rating | None:
    """This person's, of the present round: a case that was reopened is rated anew."""
    return Rating.objects.filter(case=case, round=main.reopened_count, confirmation=seen).first()


def _rate_until(case: Case, *, now: datetime) -> datetime | None:
    if case.state != CaseState.CLOSED or case.closed_at is None:
        return None
    until = case.closed_at + RATING_WINDOW
    return until if now <= until else None


def _instead(case: Case) -> Text:
    return INSTEAD[RejectReason(case.reject_reason)] if case.reject_reason else ""  # type: ignore[return-value]


def _steps(
    line: Line, logs: Sequence[CaseLog], own_logs: Sequence[CaseLog], street: str, seen: Confirmation | None
) -> list[Told]:
    """The latest first: of the report itself, and of the case that it was merged into what the offices did."""
    main_is_mine = line.is_mine and not line.is_merged
    steps = _told(line.main, logs, street, detail.tasks_of(line.main), is_mine=main_is_mine)
    if line.is_merged:
        steps += _told(line.case, own_logs, street, detail.tasks_of(line.case), is_mine=line.is_mine)
    if seen is not None:
        steps.append(Told(seen.at, _("你也看到了"), "", "user-check", "brand", []))
    return sorted(steps, key=lambda step: step.at, reverse=True) if line.is_merged or seen else steps


def _told(
    case: Case, logs: Sequence[CaseLog], street: str, tasks: Sequence[Task], *, is_mine: bool
) -> list[Told]:
    """The latest first; a task's move and what the case makes of it are one step.

    Who did not report it reads no word, and sees no picture, of those who did.
    """
    steps = []
    for log in logs:
        if log.role == "reporter" and not is_mine:
            if log.action == "reopen":
                steps.append(Told(log.at, _("有人说没解决，重新打开"), "", "rotate", "wait", []))
            continue
        follows = log.role == "system" and not log.task_id and log.action in FOLLOWING
        if log.action in NOT_TOLD or follows:
            continue
        icon, tone = LOOKS.get(log.action, ("", ""))
        words = log.opinion if log.action in detail.TOLD_TO_REPORTER else ""
        if log.action == "report":
            words = case.text
        units = [task.organisation.label for task in tasks if task.dispatched_at == log.at]
        title = _title(log, street, units)
        if log.action == "supplement":
            photos = len(log.attachments.all())
            title, icon = added_words(photos, by_reader=True), icon if photos else "microphone"
        steps.append(Told(log.at, title, words, icon, tone, list(log.attachments.all())))
    return steps[::-1]


def _title(log: CaseLog, street: str, units: Sequence[str]) -> str:
    unit = log.task.organisation.label if log.task else log.organisation.label if log.organisation else ""
    who = {"unit": unit or street or _("街道"), "units": _("、").join(units)}
    titles = {
        "report": _("你上报了这件事"),
        "screen": _("%(unit)s开始核实"),
        "file": _("立案，开始计时"),
        "reject": _("%(unit)s没有受理"),
        "dispatch": _("派给了%(units)s") if units else _("已派单"),
        "claim": _("%(unit)s领单"),
        "accept": _("%(unit)s接单"),
        "start": _("%(unit)s开始处理"),
        "return": _("%(unit)s退回，由街道重新派"),
        "make_safe": _("%(unit)s控制住了险情"),
        "self_handle": _("%(unit)s处理好了"),
        "submit_result": _("%(unit)s说处理好了"),
        "verify": _("%(unit)s去现场核查"),
        "pass": _("%(unit)s核查通过，办结"),
        "fail": _("%(unit)s核查没通过，要返工"),
        "reopen": _("你说没解决，重新打开"),
        "merge": _("和别人报的是同一件，一起办"),
        "split": _("看过了不是同一件，单独办"),
        "transfer": _("对方已回执，转交办结"),
        "send_outside": _("%(unit)s转给了城市管理平台"),
        "take_back": _("%(unit)s收回来自己派"),
        "recategorise": _("%(unit)s改了类别"),
        "kind_notice": _("%(unit)s出了温馨提示单"),
        "look_again": _("%(unit)s回头看了"),
        "manage": _("%(unit)s采取了管理措施"),
        "penalise": _("%(unit)s依法处理了"),
        "plan_repair": _("%(unit)s安排分几步修"),
        "finish_stage": _("%(unit)s做好了一步"),
        "consult": _("几个单位一起商量由谁来办"),
        "conclude": _("商量好了，派给了%(units)s") if units else _("商量好了由谁来办"),
        "call_off": _("不用一起商量了，接着办"),
        "grant_extension": _("一时办不完，时间延长了"),
        "approve_shelving": _("现在还解决不了，先记下等着办"),
        "review_shelving": _("%(unit)s每月回来看一次"),
        "end_shelving": _("可以办了，接着办"),
    }
    return titles.get(log.action, _("%(unit)s处理了一步")) % who


def _picture(logs: Sequence[CaseLog], kind: str) -> Attachment | None:
    """The last one of its kind."""
    found = [each for log in logs for each in log.attachments.all() if each.kind == kind]
    return found[-1] if found else None


def _reported_picture(logs: Sequence[CaseLog]) -> Attachment | None:
    found = [each for log in logs if log.action in REPORTERS_STEPS for each in log.attachments.all()]
    return found[0] if found else None

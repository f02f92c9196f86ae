"""REST: report, list, detail, and every transition. Who reported is in none of it."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from ninja import File, Form, Query, Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import Field

from nuanxin.cases import services
from nuanxin.cases.enums import Outcome, PhotoKind, PlaceSource, Source, Urgency
from nuanxin.cases.models import Case, Task
from nuanxin.cases.queries import catalogue, detail, duplicates, queue, suggestions
from nuanxin.cases.queries.bulk import BULK_MOST
from nuanxin.cases.queries.measures import stages_of
from nuanxin.cases.queries.own import NOT_TOLD, is_mine, own_facts
from nuanxin.cases.queries.places import address_for, point_for, rough
from nuanxin.cases.services import BulkItem, Draft, Photo, StepInput
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.access.api import PROBLEMS, Id, PlainText, ShortText, as_json, operation
from nuanxin.kernel.errors import Invalid
from nuanxin.kernel.files.accept import accept_image
from nuanxin.kernel.privacy.masking import mask_address

router = Router()

Key = Annotated[str, Field(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_.:-]+$")]
Number = Annotated[str, Field(pattern=r"^\d{19}$")]
Cursor = Annotated[str, Field(max_length=200, pattern=r"^[A-Za-z0-9_=-]*$")]


class CategoryOut(Schema):
    code: str
    name: str
    urgency: str
    emergency_numbers: list[str]
    takes_photos: bool


class LikelyOut(Schema):
    """A category that a text sounds like: how likely (0–1), and the words of the text that spoke for it."""

    code: str
    name: str
    urgency: str
    likelihood: float
    because: list[str]


class MoveOut(Schema):
    """A legal next action; `task_id` says on which task, none for the case itself; `about` which appeal it decides."""

    name: str
    label: str
    task_id: int | None
    about: str
    required_fields: list[str]


class TaskOut(Schema):
    id: int
    organisation: str
    role: str
    state: str
    due_at: datetime | None


class CaseRow(Schema):
    number: str
    category: str
    category_name: str
    urgency: str
    state: str
    step: int
    text: str
    address: str
    lng: float | None
    lat: float | None
    scope_code: str
    reported_at: datetime
    due_at: datetime | None
    next_due_at: datetime | None
    closed_at: datetime | None
    shelved_until: date | None
    supervision: str


class StepOut(Schema):
    action: str
    at: datetime
    organisation: str
    opinion: str


class StageOut(Schema):
    """One stage of a repair; `done_at` is none while it is still to come."""

    kind: str
    name: str
    planned_for: datetime
    done_at: datetime | None


class CaseOut(CaseRow):
    tasks: list[TaskOut]
    stages: list[StageOut]
    timeline: list[StepOut]
    available_transitions: list[MoveOut]


class PageOut(Schema):
    items: list[CaseRow]
    cursor: str


class ReportIn(Schema):
    """A place is a point (WGS-84), a compound or a division code."""

    key: Key
    category: Annotated[str, Field(pattern=r"^\d{4}$")]
    text: Annotated[PlainText, Field(max_length=1000)] = ""
    lng: Annotated[float, Field(ge=-180, le=180)] | None = None
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    accuracy_m: Annotated[int, Field(ge=0, le=100_000)] | None = None
    address: ShortText = ""
    compound_id: Id | None = None
    territory: Annotated[str, Field(pattern=r"^(\d{12}|\d{15})?$")] = ""
    captured_at: datetime | None = None


# `temporary|2026-09-15T18:00+08:00|盖临时盖板`
PlanText = Annotated[
    str, Field(max_length=100, pattern=r"^(make_safe|temporary|final)\|[0-9T:+Z.-]{16,32}\|[^|\x00]+$")
]


class TransitionIn(Schema):
    """What the step needs; see `required_fields` of the transition."""

    task_id: Id | None = None
    opinion: Annotated[PlainText, Field(max_length=1000)] = ""
    reason: Annotated[str, Field(max_length=4)] = ""
    outcome: Annotated[str, Field(max_length=12)] = ""
    lead: UUID | None = None
    assists: list[UUID] = []
    units: list[UUID] = []
    basis: ShortText = ""
    unfinished: Annotated[PlainText, Field(max_length=300)] = ""
    answer: Annotated[str, Field(max_length=8)] = ""
    until: datetime | None = None
    category: Annotated[str, Field(pattern=r"^(\d{4})?$")] = ""
    parent: Annotated[str, Field(pattern=r"^(\d{19})?$")] = ""
    subject: Annotated[PlainText, Field(max_length=60)] = ""
    measure: Id | None = None
    danger: Annotated[PlainText, Field(max_length=200)] = ""
    stage: Annotated[str, Field(max_length=10)] = ""
    plan: Annotated[list[PlanText], Field(max_length=3)] = []
    cause: Annotated[str, Field(max_length=8)] = ""
    about: Annotated[str, Field(max_length=30)] = ""
    public_words: Annotated[PlainText, Field(max_length=200)] = ""
    target_on: date | None = None


class SimilarIn(Schema):
    category: Annotated[str, Field(pattern=r"^\d{4}$")]
    lng: Annotated[float, Field(ge=-180, le=180)]
    lat: Annotated[float, Field(ge=-90, le=90)]
    text: Annotated[PlainText, Field(max_length=1000)] = ""


class OfferOut(Schema):
    """A report nearby that may be the same thing; `number` only of one that you follow already."""

    category: str
    about_m: int
    reported_at: datetime
    step: int
    is_open: bool
    token: str
    number: str


class ConfirmationIn(Schema):
    key: Key
    token: Annotated[str, Field(min_length=8, max_length=300)]


class ConfirmationOut(Schema):
    number: str


class BulkDispatchRow(Schema):
    number: Number
    lead: UUID | None = None
    assists: Annotated[list[UUID], Field(max_length=20)] = []


class BulkDispatchIn(Schema):
    key: Key
    items: Annotated[list[BulkDispatchRow], Field(min_length=1, max_length=BULK_MOST)]


class BulkVerifyRow(Schema):
    number: Number
    outcome: Outcome
    opinion: ShortText = ""


class BulkVerifyIn(Schema):
    key: Key
    items: Annotated[list[BulkVerifyRow], Field(min_length=1, max_length=BULK_MOST)]


class BulkRowOut(Schema):
    """What became of one case: `message` says where it went, or why not; `hint` what to do then."""

    number: str
    done: bool
    message: str
    hint: str


class BulkOut(Schema):
    done: int
    refused: int
    items: list[BulkRowOut]


class RatingIn(Schema):
    contacted: bool
    solved: bool
    satisfied: bool
    comment: Annotated[PlainText, Field(max_length=300)] = ""


class WordsIn(Schema):
    text: Annotated[PlainText, Field(min_length=1, max_length=500)]


class QueueIn(Schema):
    tab: Annotated[str, Field(max_length=12)] = "open"
    cursor: Cursor = ""
    words: ShortText = ""
    category: Annotated[str, Field(pattern=r"^(\d{4})?$")] = ""
    urgency: Urgency | None = None
    source: Source | None = None
    community: Annotated[str, Field(pattern=r"^(\d{12})?$")] = ""


def case_row(actor: Actor, case: Case, permission: str = "cases.view") -> dict[str, Any]:
    """Masked where the actor's role sees it masked; one's own report is always in full."""
    masked = permission == "cases.view" and actor.is_masked(permission)
    lng, lat = (point_for(actor, case) or (None, None)) if masked else (case.lng, case.lat)
    return {
        "number": case.number,
        "category": case.category_id,
        "category_name": catalogue.kind_of(case.category_id).name,
        "urgency": case.urgency,
        "state": case.state,
        "step": case.step,
        "text": case.text,
        "address": address_for(actor, case, permission),
        "lng": lng,
        "lat": lat,
        "scope_code": case.scope_code,
        "reported_at": case.reported_at,
        "due_at": case.due_at,
        "next_due_at": case.next_due_at,
        "closed_at": case.closed_at,
        "shelved_until": case.shelved_until,
        "supervision": case.supervision if permission == "cases.view" else "",
    }


def _row_out(actor: Actor, row: queue.Row) -> dict[str, Any]:
    """`case_row` of a row that has no model."""
    masked = actor.is_masked("cases.view")
    address = row.address or row.compound_name or ""
    lng, lat = (rough(row.lng), rough(row.lat)) if masked else (row.lng, row.lat)
    return {
        "number": row.number,
        "category": row.category_id,
        "category_name": catalogue.kind_of(row.category_id).name,
        "urgency": row.urgency,
        "state": row.state,
        "step": row.step,
        "text": row.text,
        "address": mask_address(address) if masked else address,
        "lng": lng,
        "lat": lat,
        "scope_code": row.scope_code,
        "reported_at": row.reported_at,
        "due_at": row.due_at,
        "next_due_at": row.next_due_at,
        "closed_at": row.closed_at,
    }


def own_row(actor: Actor, case: Case) -> dict[str, Any]:
    """One of `detail.own_cases`: where the case stands that it was merged into, and nothing that others have said."""
    return {**case_row(actor, case, "cases.view_own"), **own_facts(case)}


def _case_out(request: Any, case: Case, permission: str = "cases.view") -> dict[str, Any]:
    is_own = permission == "cases.view_own"
    row = own_row(request.actor, case) if is_own else case_row(request.actor, case)
    main = detail.main_of(case) if is_own else case
    theirs = is_own and (not is_mine(case) or main.pk != case.pk)
    tasks = detail.tasks_of(main)
    return {
        **row,
        "tasks": [_task_out(task) for task in tasks],
        "stages": [
            {
                "kind": stage.kind,
                "name": stage.name,
                "planned_for": stage.planned_for,
                "done_at": stage.done_at,
            }
            for stage in stages_of(main)
        ],
        "timeline": [
            {
                "action": log.action,
                "at": log.at,
                "organisation": log.organisation.name if log.organisation else "",
                "opinion": log.opinion if not is_own or log.action in detail.TOLD_TO_REPORTER else "",
            }
            for log in detail.timeline(main)
            if not (is_own and log.action in NOT_TOLD) and not (theirs and log.role == "reporter")
        ],
        "available_transitions": [
            _move_out(move) for move in detail.moves_for(request.actor, case, tasks, now=timezone.now())
        ],
    }


def _task_out(task: Task) -> dict[str, Any]:
    return {
        "id": task.pk,
        "organisation": task.organisation.name,
        "role": task.role,
        "state": task.state,
        "due_at": task.due_at,
    }


def _move_out(move: detail.Move) -> dict[str, Any]:
    return {
        "name": move.transition.name,
        "label": str(move.transition.label),
        "task_id": move.task.pk if move.task else None,
        "about": move.about,
        "required_fields": list(move.transition.required_fields),
    }


def _planned(text: str) -> services.PlannedStage:
    kind, at, name = text.split("|")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError as error:
        raise Invalid(fields={"plan": _("时间要写成 2026-09-15T18:00+08:00。")}) from error
    return services.PlannedStage(kind, name, moment if moment.tzinfo else timezone.make_aware(moment))


def _photos(files: list[UploadedFile], kind: str) -> tuple[Photo, ...]:
    return tuple(Photo(kind, accept_image(file.read(), name=file.name or "")) for file in files)


@router.get("/categories", response={200: list[CategoryOut], **PROBLEMS})
@operation("cases.view_categories")
def list_categories(request: HttpRequest) -> Any:
    """Kinds of report, with the numbers to call first."""
    return [
        {
            "code": kind.code,
            "name": kind.name,
            "urgency": kind.urgency,
            "emergency_numbers": list(kind.emergency_numbers),
            "takes_photos": kind.takes_photos,
        }
        for kind in catalogue.kinds().values()
    ]


@router.post("/suggestions", response={200: list[LikelyOut], **PROBLEMS})
@operation("cases.view_categories")
def suggest(request: HttpRequest, given: Form[WordsIn]) -> Any:
    """At most three categories that the words sound like, with those that spoke for each; posted, so that no address
    keeps them. Only suggestions: nothing is stored.
    """
    return [
        {
            "code": each.kind.code,
            "name": each.kind.name,
            "urgency": each.kind.urgency,
            "likelihood": each.likelihood,
            "because": list(each.because),
        }
        for each in suggestions.suggest_kinds(given.text)
    ]


@router.post("", response={200: CaseRow, 201: CaseRow, **PROBLEMS})
@operation("cases.report")
def report(request: Any, given: Form[ReportIn], photos: list[UploadedFile] = File([])) -> Any:  # noqa: B008  -- ninja
    """Report. The same `key` with the same content is the same report (200); with another content it is a conflict."""
    values = given.model_dump(exclude={"key"})
    source = (
        PlaceSource.GPS
        if given.lng is not None
        else PlaceSource.COMPOUND
        if given.compound_id
        else PlaceSource.TERRITORY
    )
    draft = Draft(**values, place_source=source, photos=_photos(photos, PhotoKind.NEAR))
    submission = services.report_case(actor=request.actor, draft=draft, key=given.key, now=timezone.now())
    return Status(
        201 if submission.created else 200, case_row(request.actor, submission.case, "cases.view_own")
    )


@router.get("/similar", response={200: list[OfferOut], **PROBLEMS})
@operation("cases.report")
def similar(request: Any, given: Query[SimilarIn]) -> Any:
    """Before reporting: what others have reported of this kind around here. Coarse facts; none for danger to life."""
    place = duplicates.Place(given.category, given.lng, given.lat, given.text)
    found = duplicates.offers_for(request.actor, place, now=timezone.now())
    return [{**asdict(each), "number": each.own} for each in found]


@router.post("/confirmations", response={200: ConfirmationOut, 201: ConfirmationOut, **PROBLEMS})
@operation("cases.report")
def confirm(request: Any, given: Form[ConfirmationIn]) -> Any:
    """Instead of reporting it once more: follow one that `similar` has offered. A second time changes nothing (200)."""
    seen = services.confirm_case(actor=request.actor, token=given.token, key=given.key, now=timezone.now())
    return Status(201 if seen.created else 200, {"number": seen.number})


@router.get("/mine", response={200: PageOut, **PROBLEMS})
@operation("cases.view_own")
def list_own(request: Any) -> Any:
    """The reporter's own reports, the latest fifty."""
    return {
        "items": [
            own_row(request.actor, case) for case in detail.own_cases(request.actor)[: queue.PAGE_SIZE]
        ],
        "cursor": "",
    }


@router.get("/mine/{number}", response={200: CaseOut, **PROBLEMS})
@operation("cases.view_own")
def own(request: Any, number: Number) -> Any:
    """One of the reporter's own, with what the reporter is told."""
    return _case_out(request, detail.own_case(request.actor, number), "cases.view_own")


@router.post("/mine/{number}/rating", response={200: CaseOut, **PROBLEMS})
@operation("cases.rate")
def rate(request: Any, number: Number, given: Form[RatingIn]) -> Any:
    """Contacted? solved? satisfied? Once for each closing, within seven days; "not solved" reopens once."""
    case = detail.own_case(request.actor, number)
    services.rate_case(actor=request.actor, case=case, now=timezone.now(), **given.model_dump())
    return _case_out(request, detail.own_case(request.actor, number), "cases.view_own")


@router.post("/mine/{number}/reopening", response={200: CaseOut, **PROBLEMS})
@operation("cases.reopen")
def reopen(request: Any, number: Number, given: Form[WordsIn]) -> Any:
    """Not solved after all; once."""
    case = detail.own_case(request.actor, number)
    services.reopen_case(actor=request.actor, case=case, opinion=given.text, now=timezone.now())
    return _case_out(request, detail.own_case(request.actor, number), "cases.view_own")


@router.post("/mine/{number}/answers", response={200: CaseOut, **PROBLEMS})
@operation("cases.answer")
def answer(request: Any, number: Number, given: Form[WordsIn]) -> Any:
    """Answer a question of the handlers, or add something; they do not learn who it is."""
    case = detail.own_case(request.actor, number)
    services.answer_question(actor=request.actor, case=case, text=given.text, now=timezone.now())
    return _case_out(request, case, "cases.view_own")


@router.get("", response={200: PageOut, **PROBLEMS})
@operation("cases.view")
def list_cases(request: Any, given: Query[QueueIn]) -> Any:
    """A page of a queue; `cursor` leads to the next one."""
    tab = queue.tab_named(request.actor, given.tab)
    filters = queue.Filters(
        words=given.words if policy.permits(request.actor, "cases.search") else "",
        category=given.category,
        urgency=given.urgency or "",
        source=given.source or "",
        community=given.community,
    )
    page = queue.row_page(request.actor, tab, filters, now=timezone.now(), cursor=given.cursor)
    return as_json({"items": [_row_out(request.actor, row) for row in page.rows], "cursor": page.cursor})


@router.post("/bulk/dispatch", response={200: BulkOut, **PROBLEMS})
@operation("cases.dispatch")
def bulk_dispatch(request: Any, given: BulkDispatchIn) -> Any:
    """Dispatch up to fifty cases, each in its own transaction. Without a `lead` a case goes where the rules send it.

    The same `key` with the same content is the same submission and gets the same answers.
    """
    items = [BulkItem(each.number, lead=each.lead, assists=tuple(each.assists)) for each in given.items]
    return _bulk(request, "dispatch", items, given.key)


@router.post("/bulk/verify", response={200: BulkOut, **PROBLEMS})
@operation("cases.verify")
def bulk_verify(request: Any, given: BulkVerifyIn) -> Any:
    """Pass up to fifty results, each with its own `outcome`; nobody verifies their own work."""
    items = [BulkItem(each.number, outcome=each.outcome, opinion=each.opinion) for each in given.items]
    return _bulk(request, "pass", items, given.key)


def _bulk(request: Any, step: str, items: list[BulkItem], key: str) -> Any:
    result = services.perform_bulk(actor=request.actor, step=step, items=items, key=key, now=timezone.now())
    rows = [
        {"number": row.case_number, "done": row.is_done, "message": row.message, "hint": row.hint}
        for row in result.rows
    ]
    return {"done": len(result.done), "refused": len(result.refused), "items": rows}


@router.get("/{number}", response={200: CaseOut, **PROBLEMS})
@operation("cases.view")
def one(request: Any, number: Number) -> Any:
    """One case for those who work on it, with the legal next actions."""
    return _case_out(request, detail.case_for(request.actor, number))


@router.post("/{number}/transitions/{name}", response={200: CaseOut, **PROBLEMS})
@operation("cases.view")
def transition(
    request: Any,
    number: Number,
    name: Annotated[str, Field(max_length=20)],
    given: Form[TransitionIn],
    before: list[UploadedFile] = File([]),  # noqa: B008  -- how ninja declares it
    after: list[UploadedFile] = File([]),  # noqa: B008
) -> Any:
    """Do one of `available_transitions`; pictures of before and after as files."""
    case = detail.case_for(request.actor, number)
    task = detail.task_for(request.actor, case, given.task_id) if given.task_id else None
    step = StepInput(
        opinion=given.opinion,
        reason=given.reason,
        outcome=given.outcome,
        lead=given.lead,
        assists=tuple(given.assists),
        units=tuple(given.units),
        basis=given.basis,
        unfinished=given.unfinished,
        answer=given.answer,
        until=given.until,
        category=given.category,
        photos=_photos(before, PhotoKind.BEFORE) + _photos(after, PhotoKind.AFTER),
        parent=given.parent,
        subject=given.subject,
        measure=given.measure,
        danger=given.danger,
        stage=given.stage,
        plan=tuple(_planned(text) for text in given.plan),
        cause=given.cause,
        about=given.about,
        public_words=given.public_words,
        target_on=given.target_on,
    )
    case = services.perform_step(
        actor=request.actor, case=case, task=task, name=name, given=step, now=timezone.now()
    )
    return _case_out(request, case)

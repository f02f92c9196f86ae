"""For those who work on it: queues, one case, every transition, many rows at once."""

from typing import Annotated, Any

from django.utils import timezone
from ninja import File, Form, Query
from ninja.files import UploadedFile
from pydantic import Field

from nuanxin.cases import services
from nuanxin.cases.api.drawing import case_out, photos_of, planned_stage, row_out
from nuanxin.cases.api.routing import router
from nuanxin.cases.api.shapes import (
    BulkDispatchIn,
    BulkOut,
    BulkVerifyIn,
    CaseOut,
    Number,
    PageOut,
    QueueIn,
    TransitionIn,
)
from nuanxin.cases.enums import PhotoKind
from nuanxin.cases.queries import detail, queue
from nuanxin.cases.services import BulkItem, StepInput
from nuanxin.kernel.access import policy
from nuanxin.kernel.access.api import PROBLEMS, ShortText, as_json, operation


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
    return as_json({"items": [row_out(request.actor, row) for row in page.rows], "cursor": page.cursor})


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
    return as_json(case_out(request, detail.case_for(request.actor, number)))


@router.post("/{number}/transitions/{name}", response={200: CaseOut, **PROBLEMS})
@operation("cases.view")
def transition(
    request: Any,
    number: Number,
    name: Annotated[ShortText, Field(max_length=20)],
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
        photos=photos_of(before, PhotoKind.BEFORE) + photos_of(after, PhotoKind.AFTER),
        parent=given.parent,
        subject=given.subject,
        measure=given.measure,
        danger=given.danger,
        stage=given.stage,
        plan=tuple(planned_stage(text) for text in given.plan),
        cause=given.cause,
        about=given.about,
        public_words=given.public_words,
        target_on=given.target_on,
    )
    case = services.perform_step(
        actor=request.actor, case=case, task=task, name=name, given=step, now=timezone.now()
    )
    return case_out(request, case)

"""From rows to answers: masked where the role sees it masked. Who reported is in none of them."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from ninja.files import UploadedFile

from nuanxin.cases import services
from nuanxin.cases.models import Case, RepairStage, Task
from nuanxin.cases.queries import catalogue, detail, queue
from nuanxin.cases.queries.aside import Aside
from nuanxin.cases.queries.discretion import coarse_rows, given_at, is_theirs, reads_coarsely
from nuanxin.cases.queries.measures import stages_of
from nuanxin.cases.queries.own import NOT_TOLD, is_mine, own_facts
from nuanxin.cases.queries.places import address_for, point_for, rough
from nuanxin.cases.services import Photo
from nuanxin.kernel.access import Actor
from nuanxin.kernel.errors import Invalid
from nuanxin.kernel.files.accept import accept_image
from nuanxin.kernel.files.sounds.accept import AcceptedSound, accept_sound
from nuanxin.kernel.privacy.masking import mask_address
from nuanxin.ui.phrases import half_day


def case_row(actor: Actor, case: Case, permission: str = "cases.view") -> dict[str, Any]:
    """Masked where the actor's role sees it masked; one's own report is always in full."""
    masked = permission == "cases.view" and actor.is_masked(permission)
    point = (point_for(actor, case) or (None, None)) if masked else (case.lng, case.lat)
    row = _row(case, address_for(actor, case, permission), point)
    return row if permission == "cases.view" else row | {"supervision": ""}


def row_out(actor: Actor, row: queue.Row) -> dict[str, Any]:
    """`case_row` of a row that has no model."""
    masked = actor.is_masked("cases.view")
    address = row.address or row.compound_name or ""
    point = (rough(row.lng), rough(row.lat)) if masked else (row.lng, row.lat)
    return _row(row, mask_address(address) if masked else address, point)


def _row(case: Case | queue.Row, address: str, point: tuple[float | None, float | None]) -> dict[str, Any]:
    lng, lat = point
    return {
        "number": case.number,
        "category": case.category_id,
        "category_name": catalogue.kind_of(case.category_id).name,
        "urgency": case.urgency,
        "state": case.state,
        "step": case.step,
        "text": case.text,
        "transcript": case.transcript,
        "address": address,
        "lng": lng,
        "lat": lat,
        "scope_code": case.scope_code,
        "reported_at": case.reported_at,
        "due_at": case.due_at,
        "next_due_at": case.next_due_at,
        "closed_at": case.closed_at,
        "shelved_until": case.shelved_until,
        "supervision": case.supervision,
    }


def own_row(actor: Actor, case: Case) -> dict[str, Any]:
    """One of `detail.own_cases`: where the case stands that it was merged into, and nothing that others have said."""
    return {**case_row(actor, case, "cases.view_own"), **own_facts(case)}


def case_out(request: Any, case: Case, permission: str = "cases.view") -> dict[str, Any]:
    is_own = permission == "cases.view_own"
    coarse = not is_own and reads_coarsely(request.actor)
    row = own_row(request.actor, case) if is_own else case_row(request.actor, _told(request.actor, case))
    main = detail.main_of(case) if is_own else case
    theirs = is_own and (not is_mine(case) or main.pk != case.pk)
    tasks = detail.tasks_of(main)
    since = given_at(request.actor, main, tasks) if coarse else None
    aside = Aside(main.pk)
    moves = detail.moves_for(
        request.actor, case, tasks, now=timezone.now(), aside=aside if main is case else None
    )
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
            for stage in (stages_of(main) if RepairStage in aside else ())
        ],
        "timeline": [
            {
                "action": log.action,
                "at": log.at if not coarse or _is_exact(log, since) else half_day(log.at).instant,
                "organisation": log.organisation or "",
                "opinion": log.opinion if not is_own or log.action in detail.TOLD_TO_REPORTER else "",
            }
            for log in detail.steps_of(main)
            if not (is_own and log.action in NOT_TOLD) and not (theirs and log.role == "reporter")
        ],
        "available_transitions": [_move_out(move) for move in moves],
    }


def _told(actor: Actor, case: Case) -> Case:
    """Coarse for a handler, with its own next deadline."""
    if not reads_coarsely(actor):
        return case
    told = coarse_rows(actor, [case])[0]
    told.reported_at = half_day(case.reported_at).instant
    return told


def _is_exact(log: detail.StepTold, since: datetime | None) -> bool:
    return not is_theirs(log.role) and since is not None and log.at >= since


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


def planned_stage(text: str) -> services.PlannedStage:
    kind, at, name = text.split("|")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError as error:
        raise Invalid(fields={"plan": _("时间要写成 2026-09-15T18:00+08:00。")}) from error
    return services.PlannedStage(kind, name, moment if moment.tzinfo else timezone.make_aware(moment))


def voice_of(file: UploadedFile | None) -> AcceptedSound | None:
    return accept_sound(file) if file else None  # type: ignore[arg-type]  # an upload reads like a file


def photos_of(files: list[UploadedFile], kind: str) -> tuple[Photo, ...]:
    return tuple(Photo(kind, accept_image(file.read(), name=file.name or "")) for file in files)

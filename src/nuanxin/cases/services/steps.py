"""What every step has in common: may I, move, write it down, say so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import OVER_STATES, ClockKind, PhotoKind, Visibility
from nuanxin.cases.models import Attachment, Case, CaseLog, Clock, Reporter, Task
from nuanxin.cases.services.easing import ease_after
from nuanxin.cases.services.whereabouts import without_whereabouts
from nuanxin.cases.workflow import CASE, TASK
from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from nuanxin.kernel.events import publish
from nuanxin.kernel.files.accept import AcceptedImage
from nuanxin.kernel.files.services import store_image
from nuanxin.kernel.plain_rows import NewRows
from nuanxin.kernel.prepared import Prepared, PreparedFor
from nuanxin.kernel.words import seen


@dataclass(frozen=True, slots=True)
class Photo:
    kind: str
    image: AcceptedImage


class MissingField(Invalid):
    """A step needs something that was not given."""


class StillShelved(Conflict):
    default_message = _("这件事已经挂账，时限都停着，现在不能办这一步。")
    default_hint = _("可以办了，请街道先“销账，继续办”。")


class NoPictures(Invalid):
    """People in need and crimes under way are not photographed, by whichever door (`domain.md` §3)."""

    default_message = _("这类情况不拍照，保护当事人。")
    default_hint = _("请去掉照片，用文字写清楚。")


def locked_case(actor: Actor, permission: str, case: Case) -> Case:
    """The case, locked, if the actor may do this with it.

    Raises `NotFound` to whoever may not even see it, `NotAllowed` to whoever may.
    """
    row = _case_under.of(actor, permission).first(pk=case.pk)
    if row is not None:
        return row
    raise refusal(actor, case)


def locked_task(actor: Actor, permission: str, task: Task) -> tuple[Case, Task]:
    """The task and its case, both locked in this order, if the actor's organisation may do this."""
    case = _case_of.first(pk=task.case_id)
    if case is None:
        raise NotFound
    row = _task_under.of(actor, permission).first(pk=task.pk)
    if row is None:
        raise refusal(actor, case)
    return case, row


def open_tasks_of(case: Case) -> list[Task]:
    """Those that nobody has ended."""
    return _open_tasks.rows(case=case.pk)


_open_tasks = Prepared(lambda *, case: Task.objects.filter(case=case, ended_at=None), case=BigIntegerField())
_case_of = Prepared(
    lambda *, pk: Case.objects.select_for_update(of=("self",)).filter(pk=pk), pk=BigIntegerField()
)
_case_under = PreparedFor(
    lambda actor, permission, *, pk: Case.objects.select_for_update(of=("self",)).filter(
        policy.rule(permission, actor), pk=pk
    ),
    pk=BigIntegerField(),
)
_task_under = PreparedFor(
    lambda actor, permission, *, pk: (
        Task.objects.select_for_update(of=("self",))
        .filter(policy.rule(permission, actor), pk=pk)
        .select_related("organisation")
    ),
    pk=BigIntegerField(),
)


def refusal(actor: Actor, case: Case) -> NotAllowed | NotFound:
    """What to raise: `NotFound` to whoever may not even see the case."""
    for permission in ("cases.view", "cases.view_own"):
        if policy.permits(actor, permission) and policy.allows(actor, permission, case):
            return NotAllowed()
    return NotFound()


def require_text(field: str, value: str, message: Any) -> str:
    text = seen(value)
    if not text:
        raise MissingField(fields={field: message})
    return text


def move_case(
    case: Case,
    name: str,
    *,
    actor: Actor,
    now: datetime,
    opinion: str = "",
    reason: str = "",
    task: Task | None = None,
    photos: Sequence[Photo] = (),
    is_reporter: bool = False,
    **changes: Any,
) -> CaseLog:
    """One row of the case's table: state, log, audit, pictures."""
    if case.shelved_at is not None:
        raise StillShelved
    before, since = case.state, case.state_since
    transition = CASE[name]
    if transition.target in OVER_STATES and before not in OVER_STATES:
        changes["closed_at"] = now
    CASE.step(case, name, state_since=now, **changes)
    return write_log(
        case,
        action=name,
        actor=actor,
        now=now,
        from_state=before,
        to_state=transition.target,
        since=since,
        opinion=opinion,
        reason=reason,
        task=task,
        photos=photos,
        is_reporter=is_reporter,
    )


def move_task(
    case: Case,
    task: Task,
    name: str,
    *,
    actor: Actor,
    now: datetime,
    opinion: str = "",
    reason: str = "",
    photos: Sequence[Photo] = (),
    **changes: Any,
) -> CaseLog:
    """One row of the task's table."""
    if case.shelved_at is not None:
        raise StillShelved
    before = task.state
    transition = TASK.step(task, name, **changes)
    return write_log(
        case,
        action=name,
        actor=actor,
        now=now,
        from_state=before,
        to_state=transition.target,
        since=task.claimed_at or task.dispatched_at,
        opinion=opinion,
        reason=reason,
        task=task,
        photos=photos,
    )


def write_log(
    case: Case,
    *,
    action: str,
    actor: Actor,
    now: datetime,
    from_state: str,
    to_state: str,
    since: datetime,
    opinion: str = "",
    reason: str = "",
    task: Task | None = None,
    photos: Sequence[Photo] = (),
    is_reporter: bool = False,
) -> CaseLog:
    """The case's own log, its pictures, and the audit row. The reporter's steps carry no assignment."""
    log = CaseLog(
        case=case,
        task=task,
        action=action,
        from_state=from_state,
        to_state=to_state,
        at=now,
        role="reporter" if is_reporter else actor.role,
        assignment_id=None if is_reporter else actor.assignment_id,
        organisation_id=None if is_reporter else actor.organisation_id,
        opinion=opinion,
        reason=reason,
        seconds_used=max(0, int((now - since).total_seconds())),
        is_overdue=not is_reporter and _is_overdue(case, action, task, actor, now=now),
    )
    _log.write(log)
    attach(case, log, _as_agreed(photos, actor), now=now)
    audit.record(
        actor=actor,
        action=f"cases.{action}",
        object_type="cases.case",
        object_id=case.number,
        scope_code=case.scope_code,
        detail={"from": from_state, "to": to_state, "task": task.pk if task else None, "reason": reason},
        now=now,
        is_unnamed=is_reporter and actor.organisation_id is None,  # who registers for somebody is on record
    )
    if case.supervision:
        ease_after(case, action, task, now=now)
    return log


_log = NewRows(CaseLog)


def write_beside(
    case: Case, action: str, *, actor: Actor, opinion: str, now: datetime, since: datetime | None = None
) -> None:
    """A step that moves no state: what it did has rows of its own (decision 0002), that it was done stands here."""
    write_log(
        case,
        action=action,
        actor=actor,
        now=now,
        from_state=case.state,
        to_state=case.state,
        since=since or case.state_since,
        opinion=opinion,
    )


def _is_overdue(case: Case, action: str, task: Task | None, actor: Actor, *, now: datetime) -> bool:
    """Whether a limit of this very step had passed; another unit's delay is not this one's."""
    if case.next_due_at is None or case.next_due_at >= now:
        return False
    passed = Clock.objects.filter(case=case, stopped_at=None, paused_at=None, due_at__lt=now)
    match action:
        case "make_safe":
            own = passed.filter(kind=ClockKind.MAKE_SAFE)
        case "answer_call":
            own = passed.filter(kind=ClockKind.ANSWER, organisation=actor.organisation_id)
        case "transcribe" | "call_off":
            own = passed.none()
        case "reply_supervision":
            own = passed.filter(kind=ClockKind.REPLY, organisation=actor.organisation_id)
        case _:
            beside = (ClockKind.ANSWER, ClockKind.REPLY, ClockKind.REVIEW)
            own = passed.filter(task=task).exclude(kind__in=beside)
    return own.exists()


def _as_agreed(photos: Sequence[Photo], actor: Actor) -> list[Photo]:
    images = without_whereabouts(actor, [photo.image for photo in photos])
    return [Photo(photo.kind, image) for photo, image in zip(photos, images, strict=True)]


def attach(case: Case, log: CaseLog, photos: Sequence[Photo], *, now: datetime) -> None:
    if not photos:
        return
    if case.visibility == Visibility.CONFIDENTIAL:
        raise NoPictures(fields={"photos": NoPictures.default_hint})
    Attachment.objects.bulk_create(
        Attachment(
            case=case,
            log=log,
            file=store_image(accepted=photo.image, now=now),
            kind=photo.kind,
            position=position,
        )
        for position, photo in enumerate(photos)
    )


def announce(case: Case, *events: Any, now: datetime) -> None:
    """Publish with the reporter as the opaque subject."""
    subject_id = _subject_of.first(case=case.pk)
    for happened in events:
        publish(happened, subject_id=subject_id, scope_code=case.scope_code, now=now)


_subject_of = Prepared(
    lambda *, case: Reporter.objects.filter(case=case).values_list("subject_id", flat=True),
    case=BigIntegerField(),
)


def require_photo(photos: Sequence[Photo], kind: PhotoKind) -> None:
    if not any(photo.kind == kind for photo in photos):
        raise MissingField(fields={kind.value: _("请附上“%(kind)s”的照片。") % {"kind": kind.label}})

"""Pictures that may become public: proposed, looked at by models in the worker, reviewed by a person, one by one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import LookResult, RedactionState, Visibility
from nuanxin.cases.events import PictureRefused, PictureReleased, PicturesReady
from nuanxin.cases.models import REASON_LENGTH, Attachment, Case, Redaction
from nuanxin.cases.queries.redacting import areas_of, picture_for
from nuanxin.cases.services.steps import MissingField, require_text
from nuanxin.cases.workflow import REDACTION
from nuanxin.kernel import audit
from nuanxin.kernel.access import SYSTEM, Actor
from nuanxin.kernel.errors import Conflict
from nuanxin.kernel.events import publish
from nuanxin.kernel.files.finding import LookFailed, ModelsAbsent, find_areas
from nuanxin.kernel.files.redact import Area, redact
from nuanxin.kernel.files.services import PictureGone, delete_file, open_file, store_image
from nuanxin.kernel.privacy.unmask import SHORTEST_REASON, ReasonMissing
from nuanxin.kernel.words import seen

MOST_TRIES = 3


class NotLookedYet(Conflict):
    default_message = _("这张照片还在找人脸和车牌。")
    default_hint = _("一般几秒钟就好，稍后刷新页面再审。")


class NoPictureLeft(Conflict):
    default_message = _("这张照片的原图已经不在了，不能放行。")
    default_hint = _("请选“不公开”，写明原因。")


class ChangedMeanwhile(Conflict):
    default_message = _("别人刚改过这张照片的遮挡，这次没有保存。")
    default_hint = _("请刷新页面，看看现在的样子再改。")


def propose_redactions(*, case: Case, now: datetime) -> list[Redaction]:
    """Put the pictures of a case that may become public in the queue; the same again changes nothing.

    What was called off before is proposed again as it was, for a person to look at anew. A confidential case has no
    pictures to show. The worker looks at each and publishes `PicturesReady` with the last.
    """
    if case.visibility == Visibility.CONFIDENTIAL:
        return []
    with transaction.atomic():
        known = set(Redaction.objects.filter(case=case).values_list("attachment_id", flat=True))
        attachments = Attachment.objects.filter(case=case).order_by("log_id", "position", "id")
        Redaction.objects.bulk_create(
            [
                Redaction(case=case, attachment=each, proposed_at=now)
                for each in attachments
                if each.pk not in known
            ],
            ignore_conflicts=True,
        )
        for row in Redaction.objects.filter(case=case, state=RedactionState.WITHDRAWN):
            REDACTION.step(row, "propose_again", proposed_at=now, assignment_id=None, reviewed_at=None)
    return list(Redaction.objects.filter(case=case).order_by("id"))


def call_off_redactions(*, case: Case, now: datetime) -> int:
    """The case is not to be public (any more): what was released is not to be had from now on.

    Returns how many pictures it concerned; publishes `PictureRefused` for each that was public.
    """
    with transaction.atomic():
        rows = Redaction.objects.select_for_update(of=("self",)).select_related("case")
        open_rows = list(rows.filter(case=case, state__in=REDACTION["call_off"].sources))
        for row in open_rows:
            was_public = row.state == RedactionState.RELEASED
            REDACTION.step(row, "call_off")
            _record(SYSTEM, "picture_called_off", row, now=now)
            if was_public:
                _publish(row, PictureRefused(row.case_id, row.case.number, row.pk, was_public=True), now=now)
    return len(open_rows)


def look_at_next_picture(*, now: datetime) -> bool:
    """Look for faces and plates in the oldest picture that waits for it: a second or two, in the worker only.

    No transaction is open meanwhile. Three failures are an answer too: then the person is told to look alone. Returns
    whether there was one. Publishes `PicturesReady` with the last picture of a case.
    """
    waiting = Redaction.objects.filter(looked="", state=RedactionState.PROPOSED)
    row = waiting.select_related("attachment__file", "case").order_by("id").first()
    if row is None:
        return False
    try:
        original = _original(row)
        looked, areas = _look(original)
    except PictureGone:
        original, looked, areas = None, LookResult.FAILED, ()
    if looked == LookResult.FAILED and original is not None and row.tries + 1 < MOST_TRIES:
        Redaction.objects.filter(pk=row.pk, looked="").update(tries=F("tries") + 1)
        return True
    with transaction.atomic():
        row = Redaction.objects.select_for_update(of=("self",)).select_related("case").get(pk=row.pk)
        if row.looked:
            return True
        _remake(row, original, areas, now=now, looked=looked, tries=row.tries + 1)
        _say_when_ready(row, now=now)
    return True


def _look(jpeg: bytes) -> tuple[LookResult, tuple[Area, ...]]:
    try:
        return LookResult.MODELS, find_areas(jpeg)
    except ModelsAbsent:
        return LookResult.ABSENT, ()
    except LookFailed:
        return LookResult.FAILED, ()


def _say_when_ready(row: Redaction, *, now: datetime) -> None:
    of_case = Redaction.objects.filter(case=row.case_id, state=RedactionState.PROPOSED)
    if not of_case.filter(looked="").exists():
        _publish(row, PicturesReady(row.case_id, row.case.number, of_case.count()), now=now)


def save_areas(
    *, actor: Actor, picture_id: int, areas: Sequence[Area], revision: int, now: datetime
) -> Redaction:
    """Hide exactly these areas: the picture is made anew from the original at once, with Pillow alone.

    `revision` is the one that the reviewer saw. The same areas again are the same picture. Raises `ChangedMeanwhile`,
    `NotLookedYet`, `NoPictureLeft`, `NotFound`.
    """
    with transaction.atomic():
        row = _locked(actor, picture_id)
        if row.state != RedactionState.PROPOSED:
            raise Conflict
        if not row.looked:
            raise NotLookedYet
        if areas_of(row) == tuple(areas) and row.file_id is not None:
            return row
        if row.revision != revision:
            raise ChangedMeanwhile
        try:
            _remake(row, _original(row), areas, now=now)
        except PictureGone:
            raise NoPictureLeft from None
        _record(actor, "picture_redacted", row, now=now, areas=len(areas))
    return row


def release_picture(
    *, actor: Actor, picture_id: int, checked: bool, revision: int, now: datetime
) -> Redaction:
    """Let everybody see the picture as it was made last; `checked`: the reviewer has looked at all of it.

    Publishes `PictureReleased`. Raises `MissingField`, `ChangedMeanwhile`, `NotLookedYet`, `NoPictureLeft`.
    """
    if not checked:
        raise MissingField(fields={"checked": _("请先把整张照片看一遍，再勾选。")})
    with transaction.atomic():
        row = _locked(actor, picture_id)
        if row.state == RedactionState.RELEASED and row.revision == revision:
            return row
        if not row.looked:
            raise NotLookedYet
        if row.file_id is None:
            raise NoPictureLeft
        if row.revision != revision:
            raise ChangedMeanwhile
        _decide(row, "release_picture", actor=actor, now=now)
        _publish(row, PictureReleased(row.case_id, row.case.number, row.pk), now=now)
    return row


def refuse_picture(*, actor: Actor, picture_id: int, reason: str, now: datetime) -> Redaction:
    """It does not become public; or, released before, is not to be had from now on. Publishes `PictureRefused`."""
    text = require_text("reason", reason, _("请写明为什么不公开这张照片。"))[:REASON_LENGTH]
    with transaction.atomic():
        row = _locked(actor, picture_id)
        if row.state == RedactionState.REFUSED:
            return row
        was_public = row.state == RedactionState.RELEASED
        _decide(
            row, "withdraw_picture" if was_public else "refuse_picture", actor=actor, now=now, reason=text
        )
        happened = PictureRefused(row.case_id, row.case.number, row.pk, was_public=was_public)
        _publish(row, happened, now=now)
    return row


def review_again(*, actor: Actor, picture_id: int, now: datetime) -> Redaction:
    """A refused picture is looked at once more."""
    with transaction.atomic():
        row = _locked(actor, picture_id)
        if row.state == RedactionState.PROPOSED:
            return row
        REDACTION.step(row, "review_again", assignment_id=None, reviewed_at=None, reason="")
        _record(actor, "review_again", row, now=now)
    return row


def see_original(*, actor: Actor, picture_id: int, reason: str, now: datetime) -> bytes:
    """The picture as it was handed in, once, for a reason that stands in the audit log. Raises `ReasonMissing`."""
    reason = seen(reason)
    if len(reason) < SHORTEST_REASON:
        raise ReasonMissing(
            _("请写明为什么需要看原图。"), fields={"reason": _("至少四个字；这次查看会留下记录。")}
        )
    with transaction.atomic():
        row = _locked(actor, picture_id)
        jpeg = _original(row)
        Redaction.objects.filter(pk=row.pk).update(originals_seen=F("originals_seen") + 1)
        _record(actor, "original_picture", row, now=now, reason=reason[:REASON_LENGTH])
    return jpeg


def _locked(actor: Actor, picture_id: int) -> Redaction:
    """The row, locked, if the actor may review it. Raises `NotFound`."""
    picture_for(actor, picture_id)
    rows = Redaction.objects.select_for_update(of=("self",)).select_related("attachment__file", "case")
    return rows.get(pk=picture_id)


def _original(row: Redaction) -> bytes:
    opened = open_file(public_id=row.attachment.file.public_id)
    with opened.content as content:
        jpeg: bytes = content.read()
    return jpeg


def _remake(
    row: Redaction, original: bytes | None, areas: Sequence[Area], *, now: datetime, **changes: Any
) -> None:
    """The public picture anew; the one before it, in which something was still to be seen, goes at once."""
    before = row.file_id
    row.file = store_image(accepted=redact(original, areas), now=now) if original is not None else None
    row.areas = [area.as_dict() for area in areas]
    row.revision += 1
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(update_fields=["file", "areas", "revision", *changes])
    if before is not None:
        delete_file(file_id=before)


def _decide(row: Redaction, name: str, *, actor: Actor, now: datetime, reason: str = "") -> None:
    REDACTION.step(row, name, assignment_id=actor.assignment_id, reviewed_at=now, reason=reason)
    _record(actor, name, row, now=now, areas=len(row.areas))


def _record(actor: Actor, action: str, row: Redaction, *, now: datetime, **detail: object) -> None:
    audit.record(
        actor=actor,
        action=f"cases.{action}",
        object_type="cases.case",
        object_id=row.case.number,
        scope_code=row.case.scope_code,
        detail={"picture": row.pk, "revision": row.revision, **detail},
        now=now,
    )


def _publish(row: Redaction, happened: Any, *, now: datetime) -> None:
    """About no subject: who reported it is not part of this."""
    publish(happened, scope_code=row.case.scope_code, now=now)

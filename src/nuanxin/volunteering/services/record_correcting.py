"""What was recorded wrongly is put right on request, by somebody else; before and after stay (Order 67)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor
from nuanxin.kernel.errors import Conflict, Invalid
from nuanxin.kernel.events import publish
from nuanxin.people.models import Person
from nuanxin.people.queries import subject_of
from nuanxin.volunteering.enums import QUALITIES, RecordState
from nuanxin.volunteering.events import CorrectionAsked, CorrectionRefused, HoursCorrected
from nuanxin.volunteering.models import RecordCorrection, RecordStep, ServiceRecord
from nuanxin.volunteering.models.records import MOST_MINUTES
from nuanxin.volunteering.queries.records import own_record
from nuanxin.volunteering.services.certificates import revoke_what_is_wrong
from nuanxin.volunteering.services.record_confirming import locked_record, tell_recorded
from nuanxin.volunteering.services.records import minutes_on
from nuanxin.volunteering.workflow import RECORD


class NothingAsked(Conflict):
    default_message = _("这条记录没有在等更正。")
    default_hint = _("可能已经有人答复了。刷新页面看看。")


class MoreThanADay(Invalid):
    default_message = _("这样改，这一天就超过 12 小时了。")
    default_hint = _("一人一天最多记 12 小时，请核对分钟数。")


def ask_correction(
    *, actor: Actor, public_id: UUID, words: str, wanted_minutes: int | None, now: datetime
) -> RecordCorrection:
    """Its volunteer says what is wrong. While one is open, the same again is that one. Publishes `CorrectionAsked`.

    Raises `RecordNotFound`, `Invalid`, `IllegalMove`.
    """
    if not words.strip():
        raise Invalid(fields={"words": _("请写一句哪里不对，应该是怎样。")})
    if wanted_minutes is not None and not 0 <= wanted_minutes <= MOST_MINUTES:
        raise Invalid(fields={"wanted_minutes": _("一次最多 720 分钟（12 小时）。")})
    found = own_record(actor, public_id)
    with transaction.atomic():
        row = ServiceRecord.objects.select_for_update().get(pk=found.pk)
        there = RecordCorrection.objects.filter(record=row, answered_at=None).first()
        if there is not None:
            return there
        RECORD.step(row, "ask", state_since=now)
        made = RecordCorrection.objects.create(
            record=row, asked_at=now, words=words.strip()[:200], wanted_minutes=wanted_minutes
        )
        RecordStep.objects.create(record=row, name="ask", at=now, by_id=actor.assignment_id)
        publish(
            CorrectionAsked(str(row.public_id)), subject_id=_subject(row), scope_code=row.scope_code, now=now
        )
    return made


def grant_correction(
    *, actor: Actor, public_id: UUID, minutes: int, quality: int, answer: str, now: datetime
) -> ServiceRecord:
    """The record says something else from now on; certificates that said the old are revoked.

    Publishes `HoursCorrected`, or `HoursRecorded` where it had never counted. Raises `RecordNotFound`, `OwnRecord`,
    `NothingAsked`, `Invalid`, `MoreThanADay`.
    """
    text = _answer(answer)
    with transaction.atomic():
        row, asked = _asked(actor, public_id)
        before = (row.minutes, row.quality)
        _change(row, minutes, quality, text)
        had_counted = row.steps.filter(name="confirm").exists()
        RECORD.step(
            row, "correct", state_since=now, minutes=minutes, quality=quality,
            quality_reason=text if quality > 100 else "", confirmed_by_id=actor.assignment_id, confirmed_at=now,
        )  # fmt: skip
        _answered(asked, actor, text, now, is_granted=True)
        _written(row, "correct", actor, text, before, now)
        if had_counted:
            _tell(row, before, "correction", now)
        else:
            RecordStep.objects.create(record=row, name="confirm", at=now, by_id=actor.assignment_id)
            tell_recorded(row, now)
    return row


def refuse_correction(*, actor: Actor, public_id: UUID, answer: str, now: datetime) -> ServiceRecord:
    """It stays as it is, with an answer. Publishes `CorrectionRefused`. Raises as above."""
    text = _answer(answer)
    with transaction.atomic():
        row, asked = _asked(actor, public_id)
        had_counted = row.steps.filter(name="confirm").exists()
        RECORD.step(row, "keep" if had_counted else "keep_refused", state_since=now)
        _answered(asked, actor, text, now, is_granted=False)
        RecordStep.objects.create(record=row, name="keep", at=now, by_id=actor.assignment_id, note=text)
        _audited(actor, "correction_refused", row, now)
        publish(
            CorrectionRefused(str(row.public_id)),
            subject_id=_subject(row),
            scope_code=row.scope_code,
            now=now,
        )
    return row


def amend(actor: Actor, row: ServiceRecord, minutes: int, note: str, now: datetime) -> None:
    """What a spot-check found, in its transaction and under the lock of the row. Publishes `HoursCorrected`."""
    before = (row.minutes, row.quality)
    _change(row, minutes, row.quality, note)
    RECORD.step(row, "amend", state_since=now, minutes=minutes)
    _written(row, "amend", actor, note, before, now)
    _tell(row, before, "spot_check", now)


def _asked(actor: Actor, public_id: UUID) -> tuple[ServiceRecord, RecordCorrection]:
    row = locked_record(actor, "volunteering.record_answer", public_id)
    asked = RecordCorrection.objects.filter(record=row, answered_at=None).first()
    if row.state != RecordState.ASKED or asked is None:
        raise NothingAsked
    return row, asked


def _answer(text: str) -> str:
    if not text.strip():
        raise Invalid(fields={"answer": _("请写明为什么这样答复，本人看得到。")})
    return text.strip()[:120]


def _change(row: ServiceRecord, minutes: int, quality: int, why: str) -> None:
    """Raises `Invalid`, `MoreThanADay`."""
    if quality not in QUALITIES:
        raise Invalid(fields={"quality": _("质量系数只有 0、0.8、1.0、1.2 四种。")})
    if minutes < 0:
        raise Invalid(fields={"minutes": _("分钟数不能小于 0。")})
    Person.objects.select_for_update().filter(pk=row.person_id or 0).first()
    if minutes > row.minutes and minutes + minutes_on(row) > MOST_MINUTES:
        raise MoreThanADay


def _answered(asked: RecordCorrection, actor: Actor, answer: str, now: datetime, *, is_granted: bool) -> None:
    RecordCorrection.objects.filter(pk=asked.pk, answered_at=None).update(
        answered_at=now, answered_by=actor.assignment_id, is_granted=is_granted, answer=answer
    )


def _written(
    row: ServiceRecord, name: str, actor: Actor, note: str, before: tuple[int, int], now: datetime
) -> None:
    RecordStep.objects.create(
        record=row, name=name, at=now, by_id=actor.assignment_id, note=note[:200], minutes_before=before[0],
        quality_before=before[1], minutes_after=row.minutes, quality_after=row.quality,
    )  # fmt: skip
    _audited(actor, name, row, now)
    if before[0] != row.minutes:
        revoke_what_is_wrong(actor=actor, record=row, now=now)


def _tell(row: ServiceRecord, before: tuple[int, int], reason: str, now: datetime) -> None:
    told = HoursCorrected(
        record=str(row.public_id), minutes_before=before[0], quality_before=before[1], minutes=row.minutes,
        quality=row.quality, reason=reason,
    )  # fmt: skip
    publish(told, subject_id=_subject(row), scope_code=row.scope_code, now=now)


def _subject(row: ServiceRecord) -> UUID | None:
    return subject_of(row.person_id) if row.person_id else None


def _audited(actor: Actor, action: str, row: ServiceRecord, now: datetime) -> None:
    audit.record(
        actor=actor, action=f"volunteering.record_{action}", object_type="service_record", object_id=row.pk,
        scope_code=row.scope_code, now=now,
    )  # fmt: skip

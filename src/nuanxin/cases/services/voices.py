"""Voice notes: kept sealed, heard and written down by the street that screens, deleted some time after the end."""

import base64
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.events import VoiceReceived, VoiceTranscribed
from nuanxin.cases.models import SPOKEN_LENGTH, Case, CaseLog, VoiceNote
from nuanxin.cases.queries.duplicates import length
from nuanxin.cases.queries.limits import handling_limits
from nuanxin.cases.services.forgetting import HELD, holds
from nuanxin.cases.services.indexing import index_case
from nuanxin.cases.services.steps import announce, locked_case, require_text, write_beside
from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.audit.models import AuditEntry
from nuanxin.kernel.errors import Conflict, Invalid, NotFound
from nuanxin.kernel.files.sealed import drop_sealed, keep_sealed, read_sealed, sealed_before
from nuanxin.kernel.files.sounds.accept import CONTENT_TYPES, AcceptedSound
from nuanxin.kernel.retention import Held

HEARING = timedelta(minutes=5)  # a player asks for its file in pieces, and again on going back: one hearing
STRAY_AFTER = timedelta(hours=24)
BATCH = 200
SENTENCE = "\n"


class TooManyVoices(Invalid):
    default_message = _("这件事的语音已经够多了。")
    default_hint = _("还有要说的，请写一句。")


class VoiceGone(Conflict):
    default_message = _("这段录音已经删除，不能再改转写。")
    default_hint = _("需要更正，请在“问上报人”里核对后写进办理意见。")


@dataclass(frozen=True, slots=True)
class Heard:
    """A recording for the one who may hear it; `name` is what a download would be called."""

    data: bytes = field(repr=False)
    content_type: str
    name: str


def keep_voice(case: Case, log: CaseLog, sound: AcceptedSound, *, now: datetime) -> VoiceNote:
    """Seal it and write it to the case, in the caller's transaction. Raises `TooManyVoices`."""
    if VoiceNote.objects.filter(case=case).count() >= handling_limits().most_voices:
        raise TooManyVoices(fields={"voice": f"{TooManyVoices.default_message}{TooManyVoices.default_hint}"})
    kept = keep_sealed(sound.data)
    note = VoiceNote.objects.create(
        case=case,
        log=log,
        kind=sound.kind,
        seconds=sound.seconds,
        sealed_as=kept.name,
        secret=kept.secret,
        at=now,
    )
    _settle(case)
    return note


def announce_voice(case: Case, *, now: datetime) -> None:
    """For one that comes later than its report. Publishes `VoiceReceived`."""
    announce(case, VoiceReceived(case.pk, case.number), now=now)


def hear_voice(*, actor: Actor, case: Case, public_id: UUID, now: datetime) -> Heard:
    """Open a recording for the one role that hears it; each hearing is audited. Raises `NotFound` to all others."""
    note = VoiceNote.objects.filter(case=case, public_id=public_id, gone_at=None).first()
    if note is None or not policy.allows(actor, "cases.hear", case):
        raise NotFound
    data = read_sealed(note.sealed_as, note.secret)
    with transaction.atomic():
        _write_down_hearing(note, case, actor=actor, now=now)
    return Heard(data, CONTENT_TYPES[note.kind], f"voice-{note.public_id.hex[-8:]}.{note.kind}")


def _write_down_hearing(note: VoiceNote, case: Case, *, actor: Actor, now: datetime) -> None:
    """Once for as long as one sits there and listens."""
    action, object_type, object_id = "cases.hear", "cases.voice", str(note.public_id)
    earlier = AuditEntry.objects.filter(
        object_type=object_type,
        object_id=object_id,
        action=action,
        assignment_id=actor.assignment_id,
        actor_subject_id=actor.subject_id,
        at__gt=now - HEARING,
    )
    if not earlier.exists():
        audit.record(
            actor=actor,
            action=action,
            object_type=object_type,
            object_id=object_id,
            scope_code=case.scope_code,
            detail={"case": case.number},
            now=now,
        )


def transcribe_voice(
    *, actor: Actor, case: Case, public_id: UUID, words: str, now: datetime, is_unclear: bool = False
) -> VoiceNote:
    """Write down what was said, or that it cannot be understood; it joins the words of the case for whoever handles it.

    The same words again change nothing; others correct it while the recording is there. Publishes
    `VoiceTranscribed`. Raises `MissingField`, `VoiceGone`, `NotFound`.
    """
    with transaction.atomic():
        case = locked_case(actor, "cases.hear", case)
        note = VoiceNote.objects.select_for_update().filter(case=case, public_id=public_id).first()
        if note is None:
            raise NotFound
        said = "" if is_unclear else _checked(words)
        if note.written_at is not None and (note.words, note.is_unclear) == (said, is_unclear):
            return note
        if note.gone_at is not None:
            raise VoiceGone
        note.words, note.is_unclear, note.written_at = said, is_unclear, now
        note.organisation_id, note.assignment_id = actor.organisation_id, actor.assignment_id
        note.save()
        _settle(case)
        index_case(case)
        write_beside(case, "transcribe", actor=actor, opinion="", now=now, since=note.at)
        if said:
            announce(case, VoiceTranscribed(case.pk, case.number), now=now)
    return note


def _checked(words: str) -> str:
    said = require_text("words", words, _("请写下听到的话；听不清就点“听不清”。"))
    if len(said) > SPOKEN_LENGTH:
        raise Invalid(fields={"words": _("最多 %(n)d 个字。") % {"n": SPOKEN_LENGTH}})
    return said


def _settle(case: Case) -> None:
    """The case's own columns, from its notes: what lists and searches read."""
    notes = list(VoiceNote.objects.filter(case=case))
    case.transcript = SENTENCE.join(note.words for note in notes if note.words)
    case.voices_waiting = sum(note.is_waiting for note in notes)
    case.save(update_fields=["transcript", "voices_waiting"])


def _over(now: datetime) -> QuerySet[VoiceNote]:
    before = now - length(handling_limits().voice_kept)
    over = Q(case__parent=None, case__closed_at__lt=before) | Q(case__parent__closed_at__lt=before)
    return VoiceNote.objects.filter(over, gone_at=None)


def due_voices(now: datetime) -> int:
    return _over(now).exclude(holds("case_id")).count()


def held_voices(now: datetime) -> Iterator[Held]:
    yield Held(_over(now).filter(holds("case_id")).count(), HELD)


def forget_voices(*, now: datetime) -> int:
    """Delete recordings whose case has been over for as long as the city keeps them. Returns how many; until 0."""
    return _silence(_over(now).exclude(holds("case_id")), now=now)


def erase_voices(*, subject_id: UUID | None, now: datetime) -> tuple[int, int]:
    """Delete what the person has said; what was written down of it stays with the case, as its own words do.

    Returns how many went, and how many a court has asked for.
    """
    if subject_id is None:
        return 0, 0
    own = VoiceNote.objects.filter(case__reporter__subject_id=subject_id, gone_at=None)
    held = own.filter(holds("case_id")).count()
    return _silence(own.exclude(holds("case_id")), now=now, most=None), held


def export_voices(subject_id: UUID | None) -> Iterable[Mapping[str, Any]]:
    """What the person has said, to be played again (`data:audio/…`), and what was written down of it."""
    if subject_id is None:
        return
    rows = VoiceNote.objects.filter(case__reporter__subject_id=subject_id).select_related("case")
    for note in rows.iterator():
        yield {
            "number": note.case.number,
            "at": note.at.isoformat(),
            "seconds": note.seconds,
            "words": note.words,
            "gone_at": note.gone_at.isoformat() if note.gone_at else None,
            "audio": _as_text(note) if note.sealed_as else "",
        }


def _as_text(note: VoiceNote) -> str:
    data = base64.b64encode(read_sealed(note.sealed_as, note.secret)).decode()
    return f"data:{CONTENT_TYPES[note.kind]};base64,{data}"


def _silence(rows: QuerySet[VoiceNote], *, now: datetime, most: int | None = BATCH) -> int:
    """The recording and its secret go; the row and its words stay. The bytes follow once that is certain."""
    with transaction.atomic():
        notes = list(rows.filter(gone_at=None).select_related("case").order_by("pk")[:most])
        for note in notes:
            transaction.on_commit(partial(drop_sealed, note.sealed_as))
            note.sealed_as, note.secret, note.gone_at = "", "", now
            note.save(update_fields=["sealed_as", "secret", "gone_at"])
        for case in {note.case_id: note.case for note in notes}.values():
            _settle(case)
    return len(notes)


def clear_stray_voices(*, now: datetime) -> int:
    """Delete bytes that no row knows, a day after a submission that was rolled back. Returns how many."""
    old = list(sealed_before(now - STRAY_AFTER))
    known = set(VoiceNote.objects.exclude(sealed_as="").values_list("sealed_as", flat=True))
    stray = [name for name in old if name not in known]
    for name in stray:
        drop_sealed(name)
    return len(stray)

"""The reporter adds to a case that is still open: pictures, a voice, and words with them."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.events import CaseSupplemented
from nuanxin.cases.models import KEY_LENGTH, Addition, Case
from nuanxin.cases.queries.additions import photos_left
from nuanxin.cases.queries.catalogue import kind_of
from nuanxin.cases.services.reporting import MOST_PHOTOS, KeyReused
from nuanxin.cases.services.steps import MissingField, NoPictures, Photo, announce, locked_case, write_log
from nuanxin.cases.services.voices import announce_voice, keep_voice
from nuanxin.kernel.access import Actor
from nuanxin.kernel.errors import Conflict, Invalid
from nuanxin.kernel.files.sounds.accept import AcceptedSound
from nuanxin.kernel.words import seen

WORDS_LENGTH = 500


class NothingMoreTaken(Conflict):
    default_message = _("这件事已经办结，不能再补照片和语音。")
    default_hint = _("没解决可以重新打开；又出现了请重新报一件。")


class HandledWithAnother(Conflict):
    default_message = _("你报的和别人的一起办，照片和语音补不到那一件里。")
    default_hint = _("要补充的请写一句，处理的人看得到。")


class TooManyPhotos(Invalid):
    default_message = _("照片太多了。")


class Added(NamedTuple):
    """`created` is False when the same submission had arrived before."""

    case: Case
    created: bool


def supplement_case(
    *,
    actor: Actor,
    case: Case,
    key: str,
    now: datetime,
    text: str = "",
    photos: Sequence[Photo] = (),
    voice: AcceptedSound | None = None,
) -> Added:
    """Add to one's own open report: all or nothing, and twice under one key is once.

    Publishes `CaseSupplemented` for pictures, `VoiceReceived` for a voice. Raises `MissingField`, `NoPictures`,
    `TooManyPhotos`, `TooManyVoices`, `NothingMoreTaken`, `HandledWithAnother`, `KeyReused`, `Invalid`.
    """
    words = _checked(text, photos, voice, key)
    digest = _digest(words, photos, voice)
    with transaction.atomic():
        case = locked_case(actor, "cases.supplement", case)
        earlier = Addition.objects.filter(case=case, key=key).first()
        if earlier is not None:
            if earlier.body_digest != digest:
                raise KeyReused
            return Added(case, created=False)
        _check_case(case, photos)
        log = write_log(
            case,
            action="supplement",
            actor=actor,
            now=now,
            from_state=case.state,
            to_state=case.state,
            since=now,
            opinion=words,
            photos=photos,
            is_reporter=True,
        )
        Addition.objects.create(case=case, log=log, key=key, body_digest=digest)
        if photos:
            announce(case, CaseSupplemented(case.pk, case.number, len(photos)), now=now)
        if voice:
            keep_voice(case, log, voice, now=now)
            announce_voice(case, now=now)
    return Added(case, created=True)


def _checked(text: str, photos: Sequence[Photo], voice: AcceptedSound | None, key: str) -> str:
    """What can be said without looking at the case."""
    if not key or len(key) > KEY_LENGTH:
        raise Invalid(_("缺少提交编号。"), code="bad_key")
    words = seen(text)
    if len(words) > WORDS_LENGTH:
        raise Invalid(fields={"text": _("最多 %(n)d 个字。") % {"n": WORDS_LENGTH}})
    if not photos and not voice:
        raise MissingField(fields={"photos": _("请先拍一张，或说一句。只想写一句，用下面的“补充一句”。")})
    return words


def _check_case(case: Case, photos: Sequence[Photo]) -> None:
    if case.parent_id is not None:
        raise HandledWithAnother
    if case.closed_at is not None:
        raise NothingMoreTaken
    if not photos:
        return
    if not kind_of(case.category_id).takes_photos:
        raise NoPictures(fields={"photos": NoPictures.default_hint})
    left = min(photos_left(case), MOST_PHOTOS)
    if len(photos) > left:
        told = _("还能加 %(n)d 张，请去掉几张。") % {"n": left} if left else _("照片已经够多了，不用再加。")
        raise TooManyPhotos(fields={"photos": told})


def _digest(words: str, photos: Sequence[Photo], voice: AcceptedSound | None) -> str:
    body = [words, [photo.image.source_sha256 for photo in photos], voice.source_sha256 if voice else ""]
    return hashlib.sha256(json.dumps(body, ensure_ascii=False).encode()).hexdigest()

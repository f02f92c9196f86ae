"""What a reporter has given of a case besides its first words, and what more may come."""

from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from nuanxin.cases.enums import REPORTERS_STEPS
from nuanxin.cases.models import Attachment, Case, VoiceNote
from nuanxin.cases.queries.catalogue import kind_of
from nuanxin.cases.queries.limits import handling_limits
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class Room:
    """How many pictures and voice notes a case still takes from its reporter."""

    photos: int = 0
    voices: int = 0

    def __bool__(self) -> bool:
        return bool(self.photos or self.voices)


NO_ROOM = Room()


def photos_left(case: Case) -> int:
    given = Attachment.objects.filter(case=case, log__action__in=REPORTERS_STEPS).count()
    return max(0, handling_limits().most_photos - given)


def voices_of(case: Case) -> list[VoiceNote]:
    return list(VoiceNote.objects.filter(case=case))


def room_for(case: Case, voices: int) -> Room:
    """`voices`: how many it has. What is over, or goes on under another number, takes nothing."""
    if case.closed_at is not None or case.parent_id is not None:
        return NO_ROOM
    photos = photos_left(case) if kind_of(case.category_id).takes_photos else 0
    return Room(photos, max(0, handling_limits().most_voices - voices))


def added_words(photos: int, *, by_reader: bool) -> str:
    """What came with one submission, to its sender and to everybody else; pictures first, else a voice."""
    if photos:
        told = _("你补充了 %(n)d 张照片") if by_reader else _("上报人补充了 %(n)d 张照片")
        return told % {"n": photos}
    return _("你补充了一段语音") if by_reader else _("上报人补充了一段语音")


def voice_of(actor: Actor, case: Case, public_id: UUID) -> VoiceNote:
    """For whoever may hear it. Raises `NotFound`."""
    note = VoiceNote.objects.filter(case=case, public_id=public_id).first()
    if note is None or not policy.allows(actor, "cases.hear", case):
        raise NotFound
    return note

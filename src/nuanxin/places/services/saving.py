"""Places that somebody wants to find again: theirs alone."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import Actor
from nuanxin.kernel.errors import Conflict, NotAllowed
from nuanxin.people.models import Person
from nuanxin.people.services import Agreement, agreement_of, take_agreement
from nuanxin.places.models import SavedPlace
from nuanxin.places.queries.around import may_say_where
from nuanxin.places.queries.register import public_place

MOST_SAVED = 200
POSITION = "location"


class TooManySaved(Conflict):
    default_message = _("最多存 200 个地方。")
    default_hint = _("先在“我存的”里去掉几个不用的，再来存。")


class PositionNotAgreed(NotAllowed):
    default_message = _("还没有同意用位置。")
    default_hint = _("同意后再试，或者选一条街道。")


def save_place(*, actor: Actor, public_id: UUID, is_saved: bool, now: datetime) -> None:
    """Saved, or no longer; the same twice is once. Publishes nothing: nobody is to know.

    Raises `PlaceNotFound`, `TooManySaved`.
    """
    place = public_place(public_id)
    own = SavedPlace.objects.filter(person_id=_own(actor))
    with transaction.atomic():
        if not is_saved:
            own.filter(place=place).delete()
            return
        if own.exclude(place=place).count() >= MOST_SAVED:
            raise TooManySaved
        SavedPlace.objects.get_or_create(person_id=_own(actor), place=place, defaults={"saved_at": now})


def agree_to_position(*, actor: Actor, agreement: Agreement, now: datetime) -> bool:
    """The phone may say where it is: what was pressed beside the words. Publishes `ConsentGiven`, once.

    False where the words have changed since, or where taking it back came after it. Raises `NotAllowed`.
    """
    person = Person.objects.get(pk=_own(actor))
    return take_agreement(person=person, purpose=POSITION, agreement=agreement, now=now)


def use_position(*, actor: Actor, agreed: str, now: datetime) -> None:
    """A position came along with a question: it may be looked at, having been agreed to before or now.

    `agreed` is what was pressed beside the words, as the phone tells it. The position itself is kept nowhere.
    Raises `PositionNotAgreed`.
    """
    if may_say_where(actor):
        return
    agreement = agreement_of(agreed)
    if agreement is None or not agree_to_position(actor=actor, agreement=agreement, now=now):
        raise PositionNotAgreed


def _own(actor: Actor) -> int:
    if actor.person_id is None:
        raise NotAllowed
    return actor.person_id

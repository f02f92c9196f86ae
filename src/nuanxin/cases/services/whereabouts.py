"""Where somebody's phone was: kept only with that person's consent (PIPL 29). Where the reported thing is, which the
person says, is needed and always kept.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from nuanxin.kernel.access import Actor
from nuanxin.kernel.files.accept import AcceptedImage
from nuanxin.people.queries import consented
from nuanxin.people.queries.subjects import person_of_subject
from nuanxin.people.services import Agreement, take_agreement

LOCATION = "location"


def may_keep_whereabouts(actor: Actor) -> bool:
    """A program agrees to nothing."""
    return actor.person_id is not None and consented(actor.person_id, LOCATION)


def agree_to_location(*, actor: Actor, agreement: Agreement, now: datetime) -> None:
    """What was pressed beside the button, in the caller's transaction. Publishes `ConsentGiven` when it counts."""
    person = person_of_subject(actor.subject_id) if actor.subject_id else None
    if person is not None:
        take_agreement(person=person, purpose=LOCATION, agreement=agreement, now=now)


def without_whereabouts(actor: Actor, images: Sequence[AcceptedImage]) -> list[AcceptedImage]:
    """The pictures without the place that the phone wrote into them, unless whoever sends them agrees."""
    if not any(image.point for image in images) or may_keep_whereabouts(actor):
        return list(images)
    return [replace(image, point=None) for image in images]

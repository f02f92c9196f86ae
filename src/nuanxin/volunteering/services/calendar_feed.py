"""A secret address that a calendar reads: made, made anew, taken back. Only its digest is kept."""

import hashlib
import secrets
from datetime import datetime

from django.db import transaction

from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.errors import NotAllowed
from nuanxin.volunteering.models import CalendarFeed

BITS = 24  # octets


def make_feed(*, actor: Actor, now: datetime) -> str:
    """A new address; the one before is gone at once. Returned this once. Raises `NotAllowed`."""
    person_id = _person(actor)
    token = secrets.token_urlsafe(BITS)
    with transaction.atomic():
        CalendarFeed.objects.update_or_create(
            person_id=person_id, defaults={"token_hash": digest(token), "made_at": now}
        )
    return token


def drop_feed(*, actor: Actor) -> None:
    """Nobody reads it any more. Raises `NotAllowed`."""
    CalendarFeed.objects.filter(person_id=_person(actor)).delete()


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _person(actor: Actor) -> int:
    if actor.person_id is None or not policy.permits(actor, "volunteering.sign_up"):
        raise NotAllowed
    return actor.person_id

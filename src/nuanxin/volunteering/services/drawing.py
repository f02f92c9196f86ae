"""The draw (`domain.md` §0.3 law 24: nobody is made to be the fastest): names are collected, then ranked by a secret.

The digest of the secret stood on the page before the first name was taken; afterwards the secret does. A lot is
SHA-256 of "secret:sign-up" as hexadecimal text; lots are sorted by how many drawn places somebody had lately, then by
themselves. Anybody can work that out again from what the page shows.
"""

import hashlib
from datetime import datetime
from uuid import UUID

from django.db import transaction

from nuanxin.kernel.events import publish
from nuanxin.volunteering.enums import ShiftState, SignUpState
from nuanxin.volunteering.events import DrawMade, SignUpMade
from nuanxin.volunteering.models import Shift, SignUp
from nuanxin.volunteering.queries.eligibility import had_lately, in_the_way
from nuanxin.volunteering.services.places_of_shift import locked_shift, plan_reminder, take, tell
from nuanxin.volunteering.services.signing_up import lapse
from nuanxin.volunteering.workflow import SIGN_UP

BATCH = 50


def lot(secret: str, sign_up: UUID) -> str:
    return hashlib.sha256(f"{secret}:{sign_up}".encode()).hexdigest()


def draw_due(*, now: datetime) -> int:
    """Those whose collecting is over; call until 0. Publishes `DrawMade`, `SignUpMade`."""
    rows = Shift.objects.filter(drawn_at=None, draw_at__lte=now, state=ShiftState.PLANNED)
    keys = list(
        rows.exclude(activity__state="draft").order_by("draw_at", "pk").values_list("pk", flat=True)[:BATCH]
    )
    for key in keys:
        with transaction.atomic():
            shift = locked_shift(key)
            if shift.drawn_at is None:
                draw(shift, now)
    return len(keys)


def draw(shift: Shift, now: datetime) -> None:
    """In the caller's transaction, the shift held. Who is not drawn waits, in the order of the lots."""
    entered = list(SignUp.objects.filter(shift=shift, state=SignUpState.ENTERED))
    lately = had_lately([each.person_id for each in entered if each.person_id], before=now)
    for each in entered:
        each.had_lately = lately.get(each.person_id or 0, 0)
    entered.sort(key=lambda each: (each.had_lately, lot(shift.draw_secret, each.public_id)))
    Shift.objects.filter(pk=shift.pk).update(drawn_at=now)
    shift.drawn_at = now
    drawn = 0
    for rank, each in enumerate(entered, start=1):
        each.rank = rank
        each.save(update_fields=["rank", "had_lately"])
        if each.person_id is not None and in_the_way(each.person_id, shift) is not None:
            lapse(each, shift, now)
        elif shift.left >= each.places:
            take(shift, each.places)
            SIGN_UP.step(each, "win", state_since=now)
            plan_reminder(each, shift, now)
            tell(SignUpMade(each.pk, shift.pk), each, shift, now)
            drawn += 1
        else:
            SIGN_UP.step(each, "queue", state_since=now)
    publish(DrawMade(shift.pk, len(entered), drawn), scope_code=shift.activity.scope_code, now=now)

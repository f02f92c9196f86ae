"""A draw as everybody may look at it: the digest before, the secret and all lots after. No names, no persons."""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from nuanxin.volunteering.enums import SignUpState
from nuanxin.volunteering.models import Shift, SignUp


@dataclass(frozen=True, slots=True)
class Lot:
    """`lot`: SHA-256 of "secret:sign-up"; `had_lately` goes before it."""

    sign_up: UUID
    had_lately: int
    lot: str
    is_drawn: bool


@dataclass(frozen=True, slots=True)
class Drawn:
    """`secret` and `lots` are empty until the draw is made."""

    shift: Shift
    digest: str
    secret: str
    lots: list[Lot]


def drawn(shift: Shift) -> Drawn:
    digest = hashlib.sha256(shift.draw_secret.encode()).hexdigest() if shift.draw_secret else ""
    if shift.drawn_at is None:
        return Drawn(shift, digest, "", [])
    rows = list(SignUp.objects.filter(shift=shift, rank__isnull=False).order_by("rank"))
    lots = [
        Lot(
            each.public_id,
            each.had_lately,
            hashlib.sha256(f"{shift.draw_secret}:{each.public_id}".encode()).hexdigest(),
            is_drawn=each.state not in (SignUpState.WAITING, SignUpState.HELD, SignUpState.LAPSED),
        )
        for each in rows
    ]
    return Drawn(shift, digest, shift.draw_secret, lots)

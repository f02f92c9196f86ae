"""Half-way in: whose password was right, for a quarter of an hour, in the session and nowhere else."""

from dataclasses import dataclass
from typing import Any

from allauth.mfa.adapter import get_adapter

from nuanxin.people import queries, services
from nuanxin.people.models import Person

KEY = "nx_pending"
SECRET_KEY = "nx_totp_secret"  # noqa: S105  -- the name of a place, not a secret
LIFE_SECONDS = 900


@dataclass(frozen=True, slots=True)
class Held:
    person: Person
    has_factor: bool


def hold(request: Any, person: Person, *, has_factor: bool) -> None:
    request.session[KEY] = {"person": person.pk, "factor": has_factor, "at": int(request.now.timestamp())}


def held(request: Any) -> Held | None:
    """Whoever is half-way in, unless it took too long."""
    kept = request.session.get(KEY)
    if not kept or request.now.timestamp() - kept["at"] > LIFE_SECONDS:
        return None
    person = queries.person_with_subject(person_id=kept["person"])
    return Held(person, kept["factor"]) if person else None


def release(request: Any) -> None:
    request.session.pop(KEY, None)
    forget_secret(request)


def secret(request: Any) -> str:
    """The secret that is being set up, encrypted while it waits in the session."""
    kept = request.session.get(SECRET_KEY)
    if kept:
        return str(get_adapter().decrypt(kept))
    fresh = services.new_secret()
    request.session[SECRET_KEY] = get_adapter().encrypt(fresh)
    return fresh


def forget_secret(request: Any) -> None:
    request.session.pop(SECRET_KEY, None)

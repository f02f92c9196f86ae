"""What `nuanxin check` asks of accounts and roles."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings

from nuanxin.kernel.checks import Finding, Level, check
from nuanxin.people import queries


@check
def second_factors(now: datetime) -> Iterator[Finding]:
    """Roles of staff need two factors outside the demo (`domain.md` §8)."""
    if settings.NUANXIN_STAFF_TWO_FACTORS:
        yield Finding(level=Level.OK, code="two-factors", message="Staff sign in with two factors.")
    elif not settings.DEMO:
        yield Finding(
            level=Level.ERROR,
            code="two-factors-off",
            message="Staff can sign in with a password alone.",
            hint="Set NUANXIN_STAFF_TWO_FACTORS=1; only the demo may do without.",
        )


@check
def administrators(now: datetime) -> Iterator[Finding]:
    """The three administrators are three persons, and each role has somebody."""
    holders = queries.administrators(now=now)
    empty = sorted(role for role, persons in holders.items() if not persons)
    if empty and not settings.DEMO:
        yield Finding(
            level=Level.WARNING,
            code="administrators-missing",
            message=f"Nobody holds {', '.join(empty)}.",
            hint="Invite somebody: nuanxin people invite --name … --role " + empty[0],
        )
    twice = [person for persons in holders.values() for person in persons]
    if len(twice) != len(set(twice)):
        yield Finding(
            level=Level.WARNING,
            code="administrators-united",
            message="One person holds more than one of the three administrators' roles.",
            hint="Classified protection separates system, security and audit: give one of them to somebody else.",
        )

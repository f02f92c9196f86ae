"""Who signed in on the same phone: an answer for a count, never for a page."""

from datetime import date, timedelta
from uuid import UUID

from django.utils.crypto import salted_hmac

from nuanxin.people.models import DeviceMark

KEPT = 90  # days since the last sign-in; nothing older is counted, nothing older is kept
MOST_MARKS = 20


def device_digest(mark: str) -> str:
    """Keyed: without the key nobody can tell which cookie a row belongs to."""
    return salted_hmac("nuanxin.people.device", mark, algorithm="sha256").hexdigest()


def accounts_beside(subject_id: UUID, *, on: date) -> list[set[UUID]]:
    """For each phone on which the account was signed in to lately: the accounts on it, this one among them.

    For counting alone. Two statements.
    """
    since = on - timedelta(days=KEPT)
    lately = DeviceMark.objects.filter(seen_on__gte=since, person__is_active=True)
    marks = list(
        lately.filter(person__subject=subject_id)
        .order_by("-seen_on")
        .values_list("digest", flat=True)[:MOST_MARKS]
    )
    found: dict[str, set[UUID]] = {}
    for digest, other in lately.filter(digest__in=marks).values_list("digest", "person__subject"):
        found.setdefault(digest, set()).add(other)
    return list(found.values())

"""What somebody has, by the opaque subject. Whoever asks has already asked whether they may."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db.models import QuerySet

from nuanxin.incentives.models import Account, Lot, Posting


@dataclass(frozen=True, slots=True)
class Balance:
    """`points` can be spent, `held` waits for a decision, `owed` is paid by what comes, `growth` is a lifetime's."""

    points: int = 0
    held: int = 0
    owed: int = 0
    growth: int = 0


NOTHING = Balance()
_CONTENT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def balance_of(subject_id: UUID) -> Balance:
    """One statement; nobody without an account is in need of one."""
    return balances_of([subject_id]).get(subject_id, NOTHING)


def balances_of(subject_ids: Iterable[UUID]) -> dict[UUID, Balance]:
    rows = Account.objects.filter(pk__in=set(subject_ids))
    return {
        subject: Balance(*numbers)
        for subject, *numbers in rows.values_list("subject_id", "points", "held", "owed", "growth")
    }


def statement_of(subject_id: UUID) -> QuerySet[Posting]:
    """Every posting of somebody, what happened last first; slice it."""
    rows = Posting.objects.filter(account=subject_id).select_related("deed", "deed__mention", "of")
    return rows.order_by("-on", "-at", "-number")


def open_lots(subject_id: UUID) -> QuerySet[Lot]:
    """What can still be spent, what lapses first first."""
    return Lot.objects.filter(account=subject_id, remaining__gt=0).order_by("expires_at", "id")


def lapsing(subject_id: UUID, *, until: datetime) -> int:
    """How many points lapse until then if nothing is spent."""
    return sum(open_lots(subject_id).filter(expires_at__lte=until).values_list("remaining", flat=True))


# What the chain is made of; whoever follows one reads these alone.
CHAINED = ("number", "at", "kind", "rule", "version", "debit", "credit", "amount", "because")


def digest_of(posting: Posting, previous: bytes) -> bytes:
    """SHA-256 over the posting's content and the digest before it; ids of rows are no part of it."""
    content = [
        posting.number,
        posting.at.astimezone(UTC).isoformat(timespec="microseconds"),
        str(posting.kind), posting.rule, posting.version, str(posting.debit), str(posting.credit), posting.amount,
        posting.because,
    ]  # fmt: skip
    return hashlib.sha256(previous + _CONTENT.encode(content).encode()).digest()

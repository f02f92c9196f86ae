"""The keys and areas as their administrator sees them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from nuanxin.gateway.models import ApiKey, Jurisdiction, SentRequest
from nuanxin.kernel.errors import NotFound
from nuanxin.territories.queries import path_names

SOON = timedelta(days=14)
MOST_KEYS = 200


@dataclass(frozen=True, slots=True)
class KeyLine:
    """`state` is active, soon (expires within two weeks), expired or revoked; `sent` how many cases came in by it."""

    key: ApiKey
    area: str
    state: str
    sent: int


@dataclass(frozen=True, slots=True)
class JurisdictionLine:
    row: Jurisdiction
    area: str


def key_lines(*, show: str, now: datetime) -> list[KeyLine]:
    """Those in force, or (`show="all"`) the others too, the newest first. Two statements."""
    counts = (
        SentRequest.objects.filter(api_key=OuterRef("pk"))
        .order_by()
        .values("api_key")
        .annotate(n=Count("pk"))
    )
    rows = ApiKey.objects.annotate(sent_count=Coalesce(Subquery(counts.values("n")), 0))
    if show != "all":
        rows = rows.filter(_in_force(now))
    found = list(rows.order_by(F("revoked_at").asc(nulls_first=True), "-created_at")[:MOST_KEYS])
    names = path_names(row.scope_code for row in found)
    return [
        KeyLine(row, names.get(row.scope_code, row.scope_code), _state(row, now), row.sent_count)
        for row in found
    ]


def key_line(public_id: UUID, *, now: datetime) -> KeyLine:
    """One that may still be revoked. Raises `NotFound`."""
    row = ApiKey.objects.filter(public_id=public_id, revoked_at=None).first()
    if row is None:
        raise NotFound
    sent = SentRequest.objects.filter(api_key=row).count()
    return KeyLine(row, path_names([row.scope_code])[row.scope_code], _state(row, now), sent)


def keys_that_expire(*, now: datetime) -> QuerySet[ApiKey]:
    """Within two weeks: somebody's connection will stop."""
    return ApiKey.objects.filter(_in_force(now), expires_at__lte=now + SOON)


def jurisdiction_lines() -> list[JurisdictionLine]:
    rows = list(Jurisdiction.objects.filter(closed_at=None).order_by("identifier"))
    names = path_names(row.scope_code for row in rows)
    return [JurisdictionLine(row, names.get(row.scope_code, row.scope_code)) for row in rows]


def jurisdiction(identifier: str) -> Jurisdiction:
    """One that is on offer. Raises `NotFound`."""
    row = Jurisdiction.objects.filter(identifier=identifier, closed_at=None).first()
    if row is None:
        raise NotFound
    return row


def _in_force(now: datetime) -> Q:
    return Q(revoked_at=None, expires_at__gt=now)


def _state(row: ApiKey, now: datetime) -> str:
    if row.revoked_at is not None:
        return "revoked"
    if row.expires_at <= now:
        return "expired"
    return "soon" if row.expires_at <= now + SOON else "active"

"""The keys and areas as their administrator sees them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from nuanxin.gateway.enums import KeyState
from nuanxin.gateway.models import ApiKey, Jurisdiction, SentRequest
from nuanxin.kernel.access import scope_q
from nuanxin.kernel.errors import NotFound
from nuanxin.territories.queries import path_names

SOON = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class KeyFilters:
    """`show` is a state, `force` for what opens anything now, or `all`; `words` a part of the name or the last four."""

    show: str = "force"
    area: str = ""
    words: str = ""

    def q(self, now: datetime) -> Q:
        where = {
            "force": _in_force(now),
            KeyState.SOON: _in_force(now) & Q(expires_at__lte=now + SOON),
            KeyState.EXPIRED: Q(revoked_at=None, expires_at__lte=now),
            KeyState.REVOKED: Q(revoked_at__isnull=False),
        }.get(self.show, Q())
        if self.area:
            where &= scope_q(self.area)
        if self.words:
            where &= Q(name__icontains=self.words) | Q(tail=self.words.lstrip("…"))
        return where


@dataclass(frozen=True, slots=True)
class KeyLine:
    """`state`: soon is within two weeks; `sent` how many cases came in by it."""

    key: ApiKey
    area: str
    state: KeyState
    sent: int


@dataclass(frozen=True, slots=True)
class JurisdictionLine:
    row: Jurisdiction
    area: str


def keys(filters: KeyFilters, *, now: datetime) -> QuerySet[ApiKey]:
    """The newest first, those that were revoked at the end."""
    counts = (
        SentRequest.objects.filter(api_key=OuterRef("pk"))
        .order_by()
        .values("api_key")
        .annotate(n=Count("pk"))
    )
    rows = ApiKey.objects.annotate(sent_count=Coalesce(Subquery(counts.values("n")), 0))
    return rows.filter(filters.q(now)).order_by(F("revoked_at").asc(nulls_first=True), "-created_at", "-pk")


def key_lines(rows: Iterable[Any], *, now: datetime) -> list[KeyLine]:
    """Rows of `keys` with their areas by name: one statement more."""
    found = list(rows)
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


def _state(row: ApiKey, now: datetime) -> KeyState:
    if row.revoked_at is not None:
        return KeyState.REVOKED
    if row.expires_at <= now:
        return KeyState.EXPIRED
    return KeyState.SOON if row.expires_at <= now + SOON else KeyState.ACTIVE

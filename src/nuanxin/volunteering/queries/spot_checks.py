"""Which records are looked into, and what is published about it (Order 67: spot-checks, their results published)."""

import hashlib
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from nuanxin.kernel.access import Actor, scope_q, visible
from nuanxin.volunteering.enums import SpotResult
from nuanxin.volunteering.models import ServiceRecord, SpotCheck
from nuanxin.volunteering.queries.records import COUNTED, PAGE

LABELLED = Q(is_manual=True) | Q(is_late=True) | Q(shares_device=True)


def drawn_by(seed: str, records: list[UUID], count: int) -> list[UUID]:
    """The first by the digest of seed and number: whoever has both can draw the same. Pure."""
    return sorted(records, key=lambda each: hashlib.sha256(f"{seed}|{each.hex}".encode()).hexdigest())[:count]


def drawable(actor: Actor, *, since: date, until: date) -> QuerySet[ServiceRecord]:
    """What counts, was served then, and has not been drawn: those with a label first of all."""
    rows = visible(ServiceRecord.objects.all(), "volunteering.spot_check", actor)
    return rows.filter(state__in=COUNTED, served_on__gte=since, served_on__lte=until, spot_check__isnull=True)


def spot_checks(actor: Actor, *, done: bool, limit: int = PAGE) -> list[SpotCheck]:
    """Those to be looked into, or those that have been; one statement."""
    found = visible(ServiceRecord.objects.all(), "volunteering.spot_check", actor)
    rows = SpotCheck.objects.filter(record__in=found)
    rows = rows.exclude(result="") if done else rows.filter(result="")
    return list(
        rows.select_related("record__person", "record__organisation").order_by("-drawn_at", "-pk")[:limit]
    )


@dataclass(frozen=True, slots=True)
class SpotReport:
    """Figures of a time and a territory; `drawn` of `counted`, `checked` of `drawn`."""

    since: date
    until: date
    counted: int
    minutes: int
    labelled: int
    drawn: int
    ok: int
    wrong: int

    @property
    def checked(self) -> int:
        return self.ok + self.wrong

    @property
    def percent_ok(self) -> int | None:
        return self.ok * 100 // self.checked if self.checked else None


def spot_report(*, since: date, until: date, within: str = "") -> SpotReport:
    """What everybody may read: figures, no records. Two statements."""
    rows = ServiceRecord.objects.filter(state__in=COUNTED, served_on__gte=since, served_on__lte=until)
    rows = rows.filter(scope_q(within)) if within else rows
    told = rows.aggregate(counted=Count("pk"), served=Sum("minutes"), labelled=Count("pk", filter=LABELLED))
    checks = SpotCheck.objects.filter(record__served_on__gte=since, record__served_on__lte=until)
    checks = checks.filter(scope_q(within, "record__")) if within else checks
    drawn = checks.aggregate(
        drawn=Count("pk"),
        ok=Count("pk", filter=Q(result=SpotResult.OK)),
        wrong=Count("pk", filter=Q(result=SpotResult.WRONG)),
    )
    served = told.pop("served") or 0
    return SpotReport(since=since, until=until, minutes=served, **told, **drawn)

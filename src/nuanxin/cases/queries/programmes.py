"""How many reports came from a set of people, as two numbers: never which report, never whose."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Count

from nuanxin.cases.models import Reporter
from nuanxin.cases.queries.catalogue import kinds
from nuanxin.kernel.access import scope_q


def reported_by(
    subjects: Collection[UUID],
    *,
    categories: Collection[str],
    scope_code: str,
    since: datetime,
    until: datetime,
) -> tuple[int, int]:
    """Reports of these subjects and how many of them reported; confidential kinds are not counted at all.

    Whoever shows it says nothing of small numbers (`volunteering.queries.programmes`).
    """
    known = kinds()
    counted = [code for code in categories if code in known and not known[code].is_confidential]
    if not subjects or not counted or since >= until:
        return 0, 0
    rows = Reporter.objects.filter(
        scope_q(scope_code, "case__"),
        subject_id__in=list(subjects),
        case__category__in=counted,
        case__reported_at__gte=since,
        case__reported_at__lt=until,
    )
    found = rows.aggregate(reports=Count("pk"), people=Count("subject_id", distinct=True))
    return found["reports"], found["people"]

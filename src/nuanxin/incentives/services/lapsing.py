"""What lapses: said sixty, thirty and seven days before, then done. Hours, stars and growth stay."""

from collections import defaultdict
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from nuanxin.incentives.events import PointsLapsing
from nuanxin.incentives.models import Lot
from nuanxin.kernel.events import publish

REMIND = (60, 30, 7)  # days before
MOST = 2_000  # lots at once


def remind_of_lapsing(*, now: datetime) -> int:
    """One reminder for each person and day of lapsing, each time once. Publishes `PointsLapsing`; returns how many."""
    told = 0
    for days in reversed(REMIND):  # the nearest first: whoever hears of seven days need not hear of thirty
        told += _remind(days, now)
    return told


def _remind(days: int, now: datetime) -> int:
    with transaction.atomic():
        due = Lot.objects.filter(
            remaining__gt=0, expires_at__gt=now, expires_at__lte=now + timedelta(days=days)
        )
        unsaid = due.exclude(reminded__gt=0, reminded__lte=days).order_by("expires_at", "id")
        lots = list(unsaid.values_list("pk", "account_id", "remaining", "expires_at")[:MOST])
        sums: dict[tuple[UUID, datetime], int] = defaultdict(int)
        for _pk, subject_id, remaining, expires_at in lots:
            sums[subject_id, expires_at] += remaining
        for (subject_id, expires_at), amount in sums.items():
            on = timezone.localdate(expires_at - timedelta(seconds=1))
            publish(PointsLapsing(amount, days, on.isoformat()), now=now, subject_id=subject_id)
        Lot.objects.filter(pk__in=[pk for pk, *_rest in lots]).update(reminded=days)
    return len(sums)

"""The city that benchmarks measure in: the invented district, settled but with no report yet, and its histories."""

from __future__ import annotations

import sys
import time
from datetime import datetime, timedelta

from django.db import connection

from nuanxin.cases.models import Case
from nuanxin.cases.services import load_categories
from nuanxin.demo.bulk import write_history
from nuanxin.demo.city import build_city
from nuanxin.demo.personas import cast
from nuanxin.demo.population import settle
from nuanxin.people.models import Assignment
from nuanxin.people.services.reference import load_reference

AREA = "990101000000"
FOUNDED = timedelta(days=3 * 365 + 30)


def settle_district(now: datetime) -> None:
    """Territories, organisations, compounds and people, in force since before the first case."""
    load_reference()
    load_categories()
    city = build_city()
    settle(city, cast(city), now=now - FOUNDED)


def grow_to(size: int, *, now: datetime) -> None:
    """Write histories until the district has so many cases, 5 % of them open; then vacuum, as the database would."""
    missing = size - Case.objects.count()
    start = time.perf_counter()
    write_history(area=AREA, count=missing, now=now, seed=size)
    loaded = time.perf_counter() - start
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
    done = time.perf_counter() - start
    print(
        f"   {missing:,} cases written in {loaded:.0f} s, vacuumed in {done - loaded:.0f} s", file=sys.stderr
    )


def somebody(role: str, scope_code: str) -> Assignment:
    """A member of staff who acts in the role exactly there."""
    found = Assignment.objects.filter(role=role, scope_code=scope_code, active_to=None)
    return found.select_related("person__subject", "role").order_by("pk")[0]

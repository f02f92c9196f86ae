"""A limit that passes without its step climbs one level (`domain.md` §2.3, supervision)."""

from datetime import datetime

from django.db import transaction

from nuanxin.cases.events import ClockPassed
from nuanxin.cases.models import Clock
from nuanxin.cases.services.steps import announce
from nuanxin.kernel import audit
from nuanxin.kernel.access import SYSTEM

BATCH = 200


def escalate_passed_clocks(*, now: datetime) -> int:
    """Mark each running clock that has passed, once, and publish `ClockPassed`. Returns how many; call until 0."""
    with transaction.atomic():
        clocks = list(
            Clock.objects.select_for_update(of=("self",), skip_locked=True)
            .filter(stopped_at=None, climbed_at=None, paused_at=None, due_at__lt=now)
            .select_related("case")
            .order_by("due_at")[:BATCH],
        )
        Clock.objects.filter(pk__in=[clock.pk for clock in clocks]).update(climbed_at=now)
        for clock in clocks:
            case = clock.case
            announce(case, ClockPassed(case.pk, case.number, clock.kind, clock.organisation_id, 1), now=now)
            audit.record(
                actor=SYSTEM,
                action="cases.climb",
                object_type="cases.case",
                object_id=case.number,
                scope_code=case.scope_code,
                detail={"clock": clock.kind},
                now=now,
            )
    return len(clocks)

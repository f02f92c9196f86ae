"""What only the calendar does to an honour: its publicity is over, its time on the wall ends."""

from datetime import datetime

from django.db import transaction

from nuanxin.incentives.enums import HonourState, Reviewed
from nuanxin.incentives.events import HonourMoved, PublicityOver
from nuanxin.incentives.models import Honour, HonourStep, Objection
from nuanxin.incentives.workflow import HONOUR
from nuanxin.kernel import audit
from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.events import publish

BATCH = 200


def end_honour_days(*, now: datetime) -> int:
    """Each once. Publishes `PublicityOver`, `HonourMoved`. Returns how many; call until 0."""
    with transaction.atomic():
        over = Honour.objects.filter(
            state=HonourState.PUBLICITY, publicity_until__lte=now, warned_at=None
        ).order_by("pk")
        shown = list(over.select_for_update(of=("self",), skip_locked=True)[:BATCH])
        Honour.objects.filter(pk__in=[each.pk for each in shown]).update(warned_at=now)
        for each in shown:
            waiting = Objection.objects.filter(target=each.public_id, answered_at=None).count()
            happened = PublicityOver(Reviewed.HONOUR, str(each.public_id), waiting)
            publish(happened, subject_id=None, scope_code=each.scope_code, now=now)
        ended = Honour.objects.filter(state=HonourState.DISPLAYED, displayed_until__lte=now).order_by("pk")
        done = list(ended.select_for_update(of=("self",), skip_locked=True)[:BATCH])
        for each in done:
            _end(each, now)
    return len(shown) + len(done)


def _end(honour: Honour, now: datetime) -> None:
    HONOUR.step(honour, "end", state_since=now, state_reason="")
    HonourStep.objects.create(honour=honour, at=now, action="end", state=honour.state, role=SYSTEM.role)
    audit.record(
        actor=SYSTEM, action="incentives.honour_end", object_type="honour", object_id=honour.pk,
        scope_code=honour.scope_code, detail={"state": honour.state, "kind": honour.kind_id}, now=now,
    )  # fmt: skip
    happened = HonourMoved(str(honour.public_id), honour.kind_id, "end", honour.state)
    publish(happened, subject_id=honour.subject_id, scope_code=honour.scope_code, now=now)

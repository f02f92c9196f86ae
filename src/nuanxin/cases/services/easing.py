"""Supervision ends by itself with what it was about: the result handed in, the part taken away, more time granted."""

from datetime import datetime
from typing import Any

from nuanxin.cases.enums import ClockKind, SupervisionCause, SupervisionLevel
from nuanxin.cases.models import Case, Clock, Supervision, Task
from nuanxin.cases.services.clocks import cancel_running

ENDS_OWN = frozenset({"submit_result", "self_handle", "return"})
ENDS_ALL = frozenset({"submit_result", "dispatch", "conclude", "pass", "reject", "merge", "approve_shelving"})
ENDS_OF_TIME = frozenset({"grant_extension"})


def ease_after(case: Case, action: str, task: Task | None, *, now: datetime) -> None:
    """What this step settles of a case that is being supervised."""
    if task is not None and action in ENDS_OWN:
        ease(case, now=now, organisation=task.organisation_id)
    elif task is None and action in ENDS_ALL:
        ease(case, now=now)
    elif action in ENDS_OF_TIME:
        ease(case, now=now, cause=SupervisionCause.TIME)


def ease(case: Case, *, now: datetime, **which: Any) -> None:
    """End what is open; an answer that was still wanted is wanted no longer."""
    rows = Supervision.objects.filter(case=case, ended_at=None, **which)
    waiting = list(rows.exclude(reply_clock=None).values_list("reply_clock", flat=True))
    rows.update(ended_at=now)
    cancel_running(Clock.objects.filter(pk__in=waiting, kind=ClockKind.REPLY), now=now)
    show_level(case)


def show_level(case: Case) -> None:
    """`Case.supervision` is the highest level that is open."""
    open_levels = set(Supervision.objects.filter(case=case, ended_at=None).values_list("level", flat=True))
    level = next((each for each in reversed(SupervisionLevel.values) if each in open_levels), "")
    if level != case.supervision:
        Case.objects.filter(pk=case.pk).update(supervision=level)
        case.supervision = level

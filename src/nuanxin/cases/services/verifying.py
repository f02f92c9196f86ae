"""Verification by another organisation than the handler's, and the end of a case (`domain.md` §2.1 step 5)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import CaseState, ClockKind, Outcome, TaskState
from nuanxin.cases.events import CaseClosed, ReworkRequested
from nuanxin.cases.models import RATING_WINDOW, Case, Task
from nuanxin.cases.services.clocks import Start, cancel_clocks, set_next_due, start_clocks, stop_clocks
from nuanxin.cases.services.steps import (
    MissingField,
    Photo,
    announce,
    locked_case,
    move_case,
    open_tasks_of,
    require_text,
)
from nuanxin.cases.services.supervising import list_after_reworks
from nuanxin.cases.workflow import TASK
from nuanxin.kernel.access import SYSTEM, Actor

ARCHIVE_BATCH = 500


def start_verification(*, actor: Actor, case: Case, now: datetime) -> Case:
    """Take the result up for checking (核查)."""
    with transaction.atomic():
        case = locked_case(actor, "cases.verify", case)
        move_case(case, "verify", actor=actor, now=now)
    return case


def pass_verification(
    *,
    actor: Actor,
    case: Case,
    outcome: str,
    now: datetime,
    opinion: str = "",
    photos: Sequence[Photo] = (),
) -> Case:
    """Close the case; the reporter hears it and may rate for seven days. Publishes `CaseClosed`."""
    if outcome not in Outcome.values:
        raise MissingField(fields={"outcome": _("请选择办结方式：已解决、已解释说明还是已转交。")})
    with transaction.atomic():
        case = locked_case(actor, "cases.verify", case)
        move_case(case, "pass", actor=actor, now=now, opinion=opinion.strip(), photos=photos, outcome=outcome)
        stop_clocks(case, ClockKind.VERIFY, ClockKind.TOTAL, now=now)
        cancel_clocks(case, now=now)
        for task in open_tasks_of(case):
            TASK.step(task, "finish", ended_at=now)
        set_next_due(case)
        announce(case, _closed(case, now=now), now=now)
    return case


def fail_verification(
    *, actor: Actor, case: Case, opinion: str, now: datetime, photos: Sequence[Photo] = ()
) -> Case:
    """Back to whoever handled it, with what is still missing (返工). Publishes `ReworkRequested`."""
    text = require_text("opinion", opinion, _("请写清楚哪里还没做好，处理单位会看到。"))
    with transaction.atomic():
        case = locked_case(actor, "cases.verify", case)
        handler = case.handled_by_id
        move_case(
            case,
            "fail",
            actor=actor,
            now=now,
            opinion=text,
            photos=photos,
            rework_count=case.rework_count + 1,
        )
        stop_clocks(case, ClockKind.VERIFY, now=now)
        for task in Task.objects.filter(
            case=case, organisation=handler, state=TaskState.RESULT_SUBMITTED, ended_at=None
        ):
            TASK.step(task, "rework", submitted_at=None)
            start_clocks(case, [Start(ClockKind.HANDLE, task=task, organisation_id=handler)], now=now)
        list_after_reworks(case, case.handled_by, now=now)
        set_next_due(case)
        announce(case, ReworkRequested(case.pk, case.number, handler or 0, case.rework_count), now=now)
    return case


def archive_cases(*, now: datetime) -> int:
    """What has been over for longer than it may be rated goes to the archive. Returns how many; call until 0."""
    due = Case.objects.filter(
        state__in=[CaseState.CLOSED, CaseState.REJECTED],
        closed_at__lt=now - RATING_WINDOW,
    ).order_by("id")[:ARCHIVE_BATCH]
    with transaction.atomic():
        cases = list(due)
        for case in cases:
            move_case(case, "archive", actor=SYSTEM, now=now)
    return len(cases)


def _closed(case: Case, *, now: datetime) -> CaseClosed:
    return CaseClosed(
        case_id=case.pk,
        number=case.number,
        category=case.category_id,
        outcome=case.outcome,
        organisation_id=case.handled_by_id or 0,
        on_time=case.due_at is None or now <= case.due_at,
    )

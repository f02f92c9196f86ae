"""Many hands: one leads, others assist, each with its own part; the dispatcher says who (`domain.md` 003-08)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.enums import TaskRole, TaskState
from nuanxin.cases.events import TaskWithdrawn
from nuanxin.cases.models import Case, Task
from nuanxin.cases.queries.parties import refuse_parties
from nuanxin.cases.services.clocks import cancel_clocks, set_next_due
from nuanxin.cases.services.dispatching import Part, add_tasks, dispatched
from nuanxin.cases.services.steps import announce, locked_case, require_text, write_beside
from nuanxin.cases.workflow import BESIDE, TASK
from nuanxin.kernel.access import Actor
from nuanxin.kernel.workflow import IllegalMove
from nuanxin.people.models import Organisation


def set_assists(
    *, actor: Actor, case: Case, units: Sequence[Organisation], now: datetime, opinion: str = ""
) -> Case:
    """Let exactly these assist: who is new gets a part, who is no longer wanted is thanked, with a word why.

    Who has handed in a result stays. The same list again changes nothing. Publishes `TaskDispatched` and
    `TaskWithdrawn`. Raises `IllegalMove` where nobody is at work.
    """
    with transaction.atomic():
        case = locked_case(actor, "cases.dispatch", case)
        if case.state not in BESIDE["assists"].sources:
            raise IllegalMove(case.get_state_display(), BESIDE["assists"].label)
        refuse_parties(case, units, "assists")
        tasks = list(Task.objects.filter(case=case, ended_at=None).select_related("organisation"))
        wanted = {unit.pk for unit in units}
        gone = [
            task
            for task in tasks
            if task.role == TaskRole.ASSIST
            and task.state != TaskState.RESULT_SUBMITTED
            and task.organisation_id not in wanted
        ]
        busy = {task.organisation_id for task in tasks}
        new = [unit for unit in units if unit.pk not in busy]
        if not gone and not new:
            return case
        text = opinion.strip()
        if gone:
            text = require_text("opinion", opinion, _("有单位不再协办，请写一句为什么，它会看到。"))
        write_beside(case, "assists", actor=actor, opinion=text, now=now)
        _withdraw(case, gone, now=now)
        added = add_tasks(case, [Part(unit, TaskRole.ASSIST, text[:200]) for unit in new], now=now)
        set_next_due(case)
        announce(case, *(dispatched(case, task) for task in added), now=now)
    return case


def _withdraw(case: Case, tasks: Sequence[Task], *, now: datetime) -> None:
    for task in tasks:
        cancel_clocks(case, task=task, now=now)
        TASK.step(task, "withdraw", ended_at=now)
        announce(case, TaskWithdrawn(case.pk, case.number, task.pk, task.organisation_id), now=now)


def still_at_it(case: Case) -> list[Task]:
    """Assistants who have not handed in."""
    rows = Task.objects.filter(case=case, role=TaskRole.ASSIST, ended_at=None)
    return list(rows.exclude(state=TaskState.RESULT_SUBMITTED).select_related("organisation").order_by("pk"))

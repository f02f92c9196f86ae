"""When an assignment ends, what its holder had taken on goes to the successor, or back to the organisation's queue."""

from datetime import datetime

from django.db import transaction

from nuanxin.cases.models import Task
from nuanxin.cases.services.steps import write_log
from nuanxin.kernel.access import SYSTEM
from nuanxin.people.models import Assignment


def open_tasks_of(assignment: Assignment) -> int:
    """How many open tasks this assignment has claimed or accepted."""
    return Task.objects.filter(handler=assignment, ended_at=None).count()


def hand_over_tasks(ended: Assignment, successor: Assignment | None, now: datetime) -> int:
    """Move them; each case's log says so. Clocks run on: a change of hands is no pause. Returns how many."""
    with transaction.atomic():
        tasks = list(Task.objects.filter(handler=ended, ended_at=None).select_related("case").order_by("id"))
        for task in tasks:
            write_log(
                task.case,
                action="hand_over",
                actor=SYSTEM,
                now=now,
                from_state=task.state,
                to_state=task.state,
                since=task.claimed_at or task.dispatched_at,
                task=task,
            )
        Task.objects.filter(pk__in=[task.pk for task in tasks]).update(handler=successor)
    return len(tasks)

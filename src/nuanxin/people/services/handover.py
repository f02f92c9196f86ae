"""Work never hangs on somebody who has left. Contexts above say what is open and how it moves; nobody here knows them.

In `subscribers.py` of the context:

    register_open_work("cases", count=open_tasks_of, hand_over=hand_over_tasks)
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from nuanxin.people.models import Assignment, Handover

Count = Callable[[Assignment], int]
HandOver = Callable[[Assignment, Assignment | None, datetime], int]


@dataclass(frozen=True, slots=True)
class OpenWork:
    context: str
    count: int


_registry: dict[str, tuple[Count, HandOver]] = {}


def register_open_work(context: str, *, count: Count, hand_over: HandOver) -> None:
    """`hand_over(ended, successor, now)` returns how many moved; without a successor they go back to the queue."""
    _registry[context] = (count, hand_over)


def open_work(assignment: Assignment) -> list[OpenWork]:
    """What would have to be handed over, by context; empty contexts are left out."""
    counted = [OpenWork(context, count(assignment)) for context, (count, _move) in sorted(_registry.items())]
    return [work for work in counted if work.count]


def hand_over_all(ended: Assignment, successor: Assignment | None, *, now: datetime) -> list[Handover]:
    """Move everything in the caller's transaction and write down what moved."""
    moved = [(context, move(ended, successor, now)) for context, (_count, move) in sorted(_registry.items())]
    return Handover.objects.bulk_create(
        Handover(ended=ended, successor=successor, context=context, count=count, at=now)
        for context, count in moved
        if count
    )

"""One of the processes that `benchmarks.transition` lets work: it takes task ids, waits for the word, and claims them.

python -m benchmarks.stepping CONNECTIONS      # then JSON lines on stdin: {"assignment", "tasks": [[number, id], …]}
"""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import django

django.setup()

from django.db import connection  # noqa: E402  -- after setup
from django.utils import timezone  # noqa: E402  -- after setup

from nuanxin.cases.queries import detail  # noqa: E402  -- after setup
from nuanxin.cases.services import StepInput, perform_step  # noqa: E402  -- after setup
from nuanxin.kernel.access import Actor  # noqa: E402  -- after setup
from nuanxin.people.models import Assignment  # noqa: E402  -- after setup
from nuanxin.people.queries.actors import actor_for  # noqa: E402  -- after setup


def claim(actor: Actor, number: str, task_id: int) -> None:
    """What the view does between reading the request and writing the answer."""
    case = detail.case_for(actor, number)
    task = detail.task_for(actor, case, task_id)
    perform_step(actor=actor, case=case, task=task, name="claim", given=StepInput(), now=timezone.now())


def _lane(actor: Actor, tasks: list[tuple[str, int]], ready: Barrier) -> None:
    connection.ensure_connection()
    ready.wait()
    for number, task_id in tasks:
        claim(actor, number, task_id)


def _work(pool: ThreadPoolExecutor, lanes: int, order: dict[str, object]) -> None:
    assignment = Assignment.objects.select_related("person__subject").get(pk=order["assignment"])
    actor = actor_for(assignment)
    tasks = [(str(number), int(task_id)) for number, task_id in order["tasks"]]  # type: ignore[attr-defined]
    ready = Barrier(lanes + 1)
    threads = [pool.submit(_lane, actor, tasks[lane::lanes], ready) for lane in range(lanes)]
    _say("ready")
    sys.stdin.readline()
    ready.wait()
    for thread in threads:
        thread.result()
    _say("done")


def _say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def work_on_orders() -> None:
    lanes = int(sys.argv[1])
    with ThreadPoolExecutor(lanes) as pool:  # the same threads, so the same connections, for every order
        for line in iter(sys.stdin.readline, ""):
            _work(pool, lanes, json.loads(line))


if __name__ == "__main__":
    work_on_orders()

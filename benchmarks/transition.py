"""One step of a case, as a service and over HTTP, against raw PostgreSQL writes of the same rows.

The step is the community's claim (领单): two rows change their state, clocks stop, the next deadline is set; log, audit
and outbox are written. `transition`: what a view does, from finding the case to the commit, in 2 processes with 4
connections each. `transition_http`: the whole stack, 2 web processes and a worker, 8 connections, the answer being the
case with its next legal actions; time stops when every event has been delivered. Raw: the very writes of one such step,
captured from a real one, prepared, over 8 psycopg connections, each transaction on a case of its own.
"""

from __future__ import annotations

import json
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from http.client import HTTPConnection
from threading import Barrier
from typing import Any

from django.utils import timezone

from benchmarks import raw
from benchmarks.servers import free_port, running
from nuanxin.cases.enums import TaskRole, TaskState
from nuanxin.cases.models import Task
from nuanxin.cases.services import Draft, dispatch_case, report_case
from nuanxin.kernel.access import Actor
from nuanxin.kernel.events import drain
from nuanxin.kernel.events.deliver import pending
from nuanxin.kernel.events.models import Delivery
from nuanxin.people.models import Assignment
from nuanxin.people.services import create_token
from tests.factories.town import LAT, LNG, Town, build_town

CONNECTIONS, PROCESSES = 8, 2
ROUNDS = 5
STEPS = 320
WARM = 96
CAPTURED = 3  # `raw.capture` runs it three times, the last one watched


def main() -> list[dict[str, Any]]:
    town = build_town(timezone.now())
    raw.set_sequences_apart()
    tasks = _dispatched(town, CAPTURED + 2 * WARM + ROUNDS * (3 * STEPS + CONNECTIONS))
    captured, statements = _capture(town["community"], _take(tasks, CAPTURED))
    port, key = free_port(), _token(town)
    rates: dict[str, list[float]] = {"raw": [], "transition": [], "transition_http": []}
    with ExitStack() as stack:
        stack.enter_context(
            running("serve", "--port", str(port), "--workers", "2", "--no-embedded", port=port)
        )
        worker = stack.enter_context(running("worker"))
        steppers = [stack.enter_context(_stepper()) for _ in range(PROCESSES)]
        _over_http(port, key, _take(tasks, WARM))  # warm: caches, prepared statements, connections
        _as_service(worker, steppers, town, _take(tasks, WARM))
        for turn in range(ROUNDS):
            rows = [_ids(captured, task) for task in _take(tasks, STEPS + CONNECTIONS)]
            rates["raw"].append(STEPS / _raw(worker, statements, rows))
            rates["transition"].append(STEPS / _as_service(worker, steppers, town, _take(tasks, STEPS)))
            rates["transition_http"].append(STEPS / _over_http(port, key, _take(tasks, STEPS)))
            latest = ", ".join(f"{name} {each[-1]:.0f}" for name, each in rates.items())
            print(f"   {turn + 1}/{ROUNDS}: {latest} steps/s", file=sys.stderr)
    return [_result(name, rates, statements) for name in ("transition", "transition_http")]


def _result(name: str, rates: dict[str, list[float]], statements: raw.Statements) -> dict[str, Any]:
    value, limit = statistics.median(rates[name]), statistics.median(rates["raw"])
    return {
        "name": name,
        "value": round(value, 1),
        "unit": "steps/s",
        "limit": round(limit, 1),
        "ratio": round(value / limit, 3),
        "statements": len(statements.all),
        "rows": len(statements.writes),
    }


def _take(tasks: list[Task], count: int) -> list[Task]:
    taken = tasks[:count]
    del tasks[:count]
    return taken


def _dispatched(town: Town, count: int) -> list[Task]:
    """So many cases that wait for the community, each with its task; nothing of them is left to deliver."""
    now = timezone.now()
    lead = town.organisations["city_management"]
    for number in range(count):
        draft = Draft(category="0401", text=f"路面有坑 {number}", lng=LNG + 0.004, lat=LAT + 0.004)
        case = report_case(actor=town["worker"], draft=draft, key=f"benchmark-{number}", now=now).case
        dispatch_case(actor=town["dispatcher"], case=case, lead=lead, now=now)
    drain(now=now)
    own = Task.objects.filter(role=TaskRole.COMMUNITY, state=TaskState.DISPATCHED)
    return list(own.select_related("case").order_by("id"))


def _capture(actor: Actor, tasks: Sequence[Task]) -> tuple[Task, raw.Statements]:
    from benchmarks.stepping import claim  # it sets Django up when it is imported, which has been done by now

    waiting = iter(tasks)

    def step() -> None:
        task = next(waiting)
        claim(actor, task.case.number, task.pk)

    return tasks[-1], raw.capture(step)


def _ids(captured: Task, task: Task) -> dict[int, int]:
    """Which captured id becomes which in a replay."""
    return {captured.case_id // raw.APART: task.case_id, captured.pk // raw.APART: task.pk}


def _token(town: Town) -> str:
    assignment = Assignment.objects.get(pk=town["community"].assignment_id)
    person = town.persons["community"]
    return create_token(person=person, assignment=assignment, name="benchmark", now=timezone.now())[1]


# --- The three ways ---------------------------------------------------------------------------------------------
def _raw(
    worker: subprocess.Popen[bytes], statements: raw.Statements, rows: Sequence[dict[int, int]]
) -> float:
    """Seconds for the raw rows while our worker stands still; what they leave to deliver is no work of ours."""
    return _while_it_stands(worker, lambda: raw.replay(statements.writes, STEPS, CONNECTIONS, rows=rows))


def _as_service(
    worker: subprocess.Popen[bytes],
    steppers: Sequence[subprocess.Popen[str]],
    town: Town,
    tasks: Sequence[Task],
) -> float:
    """Seconds until the processes have claimed every task, while the worker stands still."""

    def work() -> float:
        for place, stepper in enumerate(steppers):
            share = [(task.case.number, task.pk) for task in tasks[place::PROCESSES]]
            _tell(stepper, json.dumps({"assignment": town["community"].assignment_id, "tasks": share}))
        for stepper in steppers:
            _hear(stepper, "ready")
        start = time.perf_counter()
        for stepper in steppers:
            _tell(stepper, "go")
        for stepper in steppers:
            _hear(stepper, "done")
        return time.perf_counter() - start

    return _while_it_stands(worker, work)


def _while_it_stands(worker: subprocess.Popen[bytes], work: Any) -> float:
    worker.send_signal(signal.SIGSTOP)
    try:
        seconds: float = work()
        Delivery.objects.filter(state=Delivery.State.PENDING).update(state=Delivery.State.DONE)
    finally:
        worker.send_signal(signal.SIGCONT)
    return seconds


def _over_http(port: int, key: str, tasks: Sequence[Task]) -> float:
    """Seconds until every task is claimed over the connections and every event is delivered."""
    ready = Barrier(CONNECTIONS + 1)
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        threads = [
            pool.submit(_connection, port, key, tasks[lane::CONNECTIONS], ready)
            for lane in range(CONNECTIONS)
        ]
        ready.wait()
        start = time.perf_counter()
        for thread in threads:
            thread.result()
    while pending(timezone.now()).exists():  # what waits for the morning is not due
        time.sleep(0.01)
    return time.perf_counter() - start


def _connection(port: int, key: str, tasks: Sequence[Task], ready: Barrier) -> None:
    http = HTTPConnection("127.0.0.1", port)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/x-www-form-urlencoded"}
    ready.wait()
    for task in tasks:
        http.request(
            "POST", f"/api/v1/cases/{task.case.number}/transitions/claim", f"task_id={task.pk}", headers
        )
        answer = http.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise RuntimeError(content.decode())


def _stepper() -> subprocess.Popen[str]:
    lanes = str(CONNECTIONS // PROCESSES)
    return subprocess.Popen(
        [sys.executable, "-m", "benchmarks.stepping", lanes],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _tell(stepper: subprocess.Popen[str], line: str) -> None:
    assert stepper.stdin
    stepper.stdin.write(f"{line}\n")
    stepper.stdin.flush()


def _hear(stepper: subprocess.Popen[str], word: str) -> None:
    assert stepper.stdout
    heard = stepper.stdout.readline().strip()
    if heard != word:
        raise RuntimeError(f"{heard!r} instead of {word}")

"""Intake: a report without a photo over HTTP through the whole stack, against raw PostgreSQL commits of the same rows.

Ours: 2 web processes and a worker, 8 connections, one signed-in reporter each; every request is authenticated,
validated, routed to its territory, clocked, audited and published, and the time stops only when the worker has
delivered everything. Raw: the very statements that one such report writes, captured from a real one, prepared, over
8 psycopg connections, one transaction a report. Both run in turns on the same database with fsync on; medians count.
"""

from __future__ import annotations

import signal
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from threading import Barrier
from typing import Any
from urllib.parse import urlencode

from django.test import Client
from django.utils import timezone

from benchmarks import raw
from benchmarks.servers import free_port, running
from nuanxin.kernel.events.deliver import pending
from nuanxin.kernel.events.models import Delivery
from nuanxin.people.models import Assignment
from nuanxin.people.services import create_token
from tests.factories.town import LAT, LNG, Town, build_town

CONNECTIONS = 8
ROUNDS = 5
REPORTS = 480
RAW_REPORTS = 2400
PATH = "/api/v1/cases"


def main() -> dict[str, Any]:
    town = build_town(timezone.now())
    keys = [_token(town) for _ in range(CONNECTIONS)]
    statements = raw.capture(lambda: _one_report(keys[0]))
    port = free_port()
    ours, limits = [], []
    with (
        running("serve", "--port", str(port), "--workers", "2", "--no-embedded", port=port),
        running("worker") as worker,
    ):
        _reports(port, keys, CONNECTIONS * 12)  # warm: caches, prepared statements, connections
        for turn in range(ROUNDS):
            limits.append(RAW_REPORTS / _raw_alone(worker, statements))
            ours.append(REPORTS / _reports(port, keys, REPORTS))
            print(
                f"   {turn + 1}/{ROUNDS}: raw {limits[-1]:.0f}, ours {ours[-1]:.0f} reports/s",
                file=sys.stderr,
            )
    value, limit = statistics.median(ours), statistics.median(limits)
    return {
        "name": "intake",
        "value": round(value, 1),
        "unit": "reports/s",
        "limit": round(limit, 1),
        "ratio": round(value / limit, 3),
        "statements": len(statements.all),
        "rows": len(statements.writes),
    }


def _raw_alone(worker: subprocess.Popen[bytes], statements: raw.Statements) -> float:
    """Seconds for the raw rows while our worker stands still; what they left to deliver is no work of ours."""
    worker.send_signal(signal.SIGSTOP)
    try:
        seconds = raw.replay(statements.writes, RAW_REPORTS, CONNECTIONS)
        Delivery.objects.filter(state=Delivery.State.PENDING).update(state=Delivery.State.DONE)
    finally:
        worker.send_signal(signal.SIGCONT)
    return seconds


def _token(town: Town) -> str:
    person = town.persons["worker"]
    assignment = Assignment.objects.get(pk=town["worker"].assignment_id)
    return create_token(person=person, assignment=assignment, name="benchmark", now=timezone.now())[1]


def _body() -> dict[str, str]:
    return {
        "key": uuid.uuid4().hex,
        "category": "0401",
        "text": "路口往东二十米，路面塌了一个坑，下雨看不见",
        "lng": str(LNG + 0.004),
        "lat": str(LAT + 0.004),
        "accuracy_m": "15",
        "address": "枫林横街 3 号旁",
    }


def _one_report(key: str) -> None:
    answer = Client(SERVER_NAME="127.0.0.1").post(PATH, _body(), headers={"authorization": f"Bearer {key}"})
    if answer.status_code != 201:
        raise RuntimeError(answer.content.decode())


def _reports(port: int, keys: list[str], count: int) -> float:
    """Seconds until `count` reports are answered over the connections and every event of theirs is delivered."""
    ready = Barrier(len(keys) + 1)
    with ThreadPoolExecutor(len(keys)) as pool:
        threads = [pool.submit(_connection, port, key, count // len(keys), ready) for key in keys]
        ready.wait()
        start = time.perf_counter()
        for thread in threads:
            thread.result()
    while pending(timezone.now()).exists():  # what waits for the morning is not due
        time.sleep(0.01)
    return time.perf_counter() - start


def _connection(port: int, key: str, count: int, ready: Barrier) -> None:
    http = HTTPConnection("127.0.0.1", port)
    requests = list(_requests(key, count))
    ready.wait()
    for body, headers in requests:
        http.request("POST", PATH, body, headers)
        answer = http.getresponse()
        content = answer.read()
        if answer.status != 201:
            raise RuntimeError(content.decode())


def _requests(key: str, count: int) -> Iterator[tuple[bytes, dict[str, str]]]:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/x-www-form-urlencoded"}
    for _ in range(count):
        yield urlencode(_body()).encode(), headers

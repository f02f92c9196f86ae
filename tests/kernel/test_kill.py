"""SIGKILL at any moment loses no event and applies none twice: workers and writers are really killed, many times."""

import json

import pytest

from tests.kernel import killing

SECONDS = 6
KILLED = "tests.kernel.killed"


@pytest.mark.slow
def test_killed_workers_and_writers_lose_nothing_and_do_nothing_twice(environment, tmp_path):
    ledger = tmp_path / "committed"
    killing.run(KILLED, "prepare", str(ledger), environment=environment)
    workers = [killing.Victim(killing.program(KILLED, "work"), environment) for _ in range(2)]
    publish = killing.program(KILLED, "publish", str(ledger))
    writers = [killing.Victim(publish, environment, shortest=0.3, longest=1.2) for _ in range(2)]
    kills = killing.storm([*workers, *writers], seconds=SECONDS, seed=1)
    killing.run(KILLED, "finish", environment=environment)

    left = json.loads(killing.run(KILLED, "report", environment=environment))
    committed = {int(line) for line in ledger.read_text().split()}
    assert kills >= len(workers + writers)
    assert len(committed) > 300
    assert committed <= set(left["events"])  # nothing that was committed is lost
    assert left["events"] == left["causes"]  # an event exists exactly when its cause does
    assert left["applied"] == left["events"]  # applied, each once
    assert left["undone"] == 0
    assert (left["audited"], left["faults"]) == (len(left["events"]), [])

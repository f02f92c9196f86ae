"""SIGKILL at any moment: each message arrives, and has its effect at the consumer exactly once."""

import json
from collections import Counter

import pytest

from tests.gateway.consumer import consumer
from tests.gateway.killed import CASES
from tests.kernel import killing
from tests.servers import environment_of, migrated_database

KILLED = "tests.gateway.killed"
SECONDS = 5


@pytest.mark.slow
def test_killed_workers_lose_no_webhook_and_a_consumer_that_keeps_ids_counts_each_once(tmp_path):
    with migrated_database(tmp_path) as url, consumer() as other:
        environment = environment_of(
            tmp_path,
            NUANXIN_DATABASE_URL=url,
            NUANXIN_OUTSIDE_LOOPBACK="1",
            DJANGO_SETTINGS_MODULE="tests.settings",
        )
        killing.run(KILLED, "prepare", other.url, environment=environment)
        other.pause = 0.05
        workers = [
            killing.Victim(killing.program(KILLED, "work"), environment, shortest=0.4, longest=2.0)
            for _ in range(2)
        ]
        kills = killing.storm(workers, seconds=SECONDS, seed=1)
        other.pause = 0.0
        killing.run(KILLED, "finish", environment=environment)
        left = json.loads(killing.run(KILLED, "report", environment=environment))
    times = Counter(got.headers["webhook-id"] for got in other.got)
    assert kills >= 2
    assert len(left["messages"]) == CASES * 3  # filed, and the two parts of a dispatch
    assert left["states"] == ["sent"]
    effects = set(times)  # a consumer that keeps the ids it has seen
    assert effects == set(left["messages"])
    bodies = {got.headers["webhook-id"]: got.body for got in other.got}
    assert all(
        bodies[got.headers["webhook-id"]] == got.body for got in other.got
    )  # sent again, it is the same

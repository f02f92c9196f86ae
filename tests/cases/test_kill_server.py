"""The web server, with the worker inside, is killed while people report: no report is lost, none is there twice."""

import json
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from http.client import HTTPException

import pytest

from scripts import pg
from tests.factories.town import LAT, LNG
from tests.kernel import killing
from tests.servers import NUANXIN, environment_of, migrated_database

SECONDS = 6
PEOPLE = 3
PROGRAM = "tests.cases.killed_server"


class Reporter(threading.Thread):
    """Somebody whose phone sends a report with the same key until it has an answer, then writes the next one."""

    def __init__(self, url, token):
        super().__init__()
        self.url, self.token = url, token
        self.answered = {}
        self.refused = []
        self.enough = threading.Event()

    def run(self):
        while not self.enough.is_set():
            self.send(uuid.uuid4().hex)

    def send(self, key):
        body = urllib.parse.urlencode(
            {
                "key": key,
                "category": "0401",
                "text": f"路面有坑 {key[:6]}",
                "lng": LNG + 0.002,
                "lat": LAT + 0.002,
            }
        )
        request = urllib.request.Request(  # noqa: S310  -- our own server on the loopback
            f"{self.url}/api/v1/cases", body.encode(), {"Authorization": f"Bearer {self.token}"}
        )
        while key not in self.answered and not self.refused:
            try:
                with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310  -- see above
                    self.answered[key] = json.load(answer)["number"]
            except urllib.error.HTTPError as error:
                self.refused.append(f"{error.code} {error.read().decode()[:200]}")
                self.enough.set()
            except (
                OSError,
                ValueError,
                HTTPException,
            ):  # refused, reset, or cut off in the middle of the answer
                time.sleep(0.1)


@pytest.mark.slow
def test_a_killed_server_loses_no_report_and_takes_none_twice(tmp_path):
    port = pg.free_port()
    url = f"http://127.0.0.1:{port}"
    with migrated_database(tmp_path) as database:
        environment = environment_of(
            tmp_path,
            NUANXIN_DATABASE_URL=database,
            NUANXIN_LOG_LEVEL="CRITICAL",
            NUANXIN_LIMITS="reports=off,api=off",  # nobody else reports as fast
        )
        token = json.loads(killing.run(PROGRAM, "prepare", environment=environment))
        server = killing.Victim(
            [*NUANXIN, "serve", "--port", str(port), "--embedded"],
            environment,
            ready=killing.answers(f"{url}/healthz"),
            shortest=0.2,
            longest=2.0,
        )
        people = [Reporter(url, token) for _ in range(PEOPLE)]
        for person in people:
            person.start()
        kills = killing.storm([server], seconds=SECONDS, seed=2)
        with server.alive():  # everybody gets an answer in the end
            for person in people:
                person.enough.set()
            for person in people:
                person.join()
        left = json.loads(killing.run(PROGRAM, "report", environment=environment))

    answered = {key: number for person in people for key, number in person.answered.items()}
    assert kills >= 1
    assert [person.refused for person in people] == [[]] * PEOPLE
    assert len(answered) > PEOPLE
    assert (
        left["reported"] == answered
    )  # what was answered is there, under the number that was told, and nothing else
    assert left["cases"] == len(answered)
    assert left["events"] == left["ids"]  # each case reported once to those above
    assert left["received"] == sorted(answered.values())  # and each reporter told once
    assert (left["undone"], left["faults"]) == (0, [])

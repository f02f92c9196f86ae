"""A street at work while its machines fail: two web processes, a worker and PostgreSQL are killed in turn.

Reporters, dispatchers and handlers go on all the time over the API, each trying again as a phone or a program would.
What was acknowledged is there exactly once, what was not at most once, every invariant of the loop holds, and the
audit seals verify.
"""

import json
import os
import random
import subprocess
import threading
import time
import uuid
from collections import Counter

import pytest
import requests

from scripts import pg
from tests.factories.fixtures import jpeg
from tests.factories.town import LAT, LNG
from tests.kernel import killing
from tests.servers import NUANXIN, environment_of

PROGRAM = "tests.cases.loaded_city"
ROUNDS = int(os.environ.get("NUANXIN_FAULT_ROUNDS", "1"))  # each kills every process once
REPORTERS = ("worker", "other_worker", "resident")
OFFICES = {  # who, with the queues that they look into
    "dispatcher": ("screen", "dispatch", "verify"),
    "street_lead": ("screen", "dispatch", "verify"),
    "community": ("new", "mine"),
    "gas": ("new", "mine"),
    "water": ("new", "mine"),
    "city_management": ("new", "mine"),
}
CATEGORIES = ("0401", "0302", "0101")
LEADS = ("water", "city_management", "gas")
WITHOUT_WORDS = {"screen", "verify", "claim", "accept"}  # a press and nothing more: counted by case instead
SELDOM = {"reject", "return", "fail", "call_in"}
PATIENCE = 90  # seconds until somebody who is not answered gives up; nothing here takes that long


class Somebody(threading.Thread):
    """One connection after another to whichever web process answers, until it is enough."""

    def __init__(self, name, urls, token, seed):
        super().__init__(name=name)
        self.urls, self.headers = list(urls), {"Authorization": f"Bearer {token}"}
        self.chance = random.Random(seed)
        self.enough = threading.Event()
        self.acknowledged, self.tried, self.wrong = {}, [], []

    def run(self):
        while not self.enough.is_set() and not self.wrong:
            self.act()
            time.sleep(self.chance.uniform(0, 0.05))

    def ask(self, method, path, **given):
        """The answer, from whoever gives one; 5xx and broken connections are tried again elsewhere."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            url = self.chance.choice(self.urls)
            try:
                answer = requests.request(
                    method, f"{url}/api/v1{path}", headers=self.headers, timeout=10, **given
                )
                if answer.status_code < 500:
                    return answer
            except requests.RequestException:
                pass
            time.sleep(0.1)
        self.wrong.append(f"{self.name}: nobody answers {path}")
        return None


class Reporter(Somebody):
    """Sends a report with the same key until it is answered; each answer names the number of the case."""

    def act(self):
        key = uuid.uuid4().hex
        self.tried.append(key)
        answer = self.ask(
            "POST",
            "/cases",
            data={
                "key": key,
                "category": self.chance.choice(CATEGORIES),
                "text": f"路边有情况 {key[:8]}",
                "lng": LNG + self.chance.uniform(0.001, 0.009),
                "lat": LAT + self.chance.uniform(0.001, 0.009),
            },
        )
        if answer is not None and answer.status_code in {200, 201}:
            self.acknowledged[key] = answer.json()["number"]
        elif answer is not None:
            self.wrong.append(f"{answer.status_code} {answer.text[:300]}")


class Office(Somebody):
    """Takes a case from a queue and presses one of the buttons that are there, each time with words of its own."""

    def __init__(self, name, urls, token, seed, *, tabs, units):
        super().__init__(name, urls, token, seed)
        self.tabs, self.units = tabs, units
        self.presses = Counter()

    def act(self):
        rows = self.read(f"/cases?tab={self.chance.choice(self.tabs)}")
        if not rows or not rows["items"]:
            return
        number = self.chance.choice(rows["items"])["number"]
        case = self.read(f"/cases/{number}")
        moves = [
            move
            for move in (case["available_transitions"] if case else [])
            if move["name"] not in SELDOM or self.chance.random() < 0.1
        ]
        if moves:
            self.press(number, self.chance.choice(moves))

    def read(self, path):
        answer = self.ask("GET", path)
        return answer.json() if answer is not None and answer.status_code == 200 else None

    def press(self, number, move):
        words = f"{move['name']} {uuid.uuid4().hex}"
        self.tried.append(words)
        self.presses[f"{number} {move['name']}"] += 1
        given = {
            "opinion": words,
            "outcome": "solved",
            "reason": "R2" if move["name"] == "return" else "7",
            "lead": self.units[self.chance.choice(LEADS)],
            "units": self.units["gas"],
        }
        if move["task_id"]:
            given["task_id"] = move["task_id"]
        files = [(kind, (f"{kind}.jpg", jpeg(), "image/jpeg")) for kind in ("before", "after")]
        answer = self.ask("POST", f"/cases/{number}/transitions/{move['name']}", data=given, files=files)
        if answer is not None and answer.status_code == 200:
            self.acknowledged[words] = f"{number} {move['name']}"
        elif answer is not None and answer.status_code not in {403, 404, 409, 422}:
            self.wrong.append(f"{move['name']}: {answer.status_code} {answer.text[:300]}")


class Machine:
    """One of the product's processes; `restart` kills it first."""

    def __init__(self, arguments, environment, ready):
        self.arguments, self.environment, self.ready = arguments, environment, ready
        self.process = None

    def start(self):
        victim = killing.Victim([*NUANXIN, *self.arguments], self.environment, ready=self.ready)
        self.process = victim.start()

    def restart(self):
        self.kill()
        self.start()

    def kill(self):
        if self.process:
            killing.kill(self.process)


def at_once(_process: "subprocess.Popen[bytes]") -> bool:
    return True


@pytest.mark.slow
@pytest.mark.postgres
def test_a_street_goes_on_while_its_machines_fail(tmp_path):
    with pg.server() as database:  # as durable as production: a commit that was answered survives the crash
        environment = environment_of(
            tmp_path,
            NUANXIN_DATABASE_URL=database.url,
            NUANXIN_LOG_LEVEL="CRITICAL",
            NUANXIN_LIMITS="reports=off,api=off,uploads=off",  # nobody else reports as fast
        )
        given = json.loads(killing.run(PROGRAM, "prepare", environment=environment))
        ports = [pg.free_port(), pg.free_port()]
        urls = [f"http://127.0.0.1:{port}" for port in ports]
        machines = [
            *(
                Machine(
                    ["serve", "--port", str(port), "--workers", "1", "--no-embedded"],
                    environment,
                    killing.answers(f"{url}/healthz"),
                )
                for port, url in zip(ports, urls, strict=True)
            ),
            Machine(["worker"], environment, at_once),
        ]
        tokens = given["tokens"]
        people = [Reporter(name, urls, tokens[name], seed) for seed, name in enumerate(REPORTERS)]
        people += [
            Office(name, urls, tokens[name], 100 + seed, tabs=tabs, units=given["units"])
            for seed, (name, tabs) in enumerate(OFFICES.items())
        ]
        try:
            for machine in machines:
                machine.start()
            for person in people:
                person.start()
            for _ in range(ROUNDS):
                for machine in machines:
                    time.sleep(1.5)
                    machine.restart()
                time.sleep(1.5)
                database.crash()
                time.sleep(0.5)
                database.start()
            time.sleep(2)
        finally:
            for person in people:
                person.enough.set()
            for person in people:
                if person.ident:
                    person.join()
            for machine in machines:
                machine.kill()
        left = json.loads(killing.run(PROGRAM, "report", environment=environment))

    assert [wrong for person in people for wrong in person.wrong] == []
    reports = {
        key: number for person in people[: len(REPORTERS)] for key, number in person.acknowledged.items()
    }
    offices = people[len(REPORTERS) :]
    pressed = [words for office in offices for words in office.acknowledged]
    tried = {words for person in people for words in person.tried}
    assert len(reports) > 30
    assert len({words.split()[0] for words in pressed}) >= 6  # a street really was at work
    assert left["reported"] == reports  # each has been answered in the end, under the number that was told
    assert (
        left["numbers"] == sorted(reports.values()) == left["received"]
    )  # once each, and each reporter told once
    own_words = (
        opinion.rpartition("：")[2] for opinion in left["opinions"]
    )  # after the unit that is reminded
    said = Counter(words for words in own_words if words in tried)
    worded = {words for words in pressed if words.split()[0] not in WITHOUT_WORDS}
    assert {words for words in worded if said[words] != 1} == set()  # acknowledged: exactly once
    assert max(said.values()) == 1  # not acknowledged: at most once
    acknowledged = Counter(step for office in offices for step in office.acknowledged.values())
    assert acknowledged - Counter(left["pressed"]) == Counter()  # the same for those that carry no words
    assert Counter(left["pressed"]) - sum((office.presses for office in offices), Counter()) == Counter()
    assert left["steps_without_audit"] == {}
    assert (left["undone"], left["faults"]) == (0, [])

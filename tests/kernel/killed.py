"""The programs that tests/kernel/test_kill.py kills: `python -m tests.kernel.killed ROLE [LEDGER]`.

prepare   make the tables, and a backlog, so that workers have something to die in from the start
publish   commit a cause, its event and an audit entry, then write the number into the ledger; for ever
more      commit ten more
work      the worker, for ever
embedded  the worker as a thread, asked for twice, until it has delivered something
finish    deliver and seal what is left
report    print what is in the database, as JSON
"""

import json
import random
import sys
import time
from datetime import timedelta
from pathlib import Path

import django

django.setup()

from django.core.management import call_command  # noqa: E402  -- after setup
from django.db import connection, transaction  # noqa: E402  -- after setup
from django.utils import timezone  # noqa: E402  -- after setup

from nuanxin.kernel import audit, events, worker  # noqa: E402  -- after setup
from nuanxin.kernel.access import SYSTEM  # noqa: E402  -- after setup
from nuanxin.kernel.events.models import Delivery, Event  # noqa: E402  -- after setup
from tests.kernel.tables import TABLES, Applied, Lamp  # noqa: E402  -- after setup

FINISH_SECONDS = 15
BACKLOG = 300


@events.event
class LampLit:
    lamp: int


@events.subscribe(LampLit)
def apply(happened, envelope):
    """Not idempotent on purpose: applied twice, it shows."""
    Applied.objects.create(event_uuid=envelope.id, value=happened.lamp)
    time.sleep(0.001)  # so that many kills fall into the middle of a batch


def prepare(ledger):
    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        for model in TABLES:
            editor.create_model(model)
    for _ in range(BACKLOG):
        _light(ledger)


def publish(ledger):
    _ready()
    while True:
        _light(ledger)
        time.sleep(random.uniform(0, 0.004))


def _light(ledger):
    number = random.getrandbits(62)
    now = timezone.now()
    with transaction.atomic():
        Lamp.objects.create(scope_code="990101001001", owner_id=number)
        events.publish(LampLit(lamp=number), now=now)
        audit.record(actor=SYSTEM, action="lamps.light", object_id=number, now=now)
    with Path(ledger).open("ab", buffering=0) as record:
        record.write(f"{number}\n".encode())  # one write, after the commit: what is here must never be lost


def more(ledger):
    for _ in range(10):
        _light(ledger)


def embedded():
    threads = {worker.start_embedded() for _ in range(2)}
    while not Applied.objects.exists():
        time.sleep(0.05)
    sys.stdout.write(f"{len(threads)} thread\n")


def work():
    _ready()
    worker.run_until_stopped()


def finish():
    """Rows that a dying connection still holds are free a moment later; so are failed ones, a day later."""
    patience = time.monotonic() + FINISH_SECONDS
    while time.monotonic() < patience:
        later = timezone.now() + timedelta(days=1)
        events.drain(later)
        audit.seal_pending(now=later)
        if not events.undelivered(later).waiting and not audit.unsealed_age(later):
            return
        time.sleep(0.1)


def report():
    sealed = audit.verify()
    return {
        "causes": sorted(Lamp.objects.values_list("owner_id", flat=True)),
        "events": sorted(payload["lamp"] for payload in Event.objects.values_list("payload", flat=True)),
        "applied": sorted(Applied.objects.values_list("value", flat=True)),
        "undone": Delivery.objects.exclude(state=Delivery.State.DONE).count(),
        "failed_before": Delivery.objects.filter(attempts__gt=1).count(),
        "audited": sealed.entries,
        "faults": [fault.kind for fault in sealed.faults],
    }


def _ready():
    sys.stdout.write("ready\n")
    sys.stdout.flush()


if __name__ == "__main__":
    role, *arguments = sys.argv[1:]
    roles = [prepare, publish, more, work, embedded, finish, report]
    answer = {function.__name__: function for function in roles}[role](*arguments)
    if answer is not None:
        sys.stdout.write(json.dumps(answer))

"""Before and after the server is killed (tests/cases/test_kill_server.py): `python -m tests.cases.killed_server ROLE`.

prepare   make the tables and a small town; print the worker's bearer token
report    deliver what is left and print what is in the database, as JSON
"""

import json
import sys
from datetime import timedelta

import django

django.setup()

from django.core.management import call_command  # noqa: E402  -- after setup
from django.utils import timezone  # noqa: E402  -- after setup

from nuanxin.cases.models import Case, Reporter  # noqa: E402  -- after setup
from nuanxin.kernel import audit, events  # noqa: E402  -- after setup
from nuanxin.kernel.events.models import Delivery, Event  # noqa: E402  -- after setup
from nuanxin.notifications.models import Notice  # noqa: E402  -- after setup
from nuanxin.people.models import Assignment  # noqa: E402  -- after setup
from nuanxin.people.services import create_token  # noqa: E402  -- after setup
from tests.factories.town import build_town  # noqa: E402  -- after setup


def prepare():
    call_command("migrate", verbosity=0)
    now = timezone.now()
    worker = build_town(now).persons["worker"]
    _, token = create_token(
        person=worker, assignment=Assignment.objects.get(person=worker), name="test", now=now
    )
    return token


def report():
    later = timezone.now() + timedelta(days=1)
    events.drain(later)
    audit.seal_pending(now=later)
    return {
        "cases": Case.objects.count(),
        "reported": dict(Reporter.objects.values_list("key", "case__number")),
        "events": sorted(
            Event.objects.filter(name="cases.CaseReported").values_list("payload__case_id", flat=True)
        ),
        "ids": sorted(Case.objects.values_list("pk", flat=True)),
        "received": sorted(Notice.objects.filter(kind="received").values_list("case_number", flat=True)),
        "undone": Delivery.objects.exclude(state=Delivery.State.DONE).count(),
        "faults": [fault.kind for fault in audit.verify().faults],
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps({"prepare": prepare, "report": report}[sys.argv[1]]()))

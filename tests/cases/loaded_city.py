"""Before and after the storm of tests/cases/test_load_and_faults.py: `python -m tests.cases.loaded_city ROLE`.

prepare   make the tables and a small town; print a bearer token for each who takes part, and the units' public ids
report    deliver what is left and print what is in the database, as JSON; every invariant of the loop is checked here
"""

import json
import sys
from collections import Counter
from datetime import timedelta

import django

django.setup()

from django.core.management import call_command  # noqa: E402  -- after setup
from django.utils import timezone  # noqa: E402  -- after setup

from nuanxin.cases.models import Case, CaseLog, Reporter  # noqa: E402  -- after setup
from nuanxin.kernel import audit, events  # noqa: E402  -- after setup
from nuanxin.kernel.audit.models import AuditEntry  # noqa: E402  -- after setup
from nuanxin.kernel.events.models import Delivery  # noqa: E402  -- after setup
from nuanxin.notifications.models import Notice  # noqa: E402  -- after setup
from nuanxin.people.models import Assignment  # noqa: E402  -- after setup
from nuanxin.people.services import create_token  # noqa: E402  -- after setup
from tests.cases import invariants  # noqa: E402  -- after setup
from tests.factories.town import build_town  # noqa: E402  -- after setup

PEOPLE = (
    "worker",
    "other_worker",
    "resident",
    "dispatcher",
    "street_lead",
    "community",
    "gas",
    "water",
    "city_management",
)
HOLDS = (
    invariants.cases_are_sound,
    invariants.tasks_are_sound,
    invariants.the_log_is_one_chain,
    invariants.separation_of_duties,
    invariants.events_are_delivered_once,
)


def prepare():
    call_command("migrate", verbosity=0)
    now = timezone.now()
    town = build_town(now)
    tokens = {}
    for key in PEOPLE:
        assignment = Assignment.objects.get(pk=town[key].assignment_id)
        tokens[key] = create_token(person=town.persons[key], assignment=assignment, name="test", now=now)[1]
    units = {key: str(unit.public_id) for key, unit in town.organisations.items()}
    return {"tokens": tokens, "units": units}


def report():
    later = timezone.now() + timedelta(days=1)
    events.drain(later)
    audit.seal_pending(now=later)
    for holds in HOLDS:
        holds()
    return {
        "reported": dict(Reporter.objects.values_list("key", "case__number")),
        "received": sorted(Notice.objects.filter(kind="received").values_list("case_number", flat=True)),
        "numbers": sorted(Case.objects.values_list("number", flat=True)),
        "opinions": list(CaseLog.objects.exclude(opinion="").values_list("opinion", flat=True)),
        "pressed": _steps(CaseLog.objects.filter(assignment_id__isnull=False)),
        "steps_without_audit": _steps(CaseLog.objects.all()) - _audited(),
        "undone": Delivery.objects.exclude(state=Delivery.State.DONE).count(),
        "faults": [fault.kind for fault in audit.verify().faults],
    }


def _steps(logs):
    return Counter(f"{number} {action}" for number, action in logs.values_list("case__number", "action"))


def _audited():
    rows = AuditEntry.objects.filter(object_type="cases.case").values_list("object_id", "action")
    return Counter(f"{number} {action.removeprefix('cases.')}" for number, action in rows)


if __name__ == "__main__":
    sys.stdout.write(json.dumps({"prepare": prepare, "report": report}[sys.argv[1]]()))

"""The programs that tests/gateway/test_killed.py kills: `python -m tests.gateway.killed ROLE [ARGUMENT]`.

prepare URL   build the town, register an endpoint, let cases happen
work          the worker, for ever
finish        deliver and send what is left, hours later
report        print what is in the database, as JSON
"""

import json
import sys
import time
from datetime import timedelta

import django

django.setup()

from django.utils import timezone  # noqa: E402  -- after setup

from nuanxin.gateway.models import WebhookMessage  # noqa: E402  -- after setup
from nuanxin.gateway.services import endpoints, posting  # noqa: E402  -- after setup
from nuanxin.kernel import events, worker  # noqa: E402  -- after setup
from tests.factories.desks import dispatched  # noqa: E402  -- after setup
from tests.factories.town import DISTRICT, build_town  # noqa: E402  -- after setup

CASES = 25
TYPES = ["cases.CaseFiled", "cases.TaskDispatched"]
PATIENCE_S = 30


def prepare(url):
    town = build_town()
    endpoints.register_endpoint(
        actor=town["system_admin"], name="x", url=url, scope_code=DISTRICT, event_types=TYPES, now=town.now
    )
    for number in range(CASES):
        dispatched(town, now=town.now + timedelta(minutes=number))


def work():
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    worker.run_until_stopped()


def finish():
    """A line that a dead process held is free when its lease is over."""
    later = timezone.now() + timedelta(hours=3)
    patience = time.monotonic() + PATIENCE_S
    while time.monotonic() < patience:
        events.drain(later)
        if (
            not posting.send_webhooks(now=later)
            and not WebhookMessage.objects.filter(state="waiting").exists()
        ):
            return
        later += timedelta(minutes=5)


def report():
    return {
        "messages": sorted(row.message_id for row in WebhookMessage.objects.all()),
        "states": sorted(set(WebhookMessage.objects.values_list("state", flat=True))),
    }


if __name__ == "__main__":
    role, *arguments = sys.argv[1:]
    answer = {function.__name__: function for function in (prepare, work, finish, report)}[role](*arguments)
    if answer is not None:
        sys.stdout.write(json.dumps(answer))

"""Other systems as any city has them: keys, addresses that hear of events, and who reports by program.

Nothing leaves the machine. The addresses lie on this machine at a port where nobody listens; what "was answered" there
is written down as the sender would have written it.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import count

from django.conf import settings

from nuanxin.demo.names import CITY, DISTRICT, REFERENCE
from nuanxin.demo.planned import Seat
from nuanxin.demo.population import Population
from nuanxin.gateway.enums import Sending
from nuanxin.gateway.models import ApiKey, WebhookEndpoint, WebhookMessage
from nuanxin.gateway.open311.arguments import Posted
from nuanxin.gateway.queries.open311 import area_of
from nuanxin.gateway.services.endpoints import register_endpoint
from nuanxin.gateway.services.keys import create_key, open_jurisdiction, revoke_key
from nuanxin.gateway.services.lines import MAX_AGE, Tried
from nuanxin.gateway.services.open311 import key_for, send_request
from nuanxin.gateway.services.posting import GONE, note_try
from nuanxin.kernel.access import Actor
from nuanxin.kernel.access.scope import padded

ADMINISTRATOR = Seat("xitong", "system_admin", "centre")
NOBODY_LISTENS = "http://127.0.0.1:9"  # the port of the old discard service
HEARD_IN = DISTRICT[0] + "001"  # the street that is entered most often
SILENT_IN = DISTRICT[0] + "002"
URGENT = ("cases.CaseShelved", "cases.SupervisionOpened", "cases.ReworkRequested")
ENDED = ("cases.CaseClosed",)
KEY_DAYS = 365
STUMBLES = 7  # each seventh message arrives only at the second try
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Connections:
    """What was set up before the first report; `endpoints` are none where this machine may not be an address."""

    administrator: Actor
    hotline: str  # the text of the key in use
    tried_out: ApiKey
    endpoints: tuple[WebhookEndpoint, ...]


def connect(settled: Population, *, now: datetime) -> Connections:
    """Two keys, an area on offer and two addresses, as the administrator sets them up."""
    actor = settled.actor(ADMINISTRATOR)
    district = padded(DISTRICT[0])
    identifier = f"d{DISTRICT[0]}.example"
    open_jurisdiction(actor=actor, identifier=identifier, name=DISTRICT[1], scope_code=district, now=now)
    create = partial(create_key, actor=actor, scope_code=district, may_report=True, days=KEY_DAYS, now=now)
    hotline = create(name=f"{CITY[1]} 12345 热线", may_update=True)
    tried = create(name="物业报修小程序（试用）", may_update=False)
    return Connections(actor, hotline.text, tried.row, _addresses(actor, now=now))


def _addresses(actor: Actor, *, now: datetime) -> tuple[WebhookEndpoint, ...]:
    if not settings.NUANXIN_OUTSIDE_LOOPBACK:
        return ()
    planned = (("街道值班大屏", "screen", HEARD_IN, URGENT), ("区数据共享平台", "share", SILENT_IN, ENDED))
    made = (
        register_endpoint(
            actor=actor,
            name=name,
            url=f"{NOBODY_LISTENS}/{path}",
            scope_code=padded(scope),
            event_types=types,
            now=now,
        )
        for name, path, scope, types in planned
    )
    return tuple(endpoint for endpoint, _secret in made)


def live_on(connections: Connections, *, now: datetime) -> int:
    """What came of it by the end: messages delivered or not, a key given up, reports by program; how many reports."""
    revoke_key(actor=connections.administrator, public_id=connections.tried_out.public_id, now=now - MINUTE)
    for endpoint, answer in zip(connections.endpoints, (_deliver, _give_up), strict=False):
        answer(endpoint, now=now)
    return _report_by_program(connections, now=now)


def _messages(endpoint: WebhookEndpoint, now: datetime) -> list[WebhookMessage]:
    rows = WebhookMessage.objects.filter(endpoint=endpoint, state=Sending.WAITING, next_try_at__lte=now)
    return list(rows.order_by("pk"))


def _deliver(endpoint: WebhookEndpoint, *, now: datetime) -> None:
    """All arrived, some only when the other side was up again."""
    for number, message in zip(count(1), _messages(endpoint, now), strict=False):
        at = message.created_at + 2 * SECOND
        if number % STUMBLES == 0:
            note_try(endpoint, message, Tried("http 503", 503, 41), now=at)
            message.refresh_from_db()
            at += 12 * SECOND
        note_try(endpoint, message, Tried("", 204, 18 + 7 * number % 60), now=min(at, now))


def _give_up(endpoint: WebhookEndpoint, *, now: datetime) -> None:
    """Nobody answers for three days, or in a short story says that nobody wants it: what comes after that waits."""
    message = next(iter(_messages(endpoint, now)), None)
    if message is None:
        return
    first = message.created_at + 2 * SECOND
    if first + MAX_AGE > now:
        note_try(endpoint, message, Tried(f"http {GONE}", GONE, 35), now=min(first, now))
        return
    for share in (0.0, 0.02, 0.2, 0.6, 1.0):
        note_try(endpoint, message, Tried("timeout"), now=first + share * MAX_AGE)
        message.refresh_from_db()


def _report_by_program(connections: Connections, *, now: datetime) -> int:
    """Calls to the hotline become reports like any other, in streets where nobody waits for them in this hour."""
    with (REFERENCE / "incoming_requests.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    for number, row in enumerate(rows):
        at = now - (20 - 5 * number) * MINUTE
        posted = Posted(
            service_code=row["category"],
            description=row["text"],
            address_id=DISTRICT[0] + row["street"] + "001",
            key=f"hotline-{number}",
        )
        key = key_for(connections.hotline, now=at)
        send_request(key=key, area=area_of(""), posted=posted, media=(), now=at)
    return len(rows)

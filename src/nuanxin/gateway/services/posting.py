"""Webhooks on their way: queued with the event, sent by a thread of the worker, tried again, given up visibly.

At least once: a process that dies between the consumer's yes and our note sends the same message again, with the same
id, by which the consumer drops it.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import orjson
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q

from nuanxin.gateway.enums import EndpointState, PauseCause, Sending
from nuanxin.gateway.events import EndpointPaused
from nuanxin.gateway.models import WebhookAttempt, WebhookEndpoint, WebhookMessage
from nuanxin.gateway.queries.webhooks import listeners, may_leave, unit_of
from nuanxin.gateway.services.lines import (
    TURN,
    Ticking,
    Tried,
    free_line,
    hold_line,
    note_arrived,
    note_missed,
    note_withheld,
    take_lines,
)
from nuanxin.gateway.webhooks.catalogue import PUBLISHED, TEST, Unit, outgoing
from nuanxin.gateway.workflow import ENDPOINT
from nuanxin.kernel.channels.outside import AddressRefused, NotReached, request, target_of
from nuanxin.kernel.channels.signing import signed
from nuanxin.kernel.events import Envelope, publish

GONE = 410
SIDE_BY_SIDE = 4
MAX_BODY = 64 * 1024
WITHHELD = "withheld"  # the case has become one that does not leave


def queue_event(*, happened: Any, envelope: Envelope) -> int:
    """One message for each endpoint that wants the event; a second time none. Called by the worker."""
    published = PUBLISHED[f"cases.{type(happened).__name__}"]
    wanted = listeners(published.name, envelope.scope_code)
    if not wanted:
        return 0
    named = (getattr(happened, field, "") for field in ("category", "category_before"))
    if not may_leave(happened.number, *filter(None, named)):
        return 0
    unit = unit_of(getattr(happened, "organisation_id", None)) if published.unit else None
    made = outgoing(
        published,
        happened,
        scope_code=envelope.scope_code,
        occurred_at=envelope.occurred_at,
        unit=Unit(*unit) if unit else None,
        now=envelope.occurred_at,
    )
    body = orjson.dumps(made.body).decode()
    rows = [
        WebhookMessage(
            endpoint_id=each.endpoint_id,
            event_uuid=envelope.id,
            event_type=made.type,
            topic=made.topic,
            body=body,
            created_at=made.not_before,
            next_try_at=made.not_before,
        )
        for each in wanted
    ]
    return len(WebhookMessage.objects.bulk_create(rows, ignore_conflicts=True))


def send_webhooks(*, now: datetime, side_by_side: int = 1) -> int:
    """Send what is due; returns how many messages were tried. Endpoints do not wait for one another."""
    clock = Ticking(now)
    eligible = _waiting(now).filter(endpoint=OuterRef("pk"))
    rows = WebhookEndpoint.objects.exclude(state=EndpointState.REMOVED).filter(Exists(eligible))
    taken = take_lines(rows, now=now)
    if not taken:
        return 0
    if side_by_side == 1:
        return sum(_turn(pk, clock) for pk in taken)
    with ThreadPoolExecutor(side_by_side) as pool:
        return sum(pool.map(partial(_and_close, _turn, clock), taken))


def send_until_done(*, now: datetime) -> None:
    """What the thread beside the worker does: until nothing is due."""
    clock = Ticking(now)
    while send_webhooks(now=clock.now(), side_by_side=SIDE_BY_SIDE):
        pass


def forget_webhooks(*, now: datetime) -> int:
    """The log is kept for `NUANXIN_WEBHOOK_LOG_DAYS`; what could not be sent in that time is gone with it."""
    before = now - timedelta(days=settings.NUANXIN_WEBHOOK_LOG_DAYS)
    deleted, _by_model = WebhookMessage.objects.filter(created_at__lt=before).delete()
    WebhookEndpoint.objects.filter(old_secret_until__lte=now).update(old_secret="", old_secret_until=None)
    return deleted


def _and_close(turn: Callable[[int, Ticking], int], clock: Ticking, pk: int) -> int:
    try:
        return turn(pk, clock)
    finally:
        connection.close()


def _waiting(now: datetime) -> Any:
    """Due, and not behind an earlier message about the same case that is still being tried."""
    earlier = WebhookMessage.objects.filter(
        endpoint=OuterRef("endpoint"), topic=OuterRef("topic"), state=Sending.WAITING, attempts__gt=0,
        pk__lt=OuterRef("pk"),
    )  # fmt: skip
    return (
        WebhookMessage.objects.filter(state=Sending.WAITING, next_try_at__lte=now)
        .filter(Q(endpoint__state=EndpointState.ACTIVE) | Q(event_type=TEST))
        .filter(Q(topic="") | ~Exists(earlier))
        .order_by("pk")
    )


def _turn(endpoint_id: int, clock: Ticking) -> int:
    """One endpoint's messages in their order; what fails waits, what is about other cases goes on."""
    endpoint = WebhookEndpoint.objects.get(pk=endpoint_id)
    tried = 0
    try:
        while tried < TURN and hold_line(endpoint, now=clock.now()):
            message = _waiting(clock.now()).filter(endpoint=endpoint).first()
            if message is None:
                break
            tried += 1
            outcome = _post(endpoint, message, now=clock.now())
            if not note_try(endpoint, message, outcome, now=clock.now()):
                break
    finally:
        free_line(endpoint)
    return tried


def _post(endpoint: WebhookEndpoint, message: WebhookMessage, *, now: datetime) -> Tried:
    """One request, outside any transaction. The address is looked at again each time."""
    body = message.body.encode()
    if len(body) > MAX_BODY:
        return Tried("too long")
    if message.topic and not may_leave(message.topic):
        return Tried(WITHHELD)
    secrets = [endpoint.secret]
    if endpoint.old_secret_until is not None and endpoint.old_secret_until > now:
        secrets.append(endpoint.old_secret)
    headers = signed(secrets, message_id=message.message_id, at=now, body=body)
    headers["Content-Type"] = "application/json; charset=utf-8"
    try:
        return Tried.of(request(target_of(endpoint.url), body=body, headers=headers))
    except AddressRefused:
        return Tried("address")
    except NotReached as error:
        return Tried(str(error))


def note_try(endpoint: WebhookEndpoint, message: WebhookMessage, tried: Tried, *, now: datetime) -> bool:
    """Write down what came of it; whether the endpoint goes on. Publishes `EndpointPaused` when it is given up."""
    with transaction.atomic():
        WebhookAttempt.objects.create(
            message=message, at=now, status=tried.status, error=tried.error[:60], took_ms=tried.took_ms
        )
        if not tried.error:
            note_arrived(message, endpoint, tried, now=now)
            return True
        is_test = message.event_type == TEST
        if tried.error == WITHHELD:
            note_withheld(message)
            return True
        given_up = note_missed(message, endpoint, tried, now=now, hopeless=is_test)
        if is_test or not (given_up or tried.status == GONE):
            return True
        cause = PauseCause.GONE if tried.status == GONE else PauseCause.FAILING
        if endpoint.state == EndpointState.ACTIVE:
            ENDPOINT.step(endpoint, "give_up", pause_cause=cause, changed_at=now)
            publish(EndpointPaused(endpoint.pk, cause), scope_code=endpoint.scope_code, now=now)
        return False

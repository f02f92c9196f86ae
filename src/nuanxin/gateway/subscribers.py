"""What leaves when something happens, and who here must know of what another system says."""

from typing import Any

from nuanxin.cases import events
from nuanxin.gateway.events import ConflictOpened, EndpointPaused
from nuanxin.gateway.services import notices
from nuanxin.gateway.services.exchanging import case_closed_here
from nuanxin.gateway.services.posting import queue_event
from nuanxin.gateway.webhooks.catalogue import PUBLISHED
from nuanxin.kernel.events import Envelope, subscribe


@subscribe(*(each.event for each in PUBLISHED.values()))
def to_webhooks(event: Any, envelope: Envelope) -> None:
    queue_event(happened=event, envelope=envelope)


@subscribe(events.CaseClosed)
def to_exchange(event: events.CaseClosed, envelope: Envelope) -> None:
    case_closed_here(case_id=event.case_id, now=envelope.occurred_at)


@subscribe(EndpointPaused)
def endpoint_paused(event: EndpointPaused, envelope: Envelope) -> None:
    notices.tell_administrators(event, envelope)


@subscribe(ConflictOpened)
def conflict_opened(event: ConflictOpened, envelope: Envelope) -> None:
    notices.tell_dispatchers(event, envelope)

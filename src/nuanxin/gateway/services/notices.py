"""Who here hears that something is wrong between us and another system."""

from django.urls import reverse

from nuanxin.cases.queries.facts import case_facts
from nuanxin.gateway.events import ConflictOpened, EndpointPaused
from nuanxin.gateway.models import ExchangeOrder, WebhookEndpoint
from nuanxin.kernel.access.scope import LEVELS, padded
from nuanxin.kernel.events import Envelope
from nuanxin.notifications.enums import Kind
from nuanxin.notifications.services import for_staff, tell
from nuanxin.people.queries import assignments_at


def tell_administrators(event: EndpointPaused, envelope: Envelope) -> None:
    """The system administrators: an endpoint has been paused by itself."""
    endpoint = WebhookEndpoint.objects.filter(pk=event.endpoint_id).only("name", "public_id").first()
    if endpoint is None:
        return
    staff = assignments_at(roles=("system_admin",), now=envelope.occurred_at)
    facts = {"unit": endpoint.name, "path": reverse("gateway:webhook", args=[endpoint.public_id])}
    tell(
        for_staff(
            assignments=staff,
            event_id=envelope.id,
            kind=Kind.PUSH_STOPPED,
            case_number="",
            facts=facts,
            is_urgent=False,
            now=envelope.occurred_at,
        )
    )


def tell_dispatchers(event: ConflictOpened, envelope: Envelope) -> None:
    """The dispatchers of the street: a platform says something else about a case."""
    order = ExchangeOrder.objects.filter(pk=event.order_id).select_related("link").first()
    if order is None:
        return
    street = padded(envelope.scope_code[: LEVELS["street"]])
    staff = assignments_at(roles=("dispatcher",), scope_code=street, now=envelope.occurred_at)
    case = case_facts(event.case_id)
    facts = {
        "category": case.category,
        "unit": order.link.name,
        "path": reverse("gateway:order", args=[order.public_id]),
    }
    tell(
        for_staff(
            assignments=staff,
            event_id=envelope.id,
            kind=Kind.DIFFERS,
            case_number=event.number,
            facts=facts,
            is_urgent=case.is_life_safety,
            now=envelope.occurred_at,
        )
    )

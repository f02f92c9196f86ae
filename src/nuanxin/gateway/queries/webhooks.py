"""Endpoints and the log of what was sent to them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet
from django.utils.timezone import make_aware

from nuanxin.cases.enums import Visibility
from nuanxin.cases.models import Case
from nuanxin.cases.queries.catalogue import kind_of
from nuanxin.gateway.enums import EndpointState, PauseCause, Sending
from nuanxin.gateway.models import WebhookAttempt, WebhookEndpoint, WebhookMessage
from nuanxin.kernel.access import Actor, level_of, scope_q, visible
from nuanxin.kernel.access.scope import LEVELS, MUNICIPALITIES
from nuanxin.kernel.cached import Cached
from nuanxin.kernel.errors import NotFound
from nuanxin.people.models import Organisation

PAGE_SIZE = 50
# They paused by themselves, or nothing arrives at them.
TROUBLE = Q(pause_cause__in=[PauseCause.FAILING, PauseCause.GONE]) | Q(failing_since__isnull=False)


class EndpointNotFound(NotFound):
    """It was removed, or never was."""


@dataclass(frozen=True, slots=True)
class Listener:
    endpoint_id: int
    scope_code: str
    types: frozenset[str]


def _load() -> tuple[Listener, ...]:
    rows = WebhookEndpoint.objects.exclude(state=EndpointState.REMOVED).defer("secret", "old_secret")
    return tuple(Listener(row.pk, row.scope_code, frozenset(row.event_types)) for row in rows)


# Asked for every event; most installations have none.
LISTENERS: Cached[tuple[Listener, ...]] = Cached("gateway.webhooks", _load)


def listeners(event_type: str, scope_code: str) -> list[Listener]:
    """Who wants to hear of it. An endpoint that is paused hears of it later."""
    return [
        each for each in LISTENERS.get() if event_type in each.types and covers(each.scope_code, scope_code)
    ]


def covers(territory: str, code: str) -> bool:
    """Whether the place lies inside the territory."""
    level = level_of(territory)
    digits = territory[: LEVELS[level]]
    if level == "city" and digits[:2] in MUNICIPALITIES:
        digits = digits[:2]
    return bool(code) and code.startswith(digits)


def may_leave(number: str, *categories: str) -> bool:
    """Never what is confidential, nor what is about whoever runs a gate or a shop (`domain.md` §0.3 laws 4, 23).

    `categories`: others that the message names besides the case's own.
    """
    row = Case.objects.filter(number=number).values_list("category_id", "visibility").first()
    if row is None or row[1] == Visibility.CONFIDENTIAL:
        return False
    named = [kind_of(code) for code in (row[0], *categories)]
    return not any(kind.is_confidential or kind.about_party for kind in named)


def unit_of(organisation_id: int | None) -> tuple[str, str] | None:
    """Public id and kind of unit; numbers of our own tables stay inside."""
    row = Organisation.objects.filter(pk=organisation_id or 0).values_list("public_id", "unit_type").first()
    return (str(row[0]), row[1]) if row else None


@dataclass(frozen=True, slots=True)
class EndpointFilters:
    """`show`: `active`, `paused`, or `failing` where nothing arrives; `words` a part of the name or of the address."""

    show: str = ""
    area: str = ""
    words: str = ""

    def q(self) -> Q:
        where = {
            "active": Q(state=EndpointState.ACTIVE),
            "paused": Q(state=EndpointState.PAUSED),
            "failing": TROUBLE,
        }.get(self.show, Q())
        if self.area:
            where &= scope_q(self.area)
        if self.words:
            where &= Q(name__icontains=self.words) | Q(url__icontains=self.words)
        return where


ALL_ENDPOINTS = EndpointFilters()


def endpoints(actor: Actor, filters: EndpointFilters = ALL_ENDPOINTS) -> QuerySet[WebhookEndpoint]:
    """Those that have not been removed, with what waits and when something last arrived."""
    rows = visible(WebhookEndpoint.objects.exclude(state=EndpointState.REMOVED), "gateway.webhooks", actor)
    return (
        rows.filter(filters.q())
        .defer("secret", "old_secret")
        .annotate(
            waiting=Count("messages", filter=Q(messages__state=Sending.WAITING)),
            given_up=Count("messages", filter=Q(messages__state=Sending.FAILED)),
            arrived_at=Max("messages__done_at"),
        )
        .order_by("name", "pk")
    )


def endpoint_of(actor: Actor, public_id: UUID) -> WebhookEndpoint:
    """Raises `EndpointNotFound`."""
    row = endpoints(actor).filter(public_id=public_id).first()
    if row is None:
        raise EndpointNotFound
    return row


@dataclass(frozen=True, slots=True)
class LogFilters:
    state: str = ""
    event_type: str = ""
    number: str = ""
    since: date | None = None
    until: date | None = None


def messages_of(endpoint: WebhookEndpoint, filters: LogFilters) -> QuerySet[WebhookMessage]:
    """The delivery log, newest first."""
    rows = WebhookMessage.objects.filter(endpoint=endpoint).order_by("-id")
    if filters.state:
        rows = rows.filter(state=filters.state)
    if filters.event_type:
        rows = rows.filter(event_type=filters.event_type)
    if filters.number:
        rows = rows.filter(topic=filters.number.strip())
    if filters.since:
        rows = rows.filter(created_at__gte=midnight(filters.since))
    if filters.until:
        rows = rows.filter(created_at__lt=midnight(filters.until + timedelta(days=1)))
    return rows


def midnight(day: date) -> datetime:
    return make_aware(datetime.combine(day, time.min))


def message_of(endpoint: WebhookEndpoint, public_id: UUID) -> WebhookMessage:
    """Raises `EndpointNotFound`."""
    row = WebhookMessage.objects.filter(endpoint=endpoint, public_id=public_id).first()
    if row is None:
        raise EndpointNotFound
    return row


def tries_of(message: WebhookMessage) -> list[WebhookAttempt]:
    return list(message.tries.order_by("-id")[:20])


def due(rows: Iterable[int], now: datetime) -> QuerySet[WebhookMessage]:
    return WebhookMessage.objects.filter(endpoint__in=list(rows), state=Sending.WAITING, next_try_at__lte=now)


def stopped_endpoints() -> list[str]:
    """Names of those that paused by themselves or at which nothing arrives."""
    rows = WebhookEndpoint.objects.filter(TROUBLE).exclude(state=EndpointState.REMOVED)
    return list(rows.order_by("name").values_list("name", flat=True))

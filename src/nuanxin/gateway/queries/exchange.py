"""Links, orders and what differs; a dispatcher sees those of the own area."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from nuanxin.cases.enums import CaseState, Visibility
from nuanxin.cases.models import Case
from nuanxin.cases.queries.catalogue import kind_of
from nuanxin.gateway.enums import OrderState, Sending
from nuanxin.gateway.models import (
    ExchangeCode,
    ExchangeConflict,
    ExchangeIncoming,
    ExchangeLink,
    ExchangeMessage,
    ExchangeOrder,
    Reconciliation,
)
from nuanxin.gateway.queries.webhooks import covers
from nuanxin.gateway.workflow import ORDER
from nuanxin.kernel.access import Actor, policy, visible
from nuanxin.kernel.cached import Cached
from nuanxin.kernel.errors import NotFound
from nuanxin.kernel.workflow import Transition

# Once it is established, and as long as it is open here.
MAY_GO = frozenset(
    {
        CaseState.FILED,
        CaseState.DISPATCHED,
        CaseState.CLAIMED,
        CaseState.ACCEPTED,
        CaseState.IN_PROGRESS,
        CaseState.REWORK,
        CaseState.RETURNED,
        CaseState.REOPENED,
    }
)


@dataclass(frozen=True, slots=True)
class LinkFor:
    link_id: int
    name: str
    scope_code: str


def _load() -> tuple[LinkFor, ...]:
    rows = ExchangeLink.objects.filter(is_active=True).only("pk", "name", "scope_code")
    return tuple(sorted((LinkFor(row.pk, row.name, row.scope_code) for row in rows), key=_narrowest))


def _narrowest(link: LinkFor) -> tuple[int, int]:
    return -len(link.scope_code.rstrip("0")), link.link_id


# Asked for every page of a case; most installations have none.
LINKS: Cached[tuple[LinkFor, ...]] = Cached("gateway.links", _load)


def link_for(scope_code: str) -> LinkFor | None:
    """The platform of the smallest territory around the place; none unless a city has set one up."""
    return next((each for each in LINKS.get() if covers(each.scope_code, scope_code)), None)


def links(actor: Actor) -> QuerySet[ExchangeLink]:
    rows = visible(ExchangeLink.objects.order_by("scope_code", "pk"), "gateway.exchange_setup", actor)
    return rows.defer("secret", "secret_in")


def link_of(actor: Actor, public_id: UUID) -> ExchangeLink:
    """Raises `NotFound`."""
    row = links(actor).filter(public_id=public_id).first()
    if row is None:
        raise NotFound
    return row


def code_lines(link_id: int) -> dict[str, str]:
    """For each kind `ours=theirs`, a line each, as they are edited."""
    lines: dict[str, list[str]] = {}
    for kind, ours, theirs in (
        ExchangeCode.objects.filter(link=link_id).order_by("pk").values_list("kind", "ours", "theirs")
    ):
        lines.setdefault(kind, []).append(f"{ours}={theirs}")
    return {kind: "\n".join(each) for kind, each in lines.items()}


def may_go(case: Case) -> bool:
    """Never what is confidential, nor what is about whoever runs a gate or a shop (`domain.md` §0.3 laws 4, 23)."""
    kind = kind_of(case.category_id)
    closed = case.visibility == Visibility.CONFIDENTIAL or kind.is_confidential or bool(kind.about_party)
    return case.state in MAY_GO and not closed and case.shelved_at is None


@dataclass(frozen=True, slots=True)
class Beside:
    """What the page of a case says about the platform: the order, what is to be decided, or that it may be sent."""

    link: LinkFor
    number: str
    order: ExchangeOrder | None
    conflict: ExchangeConflict | None
    may_send: bool
    may_decide: bool


def beside_case(actor: Actor, number: str) -> Beside | None:
    """None without a link for the place, or for who may not see the case. No statement where no city has a link."""
    if not LINKS.get():
        return None
    case = Case.objects.filter(policy.rule("cases.view", actor), number=number).first()
    link = link_for(case.scope_code) if case else None
    if case is None or link is None:
        return None
    rows = ExchangeOrder.objects.filter(case=case).select_related("link").order_by("-pk")
    order = rows.first()
    conflict = ExchangeConflict.objects.filter(order=order, decided_at=None).first() if order else None
    may = (
        policy.permits(actor, "gateway.exchange") and may_go(case) and (order is None or bool(order.ended_at))
    )
    may = may and policy.allows(actor, "cases.dispatch", case)
    decides = order is not None and policy.allows(actor, "gateway.exchange", order)
    return Beside(link, number, order, conflict, may_send=may, may_decide=decides)


@dataclass(frozen=True, slots=True)
class OrderFilters:
    """`show`: `decide` (by default), `open`, `unsent`, `over` or `all`."""

    show: str = "decide"
    number: str = ""


def orders(actor: Actor, filters: OrderFilters) -> QuerySet[ExchangeOrder]:
    rows = visible(ExchangeOrder.objects.all(), "gateway.exchange", actor)
    match filters.show:
        case "decide":
            rows = rows.filter(Exists(_open_conflicts()))
        case "open":
            rows = rows.filter(ended_at=None)
        case "unsent":
            rows = rows.filter(state__in=[OrderState.FAILED, OrderState.RECORDED, OrderState.QUEUED])
        case "over":
            rows = rows.filter(ended_at__isnull=False)
    if filters.number:
        rows = rows.filter(Q(case__number=filters.number) | Q(their_number=filters.number))
    return rows.select_related("link", "case").order_by("-asked_at", "-pk")


def order_counts(actor: Actor) -> dict[str, int]:
    rows = visible(ExchangeOrder.objects.all(), "gateway.exchange", actor)
    unsent = Q(state__in=[OrderState.FAILED, OrderState.RECORDED, OrderState.QUEUED])
    return rows.aggregate(
        decide=Count("pk", filter=Exists(_open_conflicts())),
        open=Count("pk", filter=Q(ended_at=None)),
        unsent=Count("pk", filter=unsent),
    )


def _open_conflicts() -> QuerySet[ExchangeConflict]:
    return ExchangeConflict.objects.filter(order=OuterRef("pk"), decided_at=None)


def order_of(actor: Actor, public_id: UUID) -> ExchangeOrder:
    """Raises `NotFound`."""
    rows = visible(ExchangeOrder.objects.all(), "gateway.exchange", actor)
    row = rows.select_related("link", "case").filter(public_id=public_id).first()
    if row is None:
        raise NotFound
    return row


@dataclass(frozen=True, slots=True)
class OrderPage:
    order: ExchangeOrder
    steps: list[Transition]
    conflicts: list[ExchangeConflict]
    messages: list[ExchangeMessage]
    incoming: list[ExchangeIncoming]
    seen_only: ExchangeConflict | None


def order_page(actor: Actor, public_id: UUID) -> OrderPage:
    """Raises `NotFound`."""
    order = order_of(actor, public_id)
    conflicts = list(order.conflicts.order_by("-pk"))
    still = next((each for each in conflicts if each.decided_at is None), None)
    return OrderPage(
        order=order,
        steps=[each for each in ORDER.available(actor, order) if each.name != "take" or may_take(order)],
        conflicts=conflicts,
        messages=list(order.messages.order_by("-pk")[:20]),
        incoming=list(order.incoming.order_by("-pk")[:20]),
        seen_only=still if order.ended_at else None,
    )


def may_take(order: ExchangeOrder) -> bool:
    """Only what nobody here has taken up is closed by their word; what a unit handles is verified first (law 7)."""
    return order.case.state == CaseState.FILED


def unsent(link_ids: Iterable[int]) -> QuerySet[ExchangeMessage]:
    return ExchangeMessage.objects.filter(order__link__in=list(link_ids), state=Sending.WAITING)


def reconciliations(actor: Actor, limit: int = 30) -> list[tuple[Reconciliation, list[dict[str, str]]]]:
    """The latest comparisons with those of their lines that the actor may see: all, or those of the own area."""
    rows = list(Reconciliation.objects.select_related("link").order_by("-on", "link")[:limit])
    if policy.permits(actor, "gateway.exchange_setup"):
        return [(row, row.lines) for row in rows]
    own = [row for row in rows if covers(row.link.scope_code, actor.scope_code)]
    numbers = {line["number"] for row in own for line in row.lines}
    rule = policy.rule("gateway.exchange", actor)
    seen = set(
        ExchangeOrder.objects.filter(rule, case__number__in=numbers).values_list("case__number", flat=True)
    )
    return [(row, [line for line in row.lines if line["number"] in seen]) for row in own]


def undelivered_orders() -> int:
    return ExchangeOrder.objects.filter(state=OrderState.FAILED).count()

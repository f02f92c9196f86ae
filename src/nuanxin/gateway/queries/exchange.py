"""Links, orders and what differs; a dispatcher sees those of the own area."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from nuanxin.cases.enums import CaseState, Visibility
from nuanxin.cases.models import Case
from nuanxin.cases.queries.catalogue import kind_of
from nuanxin.gateway.enums import OrderState, Sending
from nuanxin.gateway.exchange.transport import transport
from nuanxin.gateway.models import (
    ExchangeCode,
    ExchangeConflict,
    ExchangeIncoming,
    ExchangeLink,
    ExchangeMessage,
    ExchangeOrder,
    Reconciliation,
)
from nuanxin.gateway.queries.webhooks import covers, midnight
from nuanxin.gateway.workflow import ORDER
from nuanxin.kernel.access import Actor, policy, scope_q, visible
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
    is_active: bool


def _load() -> tuple[LinkFor, ...]:
    rows = ExchangeLink.objects.values_list("pk", "name", "scope_code", "is_active")
    return tuple(sorted((LinkFor(*row) for row in rows), key=_narrowest))


def _narrowest(link: LinkFor) -> tuple[int, int]:
    return -len(link.scope_code.rstrip("0")), link.link_id


# Asked for every page of a case; most installations have none.
LINKS: Cached[tuple[LinkFor, ...]] = Cached("gateway.links", _load)


def link_for(scope_code: str) -> LinkFor | None:
    """The platform of the smallest territory around the place; none unless a city has set one up."""
    active = (each for each in LINKS.get() if each.is_active)
    return next((each for each in active if covers(each.scope_code, scope_code)), None)


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


# What a table of orders calls its moves, and how a case's buttons are called (`cases.workflow.BESIDE`).
MOVES = {"take": "take_outside", "keep": "keep_outside", "back": "take_back"}


def latest_order(actor: Actor, case: Case) -> ExchangeOrder | None:
    rows = ExchangeOrder.objects.filter(policy.rule("gateway.exchange", actor), case=case)
    return rows.select_related("link", "case").order_by("-pk").first()


def order_moves(actor: Actor, order: ExchangeOrder) -> list[Transition]:
    """What may be done about it now."""
    return [each for each in ORDER.available(actor, order) if each.name != "take" or may_take(order)]


def offers_outside(actor: Actor, case: Case) -> list[tuple[str, str]]:
    """The buttons of a case: to be handed over, or what may be decided about its order. No statement without a link."""
    if not LINKS.get() or not policy.permits(actor, "gateway.exchange"):
        return []
    order = latest_order(actor, case)
    if order is not None and order.ended_at is None:
        return [(MOVES[move.name], "") for move in order_moves(actor, order) if move.name in MOVES]
    link = link_for(case.scope_code)
    if link is None or transport() is None or not may_go(case):
        return []
    if not policy.allows(actor, "cases.dispatch", case):
        return []
    return [("send_outside", str(_("转%(name)s") % {"name": link.name}))]


@dataclass(frozen=True, slots=True)
class Beside:
    """What the page of a case says about the platform: how the order stands, and what is to be decided."""

    order: ExchangeOrder
    conflict: ExchangeConflict | None
    may_look: bool


def beside_case(actor: Actor, number: str) -> Beside | None:
    """None for a case that was never handed over, or who may not see it. No statement where no city has a link."""
    if not LINKS.get():
        return None
    case = Case.objects.filter(policy.rule("cases.view", actor), number=number).first()
    order = (
        ExchangeOrder.objects.filter(case=case).select_related("link").order_by("-pk").first()
        if case
        else None
    )
    if order is None:
        return None
    conflict = ExchangeConflict.objects.filter(order=order, decided_at=None).first()
    return Beside(order, conflict, may_look=policy.allows(actor, "gateway.exchange", order))


@dataclass(frozen=True, slots=True)
class OrderFilters:
    """`show`: `decide` (by default), `open`, `unsent`, `over` or `all`. Days are those on which it was handed over."""

    show: str = "decide"
    number: str = ""
    link: str = ""
    category: str = ""
    major: str = ""
    place: str = ""
    since: date | None = None
    until: date | None = None

    def q(self) -> Q:
        where = Q()
        if self.number:
            where &= Q(case__number=self.number) | Q(their_number=self.number)
        if self.link:
            where &= Q(link__public_id=self.link)
        if self.category:
            where &= Q(case__category=self.category)
        elif self.major:
            where &= Q(case__category__gte=self.major + "00", case__category__lte=self.major + "99")
        if self.place:
            where &= scope_q(self.place, "case__")
        if self.since:
            where &= Q(asked_at__gte=midnight(self.since))
        if self.until:
            where &= Q(asked_at__lt=midnight(self.until + timedelta(days=1)))
        return where


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
    return rows.filter(filters.q()).select_related("link", "case").order_by("-asked_at", "-pk")


def order_links(actor: Actor) -> list[tuple[str, str]]:
    """The platforms that the actor's orders went to, for a filter."""
    rows = visible(ExchangeOrder.objects.all(), "gateway.exchange", actor)
    found = rows.order_by("link__name").values_list("link__public_id", "link__name").distinct()
    return [(str(public_id), name) for public_id, name in found]


def with_conflict(rows: QuerySet[ExchangeOrder]) -> QuerySet[ExchangeOrder]:
    """Whether somebody here has to decide about it, as `is_open_question`."""
    return rows.annotate(is_open_question=Exists(_open_conflicts()))


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
    steps: list[tuple[Transition, str]]
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
        steps=[(each, MOVES.get(each.name, "")) for each in order_moves(actor, order)],
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

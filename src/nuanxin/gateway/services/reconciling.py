"""Once a day both sides' lists are laid beside each other: missing here, missing there, in another state."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.gateway.enums import IncomingWay, OrderState, TheirState
from nuanxin.gateway.exchange.mapping import Change, Codes, NotUnderstood, change_from
from nuanxin.gateway.exchange.transport import Refused, Transport, transport
from nuanxin.gateway.models import ExchangeLink, ExchangeOrder, Reconciliation
from nuanxin.gateway.queries.exchange import reconciliations
from nuanxin.gateway.services.exchanging import address_of
from nuanxin.gateway.services.taking import take_change
from nuanxin.gateway.workflow import WITH_THEM
from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor
from nuanxin.kernel.channels.outside import NotReached
from nuanxin.kernel.downloads import safe

WINDOW = timedelta(days=30)
KEEP = timedelta(days=366)
Line = dict[str, str]
MISSING_HERE, MISSING_THERE, DIFFERENT, UNREADABLE = (
    "missing_here",
    "missing_there",
    "different",
    "unreadable",
)
WORDS = {
    MISSING_HERE: _("对方有，我们没有"),
    MISSING_THERE: _("我们转了，对方没有"),
    DIFFERENT: _("两边状态不同"),
    UNREADABLE: _("对方这一条看不懂"),
}


def reconcile_due(*, now: datetime) -> int:
    """Compare each platform's list with ours once a day, after midnight; how many were compared."""
    way = transport()
    if way is None:
        return 0
    today = timezone.localtime(now, ZoneInfo("Asia/Shanghai")).date()
    done = Reconciliation.objects.filter(on=today).values("link")
    rows = ExchangeLink.objects.filter(is_active=True).exclude(pk__in=done)
    compared = [reconcile(link=link, now=now) for link in rows]
    Reconciliation.objects.filter(at__lt=now - KEEP).delete()
    return len(compared)


def reconcile(*, link: ExchangeLink, now: datetime, way: Transport | None = None) -> Reconciliation:
    """Ask for their list and note what differs. A word of theirs that we have missed is taken like any other word."""
    way = way or transport()
    address = address_of(link)
    listed: list[Any] | None = None
    error = "" if way else "none"
    try:
        listed = way.orders(address, since=now - WINDOW, now=now) if way else None
    except NotReached as missed:
        error = str(missed)[:60]
    except Refused as refused:
        error = f"http {refused.answer.status}"
    with transaction.atomic():
        theirs, unread = _theirs(address.codes, listed or [], now=now)
        ours = list(_ours(link, now=now))
        lines = unread if listed is None else [*unread, *_compared(link, ours, theirs, now=now)]
        row, _created = Reconciliation.objects.update_or_create(
            link=link,
            on=timezone.localtime(now, ZoneInfo("Asia/Shanghai")).date(),
            defaults={
                "at": now,
                "ours_count": len(ours),
                "theirs_count": None if listed is None else len(listed),
                "lines": lines,
                "error": error,
            },
        )
    return row


def export_reconciliations(*, actor: Actor, now: datetime) -> Iterator[list[str]]:
    """The differences of the last month as text; each dispatcher's own area. Audited."""
    found = reconciliations(actor)
    audit.record(
        actor=actor,
        action="gateway.exchange_export",
        object_type="gateway.reconciliation",
        scope_code=actor.scope_code,
        detail={"rows": sum(len(lines) for _row, lines in found)},
        now=now,
    )
    return _lines(found)


def _lines(found: list[tuple[Reconciliation, list[dict[str, str]]]]) -> Iterator[list[str]]:
    headings = (
        _("日期"),
        _("平台"),
        _("哪里不一致"),
        _("案卷号"),
        _("对方编号"),
        _("本方状态"),
        _("对方状态"),
    )
    yield [str(each) for each in headings]
    for row, lines in found:
        for line in lines:
            yield [
                f"{row.on:%Y-%m-%d}",
                safe(row.link.name),
                str(WORDS[line["kind"]]),
                safe(line["number"]),
                safe(line["theirs"]),
                state_words(line["ours_state"]),
                state_words(line["their_state"]),
            ]


def state_words(state: str) -> str:
    if state in OrderState.values:
        return str(OrderState(state).label)
    return str(TheirState(state).label) if state in TheirState.values else state


def _theirs(codes: Codes, listed: list[Any], *, now: datetime) -> tuple[dict[str, Change], list[Line]]:
    """By our number; a line of theirs needs no event id, so one is made of what it says."""
    found: dict[str, Change] = {}
    unread: list[Line] = []
    name = codes.fields["event_id"]
    for row in listed:
        given = {name: "compared", **row} if isinstance(row, Mapping) else row
        try:
            change = change_from(codes, given, now=now)
        except NotUnderstood:
            number = str(codes.read(row, "number") or "")[:40] if isinstance(row, Mapping) else ""
            unread.append(_line(UNREADABLE, number=number))
            continue
        found[change.number or change.their_number] = change
    return found, unread


def _ours(link: ExchangeLink, *, now: datetime) -> Iterator[ExchangeOrder]:
    """What they should know of: with them now, or ended within the window."""
    lately = Q(state=OrderState.DONE, ended_at__gte=now - WINDOW)
    rows = ExchangeOrder.objects.filter(Q(state__in=WITH_THEM) | lately, link=link)
    yield from rows.select_related("case").order_by("pk")


def _compared(
    link: ExchangeLink, ours: list[ExchangeOrder], theirs: dict[str, Change], *, now: datetime
) -> Iterator[Line]:
    known = set()
    for order in ours:
        change = theirs.get(order.case.number) or theirs.get(order.their_number or "")
        known |= {order.case.number, order.their_number}
        if change is None:
            if order.asked_at < now - timedelta(hours=1):
                yield _line(MISSING_THERE, order)
            continue
        if change.state != order.their_state:
            line = _line(DIFFERENT, order, change)
            event_id = f"compared.{order.pk}.{change.state}.{change.at:%Y%m%d%H%M%S}"
            heard = Change(
                event_id, order.case.number, change.their_number, change.state, change.words, change.at
            )
            take_change(link=link, change=heard, way=IncomingWay.COMPARE, now=now)
            yield line
    others = ExchangeOrder.objects.filter(link=link, case__number__in=theirs).values_list(
        "case__number", flat=True
    )
    for number in sorted(set(theirs) - known - set(others)):
        yield _line(MISSING_HERE, change=theirs[number], number=number)


def _line(
    kind: str, order: ExchangeOrder | None = None, change: Change | None = None, number: str = ""
) -> Line:
    return {
        "kind": kind,
        "number": order.case.number if order else number,
        "theirs": (change.their_number if change else "") or (order.their_number if order else ""),
        "ours_state": order.their_state or order.state if order else "",
        "their_state": change.state if change else "",
    }

"""The lists of keys, of endpoints and of orders as files: audited, without a secret, without anybody's words."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.models import Case
from nuanxin.cases.queries.catalogue import kind_of
from nuanxin.cases.services.exporting import TooManyRows, as_text
from nuanxin.gateway.enums import EndpointState, OrderState, PauseCause, TheirState
from nuanxin.gateway.models import ExchangeOrder, WebhookEndpoint
from nuanxin.gateway.queries.areas import area_labels
from nuanxin.gateway.queries.exchange import OrderFilters, orders, with_conflict
from nuanxin.gateway.queries.keys import KeyFilters, KeyLine, key_lines, keys
from nuanxin.gateway.queries.webhooks import EndpointFilters, endpoints
from nuanxin.gateway.webhooks.catalogue import PUBLISHED
from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.downloads import safe
from nuanxin.kernel.errors import NotAllowed
from nuanxin.territories.enums import Level
from nuanxin.territories.queries import path_names

EXPORT_MOST = 5000
OF_A_KEY = (
    _("给谁用"), _("末四位"), _("区域"), _("可以上报"), _("可以补充说明"), _("状态"), _("创建时间"), _("到期时间"),
    _("最近使用"), _("停用时间"), _("提交过"),
)  # fmt: skip
OF_AN_ENDPOINT = (
    _("名称"), _("接收服务器"), _("状态"), _("为什么暂停"), _("哪里的事"), _("推送哪些事件"), _("等待"), _("放弃"),
    _("最近送达"), _("从何时起送不到"), _("创建时间"),
)  # fmt: skip
OF_AN_ORDER = (
    _("案卷号"), _("类别"), _("所在社区"), _("平台"), _("对方编号"), _("状态"), _("对方状态"), _("等决定"),
    _("转出时间"), _("对方更新时间"), _("了结时间"),
)  # fmt: skip


def export_keys(*, actor: Actor, filters: KeyFilters, now: datetime) -> Iterator[list[str]]:
    """Which systems may write here, as text. Audited. Raises `NotAllowed`, `TooManyRows`."""
    rows = _leaving(actor, "gateway.keys", keys(filters, now=now), filters, now=now)
    lines = [_of_a_key(line) for line in key_lines(rows, now=now)]
    return _lines(OF_A_KEY, lines)


def export_endpoints(*, actor: Actor, filters: EndpointFilters, now: datetime) -> Iterator[list[str]]:
    """Who hears of what, as text; of an address only the server, for the rest may be a secret. Audited.

    Raises `NotAllowed`, `TooManyRows`.
    """
    rows = list(_leaving(actor, "gateway.webhooks", endpoints(actor, filters), filters, now=now))
    areas = area_labels(row.scope_code for row in rows)
    return _lines(OF_AN_ENDPOINT, [_of_an_endpoint(row, areas[row.scope_code]) for row in rows])


def export_orders(*, actor: Actor, filters: OrderFilters, now: datetime) -> Iterator[list[str]]:
    """What was handed to other platforms, as text: no words of ours or of theirs, no address. Audited.

    Raises `NotAllowed`, `TooManyRows`.
    """
    if not policy.permits(actor, "cases.export"):
        raise NotAllowed
    may_leave = Case.objects.filter(policy.rule("cases.export", actor))
    rows = with_conflict(orders(actor, filters)).filter(case__in=may_leave)
    found = list(_leaving(actor, "gateway.exchange", rows, filters, now=now))
    places = path_names((_community(order) for order in found), top=Level.STREET)
    rows_told = [_of_an_order(order, places[_community(order)]) for order in found]
    return _lines(OF_AN_ORDER, rows_told, before="\t")  # no spreadsheet rounds the nineteen digits


def _leaving(actor: Actor, what: str, rows: QuerySet[Any], filters: Any, *, now: datetime) -> QuerySet[Any]:
    """Permitted, few enough, and written down; words that were searched for are only counted."""
    if not policy.permits(actor, what):
        raise NotAllowed
    if rows[EXPORT_MOST : EXPORT_MOST + 1].exists():
        raise TooManyRows
    given = {name: value for name, value in asdict(filters).items() if value}
    narrowed = {name: str(len(value) if name == "words" else value) for name, value in given.items()}
    with transaction.atomic():
        audit.record(
            actor=actor,
            action=f"{what}_list_export",
            object_type=what,
            object_id="",
            scope_code=actor.scope_code,
            detail={"filters": narrowed},
            now=now,
        )
    return rows


def _lines(headings: Any, rows: list[list[Any]], *, before: str = "") -> Iterator[list[str]]:
    """`before` stands before the first cell of each row."""
    yield [str(heading) for heading in headings]
    for row in rows:
        first, *others = [safe(as_text(cell)) for cell in row]
        yield [f"{before}{first}", *others]


def _community(order: ExchangeOrder) -> str:
    return order.case.scope_code[:12]


def _of_a_key(line: KeyLine) -> list[Any]:
    key = line.key
    return [
        key.name,
        key.tail,
        line.area,
        _yes(key.may_report),
        _yes(key.may_update),
        str(line.state.label),
        key.created_at,
        key.expires_at,
        key.last_used_on.isoformat() if key.last_used_on else "",
        key.revoked_at,
        line.sent,
    ]


def _of_an_endpoint(row: Any, area: str) -> list[Any]:
    endpoint: WebhookEndpoint = row
    types = [str(PUBLISHED[name].label) for name in endpoint.event_types if name in PUBLISHED]
    return [
        endpoint.name,
        urlsplit(endpoint.url).hostname or "",
        str(EndpointState(endpoint.state).label),
        str(PauseCause(endpoint.pause_cause).label) if endpoint.pause_cause else "",
        area,
        gettext("、").join(types),
        row.waiting,
        row.given_up,
        row.arrived_at,
        endpoint.failing_since,
        endpoint.created_at,
    ]


def _of_an_order(row: Any, place: str) -> list[Any]:
    order: ExchangeOrder = row
    return [
        order.case.number,
        kind_of(order.case.category_id).name,
        place,
        order.link.name,
        order.their_number,
        str(OrderState(order.state).label),
        str(TheirState(order.their_state).label) if order.their_state else "",
        _yes(row.is_open_question),
        order.asked_at,
        order.their_at,
        order.ended_at,
    ]


def _yes(value: object) -> str:
    return gettext("是") if value else ""

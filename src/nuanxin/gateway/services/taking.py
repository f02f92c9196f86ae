"""What a platform says about our cases: heard once, compared with what we know, never written over it silently."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.models import Case
from nuanxin.gateway.enums import ConflictKind, Decision, IncomingResult, IncomingWay, OrderState, TheirState
from nuanxin.gateway.events import ConflictOpened
from nuanxin.gateway.exchange.mapping import Change, Codes, NotUnderstood, change_from
from nuanxin.gateway.exchange.transport import Refused, transport
from nuanxin.gateway.models import (
    ExchangeConflict,
    ExchangeIncoming,
    ExchangeLink,
    ExchangeNonce,
    ExchangeOrder,
)
from nuanxin.gateway.services.exchanging import address_of
from nuanxin.gateway.services.linking import codes_of
from nuanxin.gateway.workflow import ORDER
from nuanxin.kernel.channels.outside import NotReached
from nuanxin.kernel.channels.signing import ID, TIMESTAMP, TOLERANCE, NotSigned, verify
from nuanxin.kernel.errors import Conflict, DomainError, Invalid, NotFound
from nuanxin.kernel.events import publish

DUPLICATE = "duplicate"
PULL_PAGES = 5
KEEP = timedelta(days=366)


class SignatureWrong(DomainError):
    """Nothing is told of what was wrong: who signs rightly does not need it."""

    status = 401
    default_message = _("签名不对，或者时间差得太多。")
    default_hint = _("请核对密钥和服务器时间，按文档重新签名。")


class Replayed(Conflict):
    default_message = _("这个请求已经收到过，原样再发不算。")
    default_hint = _("要重发，请用新的时间戳重新签名；同一个事件号只算一次。")


class Unreadable(Invalid):
    default_message = _("内容看不懂。")
    default_hint = _("请按字段对照检查；没有写进任何内容。")


class NotJson(DomainError):
    status = 415
    default_message = _("内容不是 JSON。")
    default_hint = _("请用 Content-Type: application/json 发送。")


def receive(*, public_id: Any, headers: Mapping[str, str], body: bytes | None, now: datetime) -> str:
    """What they push to us, signed; returns what came of it (`applied`, `duplicate`, `stale`, `conflict`, `unknown`).

    Raises `NotFound` for no such link, `NotJson`, `SignatureWrong`, `Replayed`, `Unreadable`.
    """
    link = ExchangeLink.objects.filter(public_id=public_id, is_active=True).first()
    if link is None:
        raise NotFound
    if body is None:
        raise NotJson
    try:
        verify([link.secret_in], headers, body, now=now)
    except NotSigned:
        raise SignatureWrong from None
    with transaction.atomic():
        _use_nonce(link, f"{headers[ID]}.{headers[TIMESTAMP]}", now=now)
        try:
            change = change_from(codes_of(link.pk), orjson.loads(body), now=now)
        except (orjson.JSONDecodeError, NotUnderstood) as error:
            raise Unreadable(fields={"body": str(error)[:40]}) from None
        return take_change(link=link, change=change, way=IncomingWay.PUSH, now=now)


def pull_changes(*, now: datetime) -> int:
    """Ask the platforms that cannot push what has changed; returns how many changes were heard."""
    way = transport()
    heard = 0
    if way is None:
        return heard
    for link in ExchangeLink.objects.filter(is_active=True, pulls=True).exclude(url=""):
        address, cursor = address_of(link), link.pulled_until
        for _page in range(PULL_PAGES):
            try:
                rows, following = way.changes(address, cursor=cursor, now=now)
            except (NotReached, Refused):
                break  # asked again in ten minutes; the daily comparison says what is missing
            with transaction.atomic():
                heard += sum(_heard(link, address.codes, row, now=now) for row in rows)
                ExchangeLink.objects.filter(pk=link.pk).update(pulled_until=following)
            if not rows or following == cursor:
                break
            cursor = following
    return heard


def _heard(link: ExchangeLink, codes: Codes, row: Any, *, now: datetime) -> bool:
    """One row of theirs that cannot be read does not stop the others; the daily comparison shows it."""
    try:
        change = change_from(codes, row, now=now)
    except NotUnderstood:
        return False
    return take_change(link=link, change=change, way=IncomingWay.PULL, now=now) != DUPLICATE


def take_change(*, link: ExchangeLink, change: Change, way: str, now: datetime) -> str:
    """Part of a transaction: one event of theirs, once. Publishes `ConflictOpened` when we say something else."""
    order = _order_for(link, change)
    try:
        with transaction.atomic():
            incoming = ExchangeIncoming.objects.create(
                link=link,
                event_id=change.event_id,
                order=order,
                number=change.number or change.their_number,
                their_state=change.state,
                way=way,
                result=IncomingResult.UNKNOWN,
                happened_at=change.at,
                at=now,
            )
    except IntegrityError:
        return DUPLICATE
    if order is None:
        return IncomingResult.UNKNOWN.value
    result = _apply(order, change, now=now)
    ExchangeIncoming.objects.filter(pk=incoming.pk).update(result=result)
    return str(result)


def forget_incoming(*, now: datetime) -> int:
    """An old timestamp is refused by itself; its id need not be kept longer than a day. What they told, a year."""
    ExchangeIncoming.objects.filter(at__lt=now - KEEP).delete()
    deleted, _each = ExchangeNonce.objects.filter(at__lt=now - max(timedelta(days=1), 2 * TOLERANCE)).delete()
    return deleted


def _use_nonce(link: ExchangeLink, nonce: str, *, now: datetime) -> None:
    try:
        with transaction.atomic():
            ExchangeNonce.objects.create(link=link, nonce=nonce[:100], at=now)
    except IntegrityError:
        raise Replayed from None


def _order_for(link: ExchangeLink, change: Change) -> ExchangeOrder | None:
    """By our number, else by theirs; of several the latest."""
    which = Q(case__number=change.number) if change.number else Q(their_number=change.their_number)
    rows = ExchangeOrder.objects.select_for_update(of=("self",)).filter(which, link=link)
    return rows.order_by("-pk").first()


def _apply(order: ExchangeOrder, change: Change, *, now: datetime) -> IncomingResult:
    if order.their_at is not None and change.at < order.their_at:
        return IncomingResult.STALE
    order.their_state, order.their_at = change.state, change.at
    order.their_words = change.words or order.their_words
    order.their_number = order.their_number or change.their_number
    order.save(update_fields=["their_state", "their_at", "their_words", "their_number"])
    if order.ended_at is not None:
        over = order.state == OrderState.DONE and change.state in {TheirState.RECEIVED, TheirState.HANDLING}
        return _open(order, ConflictKind.REOPENED, now=now) if over else IncomingResult.APPLIED
    match change.state:
        case TheirState.CLOSED:
            return _they_closed(order, now=now)
        case TheirState.RETURNED:
            _step(order, "refuse")
            return _open(order, ConflictKind.RETURNED, now=now)
    _step(order, "take_up")
    order.conflicts.filter(decided_at=None).update(decided_at=now, decision=Decision.SEEN)
    return IncomingResult.APPLIED


def _they_closed(order: ExchangeOrder, *, now: datetime) -> IncomingResult:
    case = Case.objects.select_for_update(of=("self",)).get(pk=order.case_id)
    if not case.is_open:
        ORDER.step(order, "settle", ended_at=now)
        order.conflicts.filter(decided_at=None).update(decided_at=now, decision=Decision.SEEN)
        return IncomingResult.APPLIED
    _step(order, "answer")
    return _open(order, ConflictKind.CLOSED, now=now)


def _step(order: ExchangeOrder, name: str) -> None:
    if ORDER[name].target != order.state:
        ORDER.step(order, name)


def _open(order: ExchangeOrder, kind: ConflictKind, *, now: datetime) -> IncomingResult:
    """One open conflict of a kind; others that were open are answered by the newer word."""
    order.conflicts.filter(decided_at=None).exclude(kind=kind).update(decided_at=now, decision=Decision.SEEN)
    row, created = ExchangeConflict.objects.get_or_create(
        order=order, kind=kind, decided_at=None, defaults={"opened_at": now}
    )
    if created:
        case = order.case
        happened = ConflictOpened(case.pk, case.number, order.pk, row.pk, kind.value)
        publish(happened, scope_code=case.scope_code, now=now)
    return IncomingResult.CONFLICT

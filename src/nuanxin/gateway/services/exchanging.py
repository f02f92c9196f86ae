"""Our cases as their work orders: handed over, told of, taken back, and the messages that say so on their way."""

import re
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import orjson
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.models import Case
from nuanxin.cases.queries.catalogue import kind_of
from nuanxin.cases.services import NoPlatform, note_outside
from nuanxin.cases.services.steps import refusal
from nuanxin.gateway.enums import ExchangeVerb, OrderState, Sending, TheirState
from nuanxin.gateway.exchange.mapping import Codes
from nuanxin.gateway.exchange.transport import Address, Refused, Told, Transport, transport
from nuanxin.gateway.models import ExchangeLink, ExchangeMessage, ExchangeOrder
from nuanxin.gateway.queries.exchange import link_for, may_go
from nuanxin.gateway.services.lines import (
    TURN,
    Ticking,
    Tried,
    free_line,
    hold_line,
    note_arrived,
    note_missed,
    take_lines,
)
from nuanxin.gateway.services.linking import category_code, codes_of
from nuanxin.gateway.workflow import ORDER, WITH_THEM
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.access.scope import LEVELS
from nuanxin.kernel.channels.outside import NotReached
from nuanxin.kernel.errors import Conflict, Invalid
from nuanxin.kernel.words import seen

PERSONAL = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|\d{17}[\dXx]|0\d{2,3}-?\d{7,8})(?!\d)")
LONGEST = 500


class NoLink(NoPlatform):
    """None for this place, or no way to it."""


class MayNotGo(Conflict):
    default_message = _("这件事不能转出去。")
    default_hint = _("保密的、说的是物业或商户的、还没立案的、已经办结或挂账的，都不转。")


class HandedOverAlready(Conflict):
    default_message = _("这件事已经转过去了，对方还没有了结。")
    default_hint = _("请在案件页看对方的编号和状态。")


class NotMapped(Conflict):
    default_message = _("这一类没有对应的对方代码。")
    default_hint = _("请系统管理员在平台设置的“类别对照”里加一行，再转一次。")


class WrongWords(Invalid):
    default_message = _("给对方的说明还不能用。")


def hand_over(*, actor: Actor, case: Case, words: str, now: datetime) -> ExchangeOrder:
    """Make it a work order of the platform: what, where, until when, and the dispatcher's words; never who reported.

    The case goes on here as it is; its clocks run. Publishes `CaseHandedOff` while nobody has it. Raises `NoLink`,
    `MayNotGo`, `HandedOverAlready`, `NotMapped`, `WrongWords`.
    """
    if not policy.permits(actor, "gateway.exchange"):
        raise refusal(actor, case)
    text = checked_words(words)
    link = link_for(case.scope_code)
    if link is None or transport() is None:
        raise NoLink
    with transaction.atomic():
        case = note_outside(actor=actor, case=case, step="send_outside", opinion=text, now=now)
        if not may_go(case):
            raise MayNotGo
        if ExchangeOrder.objects.filter(case=case, ended_at=None).exists():
            raise HandedOverAlready
        codes = codes_of(link.link_id)
        order = ExchangeOrder.objects.create(
            link_id=link.link_id, case=case, words=text, assignment_id=actor.assignment_id, asked_at=now
        )
        queue_message(order, ExchangeVerb.CREATE, _content(case, codes, text), codes, now=now)
    return order


def checked_words(words: str) -> str:
    """Raises `WrongWords` for none, and for a number of somebody."""
    text = seen(words)
    if not text:
        raise WrongWords(fields={"opinion": _("请写一句：是什么、在哪里、要对方做什么。")})
    if len(text) > LONGEST:
        raise WrongWords(fields={"opinion": _("最多 500 个字。")})
    if PERSONAL.search(text):
        raise WrongWords(fields={"opinion": _("里面好像有电话或证件号码，请去掉：对方不需要知道是谁。")})
    return text


def queue_message(
    order: ExchangeOrder, verb: str, content: dict[str, Any], codes: Codes, *, now: datetime
) -> ExchangeMessage:
    """Part of a transaction: to be told, in this order."""
    key = uuid4()
    body = codes.named({"action": verb, "message_id": key.hex, **content})
    return ExchangeMessage.objects.create(
        key=key, order=order, verb=verb, body=orjson.dumps(body).decode(), created_at=now, next_try_at=now
    )


def tell_progress(order: ExchangeOrder, *, state: str, words: str, now: datetime) -> None:
    """Part of a transaction: how it stands here; nothing to tell to who was never told of it."""
    verb = ExchangeVerb.WITHDRAW if not state else ExchangeVerb.UPDATE
    codes = codes_of(order.link_id)
    content = {
        "number": order.case.number,
        "their_number": order.their_number,
        "state": codes.state_for(state) if state else "",
        "words": words,
    }
    queue_message(order, verb, content, codes, now=now)


def case_closed_here(*, case_id: int, now: datetime) -> int:
    """The case is closed: what waited for them is settled, the others are told. Called by the worker."""
    told = 0
    with transaction.atomic():
        for order in ExchangeOrder.objects.select_for_update(of=("self",)).filter(
            case=case_id, ended_at=None
        ):
            if order.their_state == TheirState.CLOSED:
                ORDER.step(order, "settle", ended_at=now)
                order.conflicts.filter(decided_at=None).update(decided_at=now, decision="seen")
            elif order.messages.filter(verb=ExchangeVerb.UPDATE, state=Sending.WAITING).exists():
                continue
            else:
                tell_progress(order, state=TheirState.CLOSED, words="", now=now)
                told += 1
    return told


def send_exchange(*, now: datetime, way: Transport | None = None) -> int:
    """Tell the platforms what is due, by the configured way unless another is given; how many messages were tried."""
    way = way or transport()
    if way is None:
        return 0
    clock = Ticking(now)
    due = _waiting(now).filter(order__link=OuterRef("pk"))
    taken = take_lines(ExchangeLink.objects.filter(Exists(due), is_active=True), now=now)
    return sum(_turn(pk, way, clock) for pk in taken)


def send_exchange_until_done(*, now: datetime) -> None:
    clock = Ticking(now)
    while send_exchange(now=clock.now()):
        pass


def address_of(link: ExchangeLink) -> Address:
    return Address(link.url, link.secret, codes_of(link.pk))


def _content(case: Case, codes: Codes, words: str) -> dict[str, Any]:
    """What they need to go there and do it. The reporter's own words stay here: they may tell who it was."""
    theirs = category_code(codes, case.category_id)
    if not theirs:
        raise NotMapped
    kind = kind_of(case.category_id)
    lead = kind.lead[0] if kind.lead else ""
    return {
        "number": case.number,
        "category": theirs,
        "category_name": kind.name_zh,
        "urgency": case.urgency,
        "unit": codes.units.get(lead, lead),
        "words": words,
        "address": case.address or (case.compound.name if case.compound else ""),
        "lng": case.lng,
        "lat": case.lat,
        "area": case.scope_code[: LEVELS["community"]],
        "filed_at": _iso(case.filed_at),
        "due_at": _iso(case.due_at),
    }


def _iso(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds") if at else ""


def _waiting(now: datetime) -> Any:
    """Due, and not behind an earlier message about the same order that is still being tried."""
    earlier = ExchangeMessage.objects.filter(
        order=OuterRef("order"), state=Sending.WAITING, pk__lt=OuterRef("pk")
    )
    due = ExchangeMessage.objects.filter(state=Sending.WAITING, next_try_at__lte=now)
    return due.filter(~Exists(earlier)).order_by("pk")


def _turn(link_id: int, way: Transport, clock: Ticking) -> int:
    link = ExchangeLink.objects.get(pk=link_id)
    address = address_of(link)
    tried = 0
    try:
        while tried < TURN and hold_line(link, now=clock.now()):
            message = _waiting(clock.now()).filter(order__link=link).select_related("order").first()
            if message is None:
                break
            tried += 1
            _tell(link, address, message, way, clock)
    finally:
        free_line(link)
    return tried


def _tell(
    link: ExchangeLink, address: Address, message: ExchangeMessage, way: Transport, clock: Ticking
) -> None:
    """One message, outside any transaction; then what came of it."""
    told, tried = Told(), Tried()
    try:
        told = way.tell(address, key=message.key.hex, body=message.body.encode(), now=clock.now())
        tried = Tried.of(told.answer) if told.answer else tried
    except Refused as refused:
        tried = Tried.of(refused.answer)
    except NotReached as error:
        tried = Tried(str(error))
    with transaction.atomic():
        order = ExchangeOrder.objects.select_for_update(of=("self",)).get(pk=message.order_id)
        if tried.error:
            _missed(link, order, message, tried, now=clock.now())
            return
        state = Sending.RECORDED if told.recorded else Sending.SENT
        note_arrived(message, link, tried, now=clock.now(), state=state)
        if message.verb == ExchangeVerb.CREATE:
            _arrived(order, told)


def _arrived(order: ExchangeOrder, told: Told) -> None:
    """Their number, unless it came in faster by another way."""
    move = "record" if told.recorded else "deliver"
    number = {} if order.their_number or not told.their_number else {"their_number": told.their_number}
    if order.state in ORDER[move].sources:
        seen = {} if order.their_state or told.recorded else {"their_state": TheirState.RECEIVED}
        ORDER.step(order, move, **number, **seen)
    elif number:
        ExchangeOrder.objects.filter(pk=order.pk).update(**number)


def _missed(
    link: ExchangeLink, order: ExchangeOrder, message: ExchangeMessage, tried: Tried, *, now: datetime
) -> None:
    """A plain no (4xx but 408, 409, 429) will stay one: somebody looks at it. Anything else is tried again."""
    status = tried.status or 0
    hopeless = 400 <= status < 500 and status not in {408, 409, 425, 429}
    given_up = note_missed(message, link, tried, now=now, hopeless=hopeless)
    if given_up and message.verb == ExchangeVerb.CREATE and order.state == OrderState.QUEUED:
        ORDER.step(order, "fail")


def was_told(order: ExchangeOrder) -> bool:
    """Whether they know of it, so that they have to be told when it changes."""
    return order.state in WITH_THEM


def provider_name() -> str:
    """For the administrator's page: whether anything leaves at all."""
    return str(settings.NUANXIN_EXCHANGE_PROVIDER)

"""A dispatcher decides what holds when the platform says something else; the case moves only by its own services."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.services import note_outside, transfer_outside
from nuanxin.gateway.enums import Decision, OrderState, Sending, TheirState
from nuanxin.gateway.models import ExchangeConflict, ExchangeMessage, ExchangeOrder
from nuanxin.gateway.queries.exchange import may_take
from nuanxin.gateway.services.exchanging import checked_words, tell_progress, was_told
from nuanxin.gateway.workflow import ORDER
from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.errors import Conflict, NotFound


class HandledHere(Conflict):
    default_message = _("我方单位还在办，不能照对方的结果直接结案。")
    default_hint = _("请在案件页“催办”，由单位提交结果、换一家单位核查；结案后这里自动了结。")


def take_their_result(*, actor: Actor, order: ExchangeOrder, words: str, now: datetime) -> ExchangeOrder:
    """Their result holds: the case, which nobody here has taken up, is closed as transferred. Raises `HandledHere`."""
    text = checked_words(words)
    with transaction.atomic():
        order = _locked(actor, order)
        if not may_take(order):
            raise HandledHere
        transfer_outside(actor=actor, case=order.case, opinion=text, sent_at=order.asked_at, now=now)
        _decided(actor, order, "take", Decision.TAKE, text, now=now, ended_at=now)
    return order


def keep_handling(*, actor: Actor, order: ExchangeOrder, words: str, now: datetime) -> ExchangeOrder:
    """It is not done: they are told so, and both go on."""
    text = checked_words(words)
    with transaction.atomic():
        order = _locked(actor, order)
        note_outside(actor=actor, case=order.case, step="keep_outside", opinion=text, now=now)
        tell_progress(order, state=TheirState.HANDLING, words=text, now=now)
        _decided(actor, order, "keep", Decision.KEEP, text, now=now)
    return order


def take_back(*, actor: Actor, order: ExchangeOrder, words: str, now: datetime) -> ExchangeOrder:
    """We do it ourselves: they are told, what they have not yet heard is not sent any more."""
    text = checked_words(words)
    with transaction.atomic():
        order = _locked(actor, order)
        told = was_told(order)
        waiting = ExchangeMessage.objects.filter(order=order, state=Sending.WAITING)
        tried = waiting.filter(attempts__gt=0).exists()  # it may have arrived without our knowing
        waiting.update(state=Sending.FAILED, next_try_at=None, last_error="withdrawn")
        if order.case.is_open:
            note_outside(actor=actor, case=order.case, step="take_back", opinion=text, now=now)
        if (told or tried) and order.state != OrderState.REFUSED:
            tell_progress(order, state="", words=text, now=now)
        _decided(actor, order, "back", Decision.BACK, text, now=now, ended_at=now)
    return order


def send_over_again(*, actor: Actor, order: ExchangeOrder, now: datetime) -> ExchangeOrder:
    """The same message once more, under the same id: after the settings were put right, or the recorder replaced."""
    with transaction.atomic():
        order = _locked(actor, order)
        ORDER.step(order, "retry")
        rest = ExchangeMessage.objects.filter(order=order, state__in=[Sending.FAILED, Sending.RECORDED])
        rest.update(state=Sending.WAITING, next_try_at=now, first_try_at=None, done_at=None)
        _audit(actor, order, "retry", now=now)
    return order


def note_seen(*, actor: Actor, conflict: ExchangeConflict, now: datetime) -> None:
    """For what is over: somebody has looked at it."""
    with transaction.atomic():
        order = _locked(actor, conflict.order)
        rows = ExchangeConflict.objects.filter(pk=conflict.pk, decided_at=None)
        if not rows.update(decided_at=now, decision=Decision.SEEN, assignment_id=actor.assignment_id):
            raise Conflict
        _audit(actor, order, "seen", now=now)


def _decided(
    actor: Actor,
    order: ExchangeOrder,
    move: str,
    decision: Decision,
    words: str,
    *,
    now: datetime,
    **changes: object,
) -> None:
    ORDER.step(order, move, **changes)
    ExchangeConflict.objects.filter(order=order, decided_at=None).update(
        decided_at=now, decision=decision, assignment_id=actor.assignment_id, note=words[:300]
    )
    _audit(actor, order, decision, now=now)


def _locked(actor: Actor, order: ExchangeOrder) -> ExchangeOrder:
    rows = ExchangeOrder.objects.select_for_update(of=("self",)).select_related("case", "link")
    row = rows.filter(policy.rule("gateway.exchange", actor), pk=order.pk).first()
    if row is None:
        raise NotFound
    return row


def _audit(actor: Actor, order: ExchangeOrder, action: str, *, now: datetime) -> None:
    audit.record(
        actor=actor,
        action=f"gateway.exchange_{action}",
        object_type="gateway.exchange_order",
        object_id=order.public_id,
        scope_code=order.case.scope_code,
        detail={"number": order.case.number, "state": order.state},
        now=now,
    )

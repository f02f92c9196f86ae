"""A shop's counter: hands over, on line or without a network. The phone keeps the page and what it needs."""

import json
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.http.request import RawPostDataException
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from nuanxin.incentives.models import Pickup, Shop
from nuanxin.incentives.queries import shop as queries
from nuanxin.incentives.queries import shop_orders as orders
from nuanxin.incentives.services import shop_counter as services
from nuanxin.incentives.services.shop_counter import HandOver
from nuanxin.kernel.access.http import ActorRequest, public, requires
from nuanxin.kernel.errors import DomainError, Invalid
from nuanxin.places.queries import codes

LONGEST_CODE = 600
NO_ROWS = (
    ValueError, KeyError, TypeError, AttributeError, OverflowError, RawPostDataException, DomainError,
)  # fmt: skip


class NotReadableHere(Invalid):
    """What was sent is not what a counter sends."""


@require_safe
@requires("incentives.shop_counter")
def shop_counter(request: ActorRequest) -> HttpResponse:
    shops = queries.shops_of(request.actor, "incentives.shop_counter")
    asked = request.GET.get("shop", "")
    chosen = next((each for each in shops if str(each.public_id) == asked), shops[0] if shops else None)
    context = {
        "shops": shops,
        "shop": chosen,
        "log": orders.counter_log(chosen, now=request.now) if chosen else None,
        "kit": reverse("incentives:shop_kit", args=[chosen.public_id]) if chosen else "",
    }
    return render(request, "incentives/shop_counter.html", context)


@public("the empty counter; a phone keeps it for when there is no signal, so nobody's data is in it")
@require_safe
def shop_counter_offline(request: ActorRequest) -> HttpResponse:
    response = render(request, "incentives/shop_counter_offline.html")
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
@requires("incentives.shop_counter")
def shop_kit(request: ActorRequest, public_id: UUID) -> JsonResponse:
    """What the phone keeps: keys, names of things, numbers that are used up. `token` is for sending."""
    shop = _shop(request, public_id)
    addresses = {
        "kit_url": request.path,
        "redeem_url": reverse("incentives:shop_hand_over", args=[public_id]),
        "sync_url": reverse("incentives:shop_sync", args=[public_id]),
    }
    kit = orders.counter_kit(shop, now=request.now)
    return _answer({**kit, **addresses, "token": get_token(request)})


@require_POST
@requires("incentives.shop_counter")
def shop_hand_over(request: ActorRequest, public_id: UUID) -> JsonResponse:
    """One, on line: refused with what to do next, or handed over."""
    _shop(request, public_id)
    [given] = _given(request, most=1)
    try:
        row = services.hand_over(actor=request.actor, shop_id=public_id, given=given, now=request.now)
    except services.REFUSALS as error:
        told = {"code": error.code, "message": str(error.message), "hint": str(error.hint)}
        return _answer(told, status=error.status)
    return _answer({**_outcome(row), "name": _name(given.code)})


@require_POST
@requires("incentives.shop_counter")
def shop_sync(request: ActorRequest, public_id: UUID) -> JsonResponse:
    """What was handed over without a network; the same again is the same."""
    _shop(request, public_id)
    given = _given(request, most=services.MOST_AT_ONCE)
    rows = services.sync_pickups(actor=request.actor, shop_id=public_id, given=given, now=request.now)
    return _answer({"rows": [_outcome(each) for each in rows]})


def _shop(request: ActorRequest, public_id: UUID) -> Shop:
    return queries.shop_for(request.actor, public_id, "incentives.shop_counter")


def _given(request: ActorRequest, *, most: int) -> list[HandOver]:
    """Raises `NotReadableHere`."""
    try:
        rows = json.loads(request.body)["rows"]
        if not 1 <= len(rows) <= most:
            raise ValueError
        return [_one(each) for each in rows]
    except NO_ROWS:
        raise NotReadableHere(
            _("没看懂手机送来的内容。"), hint=_("请刷新页面再试；没送出去的都还在手机里。")
        ) from None


def _one(row: dict[str, Any]) -> HandOver:
    at = datetime.fromtimestamp(int(row["at"]) / 1000, UTC)
    return HandOver(
        code=str(row["code"])[:LONGEST_CODE], key=UUID(str(row["key"])), at=at, device=str(row.get("device", ""))[:36],
    )  # fmt: skip


def _outcome(row: Pickup) -> dict[str, Any]:
    return {
        "key": str(row.key),
        "outcome": row.outcome,
        "words": row.get_outcome_display(),
        "number": row.number,
    }


def _name(code: str) -> str:
    """The nickname or a masked name: for the one who stands there."""
    try:
        return codes.opened(code.rpartition("#")[2]).name
    except codes.NotACode:
        return ""


def _answer(body: dict[str, Any], *, status: int = HTTPStatus.OK) -> JsonResponse:
    answer = JsonResponse(body, status=status)
    answer["Cache-Control"] = "private, no-store"
    return answer

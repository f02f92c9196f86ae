"""A place's desk: takes vouchers in, on line or without a network. The phone keeps the page and what it needs."""

import json
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.http.request import RawPostDataException
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from nuanxin.kernel.access.http import ActorRequest, public, requires
from nuanxin.kernel.errors import DomainError, Invalid
from nuanxin.places import queries, services
from nuanxin.places.models import Place, Redemption
from nuanxin.places.queries import codes
from nuanxin.places.services import Taken

LONGEST_CODE = 600
NO_ROWS = (
    ValueError, KeyError, TypeError, AttributeError, OverflowError, RawPostDataException, DomainError,
)  # fmt: skip


class NotReadable(Invalid):
    """What was sent is not what a desk sends."""


@require_safe
@requires("places.redeem")
def desk(request: ActorRequest) -> HttpResponse:
    place = queries.desk_place(request.actor)
    context = {"place": place, "log": queries.desk_log(place, now=request.now) if place else None}
    return render(request, "places/desk.html", context)


@public("the empty desk; a phone keeps it for when there is no signal, so nobody's data is in it")
@require_safe
def desk_offline(request: ActorRequest) -> HttpResponse:
    response = render(request, "places/desk_offline.html")
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
@requires("places.redeem")
def desk_kit(request: ActorRequest) -> JsonResponse:
    """What the phone keeps: keys, promises, numbers that are used up. `token` is for sending."""
    place = _place(request)
    return _answer({**queries.desk_kit(place, now=request.now), "token": get_token(request)})


@require_POST
@requires("places.redeem")
def desk_redeem(request: ActorRequest) -> JsonResponse:
    """One, on line: refused with what to do next, or taken in."""
    place, [taken] = _place(request), _taken(request, most=1)
    try:
        row = services.redeem_voucher(
            actor=request.actor, public_id=place.public_id, taken=taken, now=request.now
        )
    except (services.NotOurCode, services.CodeLate, services.UsedAlready) as error:
        told = {"code": error.code, "message": str(error.message), "hint": str(error.hint)}
        return _answer(told, status=error.status)
    return _answer({**_outcome(row), "name": _name(taken.code)})


@require_POST
@requires("places.redeem")
def desk_sync(request: ActorRequest) -> JsonResponse:
    """What was taken in without a network; the same again is the same."""
    place, taken = _place(request), _taken(request, most=services.MOST_AT_ONCE)
    rows = services.sync_redemptions(
        actor=request.actor, public_id=place.public_id, taken=taken, now=request.now
    )
    return _answer({"rows": [_outcome(each) for each in rows]})


def _place(request: ActorRequest) -> Place:
    place = queries.desk_place(request.actor)
    if place is None:
        raise queries.PlaceNotFound
    return place


def _taken(request: ActorRequest, *, most: int) -> list[Taken]:
    """Raises `NotReadable`."""
    try:
        rows = json.loads(request.body)["rows"]
        if not 1 <= len(rows) <= most:
            raise ValueError
        return [_one(each) for each in rows]
    except NO_ROWS:
        raise NotReadable(
            _("没看懂手机送来的内容。"), hint=_("请刷新页面再试；没送出去的都还在手机里。")
        ) from None


def _one(row: dict[str, Any]) -> Taken:
    at = datetime.fromtimestamp(int(row["at"]) / 1000, UTC)
    return Taken(
        code=str(row["code"])[:LONGEST_CODE], key=UUID(str(row["key"])), at=at, device=str(row.get("device", ""))[:36],
    )  # fmt: skip


def _outcome(row: Redemption) -> dict[str, Any]:
    return {
        "key": str(row.key),
        "outcome": row.outcome,
        "words": row.get_outcome_display(),
        "number": row.number,
    }


def _name(code: str) -> str:
    """Masked, of the green channel alone: for the one who stands there, and kept nowhere."""
    try:
        return codes.opened(code.rpartition("#")[2]).name
    except codes.NotACode:
        return ""


def _answer(body: dict[str, Any], *, status: int = HTTPStatus.OK) -> JsonResponse:
    answer = JsonResponse(body, status=status)
    answer["Cache-Control"] = "private, no-store"
    return answer

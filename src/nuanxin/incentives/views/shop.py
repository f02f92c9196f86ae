"""The supermarket as a worker uses it: what there is, what it costs in points, one tap, a code for the counter."""

from typing import Any
from uuid import UUID, uuid4

import segno
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from nuanxin.incentives.queries import shop as queries
from nuanxin.incentives.queries import shop_near as nearby
from nuanxin.incentives.queries import shop_orders as orders
from nuanxin.incentives.services import shop_orders as services
from nuanxin.incentives.services.book import NotEnoughPoints
from nuanxin.incentives.shop_forms import NearShopsForm
from nuanxin.kernel.access.http import ActorRequest, public, requires
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.errors import DomainError, NotFound
from nuanxin.kernel.files.http import picture_answer
from nuanxin.kernel.files.services import open_file
from nuanxin.places.queries import own_street, position_terms
from nuanxin.places.services import use_position
from nuanxin.territories.queries import is_territory

NOT_NOW = (
    services.ShopNotOpen,
    services.NotOffered,
    services.SoldOut,
    services.MonthIsFull,
    services.AnotherOrder,
    NotEnoughPoints,
)


@public("which shops give things for points: for whoever is on the road, signed in or not")
@require_safe
@limited("public")
def shops(request: ActorRequest) -> HttpResponse:
    """In a street that one chooses, one's own to begin with. A position only if somebody presses for it."""
    at = request.GET.get("at", "")
    at = at if at.isascii() and at.isdigit() and is_territory(at) else own_street(request.actor)
    context = {
        "at": at,
        "streets": nearby.streets_with_shops(),
        "found": nearby.shops_for(request.actor, at, now=request.now) if at else None,
        "points": queries.points_of(request.actor),
        "terms": position_terms(request.actor),
    }
    return render(request, "incentives/shop_near.html", context)


@public("the nearest shops from where somebody stands; the position is used for this answer and kept nowhere")
@require_POST
@limited("public")
def shops_near(request: ActorRequest) -> HttpResponse:
    """By POST, so that a position is in no address and in no log."""
    point = NearShopsForm(request.POST).point()
    if point is None:
        return redirect("incentives:shops")
    use_position(actor=request.actor, agreed=request.POST.get("agreed", ""), now=request.now)
    context = {"found": nearby.shops_around(*point, now=request.now)}
    response = render(request, "incentives/partials/shop_cards.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


@public("what a shop gives for points, and what it is for: for everybody")
@require_safe
@limited("public")
def shop(request: ActorRequest, public_id: UUID) -> HttpResponse:
    page = queries.shop_page(request.actor, public_id, now=request.now)
    return render(request, "incentives/shop_page.html", {"page": page})


@public("one thing, its cost in points, how to fetch it: for everybody")
@require_safe
@limited("public")
def shop_item(request: ActorRequest, public_id: UUID) -> HttpResponse:
    page = queries.item_page(request.actor, public_id, now=request.now)
    return render(request, "incentives/shop_item.html", {"page": page, "key": uuid4()})


@public("what a thing in the supermarket looks like; one that is not offered only for who keeps the shop")
@require_safe
@limited("public")
def shop_picture(request: ActorRequest, file_id: UUID) -> HttpResponseBase:
    """Its address changes with the picture, so a phone may keep it."""
    found = queries.picture_of_item(request.actor, file_id)
    opened = open_file(public_id=found, thumb="thumb" in request.GET)
    return picture_answer(request, opened, "private, max-age=86400")


@require_POST
@requires("incentives.redeem")
def shop_redeem(request: ActorRequest, public_id: UUID) -> HttpResponse:
    """One tap; the same press again leads to the same order."""
    try:
        key = UUID(request.POST.get("key", ""))
    except ValueError:
        queries.item_page(request.actor, public_id, now=request.now)  # of a forged one there is no page
        return redirect("incentives:shop_item", public_id)
    try:
        order = services.place_order(actor=request.actor, item_id=public_id, key=key, now=request.now)
    except NOT_NOW as error:
        messages.warning(request, error.told)
        return redirect("incentives:shop_item", public_id)
    return redirect("incentives:shop_order", order.public_id)


@require_safe
@requires("incentives.redeem")
def shop_orders(request: ActorRequest) -> HttpResponse:
    rows = orders.own_orders(request.actor)
    context = {
        "waiting": [each for each in rows if each.state in orders.WAITING],
        "past": [each for each in rows if each.state not in orders.WAITING],
        "points": queries.points_of(request.actor),
    }
    return render(request, "incentives/shop_orders.html", context)


@require_safe
@requires("incentives.redeem")
def shop_order(request: ActorRequest, public_id: UUID) -> HttpResponse:
    return _order_page(request, public_id, {})


@require_POST
@requires("incentives.redeem")
def shop_code(request: ActorRequest, public_id: UUID) -> HttpResponse:
    """A fresh code: by POST, because from then on the order may be handed over where there is no network."""
    context: dict[str, Any] = {}
    try:
        shown = services.show_order(actor=request.actor, public_id=public_id, now=request.now)
    except services.OrderOver as error:
        context["refused"] = error
    else:
        address = f"{request.build_absolute_uri(reverse('incentives:shop_counter'))}#{shown.signed}"
        drawn = segno.make(address, error="l").svg_data_uri(
            scale=5, border=2, dark="#1f2328", light="#ffffff"
        )
        context["code"] = {"qr": drawn, "address": address, "typed": shown.typed, "until": shown.expires_at}
        context["seconds"] = int((shown.expires_at - request.now).total_seconds())
    if not request.htmx:
        return _order_page(request, public_id, context)
    context["order"] = orders.own_order(request.actor, public_id)
    response = render(request, "incentives/partials/shop_code.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@requires("incentives.redeem")
def shop_cancel(request: ActorRequest, public_id: UUID) -> HttpResponse:
    try:
        order = services.cancel_order(actor=request.actor, public_id=public_id, now=request.now)
    except NotFound:
        raise
    except DomainError as error:
        messages.warning(request, error.told)
    else:
        messages.success(request, _("取消了，%s 积分已经退回。") % order.points)
    return redirect("incentives:shop_order", public_id)


def _order_page(request: ActorRequest, public_id: UUID, context: dict[str, Any]) -> HttpResponse:
    order = orders.own_order(request.actor, public_id)
    page = {
        "order": order,
        "is_waiting": order.state in orders.WAITING,
        "may_cancel": order.state in orders.WAITING and not services.may_be_taken(order, request.now),
        "points": queries.points_of(request.actor),
        "words": queries.hours_of_shop(order.shop, now=request.now).words(request.now),
    }
    response = render(request, "incentives/shop_order.html", page | context)
    response["Cache-Control"] = "private, no-store"
    return response

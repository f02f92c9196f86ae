"""Offers and vouchers as a worker sees them: what is promised around here, the own vouchers, the code that is shown."""

from typing import Any
from uuid import UUID, uuid4

import segno
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from nuanxin.kernel.access import permits
from nuanxin.kernel.access.http import ActorRequest, public, requires
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.errors import DomainError
from nuanxin.places import queries, services
from nuanxin.territories.queries import is_territory


@public(
    "what merchants, canteens and hospitals promise workers: for whoever is on the road, signed in or not"
)
@require_safe
@limited("public")
def offers_near(request: ActorRequest) -> HttpResponse:
    """In a street that one chooses, one's own to begin with. No position is asked for."""
    at = request.GET.get("at", "")
    at = at if at.isascii() and at.isdigit() and is_territory(at) else queries.own_street(request.actor)
    kinds = queries.catalogue().offers
    kind = request.GET.get("kind", "")
    kind = kind if kind in kinds else ""
    context = {
        "at": at,
        "kind": kind,
        "kinds": [each for each in kinds.values() if each.is_active],
        "streets": queries.streets_with_places(),
        "rows": queries.offers_within(at, kind=kind, now=request.now) if at else [],
        "may_take": _may_take(request),
    }
    return render(request, "places/offers_near.html", context)


@public("one promise, with its terms: for whoever is on the road, signed in or not")
@require_safe
@limited("public")
def offer_shown(request: ActorRequest, public_id: UUID) -> HttpResponse:
    offer = queries.public_offer(public_id)
    may_take = _may_take(request)
    context = {
        "offer": offer,
        "shown": queries.shown_offer(offer, request.now),
        "ratings": queries.ratings_of(offer),
        "may_take": may_take,
        "held": queries.held_voucher(request.actor, offer, now=request.now) if may_take else None,
        "key": uuid4(),
    }
    return render(request, "places/offer_shown.html", context)


def _may_take(request: ActorRequest) -> bool:
    return request.actor.is_authenticated and permits(request.actor, "places.voucher")


@require_POST
@requires("places.voucher")
@limited("taps")
def voucher_take(request: ActorRequest, public_id: UUID) -> HttpResponse:
    try:
        key = UUID(request.POST.get("key", ""))
    except ValueError:
        key = uuid4()
    try:
        voucher = services.take_voucher(actor=request.actor, public_id=public_id, key=key, now=request.now)
    except (services.NotUsable, services.NotForYou, services.EnoughForNow, services.NoneLeft) as error:
        messages.warning(request, error.told)
        return redirect("places:offer_shown", public_id=public_id)
    return redirect("places:voucher", public_id=voucher.public_id)


@require_safe
@requires("places.voucher")
def vouchers(request: ActorRequest) -> HttpResponse:
    rows = [
        (each, queries.shown_offer(each.offer, request.now)) for each in queries.own_vouchers(request.actor)
    ]
    held = [each for each in rows if each[0].is_live(request.now)]
    past = [each for each in rows if not each[0].is_live(request.now)]
    return render(request, "places/vouchers.html", {"held": held, "past": past})


@require_safe
@requires("places.voucher")
def voucher(request: ActorRequest, public_id: UUID) -> HttpResponse:
    """The code is asked for by itself: a page that is kept or sent on holds none."""
    return _page(request, public_id, {})


def _page(request: ActorRequest, public_id: UUID, more: dict[str, Any]) -> HttpResponse:
    found = queries.own_voucher(request.actor, public_id)
    context = {
        "page": queries.voucher_page(found, now=request.now),
        "tags": [each for each in queries.catalogue().tags.values() if each.is_active],
        **more,
    }
    response = render(request, "places/voucher.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@requires("places.voucher")
@limited("taps")
def voucher_code(request: ActorRequest, public_id: UUID) -> HttpResponse:
    """A fresh code: by POST, because from then on the voucher may be in use."""
    context: dict[str, Any] = {}
    try:
        shown = services.show_voucher(actor=request.actor, public_id=public_id, now=request.now)
    except (services.NotUsable, services.NotTheHour, services.VoucherOver) as error:
        context["refused"] = error
    else:
        address = f"{request.build_absolute_uri(reverse('places:desk'))}#{shown.signed}"
        drawn = segno.make(address, error="l").svg_data_uri(
            scale=5, border=2, dark="#1f2328", light="#ffffff"
        )
        context["code"] = {"qr": drawn, "address": address, "typed": shown.typed, "until": shown.expires_at}
        context["seconds"] = int((shown.expires_at - request.now).total_seconds())
    if not request.htmx:
        return _page(request, public_id, context)
    context["page"] = queries.voucher_page(queries.own_voucher(request.actor, public_id), now=request.now)
    response = render(request, "places/partials/voucher_code.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@requires("places.voucher")
def voucher_give_back(request: ActorRequest, public_id: UUID) -> HttpResponse:
    return _said(
        request, public_id, _("退回了，没有占用次数。"),
        lambda: services.give_back(actor=request.actor, public_id=public_id, now=request.now),
    )  # fmt: skip


@require_POST
@requires("places.voucher")
@limited("taps")
def voucher_refused(request: ActorRequest, public_id: UUID) -> HttpResponse:
    """The promise was not kept."""
    return _said(
        request, public_id, _("记下了，谢谢。社区会去看；商户不会知道是谁说的。"),
        lambda: services.say_refused(actor=request.actor, public_id=public_id, now=request.now),
    )  # fmt: skip


@require_POST
@requires("places.voucher")
@limited("taps")
def voucher_rate(request: ActorRequest, public_id: UUID) -> HttpResponse:
    tags = request.POST.getlist("tag")
    return _said(
        request, public_id, _("谢谢！凑够几个人的话才会显示，看不出是谁。"),
        lambda: services.rate_use(actor=request.actor, public_id=public_id, tags=tags, now=request.now),
    )  # fmt: skip


def _said(request: ActorRequest, public_id: UUID, words: str, act: Any) -> HttpResponse:
    try:
        act()
    except DomainError as error:
        if error.status in (403, 404):
            raise
        messages.warning(request, error.told)
    else:
        messages.success(request, words)
    return redirect("places:voucher", public_id=public_id)

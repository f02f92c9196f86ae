"""The keeper's day on one screen."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.errors import DomainError
from nuanxin.places import queries, services
from nuanxin.places.enums import Order
from nuanxin.places.forms import DoorForm
from nuanxin.places.models import Place
from nuanxin.places.queries import bookings
from nuanxin.places.queries.books import due_back


@require_safe
@requires("places.today")
def today(request: ActorRequest) -> HttpResponse:
    return _page(request, DoorForm(initial={"lasts": "midnight"}))


def _page(request: ActorRequest, form: DoorForm) -> HttpResponse:
    place = queries.kept_place(request.actor)
    page = queries.place_page(place, now=request.now) if place else None
    seen = place.confirmed_at if place else request.now
    is_stale = seen is None or seen < request.now - queries.STALE_AFTER
    context: dict[str, Any] = {"place": place, "page": page, "form": form, "is_stale": is_stale}
    if place is not None:
        context |= _rounds(request, place)
        context |= _waiting(request, place, context)
        context |= {"offers": queries.own_offers(place, now=request.now), "may_redeem": True}
    return render(request, "places/today.html", context, status=422 if form.errors else 200)


def _rounds(request: ActorRequest, place: Place) -> dict[str, Any]:
    """Going round: today's open-check, how sure people may be, how many came."""
    checked = next((each for each in queries.checks_of(place) if each.on == localdate(request.now)), None)
    return {
        "points": list(queries.catalogue().points.values()),
        "checked": checked,
        "wrong": checked.wrong.split(",") if checked else [],
        "truth": queries.truth_of(place, request.now),
        "visits": queries.visits_of(place, request.now),
    }


def _waiting(request: ActorRequest, place: Place, context: dict[str, Any]) -> dict[str, Any]:
    """What is to be done, counted: it stands at the top, and each number leads to its card."""
    held = queries.stock_of(place, now=request.now)
    facilities = context["page"].facilities
    return {
        "held": held,
        "restocks": queries.tasks_at(place),
        "booked": bookings.today(place, request.now, request.actor),
        "due": due_back(place, now=request.now),
        "amiss": [
            each for each in facilities if each.is_broken or each.doubted_at or each.order == Order.UNKNOWN
        ],
        "broken": [each for each in facilities if each.is_broken or each.doubted_at],
        "short": [each for each in held if not each.good or each.is_low or each.is_expiring or each.over],
    }


@require_POST
@requires("places.today")
def door(request: ActorRequest) -> HttpResponse:
    """Open or shut, as of now."""
    form, place = DoorForm(request.POST), queries.kept_place(request.actor)
    if place is None:
        raise queries.PlaceNotFound
    if not form.is_valid():
        return _page(request, form)
    is_open = form.cleaned_data["door"] == "open"
    try:
        services.keep_today(
            actor=request.actor,
            public_id=place.public_id,
            is_open=is_open,
            ends_at=form.ends_at(request.now),
            reason=form.cleaned_data["reason"],
            now=request.now,
        )
    except DomainError as error:
        form.refuse(error)
        return _page(request, form)
    messages.success(request, _("记下了，来的人看得到。"))
    return redirect("places:today")

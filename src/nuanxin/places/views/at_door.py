"""What the plate at the door leads to: how it is, one tap to say so, a check-in for who likes; and the plate itself."""

from uuid import UUID

import segno
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanxin.kernel.access.http import ActorRequest, client_address, public, requires
from nuanxin.kernel.access.limits import caller_of, limited
from nuanxin.places import queries, services
from nuanxin.places.services import Passer


@public("who stands at the door may say how it is, signed in or not; nothing is kept of who they are")
@require_http_methods(["GET", "HEAD", "POST"])
@limited("taps", posts_only=True)
def at_door(request: ActorRequest, code: str) -> HttpResponse:
    """One tap each: open or locked, in stock or not, clean or not; or a check-in."""
    if request.method == "POST":
        _take(request, code)
        return redirect("places:at_door", code=code)
    place = queries.place_at_door(code)
    context = {
        "place": place,
        "page": queries.place_page(place, now=request.now),
        "truth": queries.truth_of(place, request.now),
        "is_keeper": request.actor.site_id == place.site_id,
    }
    return render(request, "places/at_door.html", context)


def _take(request: ActorRequest, code: str) -> None:
    passer = Passer(
        key=caller_of(request),
        address=client_address(request),
        is_member=request.actor.is_authenticated,
        site_id=request.actor.site_id,
    )
    if "visit" in request.POST:
        services.check_in(code=code, passer=passer, now=request.now)
        messages.success(request, _("签到了。只算人数，不记是谁。"))
        return
    question, _colon, answer = request.POST.get("say", "").partition(":")
    services.tell_at_door(
        code=code, passer=passer, question=question, answer=answer == "yes", now=request.now
    )
    messages.success(request, _("谢谢！后面来的人看得到。"))


@require_safe
@requires("places.view")
def plate(request: ActorRequest, public_id: UUID) -> HttpResponse:
    """To be printed and put up at the door."""
    place = queries.visible_place(request.actor, public_id)
    address = request.build_absolute_uri(reverse("places:at_door", args=[place.door_code]))
    drawn = segno.make(address, error="q").svg_data_uri(scale=8, border=2, dark="#1f2328", light="#ffffff")
    context = {"place": place, "address": address, "qr": drawn}
    return render(request, "places/plate.html", context)


@require_POST
@requires("places.tell")
@limited("taps")
def doubt(request: ActorRequest, public_id: UUID, facility: str) -> HttpResponse:
    """Somebody says that a facility is out of order."""
    services.doubt_facility(actor=request.actor, public_id=public_id, facility=facility, now=request.now)
    messages.success(request, _("谢谢！先标上“有人说坏了”，管理员去看。"))
    return redirect("places:shown", public_id=public_id)

"""The worker's map: what is open around me. The list is the page; position, map and keeping are what a phone adds."""

import json
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings as configured
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from nuanxin.kernel.access import ANONYMOUS
from nuanxin.kernel.access.http import ActorRequest, SecurityHeadersMiddleware, public, signed_in
from nuanxin.kernel.access.limits import limited
from nuanxin.places import queries, services
from nuanxin.places.forms import AroundForm
from nuanxin.places.queries import Asked
from nuanxin.places.views.tiles import tile_address
from nuanxin.territories.queries import bounds_of

FIRST = "all_night"  # after midnight it is the first question
TONES = {"open": "ok", "closed": "quiet", "unknown": "wait"}


@public("where one can rest, drink, charge: for whoever is on the road, signed in or not")
@require_safe
@limited("public")
def around(request: ActorRequest) -> HttpResponse:
    """The list is in the page; where nobody has said where, one chooses a street."""
    own = queries.own_street(request.actor)
    asked = AroundForm(request.GET).asked(own=own)
    asked = Asked(asked.wanted, asked.at, None, asked.saved)  # a position never stands in an address
    found = queries.around(request.actor, asked, now=request.now)
    context = {
        **_shared(asked),
        "found": found,
        "terms": queries.position_terms(request.actor),
        "is_known": request.actor.person_id is not None,
    }
    return render(request, "places/around.html", context)


def _shared(asked: Asked) -> dict[str, Any]:
    box = (bounds_of(asked.at) if asked.at else None) or bounds_of()
    return {
        "asked": asked,
        "filters": sorted(queries.catalogue().filters, key=lambda each: each.code != FIRST),
        "chosen": set(asked.wanted.facilities),
        "items": [each for each in queries.catalogue().stock.values() if each.is_active],
        "item": next(iter(asked.wanted.items), ""),
        "streets": queries.streets_with_places(),
        **_drawn(asked),
        "bounds": ",".join(map(str, box)) if box else "",
    }


def _drawn(asked: Asked) -> dict[str, str]:
    """All places at once where they are few; where they are many, as tiles of what is looked at."""
    if not queries.are_many():
        return {"points": f"{reverse('places:map_points')}?at={asked.at}", "tiles": ""}
    wanted = urlencode([("f", code) for code in asked.wanted.facilities])
    return {
        "points": "",
        "tiles": f"{tile_address()}?lang={get_language()}",
        "tiles_wanted": f"&{wanted}" if wanted else "",
    }


@public(
    "the list of the map, from where somebody stands; the position is used for this answer and kept nowhere"
)
@require_POST
@limited("public")
def around_list(request: ActorRequest) -> HttpResponse:
    """By POST, so that a position is in no address and in no log."""
    asked = AroundForm(request.POST).asked(own=queries.own_street(request.actor))
    if asked.point is not None:
        services.use_position(actor=request.actor, agreed=request.POST.get("agreed", ""), now=request.now)
    found = queries.around(request.actor, asked, now=request.now)
    response = render(request, "places/partials/around.html", {"found": found, "asked": asked})
    response["Cache-Control"] = "private, no-store"
    return response


@public("what is in service in a territory, as points of the map")
@require_safe
@limited("public")
def map_points(request: ActorRequest) -> HttpResponse:
    asked = AroundForm(request.GET).asked()
    features = [
        {
            "type": "Feature",
            "properties": {
                "kind": "place",
                "tone": TONES[hours.standing.value],
                "title": place.name,
                "text": hours.words(request.now),
                "url": reverse("places:shown", args=[place.public_id]),
            },
            "geometry": {"type": "Point", "coordinates": [place.lng, place.lat]},
        }
        for place, hours in queries.public_points(asked.at, asked.wanted, now=request.now)
    ]
    body = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    return HttpResponse(body, content_type="application/geo+json")


@public("the map inside other sites' pages: public places, nobody's data, no cookie")
@require_safe
@limited("public")
def embedded(request: ActorRequest) -> HttpResponse:
    """Whoever looks is nobody here, signed in or not. Only sites that the installation names may show it."""
    asked = AroundForm(request.GET).asked()
    asked = Asked(asked.wanted, asked.at)
    found = queries.around(ANONYMOUS, asked, now=request.now)
    context = {**_shared(asked), "found": found}
    response = render(request, "places/embedded.html", context)
    return _for_other_sites(response) if configured.NUANXIN_EMBED_IN else response


def _for_other_sites(response: HttpResponse) -> HttpResponse:
    allowed = " ".join(["'self'", *configured.NUANXIN_EMBED_IN])
    pages = SecurityHeadersMiddleware.PAGES
    response["Content-Security-Policy"] = pages.replace(
        "frame-ancestors 'none'", f"frame-ancestors {allowed}"
    )
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.xframe_options_exempt = True  # as Django's own decorator says it
    return response


@public("the empty page of the map; a phone keeps it for when there is no signal, so nobody's data is in it")
@require_safe
def map_offline(request: ActorRequest) -> HttpResponse:
    response = render(request, "places/around_offline.html")
    response["Cache-Control"] = "no-cache"
    return response


@require_POST
@signed_in
def save(request: ActorRequest, public_id: UUID) -> HttpResponse:
    """Saved, or no longer."""
    is_saved = request.POST.get("saved") == "1"
    try:
        services.save_place(actor=request.actor, public_id=public_id, is_saved=is_saved, now=request.now)
    except services.TooManySaved as error:
        messages.warning(request, f"{error.message}{error.hint}")
    else:
        messages.success(request, _("存下了，在地图的“我存的”里。") if is_saved else _("去掉了。"))
    return redirect("places:shown", public_id=public_id)

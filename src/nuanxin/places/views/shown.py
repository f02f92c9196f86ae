"""One place, for everybody."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from nuanxin.kernel.access import permits
from nuanxin.kernel.access.http import ActorRequest, public
from nuanxin.places import queries
from nuanxin.places.queries.scenes import plate_of
from nuanxin.territories.enums import Level
from nuanxin.territories.queries import path_names


@public("where one can rest, drink, charge: for whoever passes by, signed in or not")
@require_safe
def shown(request: ActorRequest, public_id: UUID) -> HttpResponse:
    place = queries.public_place(public_id)
    page = queries.place_page(place, now=request.now)
    address = request.build_absolute_uri(reverse("places:shown", args=[public_id]))
    context = {
        "place": place,
        "page": page,
        "linked": queries.structured_data(page, address=address, now=request.now),
        "seen": queries.seen_at(place, now=request.now),
        "has_books": queries.has_books(place),
        "bookable": queries.offers_of(place, now=request.now),
        "may_book": request.actor.is_authenticated and permits(request.actor, "places.book"),
        "truth": queries.truth_of(place, request.now),
        "plate": plate_of(place),
        "offers": queries.offers_at(place, now=request.now),
        "may_tell": request.actor.is_authenticated and permits(request.actor, "places.tell"),
        "is_saved": queries.is_saved(request.actor, place),
        "is_known": request.actor.person_id is not None,
        "where": path_names([place.scope_code], top=Level.STREET)[place.scope_code],
    }
    return render(request, "places/shown.html", context)

"""The register: the list with its filters, one place as staff see it, the form."""

import json
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanxin.kernel.access import allows, permits
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.downloads import sent
from nuanxin.kernel.errors import DomainError, Invalid
from nuanxin.places import queries, services
from nuanxin.places.forms import FilterForm, PlaceForm, initial_of
from nuanxin.places.models import Place
from nuanxin.places.queries.page import latest_changes
from nuanxin.places.queries.scenes import scenes_of
from nuanxin.places.services.exporting import FORMS
from nuanxin.places.workflow import PLACE
from nuanxin.territories.enums import Level
from nuanxin.territories.queries import Bounds, bounds_of, path_name, path_names, within_reach
from nuanxin.ui.forms import posted


class BadBox(Invalid):
    default_message = gettext_lazy("地图范围要是四个数字。")


@require_safe
@requires("places.view")
def listing(request: ActorRequest) -> HttpResponse:
    form = FilterForm(request.GET, within=request.actor.scope_code)
    filters = form.filters()
    found = queries.listed_places(request.actor, filters, now=request.now, after=_after(request))
    paths = path_names((place.scope_code for place, _hours in found.rows), top=Level.STREET)
    context = {
        "form": form,
        "filters": filters,
        "rows": [
            {"place": place, "hours": hours, "hours_words": hours.words(request.now), "where": paths[place.scope_code]}
            for place, hours in found.rows
        ],
        "territories": within_reach(request.actor.scope_code, filters.within),
        "next": _next_page(request, found.rows[-1][0]) if found.more else "",
        "is_first": "after" not in request.GET,
        "may_create": permits(request.actor, "places.edit") and not request.actor.site_id,
        "may_import": permits(request.actor, "places.import"),
        "may_export": permits(request.actor, "places.export"),
        "query": request.GET.urlencode(),
    }  # fmt: skip
    if not request.htmx:
        context["counts"] = queries.counts(request.actor, within=filters.within, now=request.now)
        context["visits"] = queries.visits_within(request.actor, request.now)
    template = "places/partials/rows.html" if request.htmx else "places/list.html"
    return render(request, template, context)


def _after(request: ActorRequest) -> tuple[str, int] | None:
    initials, _colon, pk = request.GET.get("after", "").rpartition(":")
    return (initials[:60], int(pk)) if pk.isascii() and pk.isdigit() and len(pk) < 19 else None


def _next_page(request: ActorRequest, last: Place) -> str:
    kept = {key: value for key, value in request.GET.items() if key != "after"}
    return f"{reverse('places:list')}?{urlencode({**kept, 'after': f'{last.initials}:{last.pk}'})}"


@require_safe
@requires("places.view")
def detail(request: ActorRequest, public_id: UUID) -> HttpResponse:
    place = queries.visible_place(request.actor, public_id)
    held = {
        name
        for name in (
            "edit",
            "keep",
            "hand_over",
            "open",
            "stock",
            "offer_new",
            "scene_apply",
            "open_day",
            "bookings",
        )
        if permits(request.actor, f"places.{name}") and allows(request.actor, f"places.{name}", place)
    }
    context = {
        "page": queries.place_page(place, now=request.now),
        "truth": queries.truth_of(place, request.now),
        "scenes": scenes_of(place),
        "visits": queries.visits_of(place, request.now),
        "held": queries.stock_of(place, now=request.now),
        "restocks": queries.tasks_at(place),
        "offers": queries.own_offers(place, now=request.now),
        "place": place,
        "path": path_name(place.scope_code),
        "changes": latest_changes(place),
        "moves": PLACE.available(request.actor, place),
        "may": held,
        "is_stale": place.confirmed_at is None or place.confirmed_at < request.now - queries.STALE_AFTER,
    }
    return render(request, "places/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("places.edit")
def create(request: ActorRequest) -> HttpResponse:
    hosts = queries.possible_hosts(request.actor)
    form = PlaceForm(posted(request), initial={"key": uuid4()}, hosts=hosts)
    if request.method == "POST" and form.is_valid():
        key = str(form.cleaned_data["key"] or "")
        try:
            made = services.create_place(
                actor=request.actor, data=form.data_for_service(), now=request.now, source="form", external_id=key
            )  # fmt: skip
        except DomainError as error:
            return _form_page(request, form, None, error)
        messages.success(request, _("%s 已经登记。再填上有什么设施，就可以对外开放了。") % made.name)
        return redirect("places:facilities", public_id=made.public_id)
    return _form_page(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("places.edit")
def edit(request: ActorRequest, public_id: UUID) -> HttpResponse:
    place = queries.changeable_place(request.actor, "places.edit", public_id)
    hosts = queries.possible_hosts(request.actor, place)
    form = PlaceForm(
        posted(request),
        initial=initial_of(place),
        hosts=hosts,
        place=place,
    )
    if request.method == "POST" and form.is_valid():
        data = form.data_for_service()
        try:
            services.update_place(actor=request.actor, public_id=public_id, data=data, now=request.now)
        except DomainError as error:
            return _form_page(request, form, place, error)
        messages.success(request, _("改好了。"))
        return redirect("places:detail", public_id=public_id)
    return _form_page(request, form, place)


def _form_page(
    request: ActorRequest, form: PlaceForm, place: Place | None, error: DomainError | None = None
) -> HttpResponse:
    if error is not None:
        form.refuse(error)
    lng, lat = form["lng"].value(), form["lat"].value()
    scope = request.actor.scope_code
    box = (bounds_of(scope) if scope else None) or bounds_of()
    if not lng and box:
        lng, lat = round((box.west + box.east) / 2, 6), round((box.south + box.north) / 2, 6)
    context = {
        "form": form,
        "place": place,
        "lng": lng or "",
        "lat": lat or "",
        "scope_code": form["scope_code"].value() or "",
        "root": scope,
        "same": error.place if isinstance(error, services.SamePlace) else None,
        "is_keeper": bool(request.actor.site_id),
    }
    return render(request, "places/form.html", context, status=422 if form.errors else 200)


@require_POST
@requires("places.export")
@limited("exports")
def export(request: ActorRequest) -> HttpResponseBase:
    """The list as it is narrowed: CSV, a workbook or GeoJSON, in the coordinates that are asked for."""
    filters = FilterForm(request.POST, within=request.actor.scope_code).filters()
    form, crs = request.POST.get("form", "csv"), request.POST.get("crs", "wgs84")
    file = services.export_places(
        actor=request.actor, filters=filters, form=form if form in FORMS else "csv", crs=crs, now=request.now
    )
    return sent(file)


@require_safe
@requires("places.view")
def points(request: ActorRequest) -> HttpResponse:
    """Places on the map: in `?bbox=west,south,east,north`, without one around the actor's own area."""
    tones = {"open": "ok", "draft": "info", "suspended": "wait", "closed": "danger"}
    features = [
        {
            "type": "Feature",
            "properties": {
                "kind": "place",
                "tone": tones[each.state],
                "title": each.name,
                "text": each.type.name,
                "url": reverse("places:detail", args=[each.public_id]),
            },
            "geometry": {"type": "Point", "coordinates": [each.lng, each.lat]},
        }
        for each in queries.places_in_box(request.actor, _box(request))
    ]
    body = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    return HttpResponse(body, content_type="application/geo+json")


def _box(request: ActorRequest) -> Bounds:
    given: Any = request.GET.get("bbox", "")
    if not given:
        scope = request.actor.scope_code
        return (bounds_of(scope) if scope else None) or bounds_of() or Bounds(0, 0, 0, 0)
    try:
        return Bounds(*(float(side) for side in given.split(",")))
    except (TypeError, ValueError) as error:
        raise BadBox from error

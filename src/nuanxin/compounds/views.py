import json
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from nuanxin.compounds import queries, services
from nuanxin.compounds.forms import CompoundForm
from nuanxin.compounds.models import Compound
from nuanxin.kernel.access import allows, permits
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.errors import Invalid
from nuanxin.places.queries.scenes import sites_to_apply
from nuanxin.territories.enums import Level
from nuanxin.territories.queries import (
    Bounds,
    bounds_of,
    path_name,
    path_names,
    within_reach,
)


class BadPlace(Invalid):
    pass


@require_safe
@requires("compounds.view")
def listing(request: ActorRequest) -> HttpResponse:
    filters = _filters(request)
    found = queries.listed_compounds(request.actor, limit=queries.PAGE + 1, after=_after(request), **filters)
    page, more = found[: queries.PAGE], len(found) > queries.PAGE
    paths = path_names((each.scope_code for each in page), top=Level.STREET)
    context = {
        "rows": [{"compound": each, "place": paths[each.scope_code]} for each in page],
        "managers": queries.managers_in(request.actor),
        "places": within_reach(request.actor.scope_code, filters["within"]),
        "filters": filters,
        "is_filtered": bool(filters["text"] or filters["manager_id"] or filters["state"]),
        "next": _next_page(request, page[-1]) if more else "",
        "is_first": "after" not in request.GET,
        "may_edit": permits(request.actor, "compounds.edit"),
    }
    template = "compounds/partials/rows.html" if request.htmx else "compounds/list.html"
    return render(request, template, context)


def _filters(request: ActorRequest) -> dict[str, Any]:
    asked = request.GET
    within = asked.get("within", request.actor.scope_code)
    manager = asked.get("manager", "")
    return {
        "within": within if within.isascii() and within.isdigit() and len(within) in (12, 15) else "",
        "manager_id": int(manager) if manager.isascii() and manager.isdigit() and len(manager) < 19 else None,
        "text": asked.get("q", "").strip()[:40],
        "state": asked.get("state", "") if asked.get("state") in ("off", "unmanaged") else "",
    }


def _after(request: ActorRequest) -> tuple[str, int] | None:
    initials, _colon, pk = request.GET.get("after", "").rpartition(":")
    return (initials[:60], int(pk)) if pk.isascii() and pk.isdigit() and len(pk) < 19 else None


def _next_page(request: ActorRequest, last: Compound) -> str:
    kept = {key: value for key, value in request.GET.items() if key != "after"}
    return f"{reverse('compounds:list')}?{urlencode({**kept, 'after': f'{last.initials}:{last.pk}'})}"


@require_safe
@requires("compounds.view")
def detail(request: ActorRequest, public_id: UUID) -> HttpResponse:
    compound = queries.visible_compound(request.actor, public_id)
    context = {
        "compound": compound,
        "path": path_name(compound.scope_code),
        "may_edit": permits(request.actor, "compounds.edit")
        and allows(request.actor, "compounds.edit", compound),
        "may_apply": _may_apply(request, compound),
        "outline_url": reverse("compounds:outline", args=[public_id]) if compound.outline else "",
    }
    return render(request, "compounds/detail.html", context)


def _may_apply(request: ActorRequest, compound: Compound) -> bool:
    """For a friendly scene: who may speak for it, while none is under way or in force."""
    if not permits(request.actor, "places.scene_site"):
        return False
    sites = sites_to_apply(request.actor, text=compound.name)
    return any(each.pk == compound.site_id for each in sites)


@require_safe
@requires("compounds.view")
def outline(request: ActorRequest, public_id: UUID) -> HttpResponse:
    """The compound's outline as GeoJSON, for the map on its page."""
    compound = queries.visible_compound(request.actor, public_id)
    features = []
    if compound.outline:
        properties = {"kind": "area", "title": compound.name}
        geometry = json.loads(compound.outline)
        features = [{"type": "Feature", "properties": properties, "geometry": geometry}]
    body = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    return HttpResponse(body, content_type="application/geo+json")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("compounds.edit")
def create(request: ActorRequest) -> HttpResponse:
    form = CompoundForm(request.POST or None, managers=queries.possible_managers(request.actor))
    if request.method == "POST" and form.is_valid():
        data = form.data_for_service()
        try:
            made = services.create_compound(actor=request.actor, data=data, now=request.now)
        except Invalid as error:
            form.refuse(error)
        else:
            messages.success(request, _("%s 已经加好，上报时可以选到它了。") % made.name)
            return redirect("compounds:detail", public_id=made.public_id)
    return _form_page(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("compounds.edit")
def edit(request: ActorRequest, public_id: UUID) -> HttpResponse:
    compound = queries.editable_compound(request.actor, public_id)
    managers = queries.possible_managers(request.actor, compound)
    form = CompoundForm(request.POST or None, initial=_initial(compound), managers=managers)
    if request.method == "POST" and form.is_valid():
        data = form.data_for_service()
        try:
            services.update_compound(actor=request.actor, public_id=public_id, data=data, now=request.now)
        except Invalid as error:
            form.refuse(error)
        else:
            messages.success(request, _("改好了。"))
            return redirect("compounds:detail", public_id=public_id)
    return _form_page(request, form, compound)


def _form_page(request: ActorRequest, form: CompoundForm, compound: Compound | None) -> HttpResponse:
    context = {"form": form, "compound": compound, **_form_place(request, form, compound)}
    return render(request, "compounds/form.html", context, status=422 if form.errors else 200)


def _initial(compound: Compound) -> dict[str, Any]:
    return {
        "name": compound.name,
        "address": compound.address,
        "manager": compound.manager_id,
        "households": compound.households,
        "is_active": compound.is_active,
        "outline": compound.outline,
        "lng": compound.lng,
        "lat": compound.lat,
        "scope_code": compound.scope_code,
    }


def _form_place(request: ActorRequest, form: CompoundForm, compound: Compound | None) -> dict[str, Any]:
    """Where the map and the picker of the form stand."""
    lng, lat = form["lng"].value(), form["lat"].value()
    box = (
        None if compound else bounds_of(request.actor.scope_code) if request.actor.scope_code else bounds_of()
    )
    if not lng and box:
        lng, lat = round((box.west + box.east) / 2, 6), round((box.south + box.north) / 2, 6)
    root = request.actor.scope_code
    return {"lng": lng or "", "lat": lat or "", "scope_code": form["scope_code"].value() or "", "root": root}


@require_safe
@requires("compounds.view")
def pick(request: ActorRequest) -> HttpResponse:
    """For the report form: `?q=` by name, pinyin or initials, `?lng=&lat=` the nearest. Public data only."""
    text = request.GET.get("q", "").strip()
    point = _point(request)
    if text:
        found = queries.search_compounds(text)
    elif point:
        found = queries.nearest_compounds(*point)
    else:
        found = []
    paths = path_names(each.scope_code for each in found)
    options = [_option(each, paths[each.scope_code]) for each in found]
    if request.htmx:
        return render(
            request, "compounds/partials/options.html", {"options": options, "q": text, "point": point}
        )
    return JsonResponse({"compounds": options}, json_dumps_params={"ensure_ascii": False})


def _point(request: ActorRequest) -> tuple[float, float] | None:
    lng, lat = request.GET.get("lng", ""), request.GET.get("lat", "")
    if not (lng and lat):
        return None
    try:
        return float(lng), float(lat)
    except ValueError as error:
        raise BadPlace(_("经纬度要是数字。")) from error


def _option(compound: Compound, path: str) -> dict[str, Any]:
    metres = getattr(compound, "distance_m", None)
    return {
        "id": compound.pk,
        "name": compound.name,
        "address": compound.address,
        "place": path,
        "scope_code": compound.scope_code,
        "lng": compound.lng,
        "lat": compound.lat,
        "distance_m": None if metres is None else round(metres),
    }


@require_safe
@requires("compounds.view")
def near_geojson(request: ActorRequest) -> HttpResponse:
    """Compounds on the map: in `?bbox=west,south,east,north`, without one around the actor's own area."""
    features = [
        {
            "type": "Feature",
            "properties": {
                "kind": "place",
                "tone": "info",
                "title": each.name,
                "text": each.address,
                "url": reverse("compounds:detail", args=[each.public_id]),
            },
            "geometry": {"type": "Point", "coordinates": [each.lng, each.lat]},
        }
        for each in _on_the_map(request)
    ]
    body = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    return HttpResponse(body, content_type="application/geo+json")


def _on_the_map(request: ActorRequest) -> list[Compound]:
    given = request.GET.get("bbox", "")
    if not given:
        scope = request.actor.scope_code
        box = (bounds_of(scope) if scope else None) or bounds_of()
        return queries.compounds_in_box(box) if box else []
    try:
        return queries.compounds_in_box(Bounds(*(float(side) for side in given.split(","))))
    except (TypeError, ValueError) as error:
        raise BadPlace(_("地图范围要是四个数字。")) from error

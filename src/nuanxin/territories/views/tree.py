"""The browser of the division tree."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from nuanxin.kernel.access import level_of, permits
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.territories import queries
from nuanxin.territories.enums import Level
from nuanxin.territories.models import Territory


@require_safe
@requires("territories.view")
def root(request: ActorRequest) -> HttpResponse:
    """The actor's own territory; the provinces for those without one."""
    code = request.actor.scope_code
    if code and queries.is_territory(code) and "all" not in request.GET:
        return redirect("territories:territory", code=code)
    return _page(request, None)


@require_safe
@requires("territories.view")
def territory(request: ActorRequest, code: str) -> HttpResponse:
    return _page(request, queries.visible_territory(request.actor, code))


def _page(request: ActorRequest, place: Territory | None) -> HttpResponse:
    code = place.code if place else ""
    text = request.GET.get("q", "").strip()
    former = bool(request.GET.get("former"))
    found = queries.search_territories(text, within=code, limit=50) if text else None
    below = found if found is not None else list(queries.children(code, with_former=former))
    box = queries.bounds_of(code)
    context = {
        "place": place,
        "path": queries.ancestors(code) if place else [],
        "successors": queries.successors_of(code) if place and not place.is_current else [],
        "rows": _rows(below, with_path=bool(text)),
        "summary": " · ".join(f"{Level(level).label} {n}" for level, n in queries.counts_below(code).items()),
        "here": request.path,
        "q": text,
        "former": former,
        "may_edit": permits(request.actor, "territories.edit"),
        "box": ",".join(f"{side:.6f}" for side in box) if box else "",
        "map_areas": _areas(below, code) if box else "",
    }
    template = "territories/partials/children.html" if request.htmx else "territories/tree.html"
    return render(request, template, context)


def _rows(below: list[Territory], *, with_path: bool) -> list[dict[str, Any]]:
    codes = [each.code for each in below]
    paths = queries.path_names(codes) if with_path else {}
    counts, outlined = queries.child_counts(codes), queries.boundary_codes(codes)
    return [
        {
            "place": each,
            "path": paths.get(each.code, ""),
            "children": counts[each.code],
            "outlined": each.code in outlined,
        }
        for each in below
    ]


def _areas(below: list[Territory], code: str) -> str:
    """The outlines one level down, or the own one of the smallest."""
    level = below[0].level if below else level_of(code) if code else ""
    return f"{reverse('territories:boundaries')}?level={level}&within={code}" if code else ""

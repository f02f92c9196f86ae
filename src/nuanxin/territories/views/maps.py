"""GeoJSON and style of the map background: same origin, compressed, asked for again only when changed."""

import hashlib
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext_lazy as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import condition, require_safe

from nuanxin.kernel.access.http import public
from nuanxin.kernel.errors import Invalid
from nuanxin.territories import queries
from nuanxin.territories.enums import Level
from nuanxin.territories.queries import Bounds
from nuanxin.territories.views.style import PALETTES, map_style

GEOJSON = "application/geo+json"
WHY_PUBLIC = "division outlines and the base map are public data, drawn behind every map"


class BadMapRequest(Invalid):
    default_message = _("地图请求不对。")
    default_hint = _("请刷新页面再试。")


def _edition(request: HttpRequest, *args: Any, **kwargs: Any) -> str:
    """An entity tag of everything that the answer is made of."""
    made_of = (request.get_full_path(), queries.boundaries_edition(), queries.layers_edition())
    return f'"{hashlib.sha256(repr(made_of).encode()).hexdigest()[:20]}"'


def _cached(view: Any) -> Any:
    """Compressed, and checked again after five minutes: a new outline is seen soon, an old one costs nothing."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        patch_cache_control(response, public=True, max_age=300)
        return response

    return require_safe(gzip_page(condition(etag_func=_edition)(answer)))


@public(WHY_PUBLIC)
@_cached
def style(request: HttpRequest) -> HttpResponse:
    theme = request.GET.get("theme", "light")
    within = _code(request)
    document = map_style(
        theme=theme if theme in PALETTES else "light",
        layers=queries.map_layers(),
        levels=queries.drawable_levels(within),
        layer_url=lambda name: reverse("territories:map_layer", args=[name]),
        borders_url=lambda level: _borders_url(level, within),
    )
    box = queries.bounds_of(within)
    if box:
        document["center"] = [round((box.west + box.east) / 2, 6), round((box.south + box.north) / 2, 6)]
        document["zoom"] = 13
        document["metadata"] = {"nuanxin:bounds": [round(side, 6) for side in box]}
    return JsonResponse(document, json_dumps_params={"ensure_ascii": False, "separators": (",", ":")})


def _borders_url(level: str, within: str) -> str:
    address = f"{reverse('territories:boundaries')}?level={level}"
    return f"{address}&within={within}" if within else address


@public(WHY_PUBLIC)
@_cached
def layer(request: HttpRequest, name: str) -> HttpResponse:
    found = queries.map_layer(name)
    if found is None:
        raise Http404
    return HttpResponse(found.geojson, content_type=GEOJSON)


@public(WHY_PUBLIC)
@_cached
def boundaries(request: HttpRequest) -> HttpResponse:
    """`?level=street`, with `within=<code>` or `bbox=west,south,east,north`; `names` for a point in each."""
    level = request.GET.get("level", "")
    if level not in Level.values:
        raise BadMapRequest
    body = queries.boundary_features(
        level=level, within=_code(request), box=_box(request), as_points="names" in request.GET
    )
    return HttpResponse(body, content_type=GEOJSON)


def _code(request: HttpRequest) -> str:
    code = request.GET.get("within", "")
    if code and not (code.isascii() and code.isdigit() and len(code) in (12, 15)):
        raise BadMapRequest
    return code


def _box(request: HttpRequest) -> Bounds | None:
    given = request.GET.get("bbox", "")
    if not given:
        return None
    try:
        box = Bounds(*(float(side) for side in given.split(",")))
    except (TypeError, ValueError) as error:
        raise BadMapRequest from error
    if not (-180 <= box.west <= box.east <= 180 and -90 <= box.south <= box.north <= 90):
        raise BadMapRequest
    return box

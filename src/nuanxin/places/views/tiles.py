"""The public map in pieces, for sets that are too big for one answer."""

import hashlib
from typing import Any

from django.conf import settings as configured
from django.http import Http404, HttpResponse, HttpResponseNotModified, JsonResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from nuanxin.kernel.access.http import ActorRequest, public
from nuanxin.kernel.access.limits import limited
from nuanxin.places import queries
from nuanxin.places.forms import AroundForm
from nuanxin.places.queries import Tile, Wanted

MVT = "application/vnd.mapbox-vector-tile"
KEPT = "public, max-age=60, stale-while-revalidate=600"  # whether a place is open is in it
SHALLOWEST, DEEPEST = 0, 16  # a deeper one shows nothing more
TONES = {"open": "ok", "closed": "quiet", "unknown": "wait"}
FIELDS = {
    "kind": "place or cluster", "id": "of a place", "type": "code of its type", "title": "its name",
    "text": "whether it is open", "tone": "ok, quiet or wait: open, closed or unknown", "url": "its page",
    "count": "places of a cluster",
}  # fmt: skip


@public("what everybody may know about places, drawn: no person is in it")
@require_safe
@limited("tiles")
def tile(request: ActorRequest, zoom: int, x: int, y: int) -> HttpResponse:
    """The language stands in the address, so that any cache may keep the answer; so does what is looked for."""
    if not queries.is_tile(zoom, x, y):
        raise Http404
    wanted = Wanted(facilities=AroundForm(request.GET).asked().wanted.facilities)
    with translation.override(_language(request)):
        body = _drawn(Tile(zoom, x, y), wanted, request)
    tag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    if request.headers.get("If-None-Match") == tag:
        return _open_to_all(HttpResponseNotModified(headers={"ETag": tag}))
    return _open_to_all(HttpResponse(body, content_type=MVT, headers={"ETag": tag}))


def _language(request: ActorRequest) -> str:
    known = [code for code, _name in configured.LANGUAGES]
    said = request.GET.get("lang", "")
    return said if said in known else configured.LANGUAGE_CODE


def _drawn(tile: Tile, wanted: Wanted, request: ActorRequest) -> bytes:
    alone, together = queries.places_in_tile(tile, wanted, now=request.now)
    features: list[tuple[float, float, dict[str, Any]]] = [
        (each.lng, each.lat, {"kind": "cluster", "count": each.count}) for each in together
    ]
    for place, hours in alone:
        said = {
            "kind": "place",
            "id": str(place.public_id),
            "type": place.type_id,
            "title": place.name,
            "text": hours.words(request.now),
            "tone": TONES[hours.standing.value],
            "url": reverse("places:shown", args=[place.public_id]),
        }
        features.append((float(place.lng or 0), float(place.lat or 0), said))
    return queries.drawn(tile, features)


@public("where the tiles are, for map programs")
@require_safe
@limited("public")
def tile_json(request: ActorRequest) -> HttpResponse:
    """TileJSON 3.0.0."""
    about = {
        "tilejson": "3.0.0",
        "name": _("服务小哥的地方"),
        "scheme": "xyz",
        "tiles": [request.build_absolute_uri("/").rstrip("/") + tile_address()],
        "minzoom": SHALLOWEST,
        "maxzoom": DEEPEST,
        "vector_layers": [{"id": queries.LAYER, "fields": FIELDS}],
    }
    return _open_to_all(JsonResponse(about, json_dumps_params={"ensure_ascii": False}))


def tile_address() -> str:
    """With `{z}`, `{x}` and `{y}` where a map puts the numbers."""
    return reverse("places:tile", args=[0, 0, 0]).replace("0/0/0", "{z}/{x}/{y}")


def _open_to_all(response: HttpResponse) -> HttpResponse:
    """Other sites' maps may draw it."""
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["Cache-Control"] = KEPT
    return response

"""OGC API – Features: the addresses that GIS programs and data portals read. A foreign shape, so plain views."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import orjson
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from nuanxin.gateway.ogc import description
from nuanxin.gateway.ogc.description import GEOJSON, OPENAPI, PLACES, link
from nuanxin.gateway.ogc.features import feature
from nuanxin.gateway.ogc.parameters import (
    FORMAT,
    HTML,
    ITEMS,
    JSON,
    PAGE_FORMAT,
    Parameter,
    asked,
    checked,
    form_of,
)
from nuanxin.gateway.ogc.refusals import (
    BadParameter,
    MethodRefused,
    UnknownCollection,
    UnknownFeature,
    UnknownResource,
)
from nuanxin.gateway.views.crossing import READS, readable_elsewhere
from nuanxin.kernel.access.http import View, public
from nuanxin.kernel.access.limits import caller_of, spend
from nuanxin.kernel.errors import DomainError, NotFound
from nuanxin.kernel.worktime import SHANGHAI
from nuanxin.places import queries
from nuanxin.territories.queries import bounds_of

REASON = "a public interface of a public standard: what everybody may know about places, and nobody's data"
NOBODY = str(UUID(int=0))
KEPT = "public, max-age=60"  # whether a place is open is in it


def resource(view: Callable[..., HttpResponse]) -> View:
    """Only read, by anybody and from other sites' pages; refusals as the standard shapes them."""

    @wraps(view)
    def answered(request: Any, **where: str) -> HttpResponse:
        if request.method == "OPTIONS":
            return readable_elsewhere(HttpResponse(status=204), ("GET",))
        try:
            if request.method not in READS:
                raise MethodRefused
            spend("public", caller_of(request), now=request.now)
            response = view(request, **where)
        except DomainError as error:
            response = _refused(error)
        except (BadRequest, SuspiciousOperation):
            response = _refused(BadParameter(_("请求格式不对。")))
        is_data = response.status_code == 200 and not response["Content-Type"].startswith("text/html")
        response["Cache-Control"] = KEPT if is_data else "no-store"
        patch_vary_headers(response, ["Accept", "Accept-Language"])
        return readable_elsewhere(response, ("GET",), refused=response.status_code == MethodRefused.status)

    return public(REASON)(csrf_exempt(answered))


def _refused(error: DomainError) -> HttpResponse:
    """What cannot be read is 400, whatever it is elsewhere."""
    status = 400 if error.status == 422 else error.status
    response = _json({"code": error.code, "description": error.told}, status=status)
    if wait := getattr(error, "retry_after", 0):
        response["Retry-After"] = str(wait)
    return response


def _json(content: Any, kind: str = "application/json", *, status: int = 200) -> HttpResponse:
    return HttpResponse(orjson.dumps(content), content_type=kind, status=status)


def _root(request: Any) -> str:
    found: str = request.build_absolute_uri(reverse("gateway:ogc"))
    return found


def _form(request: Any, parameters: tuple[Parameter, ...] = (PAGE_FORMAT,)) -> str:
    """A browser would rather read a page, a program JSON."""
    given = checked(request.GET.dict(), parameters)
    form = form_of(given, JSON)
    if "f" in given:
        return form
    return HTML if request.get_preferred_type(["application/json", "text/html"]) == "text/html" else JSON


def _only_json(request: Any) -> None:
    if form_of(checked(request.GET.dict(), (FORMAT,)), JSON) != JSON:
        raise BadParameter(_("这里只有 JSON。"))


@resource
def landing(request: Any) -> HttpResponse:
    tiles = request.build_absolute_uri(reverse("places:tile_json"))
    said = description.landing(_root(request), tiles)
    if _form(request) == HTML:
        root = _root(request)
        about = {"said": said, "collection": description.collection(root, bounds_of()), "root": root}
        return render(request, "gateway/ogc.html", about)
    return _json(said)


@resource
def conformance(request: Any) -> HttpResponse:
    _only_json(request)
    return _json(description.conformance())


@resource
def api(request: Any) -> HttpResponse:
    _only_json(request)
    return _json(description.openapi(_root(request)), OPENAPI)


@resource
def collections(request: Any) -> HttpResponse:
    _only_json(request)
    return _json(description.collections(_root(request), bounds_of()))


@resource
def collection(request: Any, name: str) -> HttpResponse:
    _known(name)
    said = description.collection(_root(request), bounds_of())
    if _form(request) == HTML:
        context = {
            "collection": said,
            "root": _root(request),
            "fields": description.fields(),
            "parameters": ITEMS,
        }
        return render(request, "gateway/ogc_collection.html", context)
    return _json(said)


@resource
def items(request: Any, name: str) -> HttpResponse:
    _known(name)
    given = request.GET.dict()
    wanted = asked(given)
    if form_of(given, JSON) != JSON:
        raise BadParameter(_("这里只有 JSON。"))
    page = queries.published_page(wanted.filters, now=request.now, after=wanted.after, limit=wanted.limit)
    here = f"{_root(request)}collections/{PLACES}"
    pages = _page(request, NOBODY)
    links = [
        link(_with(f"{here}/items", given), "self", GEOJSON, _("本页")),
        link(f"{here}?f=json", "collection", "application/json", _("数据集")),
    ]
    if page.after is not None:
        following = {**given, "after": str(page.after)}
        links.append(link(_with(f"{here}/items", following), "next", GEOJSON, _("下一页")))
    counted = {} if page.matched is None else {"numberMatched": page.matched}
    body = {
        "type": "FeatureCollection",
        "timeStamp": request.now.astimezone(SHANGHAI).isoformat(timespec="seconds"),
        **counted,
        "numberReturned": len(page.rows),
        "features": [feature(row, pages.replace(NOBODY, str(row.place.public_id))) for row in page.rows],
        "links": links,
    }
    return _json(body, GEOJSON)


@resource
def one_feature(request: Any, name: str, key: str) -> HttpResponse:
    _known(name)
    _only_json(request)
    try:
        row = queries.published_place(UUID(key), now=request.now)
    except (ValueError, NotFound):
        raise UnknownFeature from None
    here = f"{_root(request)}collections/{PLACES}"
    links = [
        link(f"{here}/items/{row.place.public_id}", "self", GEOJSON, _("本页")),
        link(f"{here}?f=json", "collection", "application/json", _("数据集")),
        link(_page(request, row.place.public_id), "alternate", "text/html", _("给人看的页面")),
    ]
    return _json({**feature(row, _page(request, row.place.public_id)), "links": links}, GEOJSON)


@resource
def unknown(request: Any, rest: str = "") -> HttpResponse:
    raise UnknownResource


def _known(name: str) -> None:
    if name != PLACES:
        raise UnknownCollection


def _with(address: str, given: dict[str, str]) -> str:
    return f"{address}?{urlencode(given)}" if given else address


def _page(request: Any, key: UUID | str) -> str:
    """Of one place. Made once for a page of many, whose keys are put in."""
    found: str = request.build_absolute_uri(reverse("places:shown", args=[key]))
    return found

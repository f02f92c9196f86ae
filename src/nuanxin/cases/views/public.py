"""What everybody may see of solved cases, without signing in: a list, a map, one of them, its pictures, a feed.

Nothing here is kept by anybody in between without being asked for again: what is taken back is gone with the next look.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime, time
from functools import wraps
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase, HttpResponseNotModified, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from nuanxin.cases.forms.public import PublicForm
from nuanxin.cases.queries import public_map, publications
from nuanxin.cases.queries.picking import icon_of
from nuanxin.kernel.access.http import ActorRequest, public
from nuanxin.kernel.errors import NotFound
from nuanxin.kernel.files.http import picture_answer
from nuanxin.ui.preferences import TEXT_COOKIE, THEME_COOKIE

WHY = "solved cases that were reviewed for everybody, with coarse places and nothing of persons"
LIST, ROWS, MAP = (f"cases/public/{name}.html" for name in ("list", "rows", "map"))
FEED_MOST = 30

View = Callable[..., HttpResponseBase]


def open_to_all(view: View) -> View:
    """Asked for again each time, and by no search engine unless the city says so (`NUANXIN_PUBLIC_INDEX`)."""

    @wraps(view)
    def answered(request: ActorRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-cache"
        if not settings.NUANXIN_PUBLIC_INDEX:
            response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return public(WHY)(require_safe(answered))


@open_to_all
def public_list(request: ActorRequest) -> HttpResponse:
    form = PublicForm(request.GET, facets=public_map.facets())
    filters = form.filters()
    after = request.GET.get("after", "")[:40]
    tag = _tag(request, filters, after)
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified(headers={"ETag": tag})
    rows = publications.public_rows(filters, after=after, most=publications.PAGE + 1)
    page = rows[: publications.PAGE]
    context = {
        **_shared(form, request),
        "rows": [(row, icon_of(row.kind)) for row in page],
        "next": _address(request, after=page[-1].cursor) if len(rows) > publications.PAGE else "",
    }
    if after and request.htmx and not request.htmx.history_restore_request:
        return render(request, ROWS, context)
    context["figures"] = publications.public_figures(filters)
    response = render(request, LIST, context)
    response["ETag"] = tag
    return response


@open_to_all
def public_map_page(request: ActorRequest) -> HttpResponse:
    form = PublicForm(request.GET, facets=public_map.facets())
    filters = form.filters()
    context = {
        **_shared(form, request),
        "figures": publications.public_figures(filters),
        "points": f"{reverse('cases:public_points')}?{urlencode(_given(request))}",
        "bounds": public_map.bounds_told(filters.scope_code),
    }
    return render(request, MAP, context)


@open_to_all
def public_points(request: ActorRequest) -> HttpResponse:
    filters = _only(request) or PublicForm(request.GET, facets=public_map.facets()).filters()
    tag = _tag(request, filters, "map")
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified(headers={"ETag": tag})
    points = public_map.public_points(filters)
    return JsonResponse(points, content_type="application/geo+json", headers={"ETag": tag})


@open_to_all
def public_case(request: ActorRequest, public_id: UUID) -> HttpResponse:
    row = publications.public_row(public_id=public_id)
    if row is None:
        raise NotFound(
            _("这一件没有公开，或者已经撤下了。"), hint=_("去“办好的事”看看别的，或者检查一下地址。")
        )
    return render(request, "cases/public/case.html", {"row": row, "icon_name": icon_of(row.kind)})


@open_to_all
def public_picture(request: ActorRequest, public_id: UUID) -> HttpResponseBase:
    return _picture(request, public_id, thumb=False)


@open_to_all
def public_thumb(request: ActorRequest, public_id: UUID) -> HttpResponseBase:
    return _picture(request, public_id, thumb=True)


@open_to_all
def public_feed(request: ActorRequest) -> HttpResponse:
    """The last ones as Atom, for whoever puts them on a notice board."""
    here = request.build_absolute_uri(reverse("cases:public_list"))
    feed = Atom1Feed(
        title=_("办好的事"), link=here, description=_("大家报的，办好了的。"), language=get_language()
    )
    for row in publications.public_rows(most=FEED_MOST):
        day = timezone.make_aware(datetime.combine(row.published_on, time()))
        feed.add_item(
            title=row.title,
            link=request.build_absolute_uri(reverse("cases:public_case", args=[row.public_id])),
            description=f"{row.wrong} {row.done}",
            unique_id=f"urn:uuid:{row.public_id}",
            pubdate=day,
            updateddate=day,
            categories=[row.kind.name],
        )
    return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


def _only(request: ActorRequest) -> publications.PublicFilters | None:
    """One case alone, for the map beside it."""
    try:
        return publications.PublicFilters(public_ids=[UUID(request.GET["only"])])
    except (KeyError, ValueError):
        return None


def _picture(request: ActorRequest, public_id: UUID, *, thumb: bool) -> HttpResponseBase:
    opened = publications.open_picture(public_id, thumb=thumb)
    response = picture_answer(request, opened, "no-cache")
    response["Content-Disposition"] = f'inline; filename="{public_id}.jpg"'
    response["Cross-Origin-Resource-Policy"] = (
        "cross-origin"  # Open311's `media_url` is for other sites' pages
    )
    return response


def _shared(form: PublicForm, request: ActorRequest) -> dict[str, Any]:
    return {"form": form, "is_narrowed": form.is_narrowed, "query": urlencode(_given(request))}


def _given(request: ActorRequest) -> dict[str, str]:
    return {name: request.GET[name][:20] for name in ("kind", "area", "month") if request.GET.get(name)}


def _address(request: ActorRequest, **more: str) -> str:
    return f"{reverse('cases:public_list')}?{urlencode(_given(request) | more)}"


def _tag(request: ActorRequest, filters: publications.PublicFilters, what: str) -> str:
    """The same tag is the same page: what is in it, for whom, and how it is shown. One statement."""
    count, changed = public_map.public_edition(filters)
    cookies = (request.COOKIES.get(name, "") for name in (THEME_COOKIE, TEXT_COOKIE))
    today = timezone.localdate(request.now).isoformat()
    seen_as = (get_language() or "", request.actor.role, "part" if request.htmx else "whole", *cookies)
    parts = "|".join((request.get_full_path(), what, str(count), changed, today, *seen_as))
    return f'W/"{hashlib.sha256(parts.encode()).hexdigest()[:32]}"'

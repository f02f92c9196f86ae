"""Bringing in a city's list of places."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.views.decorators.http import require_http_methods, require_safe

from nuanxin.kernel.access.http import requires
from nuanxin.kernel.access.limits import limited
from nuanxin.places.services.sheet import SHEET
from nuanxin.ui import sheets

PAGES = sheets.Pages("places:import", "places:template", "places:plan", "places:list")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("places.import")
@limited("uploads", posts_only=True)
def import_places(request: Any) -> HttpResponse:
    return sheets.start(request, SHEET, PAGES)


@require_safe
@requires("places.import")
def template(request: Any) -> HttpResponseBase:
    return sheets.template(request, SHEET, "places.xlsx")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("places.import")
def plan(request: Any, public_id: UUID) -> HttpResponse:
    return sheets.plan(request, SHEET, PAGES, public_id)

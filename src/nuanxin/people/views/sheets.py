"""Bringing in a city's list of units."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.views.decorators.http import require_http_methods, require_safe

from nuanxin.kernel.access.http import requires
from nuanxin.kernel.access.limits import limited
from nuanxin.people.services.organisation_sheet import SHEET
from nuanxin.ui import sheets

PAGES = sheets.Pages(
    "people:import_organisations",
    "people:organisations_template",
    "people:organisations_plan",
    "people:organisations",
)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("organisations.import")
@limited("uploads", posts_only=True)
def import_organisations(request: Any) -> HttpResponse:
    return sheets.start(request, SHEET, PAGES)


@require_safe
@requires("organisations.import")
def organisations_template(request: Any) -> HttpResponseBase:
    return sheets.template(request, SHEET, "organisations.xlsx")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("organisations.import")
def organisations_plan(request: Any, public_id: UUID) -> HttpResponse:
    return sheets.plan(request, SHEET, PAGES, public_id)

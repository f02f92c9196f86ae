"""Bringing in a city's own catalogue and its dispatch rules."""

from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.views.decorators.http import require_http_methods, require_safe

from nuanxin.cases.services import catalogue_sheet, rules_sheet
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.access.limits import limited
from nuanxin.ui import sheets
from nuanxin.ui.sheets import Pages

CATALOGUE = Pages(
    "cases:import_categories", "cases:categories_template", "cases:categories_plan", "cases:categories"
)
RULES = Pages("cases:import_rules", "cases:rules_template", "cases:rules_plan", "cases:categories")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("cases.categories")
@limited("uploads", posts_only=True)
def import_categories(request: ActorRequest) -> HttpResponse:
    return sheets.start(request, catalogue_sheet.SHEET, CATALOGUE)


@require_safe
@requires("cases.categories")
def categories_template(request: ActorRequest) -> HttpResponseBase:
    return sheets.template(request, catalogue_sheet.SHEET, "categories.xlsx")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("cases.categories")
def categories_plan(request: ActorRequest, public_id: UUID) -> HttpResponse:
    return sheets.plan(request, catalogue_sheet.SHEET, CATALOGUE, public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("cases.categories")
@limited("uploads", posts_only=True)
def import_rules(request: ActorRequest) -> HttpResponse:
    return sheets.start(request, rules_sheet.SHEET, RULES)


@require_safe
@requires("cases.categories")
def rules_template(request: ActorRequest) -> HttpResponseBase:
    return sheets.template(request, rules_sheet.SHEET, "dispatch-rules.xlsx")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("cases.categories")
def rules_plan(request: ActorRequest, public_id: UUID) -> HttpResponse:
    return sheets.plan(request, rules_sheet.SHEET, RULES, public_id)

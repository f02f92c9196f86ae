"""The street's page: where there are places and where not, and what there is to do about them today."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from nuanxin.kernel.access import permits
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.downloads import sent
from nuanxin.places import queries, services
from nuanxin.places.coverage_forms import CoverageForm
from nuanxin.places.queries import CoverageFilters
from nuanxin.places.queries.coverage import FEW
from nuanxin.places.queries.scenes import plates_to_recheck
from nuanxin.territories.queries import within_reach


@require_safe
@requires("places.export")
def coverage(request: ActorRequest) -> HttpResponse:
    form = CoverageForm(request.GET, within=request.actor.scope_code)
    filters = form.filters()
    context: dict[str, Any] = {
        "form": form,
        "filters": filters,
        "found": queries.coverage(request.actor, filters, now=request.now),
    }
    if not request.htmx:
        context |= {"territories": within_reach(request.actor.scope_code, filters.within)}
    context |= _to_do(request, filters)
    template = "places/partials/coverage.html" if request.htmx else "places/coverage.html"
    return render(request, template, context)


def _to_do(request: ActorRequest, filters: CoverageFilters) -> dict[str, Any]:
    """What waits for somebody: rounds, shelves, plates, doors."""
    actor, now = request.actor, request.now
    within = queries.own_scope(actor, filters.within)
    return {
        "counts": queries.counts(actor, within=within, now=now),
        "late": queries.late_checks(actor, filters, now=now),
        "doubts": queries.doubted_doors(actor, filters),
        "stock": queries.stock_counts(actor, within=within) if permits(actor, "places.stock_view") else None,
        "plates": plates_to_recheck(actor, now=now, within=within, limit=FEW),
        "few": FEW,
    }


@require_POST
@requires("places.export")
@limited("exports")
def coverage_export(request: ActorRequest) -> HttpResponseBase:
    """The table as it is narrowed, with a column for each type: CSV or a workbook."""
    filters = CoverageForm(request.POST, within=request.actor.scope_code).filters()
    form = "xlsx" if request.POST.get("form") == "xlsx" else "csv"
    file = services.export_coverage(actor=request.actor, filters=filters, form=form, now=request.now)
    return sent(file)

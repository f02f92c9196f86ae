"""Bookings of an area as figures: the list and its export."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from nuanxin.kernel.access import permits
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.downloads import sent
from nuanxin.places import queries, services
from nuanxin.places.booking_forms import FigureForm
from nuanxin.territories.enums import Level
from nuanxin.territories.queries import path_names, within_reach


@require_safe
@requires("places.booking_figures")
def booking_figures(request: ActorRequest) -> HttpResponse:
    form = FigureForm(request.GET, within=request.actor.scope_code, items=queries.items_booked())
    filters = form.filters()
    after = request.GET.get("after", "")
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0
    rows, more = queries.figures(request.actor, filters, now=request.now, after=start)
    paths = path_names((each.bookable.place.scope_code for each in rows), top=Level.STREET)
    first, last = queries.days_of(filters.period, request.now)
    context: dict[str, Any] = {
        "form": form,
        "filters": filters,
        "rows": [(each, paths[each.bookable.place.scope_code]) for each in rows],
        "next": _next_page(request, rows[-1].bookable.pk) if more else "",
        "is_first": not start,
        "first_day": first,
        "last_day": last,
        "may_export": permits(request.actor, "places.booking_export"),
        "territories": within_reach(request.actor.scope_code, filters.within),
    }
    template = "places/partials/booking_rows.html" if request.htmx else "places/booking_figures.html"
    return render(request, template, context)


def _next_page(request: ActorRequest, last: int) -> str:
    kept = {key: value for key, value in request.GET.items() if key != "after"}
    return f"{reverse('places:booking_figures')}?{urlencode({**kept, 'after': last})}"


@require_POST
@requires("places.booking_export")
@limited("exports")
def booking_export(request: ActorRequest) -> HttpResponseBase:
    """The list as it is narrowed: CSV or a workbook."""
    form = FigureForm(request.POST, within=request.actor.scope_code, items=queries.items_booked())
    kind = "xlsx" if request.POST.get("form") == "xlsx" else "csv"
    file = services.export_booking_figures(
        actor=request.actor, filters=form.filters(), form=kind, now=request.now
    )
    return sent(file)

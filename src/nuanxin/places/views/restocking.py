"""What runs out or goes out of date in an area, and who brings it: the list, its export, one task."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanxin.kernel.access import permits
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.downloads import sent
from nuanxin.places import queries, services
from nuanxin.places.models import RestockTask
from nuanxin.places.queries.stock import held_of
from nuanxin.places.stock_forms import DeliveryForm, RestockForm, StockFilterForm
from nuanxin.places.workflow import RESTOCK
from nuanxin.territories.enums import Level
from nuanxin.territories.queries import path_name, path_names, within_reach
from nuanxin.ui.forms import posted
from nuanxin.ui.stepping import take_step

TABS = (
    ("low", gettext_lazy("快没了")),
    ("expiring", gettext_lazy("快过期")),
    ("expired", gettext_lazy("过期了")),
    ("tasks", gettext_lazy("在补的")),
    ("done", gettext_lazy("补好的")),
)


@require_safe
@requires("places.stock_view")
def stock_list(request: ActorRequest) -> HttpResponse:
    form = StockFilterForm(request.GET, within=request.actor.scope_code)
    filters = form.filters()
    after = request.GET.get("after", "")
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0
    rows: list[Any]
    if filters.is_tasks:
        rows, more = queries.tasks(request.actor, filters, before=start)
        lines = [(each.place.scope_code, each.pk) for each in rows]
    else:
        rows, more = queries.alerts(request.actor, filters, now=request.now, after=start)
        lines = [(each.line.place.scope_code, each.line.pk) for each in rows]
    paths = path_names((scope for scope, _pk in lines), top=Level.STREET)
    context: dict[str, Any] = {
        "form": form,
        "filters": filters,
        "rows": [(each, paths[scope]) for each, (scope, _pk) in zip(rows, lines, strict=True)],
        "next": _next_page(request, lines[-1][1]) if more else "",
        "is_first": not start,
        "may_export": permits(request.actor, "places.stock_export"),
        "territories": within_reach(request.actor.scope_code, filters.within),
    }
    if not request.htmx:
        counts = queries.stock_counts(request.actor, within=filters.within)
        context["tabs"] = [(name, label, counts[name], name == filters.show) for name, label in TABS]
    template = "places/partials/stock_rows.html" if request.htmx else "places/stock_list.html"
    return render(request, template, context)


def _next_page(request: ActorRequest, last: int) -> str:
    kept = {key: value for key, value in request.GET.items() if key != "after"}
    return f"{reverse('places:stock_list')}?{urlencode({**kept, 'after': last})}"


@require_POST
@requires("places.stock_export")
@limited("exports")
def stock_export(request: ActorRequest) -> HttpResponseBase:
    """The list as it is narrowed: CSV or a workbook."""
    filters = StockFilterForm(request.POST, within=request.actor.scope_code).filters()
    form = "xlsx" if request.POST.get("form") == "xlsx" else "csv"
    file = services.export_stock(actor=request.actor, filters=filters, form=form, now=request.now)
    return sent(file)


@require_safe
@requires("places.stock_view")
def restock(request: ActorRequest, public_id: UUID) -> HttpResponse:
    task = queries.restock_task(request.actor, public_id)
    context = {
        "task": task,
        "held": held_of([task.line], now=request.now)[task.line_id],
        "path": path_name(task.place.scope_code),
        "moves": RESTOCK.available(request.actor, task),
    }
    return render(request, "places/restock.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("places.restock", "places.take_in")
def restock_step(request: ActorRequest, public_id: UUID, name: str) -> HttpResponse:
    """One step: at once where nothing has to be said, else by its form."""
    if name not in RESTOCK.transitions or RESTOCK[name].permission == "system":
        raise Http404
    task = queries.restock_task(request.actor, public_id, RESTOCK[name].permission)
    form = _form(request, name, task)
    return take_step(
        request,
        form,
        RESTOCK[name],
        perform=lambda: services.perform_restock(
            actor=request.actor, public_id=public_id, name=name, now=request.now, **_said(form)
        ),
        template="places/restock_step.html",
        task=task,
        back=reverse("places:restock", args=[public_id]),
    )


def _form(request: ActorRequest, name: str, task: RestockTask) -> DeliveryForm | RestockForm | None:
    fields = RESTOCK[name].required_fields
    if "quantity" in fields:
        source = task.organisation.label if task.organisation else ""
        initial = {"key": uuid4(), "quantity": task.wanted, "source": source}
        return DeliveryForm(posted(request), has_expiry=task.line.item.has_expiry, initial=initial)
    return RestockForm(posted(request)) if fields else None


def _said(form: DeliveryForm | RestockForm | None) -> dict[str, Any]:
    return dict(form.cleaned_data) if form is not None else {}

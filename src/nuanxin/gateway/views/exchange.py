"""Exchange with the city's platforms: set up by the administrator, used and decided about by dispatchers."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanxin.cases.queries.catalogue import kind_of
from nuanxin.cases.queries.places import place_choices
from nuanxin.gateway.forms import LinkForm, OrderListForm
from nuanxin.gateway.queries import areas
from nuanxin.gateway.queries import exchange as queries
from nuanxin.gateway.services import deciding, exchanging, exporting, linking, reconciling
from nuanxin.gateway.views.tables import page_of
from nuanxin.gateway.views.webhooks import once, tell
from nuanxin.kernel.access import policy
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.downloads import csv_file
from nuanxin.kernel.errors import Conflict, Invalid, NotFound


@require_safe
@requires("gateway.exchange_setup")
def link_list(request: ActorRequest) -> HttpResponse:
    rows = [(row, areas.area_label(row.scope_code)) for row in queries.links(request.actor)]
    return render(request, "gateway/links.html", {"rows": rows, "provider": exchanging.provider_name()})


@require_http_methods(["GET", "HEAD", "POST"])
@requires("gateway.exchange_setup")
def new_link(request: ActorRequest) -> HttpResponse:
    return _link_form(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("gateway.exchange_setup")
def edit_link(request: ActorRequest, public_id: UUID) -> HttpResponse:
    return _link_form(request, queries.link_of(request.actor, public_id))


def _link_form(request: ActorRequest, row: Any) -> HttpResponse:
    form = LinkForm.of(row, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            saved, secrets = linking.save_link(
                actor=request.actor, link=row, now=request.now, **form.values()
            )
        except Invalid as error:
            tell(form, error)
        else:
            if secrets:
                return once(request, _secrets(saved, secrets))
            messages.success(request, _("平台的设置保存好了。"))
            return redirect("gateway:links")
    incoming = request.build_absolute_uri(reverse("gateway:incoming", args=[row.public_id])) if row else ""
    context = {"form": form, "link": row, "incoming": incoming}
    return render(request, "gateway/link_form.html", context, status=422 if form.errors else 200)


@require_POST
@requires("gateway.exchange_setup")
def renew_secrets(request: ActorRequest, public_id: UUID) -> HttpResponse:
    row = queries.link_of(request.actor, public_id)
    secrets = linking.renew_secrets(actor=request.actor, link=row, now=request.now)
    return once(request, _secrets(row, secrets))


def _secrets(row: Any, secrets: tuple[str, str]) -> dict[str, Any]:
    return {"link": row, "secret": secrets[0], "secret_in": secrets[1]}


@require_safe
@requires("gateway.exchange")
def order_list(request: ActorRequest) -> HttpResponse:
    form, here = _order_form(request), reverse("gateway:orders")
    context = page_of(request, queries.orders(request.actor, form.filters()), here, form)
    context["rows"] = [(row, kind_of(row.case.category_id).name) for row in context["rows"]]
    context["counts"] = queries.order_counts(request.actor)
    context["may_export"] = policy.permits(request.actor, "cases.export")
    partial = request.htmx and not request.htmx.history_restore_request
    return render(request, f"gateway/orders{'_rows' if partial else ''}.html", context)


def _order_form(request: ActorRequest) -> OrderListForm:
    actor = request.actor
    return OrderListForm(request.GET, links=queries.order_links(actor), places=place_choices(actor))


@require_POST
@requires("gateway.exchange")
@limited("exports")
def orders_export(request: ActorRequest) -> HttpResponseBase:
    filters = _order_form(request).filters()
    rows = exporting.export_orders(actor=request.actor, filters=filters, now=request.now)
    return csv_file("exchange-orders", rows, now=request.now)


@require_safe
@requires("gateway.exchange")
def order(request: ActorRequest, public_id: UUID) -> HttpResponse:
    page = queries.order_page(request.actor, public_id)
    context = {"page": page, "order": page.order, "kind": kind_of(page.order.case.category_id)}
    return render(request, "gateway/order.html", context)


@require_POST
@requires("gateway.exchange")
def retry(request: ActorRequest, public_id: UUID) -> HttpResponse:
    row = queries.order_of(request.actor, public_id)
    try:
        deciding.send_over_again(actor=request.actor, order=row, now=request.now)
    except Conflict as error:
        messages.error(request, error.told)
    else:
        messages.success(request, _("又排上了，编号不变，对方收过的不会重复立单。"))
    return redirect("gateway:order", public_id)


@require_POST
@requires("gateway.exchange")
def seen(request: ActorRequest, public_id: UUID) -> HttpResponse:
    page = queries.order_page(request.actor, public_id)
    if page.seen_only is None:
        raise NotFound
    deciding.note_seen(actor=request.actor, conflict=page.seen_only, now=request.now)
    messages.success(request, _("记下了。"))
    return redirect("gateway:order", public_id)


@require_safe
@requires("gateway.exchange", "gateway.exchange_setup")
def reconciliation_list(request: ActorRequest) -> HttpResponse:
    found = queries.reconciliations(request.actor)
    days = [
        (row, [{**line, "words": reconciling.WORDS[line["kind"]], **_states(line)} for line in lines])
        for row, lines in found
    ]
    context = {"days": days, "has_orders": policy.permits(request.actor, "gateway.exchange")}
    return render(request, "gateway/reconciliations.html", context)


def _states(line: dict[str, str]) -> dict[str, str]:
    return {name: reconciling.state_words(line[name]) for name in ("ours_state", "their_state")}


@require_POST
@requires("gateway.exchange", "gateway.exchange_setup")
@limited("exports")
def reconciliations_export(request: ActorRequest) -> HttpResponseBase:
    rows = reconciling.export_reconciliations(actor=request.actor, now=request.now)
    return csv_file("exchange-differences", rows, now=request.now)


def case_panel(request: Any) -> dict[str, Any]:
    """For the page of a case, wherever it is drawn."""
    match = request.resolver_match
    number = (match.kwargs.get("number") if match else "") or request.GET.get("case", "")
    return {"exchange": queries.beside_case(request.actor, number) if number else None}

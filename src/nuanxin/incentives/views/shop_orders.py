"""What was redeemed at a shop, as its counter sees it: by state, with the next steps. A masked name at most."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanxin.incentives.queries import shop as shops
from nuanxin.incentives.queries import shop_orders as queries
from nuanxin.incentives.services import shop_orders as services
from nuanxin.incentives.services.shop_sheet import export_orders
from nuanxin.incentives.shop_forms import OrderFilterForm, ReasonForm
from nuanxin.incentives.workflow import ORDER
from nuanxin.kernel.access import permits
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.downloads import sent
from nuanxin.kernel.errors import DomainError
from nuanxin.ui.forms import Refusing

TABS = (
    ("waiting", gettext_lazy("等取")),
    ("collected", gettext_lazy("取走了")),
    ("return", gettext_lazy("有问题")),
    ("over", gettext_lazy("过期、取消、退了")),
)
STEPS = ("prepare", "call_off", "ask_return", "return", "refuse_return")


@require_safe
@requires("incentives.shop_counter")
def shop_order_list(request: ActorRequest, public_id: UUID) -> HttpResponse:
    shop = shops.shop_for(request.actor, public_id, "incentives.shop_counter")
    form = OrderFilterForm(request.GET, items=shops.items_of(shop))
    filters = form.filters()
    before = request.GET.get("before", "")
    start = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else 0
    rows, more = queries.listed_orders(request.actor, shop, filters, before=start)
    kept = {key: value for key, value in request.GET.items() if key != "before"}
    here = reverse("incentives:shop_order_list", args=[public_id])
    context: dict[str, Any] = {
        "shop": shop,
        "form": form,
        "filters": filters,
        "rows": queries.with_moves(request.actor, rows),
        "next": f"{here}?{urlencode({**kept, 'before': rows[-1].pk})}" if more else "",
        "is_first": not start,
        "may_export": permits(request.actor, "incentives.shop_export"),
    }
    if not request.htmx:
        counts = queries.order_counts(request.actor, shop)
        context["tabs"] = [(name, label, counts[name], name == filters.show) for name, label in TABS]
    template = (
        "incentives/partials/shop_order_rows.html" if request.htmx else "incentives/shop_order_list.html"
    )
    return render(request, template, context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("incentives.shop_keep", "incentives.shop_approve")
def shop_order_step(request: ActorRequest, public_id: UUID, name: str) -> HttpResponse:
    """One step: at once where nothing has to be said, else by its form."""
    if name not in STEPS:
        raise Http404
    move = ORDER[name]
    order = queries.order_for(request.actor, public_id, move.permission)
    back = _back(request, order.shop.public_id)
    posted = request.POST if request.method == "POST" else None
    form = ReasonForm(posted) if move.required_fields else Refusing(posted)
    if request.method == "POST" and form.is_valid():
        try:
            services.perform_order(
                actor=request.actor, public_id=public_id, name=name, now=request.now,
                reason=form.cleaned_data.get("reason", ""),
            )  # fmt: skip
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("%s：已办好。") % move.label)
            return redirect(back)
    context = {"order": order, "who": queries.whose(order), "move": move, "form": form, "back": back}
    return render(request, "incentives/shop_order_step.html", context, status=422 if form.errors else 200)


def _back(request: ActorRequest, shop_id: UUID) -> str:
    if permits(request.actor, "incentives.shop_counter"):
        return reverse("incentives:shop_order_list", args=[shop_id])
    return reverse("incentives:shop_settlements", args=[shop_id])


@require_POST
@requires("incentives.shop_export")
@limited("exports")
def shop_order_export(request: ActorRequest, public_id: UUID) -> HttpResponseBase:
    """The list as it is narrowed: what, when, how far. No persons."""
    shop = shops.shop_for(request.actor, public_id, "incentives.shop_export")
    filters = OrderFilterForm(request.POST, items=shops.items_of(shop)).filters()
    form = "xlsx" if request.POST.get("form") == "xlsx" else "csv"
    file = export_orders(actor=request.actor, shop_id=public_id, filters=filters, form=form, now=request.now)
    return sent(file)

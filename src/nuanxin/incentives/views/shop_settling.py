"""What a shop owes its suppliers, and what it did in a month: on the page, as a table, on paper."""

from datetime import date
from pathlib import Path
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

import nuanxin.incentives
from nuanxin.incentives.queries import shop as shops
from nuanxin.incentives.queries import shop_reports as queries
from nuanxin.incentives.services import shop_settling as services
from nuanxin.incentives.services.shop_sheet import (
    export_report,
    export_settlement,
    print_report,
    print_settlement,
)
from nuanxin.incentives.shop_forms import ReasonForm
from nuanxin.incentives.workflow import SETTLEMENT
from nuanxin.kernel.access import permits
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.downloads import sent
from nuanxin.kernel.typesetting import typeset
from nuanxin.ui.forms import Refusing, posted
from nuanxin.ui.stepping import take_step

TEMPLATE = Path(nuanxin.incentives.__file__).parent / "templates" / "incentives" / "print" / "shop_paper.typ"
VIEW = "incentives.shop_view"


@require_safe
@requires(VIEW)
def shop_settlements(request: ActorRequest, public_id: UUID) -> HttpResponse:
    shop = shops.shop_for(request.actor, public_id, VIEW)
    context = {
        "shop": shop,
        "bills": queries.settlements_of(shop),
        "due": queries.settlements_due(shop, now=request.now),
        "returns": queries.returns_asked(request.actor, shop),
        "may_manage": permits(request.actor, "incentives.shop_manage"),
    }
    return render(request, "incentives/shop_settlements.html", context)


@require_POST
@requires("incentives.shop_manage")
def shop_close_month(request: ActorRequest, public_id: UUID) -> HttpResponse:
    month = _day(request.POST.get("month", ""))
    try:
        supplier = UUID(request.POST.get("supplier", ""))
    except ValueError:
        supplier = None
    if month is None or supplier is None:
        shops.shop_for(request.actor, public_id, "incentives.shop_manage")  # there is a page to go back to
        return redirect("incentives:shop_settlements", public_id)
    try:
        bill = services.close_settlement(
            actor=request.actor, shop_id=public_id, supplier_id=supplier, month=month, now=request.now
        )
    except (services.MonthNotOver, services.SettledAlready, services.NothingToSettle) as error:
        messages.warning(request, error.told)
        return redirect("incentives:shop_settlements", public_id)
    messages.success(request, _("算好了，等另一位同事批准。"))
    return redirect("incentives:shop_settlement", bill.public_id)


@require_safe
@requires(VIEW)
def shop_settlement(request: ActorRequest, public_id: UUID) -> HttpResponse:
    bill = queries.settlement_for(request.actor, public_id)
    context = {
        "bill": bill,
        "lines": queries.lines_of(bill),
        "moves": [each for each in SETTLEMENT.available(request.actor, bill) if each.name != "close"],
        "may_export": permits(request.actor, "incentives.shop_export"),
        "is_own": bill.closed_by is not None and bill.closed_by.person_id == request.actor.person_id,
    }
    return render(request, "incentives/shop_settlement.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("incentives.shop_approve")
def shop_settlement_step(request: ActorRequest, public_id: UUID, name: str) -> HttpResponse:
    if name not in ("approve", "send_back"):
        raise Http404
    move = SETTLEMENT[name]
    bill = queries.settlement_for(request.actor, public_id, move.permission)
    form = ReasonForm(posted(request)) if move.required_fields else Refusing(posted(request))
    return take_step(
        request, form, move, template="incentives/shop_settlement_step.html", bill=bill,
        back=reverse("incentives:shop_settlement", args=[public_id]),
        perform=lambda: services.perform_settlement(
            actor=request.actor, public_id=public_id, name=name, now=request.now,
            reason=form.cleaned_data.get("reason", ""),
        ),
    )  # fmt: skip


@require_safe
@requires("incentives.shop_export")
@limited("exports")
def shop_settlement_file(request: ActorRequest, public_id: UUID, form: str) -> HttpResponseBase:
    """`form`: csv, xlsx or pdf."""
    if form == "pdf":
        bill = queries.settlement_for(request.actor, public_id)
        data = print_settlement(actor=request.actor, public_id=public_id, now=request.now)
        return _paper(request, data, f"settlement-{bill.month:%Y-%m}-{bill.pk}")
    file = export_settlement(actor=request.actor, public_id=public_id, form=_known(form), now=request.now)
    return sent(file)


@require_safe
@requires(VIEW)
def shop_report(request: ActorRequest, public_id: UUID) -> HttpResponse:
    shop = shops.shop_for(request.actor, public_id, VIEW)
    months = queries.months_of(shop, request.now)
    asked = _day(f"{request.GET.get('month', '')}-01")
    month = asked if asked in months else months[0]
    context = {
        "shop": shop,
        "months": months,
        "report": queries.monthly_report(shop, month, now=request.now),
        "may_export": permits(request.actor, "incentives.shop_export"),
    }
    return render(request, "incentives/shop_report.html", context)


@require_safe
@requires("incentives.shop_export")
@limited("exports")
def shop_report_file(request: ActorRequest, public_id: UUID, month: str, form: str) -> HttpResponseBase:
    """`form`: csv, xlsx or pdf."""
    day = _day(f"{month}-01")
    if day is None:
        raise Http404
    if form == "pdf":
        data = print_report(actor=request.actor, shop_id=public_id, month=day, now=request.now)
        return _paper(request, data, f"shop-report-{day:%Y-%m}")
    file = export_report(
        actor=request.actor, shop_id=public_id, month=day, form=_known(form), now=request.now
    )
    return sent(file)


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _known(form: str) -> str:
    if form not in ("csv", "xlsx"):
        raise Http404
    return form


def _paper(request: ActorRequest, data: dict[str, object], name: str) -> HttpResponse:
    response = HttpResponse(typeset(TEMPLATE, data, now=request.now), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response

"""Rules of points for staff: the list, a rule with its versions, proposing, deciding; big awards; what points cost."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nuanxin.incentives.queries import rule_pages as queries
from nuanxin.incentives.queries.costs import costs
from nuanxin.incentives.rule_forms import DecisionForm, GrantForm, RuleFilterForm, RuleForm
from nuanxin.incentives.services import rule_changes as services
from nuanxin.incentives.services.cost_sheet import export_costs
from nuanxin.incentives.services.grants import DECIDING, decide_grant, propose_grant
from nuanxin.incentives.services.rule_sheet import export_rules
from nuanxin.incentives.workflow import GRANT
from nuanxin.kernel.access import lies_in, permits
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.access.limits import limited
from nuanxin.kernel.downloads import csv_file, sent
from nuanxin.kernel.errors import DomainError
from nuanxin.territories.queries import children, is_territory, path_name, territories_by_code
from nuanxin.ui.forms import posted
from nuanxin.ui.stepping import press


@require_safe
@requires("incentives.rules_view")
def rules(request: ActorRequest) -> HttpResponse:
    """What is worth how much now, and what waits for a second person."""
    rows = queries.rules_now(request.now)
    form = RuleFilterForm.over(request.GET, queries.events_of(rows))
    filters = form.filters()
    context = {
        "filter": form,
        "filters": filters,
        "rows": queries.narrowed(rows, filters),
        "waiting": queries.proposals(),
    }
    return render(request, "incentives/rules.html", context)


@require_POST
@requires("incentives.rules_view")
@limited("exports")
def rules_export(request: ActorRequest) -> HttpResponseBase:
    """The list as it is narrowed: CSV or a workbook."""
    events = queries.events_of(queries.rules_now(request.now))
    filters = RuleFilterForm.over(request.POST, events).filters()
    form = "xlsx" if request.POST.get("form") == "xlsx" else "csv"
    return sent(export_rules(actor=request.actor, filters=filters, form=form, now=request.now))


@require_safe
@requires("incentives.rules_view")
def rule(request: ActorRequest, code: str) -> HttpResponse:
    return render(request, "incentives/rule.html", _rule_page(request, code, DecisionForm()))


def _rule_page(request: ActorRequest, code: str, form: DecisionForm) -> dict[str, Any]:
    page = queries.rule_page(code, request.now)
    return {
        "page": page,
        "form": form,
        "is_own": page.proposal is not None and queries.is_own(request.actor, page.proposal),
        "may_propose": permits(request.actor, "incentives.rules_propose") and page.proposal is None,
        "may_approve": permits(request.actor, "incentives.rules_approve"),
        "moves": queries.moves_of(request.actor, page.proposal) if page.proposal else [],
    }


@require_http_methods(["GET", "HEAD", "POST"])
@requires("incentives.rules_propose")
def rule_edit(request: ActorRequest, code: str) -> HttpResponse:
    """The next version: try it on the last thirty days, then propose it."""
    page = queries.rule_page(code, request.now)
    form = RuleForm(posted(request), initial=RuleForm.initial_of(page.held))
    context: dict[str, Any] = {"page": page, "form": form}
    if request.method == "POST" and form.is_valid():
        given: dict[str, Any] = {
            "actor": request.actor,
            "code": code,
            "data": form.data_for(page.held),
            "now": request.now,
        }
        try:
            if "try" in request.POST:
                context["tried"] = services.dry_run(**given)
            else:
                services.propose_rule(**given)
                messages.success(request, _("提上去了，等另一位批。批之前照旧的给。"))
                return redirect("incentives:rule", code)
        except DomainError as error:
            form.refuse(error)
    return render(request, "incentives/rule_edit.html", context, status=422 if form.errors else 200)


@require_POST
@requires("incentives.rules_approve", "incentives.rules_propose")
def rule_step(request: ActorRequest, public_id: UUID, name: str) -> HttpResponse:
    """A step of its table: approve, refuse, withdraw."""
    form = DecisionForm(request.POST)
    because = form.cleaned_data["because"] if form.is_valid() else ""
    code = queries.version(public_id).code
    try:
        services.step_rule(
            actor=request.actor, public_id=public_id, name=name, because=because, now=request.now
        )
    except KeyError:
        raise Http404 from None
    except DomainError as error:
        form.refuse(error)
        context = _rule_page(request, code, form)
        return render(request, "incentives/rule.html", context, status=error.status)
    messages.success(request, _("记下了。"))
    return redirect("incentives:rule", code)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("incentives.grant_propose", "incentives.grant_approve")
def grants(request: ActorRequest) -> HttpResponse:
    """Big awards: those that wait, those that were decided; and proposing one by the number of a case."""
    form = GrantForm(posted(request))
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            propose_grant(actor=request.actor, now=request.now, **form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
            status = error.status
        else:
            messages.success(request, _("提上去了，等另一位批。给谁，系统自己知道，不给人看。"))
            return redirect("incentives:grants")
    context = {
        "form": form,
        "rows": queries.listed_grants(request.actor),
        "may_propose": permits(request.actor, "incentives.grant_propose"),
        "moves": [GRANT[name] for name in DECIDING]
        if permits(request.actor, "incentives.grant_approve")
        else [],
    }
    return render(
        request, "incentives/grants.html", context, status=422 if form.errors and status == 200 else status
    )


@require_POST
@requires("incentives.grant_approve")
def grant_step(request: ActorRequest, public_id: UUID, name: str) -> HttpResponse:
    """A step of its table: approve or refuse."""
    if name not in DECIDING:
        raise Http404
    form = DecisionForm(request.POST)
    because = form.cleaned_data["because"] if form.is_valid() else ""
    return press(
        request,
        back=reverse("incentives:grants"),
        perform=lambda: decide_grant(
            actor=request.actor, public_id=public_id, name=name, because=because, now=request.now
        ),
        done=_("记下了。"),
    )


@require_safe
@requires("incentives.points_cost")
def point_costs(request: ActorRequest) -> HttpResponse:
    within = _within(request, request.GET.get("within", ""))
    context = {
        "found": costs(within=within, now=request.now),
        "where": path_name(within) if within else "",
        "territories": _territories(request.actor.scope_code),
    }
    return render(request, "incentives/point_costs.html", context)


@require_POST
@requires("incentives.points_cost")
@limited("exports")
def point_costs_export(request: ActorRequest) -> HttpResponseBase:
    within = _within(request, request.POST.get("within", ""))
    rows = export_costs(actor=request.actor, within=within, now=request.now)
    return csv_file("points-cost", rows, now=request.now)


def _within(request: ActorRequest, asked: str) -> str:
    """A territory inside one's own; else one's own."""
    own = request.actor.scope_code
    inside = asked.isdigit() and (not own or lies_in(asked, own))
    return asked if inside and is_territory(asked) else own


def _territories(scope: str) -> list[tuple[str, str]]:
    """The own one and what lies below it."""
    own = territories_by_code([scope]) if scope else []
    inside = [each for above in own for each in children(above.code) if len(each.code) == len(above.code)]
    return [(each.code, each.short_name) for each in (*own, *inside)]

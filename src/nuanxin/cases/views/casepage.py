"""One case for those who work on it: everything about it, and what may be done next."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from nuanxin.cases import services
from nuanxin.cases.forms.steps import AskForm, RevealForm
from nuanxin.cases.queries import detail
from nuanxin.cases.queries.page import CasePage, case_page, explanation
from nuanxin.cases.queries.places import area_name
from nuanxin.cases.views.actions import actions_of
from nuanxin.cases.views.refusals import tell
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.errors import Conflict, Invalid
from nuanxin.ui.forms import posted

PAGE, PARTIAL = "cases/workbench/case.html", "cases/workbench/case_panel.html"
CHANGED = "queue-changed"  # the list beside it listens


def is_partial(request: ActorRequest) -> bool:
    return bool(request.htmx) and not request.htmx.history_restore_request


@require_safe
@requires("cases.view")
def case(request: ActorRequest, number: str) -> HttpResponse:
    page = case_page(request.actor, number, now=request.now)
    template = PARTIAL if is_partial(request) else PAGE
    return render(request, template, case_context(page, beside=bool(request.htmx)))


def case_context(page: CasePage, *, beside: bool = False) -> dict[str, Any]:
    """`beside`: shown next to the list."""
    return {"page": page, "actions": actions_of(page), "beside": beside}


def done(request: ActorRequest, number: str) -> HttpResponse:
    """After a change: another page to a plain browser, the case anew and a sign to the list to htmx."""
    if not is_partial(request):
        return redirect("cases:case", number)
    page = case_page(request.actor, number, now=request.now)
    context = case_context(page, beside=True) | {"with_toasts": True}
    response = render(request, PARTIAL, context)
    response["HX-Retarget"], response["HX-Reswap"] = "#case", "outerHTML show:#case:top"
    response["HX-Trigger"] = CHANGED
    return response


@require_safe
@requires("cases.view")
def clock(request: ActorRequest, number: str, clock_id: int) -> HttpResponse:
    """How a limit was counted, to the minute."""
    found = detail.case_for(request.actor, number)
    explained = explanation(request.actor, found, clock_id, now=request.now)
    return render(request, "cases/workbench/clock.html", {"case": found, "explained": explained})


@require_safe
@requires("cases.view")
def slip(request: ActorRequest, number: str) -> HttpResponse:
    """On paper, for the wall of the site office or the file."""
    page = case_page(request.actor, number, now=request.now)
    return render(request, "cases/workbench/slip.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@requires("cases.ask")
def ask(request: ActorRequest, number: str) -> HttpResponse:
    found = detail.case_for(request.actor, number)
    form = AskForm(posted(request))
    notice = None
    if request.method == "POST" and form.is_valid():
        try:
            services.ask_reporter(
                actor=request.actor, case=found, text=form.cleaned_data["text"], now=request.now
            )
        except Invalid as error:
            tell(form, error)
        except Conflict as error:
            notice = error
        else:
            messages.success(request, _("已转达给上报人，回答会出现在这里。"))
            return done(request, number)
    context = {"case": found, "form": form, "notice": notice, "area": area_name(found.scope_code)}
    status = 409 if notice else 422 if form.errors else 200
    return panel(request, "cases/workbench/ask", context, status)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("cases.break_glass")
def reveal(request: ActorRequest, number: str) -> HttpResponse:
    """The name and number of the reporter, once, for a written reason; the reporter is told."""
    found = detail.case_for(request.actor, number)
    form = RevealForm(posted(request))
    context: dict[str, Any] = {"case": found, "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            context["contact"] = services.reveal_reporter(
                actor=request.actor, case=found, reason=form.cleaned_data["reason"], now=request.now
            )
            context["revealed"] = True
        except Invalid as error:
            tell(form, error)
    status = 422 if form.errors else 200
    response = render(request, "cases/workbench/reveal.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def panel(request: ActorRequest, template: str, context: dict[str, Any], status: int) -> HttpResponse:
    """`…_panel.html` into the case page, `….html` as a page of its own."""
    if not is_partial(request):
        return render(request, f"{template}.html", context, status=status)
    response = render(request, f"{template}_panel.html", context, status=status)
    if status == 409:
        response["HX-Retarget"] = "#step"
    return response

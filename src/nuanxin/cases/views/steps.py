"""Every button of a case: its form where something must be said, then the one door `perform_step`."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from nuanxin.cases import services
from nuanxin.cases.forms.every import FORMS
from nuanxin.cases.forms.steps import PlainForm, StepForm, Units
from nuanxin.cases.queries.catalogue import kind_of
from nuanxin.cases.queries.detail import Move
from nuanxin.cases.queries.page import CasePage, case_page
from nuanxin.cases.queries.parties import without_parties
from nuanxin.cases.queries.routing import suggest_units, with_parties
from nuanxin.cases.services import StepInput
from nuanxin.cases.views.actions import label_of, step_url
from nuanxin.cases.views.casepage import done, panel
from nuanxin.cases.views.refusals import tell
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.errors import Conflict, Invalid, NotFound
from nuanxin.people.queries.responsible import units_around
from nuanxin.ui.forms import posted

CHOOSES_UNITS = frozenset({"dispatch", "call_in", "consult", "conclude", "assists"})
RENAMED = {"units": "units_wanted", "until": "day"}


@require_http_methods(["GET", "HEAD", "POST"])
@requires("cases.view")
def step(request: ActorRequest, number: str, name: str) -> HttpResponse:
    """The table decides who may do it; `cases.view` only lets somebody knock."""
    page = case_page(request.actor, number, now=request.now)
    move = _move(page, name, request.GET.get("task", ""), request.GET.get("about", ""))
    form = _form(request, page, name, move)
    if move is None:
        return _answer(request, page, form, name, None, IllegalNow())
    notice = None
    if request.method == "POST" and form.is_valid():
        try:
            services.perform_step(
                actor=request.actor,
                case=page.case,
                task=move.task,
                name=name,
                given=_given(form, move),
                now=request.now,
            )
        except Invalid as error:
            tell(form, error, RENAMED)
        except Conflict as error:
            notice = error
        else:
            messages.success(request, _("已完成：%(step)s。") % {"step": label_of(page, move)})
            return done(request, number)
    return _answer(request, page, form, name, move, notice)


class IllegalNow(Conflict):
    """The button was there when the page was drawn; meanwhile the case has gone on."""


def _move(page: CasePage, name: str, task: str, about: str) -> Move | None:
    for move in page.moves:
        same_task = str(move.task.pk) == task if move.task else not task
        if move.transition.name == name and same_task and move.about == about:
            return move
    return None


def _given(form: StepForm, move: Move) -> StepInput:
    given = form.step_input()
    return replace(given, about=move.about) if move.about else given


def _form(request: ActorRequest, page: CasePage, name: str, move: Move | None) -> StepForm:
    if name not in services.STEP_NAMES:
        raise NotFound
    case = page.case
    given: dict[str, Any] = {"takes_photos": not kind_of(case.category_id).is_confidential, "page": page}
    if move is not None:
        given["task"] = move.task
    if name in CHOOSES_UNITS:
        suggested = with_parties(case, suggest_units(case)) if name == "conclude" else suggest_units(case)
        given["units"] = Units(suggested, without_parties(case, units_around(case.scope_code)))
    return FORMS.get(name, PlainForm)(posted(request), request.FILES or None, **given)


def _answer(
    request: ActorRequest,
    page: CasePage,
    form: StepForm,
    name: str,
    move: Move | None,
    notice: Conflict | None,
) -> HttpResponse:
    context = {
        "page": page,
        "case": page.case,
        "form": form,
        "name": name,
        "label": label_of(page, move) if move else "",
        "transition": move.transition if move else None,
        "task": move.task if move else None,
        "action": step_url(page.case.number, move) if move else "",
        "notice": notice,
    }
    status = 409 if notice else 422 if form.errors else 200
    return panel(request, "cases/workbench/step", context, status)

"""Somebody stands at the counter or calls: staff report for them."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from nuanxin.cases import services
from nuanxin.cases.forms.desk import DeskForm
from nuanxin.cases.models import Case
from nuanxin.cases.queries import catalogue
from nuanxin.cases.queries.places import centre_of, community_choices
from nuanxin.cases.queries.suggestions import suggest_kinds
from nuanxin.cases.views.refusals import tell
from nuanxin.compounds.queries import search_compounds
from nuanxin.kernel.access import policy
from nuanxin.kernel.access.http import ActorRequest, requires
from nuanxin.kernel.errors import Conflict, Invalid
from nuanxin.ui.forms import posted

PAGE, KINDS, COMPOUNDS = (f"cases/workbench/{name}.html" for name in ("desk", "desk_kinds", "desk_compounds"))
RENAMED = {"place": "place_by"}


@require_http_methods(["GET", "HEAD", "POST"])
@requires("cases.report_for")
def desk(request: ActorRequest) -> HttpResponse:
    communities = community_choices(request.actor)
    form = DeskForm(posted(request), request.FILES or None, communities=communities)
    if request.method == "POST" and form.is_valid():
        try:
            submission = services.report_case(
                actor=request.actor,
                draft=form.draft(),
                on_behalf=form.on_behalf(),
                key=form.cleaned_data["key"],
                now=request.now,
            )
        except Invalid as error:
            tell(form, error, RENAMED)
        except Conflict as error:
            form.add_error(None, f"{error.message} {error.hint}")
        else:
            return _registered(request, submission.case)
    return render(request, PAGE, _context(request, form), status=422 if form.errors else 200)


def _registered(request: ActorRequest, case: Case) -> HttpResponse:
    messages.success(request, _("已登记，编号 %(number)s。可以把编号告诉来电人。") % {"number": case.number})
    mine = policy.permits(request.actor, "cases.view") and policy.allows(request.actor, "cases.view", case)
    return redirect("cases:case", case.number) if mine else redirect("cases:desk")


def _context(request: ActorRequest, form: DeskForm) -> dict[str, Any]:
    words = request.POST.get("compound_words", "")
    chosen = form["compound"].value()
    return {
        "form": form,
        "groups": _groups(""),
        "likely": suggest_kinds(str(form["text"].value() or "")),
        "category": form["category"].value() or "",
        "compound": str(chosen or ""),
        "compounds": search_compounds(words, within=request.actor.scope_code),
        "compound_words": words,
        "place_by": form["place_by"].value(),
        "centre": centre_of(request.actor.scope_code),
    }


def _groups(words: str) -> list[tuple[object, str, list[catalogue.Kind]]]:
    return [(*catalogue.MAJORS[major], kinds) for major, kinds in catalogue.kinds_by_major(words)]


@require_safe
@requires("cases.report_for")
def kinds(request: ActorRequest) -> HttpResponse:
    """Categories by Chinese, pinyin or number, while somebody types."""
    words = request.GET.get("kind_words", "")[:40]
    context = {"groups": _groups(words), "category": request.GET.get("category", ""), "words": words}
    return render(request, KINDS, context)


@require_safe
@requires("cases.report_for")
def compounds(request: ActorRequest) -> HttpResponse:
    """Compounds of the actor's area by name, pinyin or initials."""
    words = request.GET.get("compound_words", "")[:40]
    found = search_compounds(words, within=request.actor.scope_code)
    return render(request, COMPOUNDS, {"compounds": found, "compound_words": words, "compound": ""})

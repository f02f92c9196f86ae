"""Why is this overdue? Every limit of a case with every stretch that counted and that did not, also on paper."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from nuanxin.cases.queries import detail
from nuanxin.cases.queries.catalogue import kind_of
from nuanxin.cases.queries.places import area_name, street_name
from nuanxin.cases.queries.time_account import account_for
from nuanxin.cases.queries.time_words import sentence
from nuanxin.kernel.access.http import ActorRequest, requires

PAGE, PAPER = "cases/workbench/time.html", "cases/workbench/time_paper.html"


@require_safe
@requires("cases.view")
def account(request: ActorRequest, number: str) -> HttpResponse:
    """`paper` in the address: typeset for A4, every day of every limit written out."""
    case = detail.case_for(request.actor, number)
    found = account_for(request.actor, case, now=request.now)
    context = {
        "case": found.case,
        "kind": kind_of(case.category_id),
        "account": found,
        "sentence": sentence(found),
        "area": area_name(case.scope_code),
        "street": street_name(case.scope_code),
    }
    return render(request, PAPER if "paper" in request.GET else PAGE, context)

"""What the words sound like, while somebody reports. Posted: words of a report do not belong into an address."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from nuanxin.cases.queries.suggestions import LONGEST_TEXT, suggest_kinds
from nuanxin.kernel.access.http import ActorRequest, requires


@require_POST
@requires("cases.report")
def report_likely(request: ActorRequest) -> HttpResponse:
    return _likely(request, "cases/phone/report_likely.html")


@require_POST
@requires("cases.report_for")
def desk_likely(request: ActorRequest) -> HttpResponse:
    return _likely(request, "cases/workbench/desk_likely.html")


def _likely(request: ActorRequest, template: str) -> HttpResponse:
    return render(request, template, {"likely": suggest_kinds(request.POST.get("text", "")[:LONGEST_TEXT])})

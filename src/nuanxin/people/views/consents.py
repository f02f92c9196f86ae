"""隐私授权: every purpose in the words in force, what was agreed to and when, and taking it back."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from nuanxin.kernel.access.http import signed_in
from nuanxin.kernel.errors import DomainError
from nuanxin.people import queries, services

PAGE = "people/consents.html"


@signed_in
@require_safe
def consents(request: Any) -> HttpResponse:
    return _page(request)


@signed_in
@require_POST
def consent(request: Any, purpose: str) -> HttpResponse:
    """Agree with a tick of one's own, or take it back with one button."""
    if request.POST.get("given") == "no":
        try:
            services.withdraw_consent(person=request.person, purpose=purpose, now=request.now)
        except services.NotWithdrawable as error:
            return _page(request, error=error)
        messages.success(request, _("已撤回，现在起不再这样用。"))
    elif request.POST.get("agree") == "yes":
        services.give_consent(person=request.person, purpose=purpose, now=request.now)
        messages.success(request, _("记下了。随时可以撤回。"))
    else:
        return _page(request, unticked=purpose)
    return redirect("people:consents")


def _page(request: Any, *, unticked: str = "", error: DomainError | None = None) -> HttpResponse:
    lines = queries.consent_lines(request.person.pk)
    context = {
        "lines": [
            (line, *queries.purpose_words(line.purpose), services.after_withdrawal(line.purpose.code))
            for line in lines
        ],
        "outdated": [line for line in lines if line.is_outdated],
        "unticked": unticked,
        "error": error,
    }
    return render(request, PAGE, context, status=422 if unticked else error.status if error else 200)

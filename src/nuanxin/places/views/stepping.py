"""One step of a workflow from a page: at once where nothing has to be said, else by its form."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from nuanxin.kernel.access.http import ActorRequest
from nuanxin.kernel.errors import DomainError


def take_step(
    request: ActorRequest,
    context: dict[str, Any],
    *,
    perform: Callable[[], object],
    template: str,
    back: str,
) -> HttpResponse:
    """`context` holds the `move` and its `form`, None where there is nothing to fill in; `back` is an address."""
    move, form = context["move"], context["form"]
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            perform()
        except DomainError as error:
            if form is None:
                messages.warning(request, error.told)
                return redirect(back)
            form.refuse(error)
        else:
            messages.success(request, _("%s：已办好。") % move.label)
            return redirect(back)
    if form is None:
        return redirect(back)
    return render(request, template, context, status=422 if form.errors else 200)

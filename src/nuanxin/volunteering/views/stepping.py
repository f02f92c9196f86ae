"""A form on a page of its own, and a step that a button takes: written once for desk and phone."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise

from nuanxin.kernel.access.http import ActorRequest
from nuanxin.kernel.errors import DomainError

DESK, PHONE = "volunteering/desk_form.html", "volunteering/phone_form.html"


def fill_in(
    request: ActorRequest, form: Any, *, title: str, back: str, perform: Callable[[], Any],
    to: Callable[[Any], str] | None = None, done: str | Promise = "", template: str = DESK, **context: Any,
) -> HttpResponse:  # fmt: skip
    """Show the form; once it is right, do it and go `to` what came of it, else `back`."""
    if request.method == "POST" and form.is_valid():
        try:
            made = perform()
        except DomainError as error:
            form.refuse(error)
        else:
            if done:
                messages.success(request, str(done))
            return redirect(to(made) if to else back)
    given = {"form": form, "title": title, "back": back, **context}
    return render(request, template, given, status=422 if form.errors else 200)


def press(
    request: ActorRequest, *, back: str, perform: Callable[[], Any], done: str | Promise
) -> HttpResponse:
    """A step without a form. What was refused is said on the page that one came from."""
    try:
        perform()
    except DomainError as error:
        fields = getattr(error, "fields", {})
        messages.warning(request, " ".join(str(each) for each in fields.values()) or error.told)
    else:
        messages.success(request, str(done))
    return redirect(back)

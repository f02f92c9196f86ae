"""A form on a page of its own, and a step that a button takes: what the pages of every context do alike."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from nuanxin.kernel.access.http import ActorRequest
from nuanxin.kernel.errors import DomainError, Invalid, NotFound

DESK, PHONE = "ui/desk_form.html", "ui/phone_form.html"
Text = str | Promise


def fill_in(
    request: ActorRequest, form: Any, *, back: str, perform: Callable[[], Any],
    to: Callable[[Any], str] | None = None, done: Text = "", template: str = DESK, **context: Any,
) -> HttpResponse:  # fmt: skip
    """Show the form; once it is right, do it and go `to` what came of it, else `back` (addresses).

    `DESK` and `PHONE` want a `title`, and take `lead`, `note` (above the fields), `button` and `tone`. What the
    service refuses stands in the form.
    """
    if request.method == "POST" and form.is_valid():
        try:
            made = perform()
        except DomainError as error:
            form.refuse(error)
        else:
            if done:
                messages.success(request, str(done))
            return redirect(to(made) if to else back)
    given = {"form": form, "back": back, **context}
    return render(request, template, given, status=422 if form.errors else 200)


def press(request: ActorRequest, *, back: str, perform: Callable[[], Any], done: Text) -> HttpResponse:
    """A step without a form, taken by a POST alone. What was refused is said on the page that one came from.

    Raises `NotFound`: of what an actor may not see, there is no page to go back to.
    """
    if request.method != "POST":
        return redirect(back)
    try:
        perform()
    except NotFound:
        raise
    except DomainError as error:
        fields = error.fields if isinstance(error, Invalid) else {}
        messages.warning(request, " ".join(str(each) for each in fields.values()) or error.told)
    else:
        messages.success(request, str(done))
    return redirect(back)


def take_step(
    request: ActorRequest, form: Any, move: Any, *, back: str, perform: Callable[[], Any], **context: Any
) -> HttpResponse:
    """A transition of a workflow: at once where nothing has to be said (`form` is None), else by its form."""
    done = _("%s：已办好。") % move.label
    if form is None:
        return press(request, back=back, perform=perform, done=done)
    named = {"title": move.label, "button": move.label, "tone": move.tone, "move": move}
    return fill_in(request, form, back=back, perform=perform, done=done, **(named | context))

"""The chooser: anybody may enter as anybody, so it exists in demo mode only, and for this machine only."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from nuanxin.demo import chooser
from nuanxin.kernel.access.http import from_this_machine, path_of_ours, public
from nuanxin.people.enums import SignInMethod
from nuanxin.people.services import start_session
from nuanxin.people.services.sessions import LANGUAGE_KEY


def demo_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """To everybody else the page does not exist."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not (settings.DEMO and from_this_machine(request)):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@public("demo mode on this machine only: the invented city's people")
@demo_only
@never_cache
@require_safe
def personas(request: Any) -> HttpResponse:
    """Everybody one may be here, and the walk through a gas leak."""
    found = {"groups": chooser.groups(), "walk": chooser.gas_leak_walk()}
    return render(request, "demo/personas.html", found)


@public("demo mode on this machine only: enters as one of the invented people")
@demo_only
@require_POST
def enter(request: Any, key: str, role: str) -> HttpResponse:
    """Become somebody, in one post; the visitor's own language stays."""
    chosen = chooser.persona(key, role)
    if chosen is None:
        raise Http404
    account = chooser.assignment_of(chosen, now=request.now)
    if account is None:
        messages.info(request, _("这个角色的账号已经注销或换岗了。用 make demo ARGS=--fresh 可以从头再来。"))
        return redirect("demo:personas")
    person, assignment = account
    start_session(
        request=request, person=person, assignment=assignment, method=SignInMethod.PERSONA, now=request.now
    )
    request.session.pop(LANGUAGE_KEY, None)
    return redirect(_next(request))


def _next(request: HttpRequest) -> str:
    """Only a path of ours."""
    return path_of_ours(request.POST.get("next", "")) or "/"

"""What pages of service share: on which frame they stand, and a file that nobody keeps."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from nuanxin.kernel.access import permits
from nuanxin.kernel.access.http import ActorRequest
from nuanxin.kernel.errors import DomainError


def framed(
    request: ActorRequest, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Leaders of teams have a phone, communities a desk; the page is the same."""
    is_desk = permits(request.actor, "portal.workbench")
    base = "ui/workbench.html" if is_desk else "ui/phone.html"
    return render(request, template, {**context, "base": base, "is_desk": is_desk}, status=status)


def done(request: ActorRequest, act: Any, words: str, back: str, *args: Any) -> HttpResponse:
    """One press: what came of it is said on the page one came from; what is not there stays not found."""
    try:
        act()
    except DomainError as error:
        if error.status == 404:
            raise
        messages.warning(request, error.told)
    else:
        messages.success(request, words)
    return redirect(reverse(back, args=args) if ":" in back else back)


def private(content: bytes | str, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response

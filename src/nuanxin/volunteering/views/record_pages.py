"""What pages of service share: on which frame they stand, and a file that nobody keeps."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from nuanxin.kernel.access import permits
from nuanxin.kernel.access.http import ActorRequest
from nuanxin.ui.stepping import press


def framed(
    request: ActorRequest, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Leaders of teams have a phone, communities a desk; the page is the same."""
    is_desk = permits(request.actor, "portal.workbench")
    base = "ui/workbench.html" if is_desk else "ui/phone.html"
    return render(request, template, {**context, "base": base, "is_desk": is_desk}, status=status)


def done(request: ActorRequest, act: Any, words: str, back: str, *args: Any) -> HttpResponse:
    """`press`, with a page's name to go back to."""
    return press(request, back=reverse(back, args=args) if ":" in back else back, perform=act, done=words)


def private(content: bytes | str, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response

"""Refusals become something a person can act on: a page, a toast for htmx, or JSON, with the error's own status."""

from collections.abc import Callable
from typing import TypeVar

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.errors import DomainError, RateLimited

Respond = Callable[[HttpRequest], HttpResponse]
R = TypeVar("R", bound=HttpResponse)


class NotAPage(DomainError):
    """Somebody opens by hand, or comes back to, what a button sends to; without this the page stays white."""

    status = 405
    default_message = _("这里要从页面上的按钮进来")
    default_hint = _("刚才那一步没有再做一遍。回到上一页，或者从首页进去再点一次。")


class DomainErrorMiddleware:
    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == NotAPage.status and request.headers.get("sec-fetch-mode") == "navigate":
            allow = response["Allow"]
            response = render(
                request, "ui/error.html", {"error": NotAPage(), "status": NotAPage.status}, status=405
            )
            response["Allow"] = allow
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, DomainError):
            return None
        if wants_json(request):
            return as_json(exception)
        if getattr(request, "htmx", False):
            return as_toast(request, exception)
        context = {"error": exception, "status": exception.status}
        return with_headers(render(request, "ui/error.html", context, status=exception.status), exception)


def wants_json(request: HttpRequest) -> bool:
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def as_json(error: DomainError) -> JsonResponse:
    fields = {name: str(text) for name, text in getattr(error, "fields", {}).items()}
    body = {"code": error.code, "message": str(error.message), "hint": str(error.hint), "fields": fields}
    return with_headers(JsonResponse(body, status=error.status), error)


def as_toast(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The page stays as it is; the refusal is announced beside it."""
    response = render(request, "ui/partials/error.html", {"error": error}, status=error.status)
    response["HX-Retarget"] = "#toasts"
    response["HX-Reswap"] = "beforeend"
    return with_headers(response, error)


def with_headers(response: R, error: DomainError | None) -> R:
    """When it may be tried again, for programs (RFC 9110, 10.2.3); the sentence says it to people."""
    if isinstance(error, RateLimited):
        response["Retry-After"] = str(error.retry_after)
    return response

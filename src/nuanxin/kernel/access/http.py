"""The edge: every view and API operation says who may call it, and a test walks them all."""

import ipaddress
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext

from nuanxin.kernel.access.actor import Actor
from nuanxin.kernel.access.policy import permits

View = Callable[..., HttpResponseBase]


class ActorRequest(HttpRequest):
    """A request after `people.middleware.ActorMiddleware`."""

    actor: Actor
    htmx: Any
    now: datetime


def requires(*permissions: str) -> Callable[[View], View]:
    """Only for actors who hold one of the permissions. Others get 404; somebody not signed in is asked to sign in.

    The object itself is found by the view through a query that takes the actor, so that the rule is applied once.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: ActorRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.actor.is_authenticated:
                return _ask_to_sign_in(request)
            if not any(permits(request.actor, permission) for permission in permissions):
                raise Http404
            return view(request, *args, **kwargs)

        guarded.permissions = permissions  # type: ignore[attr-defined]
        return guarded

    return decorate


def signed_in(view: View) -> View:
    """For every signed-in person, about themselves only (their account, their inbox, their data)."""

    @wraps(view)
    def guarded(request: ActorRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.actor.is_authenticated:
            return _ask_to_sign_in(request)
        return view(request, *args, **kwargs)

    guarded.permissions = ("signed_in",)  # type: ignore[attr-defined]
    return guarded


def public(reason: str) -> Callable[[View], View]:
    """For everybody, with the reason why that is right."""

    def decorate(view: View) -> View:
        view.permissions = ("public",)  # type: ignore[attr-defined]
        view.public_reason = reason  # type: ignore[attr-defined]
        return view

    return decorate


def _ask_to_sign_in(request: ActorRequest) -> HttpResponse:
    if request.htmx:
        response = HttpResponse(status=204)
        response["HX-Redirect"] = settings.LOGIN_URL
        return response
    from django.contrib.auth.views import (
        redirect_to_login,  # brings models, which the kernel alone has not installed
    )

    answer: HttpResponseRedirect = redirect_to_login(_page_of(request), settings.LOGIN_URL)
    return answer


def _page_of(request: ActorRequest) -> str:
    """Where to go on after signing in: what is posted to is no page, so from there to the page with the button."""
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    page = urlsplit(request.headers.get("referer", ""))
    if page.netloc != request.get_host():
        return "/"
    return urlunsplit(("", "", page.path, page.query, ""))


# Interfaces for programs read their own input and answer errors in their own shape.
PROGRAMS = ("/api/", "/open311/", "/exchange/in/", "/ogc/")


class PlainTextMiddleware:
    """No NUL in an address or a form: PostgreSQL refuses it, SQLite stores it. Programs are told by their own types."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = f"{request.path}?{request.META.get('QUERY_STRING', '')}"
        if not request.path.startswith(PROGRAMS) and ("\x00" in asked or "%00" in asked):
            return self._refusal()
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *args: Any) -> HttpResponse | None:
        """After the CSRF check, which reads the form as well; before that nothing is taken apart."""
        if request.method != "POST" or request.path.startswith(PROGRAMS):
            return None
        if any("\x00" in value for values in request.POST.lists() for value in (values[0], *values[1])):
            return self._refusal()
        return None

    def _refusal(self) -> HttpResponse:
        text = gettext("请求里有不能识别的字符，请改正后再试。")
        return HttpResponseBadRequest(text, content_type="text/plain; charset=utf-8")


# Said by any proxy that passes on somebody else's request.
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_X_FORWARDED_HOST")


def from_this_machine(request: HttpRequest) -> bool:
    """Not even behind a proxy: its own address is a loopback address as well."""
    if any(header in request.META for header in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def path_of_ours(text: str) -> str:
    """Where a form or a link wants to go on to, if it is a path here; else nothing. A bare word would be taken for the
    name of a view.
    """
    return text if text.startswith("/") and url_has_allowed_host_and_scheme(text, allowed_hosts=None) else ""


def client_address(request: HttpRequest) -> str:
    """The address that asks; a proxy's word for it counts only if the settings trust that proxy."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    passed_on = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    while address in settings.NUANXIN_TRUSTED_PROXIES and passed_on:
        address = passed_on.pop() or address
    return address


class ForwardedMiddleware:
    """Whether the visitor came by TLS, on the word of a proxy that the settings trust and of nobody else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        said = request.META.pop("HTTP_X_FORWARDED_PROTO", "")
        if (
            said.strip().lower() == "https"
            and request.META.get("REMOTE_ADDR") in settings.NUANXIN_TRUSTED_PROXIES
        ):
            request.META["wsgi.url_scheme"] = "https"
            request.environ["wsgi.url_scheme"] = "https"  # type: ignore[attr-defined]  # WSGI's own
        return self.get_response(request)


class SecurityHeadersMiddleware:
    """A strict content security policy on every answer, errors and files too; nothing is loaded from elsewhere.

    A view that means otherwise sets the header itself. `NUANXIN_CSP_REPORT_URI` names a collector, where there is one.
    """

    PAGES = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
        "font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    # What somebody has sent us, and what is saved: opened by itself it runs nothing and belongs to no origin.
    FILES = "default-src 'none'; frame-ancestors 'none'; sandbox"
    # The report page takes a picture, a place and a voice; nothing here needs anything else of the device.
    DEVICE = ", ".join(
        ["geolocation=(self)", "camera=(self)", "microphone=(self)"]
        + [
            f"{name}=()"
            for name in (
                "accelerometer", "browsing-topics", "display-capture", "gyroscope", "hid", "magnetometer",
                "midi", "payment", "serial", "usb",
            )
        ]
    )  # fmt: skip
    ALWAYS = {
        "Permissions-Policy": DEVICE,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Content-Security-Policy", self._policy(response))
        response.setdefault("Referrer-Policy", settings.SECURE_REFERRER_POLICY)
        for name, value in self.ALWAYS.items():
            if name != "X-Frame-Options" or not getattr(response, "xframe_options_exempt", False):
                response.setdefault(name, value)
        if _leaves_nothing_behind(request):
            response.setdefault("Cache-Control", "private, no-store")
        if response.status_code == TOO_MANY:
            response.setdefault("Retry-After", "60")
        return response

    def _policy(self, response: HttpResponse) -> str:
        kind = response.get("Content-Type", "")
        is_file = response.get("Content-Disposition", "").startswith("attachment") or kind.startswith(
            FILE_KINDS
        )
        policy = self.FILES if is_file else self.PAGES
        to = settings.NUANXIN_CSP_REPORT_URI
        return f"{policy}; report-uri {to}" if to else policy


TOO_MANY = 429
FILE_KINDS = ("image/", "audio/", "video/", "application/octet-stream", "application/zip")


def _leaves_nothing_behind(request: HttpRequest) -> bool:
    """Desks are shared, and a program has no back button."""
    if getattr(request, "api_token", None) is not None:
        return True
    assignment = getattr(request, "assignment", None)
    return assignment is not None and bool(assignment.role.needs_two_factors)

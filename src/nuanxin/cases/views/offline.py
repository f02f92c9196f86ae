"""The report page without signal: the service worker, the page that it keeps, and whose phone it is afterwards."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from nuanxin.cases.forms.report import ReportForm
from nuanxin.cases.queries import picking
from nuanxin.cases.queries.own import account_token
from nuanxin.kernel.access.http import ActorRequest, public, requires
from nuanxin.kernel.errors import NotAllowed
from nuanxin.ui import slots
from nuanxin.ui.packing import static_version

# What the page needs when there is no signal; a test follows every link and import of the page and finds it here.
SHELL = (
    "cases/alone.js",
    "cases/danger.js",
    "cases/draft.js",
    "cases/kept.js",
    "cases/outbox.js",
    "cases/outbox_list.js",
    "cases/report.css",
    "cases/report.js",
    "cases/riding.js",
    "cases/voice.css",
    "cases/voice.js",
    "cases/whereabouts.js",
    "places/around.css",
    "places/around.js",
    "places/desk.js",
    "places/desk_codes.js",
    "places/desk_store.js",
    "places/last_list.js",
    "places/offers.css",
    "ui/app.webmanifest",
    "ui/brand/icon-180.png",
    "ui/brand/mark.svg",
    "ui/js/live.js",
    "ui/js/main.js",
    "ui/js/prefs.js",
    "ui/js/upload.js",
    "ui/js/worker.js",
    "vendor/htmx/htmx.min.js",
    "vendor/tabler-icons/icons.svg",
)


# What report.js imports: named in the page, so that a slow line need not find out one after the other.
MODULES = (
    "cases/danger.js",
    "cases/draft.js",
    "cases/kept.js",
    "cases/outbox.js",
    "cases/outbox_list.js",
    "cases/whereabouts.js",
    "ui/js/upload.js",
    "ui/js/worker.js",
)


class OtherAccount(NotAllowed):
    default_message = _("这条是另一个账号在这台手机上写的。")
    default_hint = _("让写的人登录，就会自动送出。")


def require_same_account(request: ActorRequest) -> None:
    """What waited on a shared phone is sent by whoever wrote it, or not at all. Raises `OtherAccount`."""
    if request.POST.get("owner", "") not in {"", account_token(request.actor)}:
        raise OtherAccount


@public("the script that keeps pages for when there is no signal; it holds no data of anybody")
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    response = render(
        request,
        "cases/worker.js",
        {"version": static_version(), "shell": SHELL, "also": slots.kept_pages(request)},
        content_type="text/javascript; charset=utf-8",
    )
    response["Service-Worker-Allowed"] = "/"
    response["Cache-Control"] = "no-cache"
    return response


@public("the empty form and the emergency numbers; a phone keeps it, so nobody's data is in it")
@require_safe
def offline_page(request: HttpRequest) -> HttpResponse:
    context = {
        "form": ReportForm(),
        "start": "1",
        "is_alone": True,
        "modules": MODULES,
        "terms": picking.location_terms(),
    }
    response = render(request, "cases/phone/offline.html", context | picking.offered_to_all())
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
@requires("cases.report")
def report_token(request: ActorRequest) -> JsonResponse:
    """For what waits on the phone: whose account this is, a fresh CSRF token, and the time as the server has it."""
    answer = JsonResponse(
        {
            "owner": account_token(request.actor),
            "token": get_token(request),
            "now": int(request.now.timestamp() * 1000),
        },
        status=HTTPStatus.OK,
    )
    answer["Cache-Control"] = "private, no-store"
    return answer

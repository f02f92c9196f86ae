"""The gallery of the design system, and the two switches that every page carries."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe
from django.views.i18n import set_language

from nuanxin.kernel.access.http import public
from nuanxin.ui import gallery as samples
from nuanxin.ui.preferences import remember
from nuanxin.ui.styles import SHEETS, sheet


@public("the design system shows no data of anybody")
def gallery(request: HttpRequest) -> HttpResponse:
    return render(request, "ui/gallery/phone.html", samples.phone(now=timezone.now()))


@public("the design system shows no data of anybody")
def gallery_workbench(request: HttpRequest) -> HttpResponse:
    return render(request, "ui/gallery/workbench.html", samples.workbench(now=timezone.now()))


@public("the design system shows no data of anybody")
def gallery_print(request: HttpRequest) -> HttpResponse:
    return render(request, "ui/gallery/print.html")


@public("an invented map for the design system")
def sample_map(request: HttpRequest) -> HttpResponse:
    return JsonResponse(samples.MAP)


@public("the stylesheets are the same for everybody")
@require_safe
def styles(request: HttpRequest, name: str) -> HttpResponse:
    """Its address changes with any static file (`{% styles %}`), so a browser may keep it for good."""
    if name not in SHEETS:
        raise Http404
    if settings.DEBUG:  # while somebody works on them
        sheet.cache_clear()
    response = HttpResponse(sheet(name), content_type="text/css; charset=utf-8")
    response["Cache-Control"] = "no-cache" if settings.DEBUG else "public, max-age=31536000, immutable"
    return response


@public("how a page is shown is stored on the reader's own device")
@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = "/"
    response = HttpResponseRedirect(target)
    remember(response, request.POST.dict())
    return response


@public("the language is stored on the reader's own device")
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    return set_language(request)

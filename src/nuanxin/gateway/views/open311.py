"""Open311 GeoReport v2: the addresses that other systems call. Foreign shapes, so plain views.

Nothing here reads a session: who may write says so by the key that comes with the request.
"""

from collections.abc import Callable
from functools import wraps
from importlib.resources import files
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from nuanxin import __version__
from nuanxin.gateway.open311 import rows
from nuanxin.gateway.open311.arguments import plain, posted, posted_update, request_filters
from nuanxin.gateway.open311.refusals import UnknownAddress, WrongMethod
from nuanxin.gateway.open311.services import call_first, definition, offered_kind, service_list
from nuanxin.gateway.open311.wire import CONTENT_TYPES, JSON, XML, Answer, errors, written
from nuanxin.gateway.queries import open311 as queries
from nuanxin.gateway.services import open311 as services
from nuanxin.gateway.views.crossing import readable_elsewhere
from nuanxin.kernel.access.http import View, public
from nuanxin.kernel.access.limits import caller_of, spend
from nuanxin.kernel.errors import DomainError, Invalid

UNREADABLE = (BadRequest, SuspiciousOperation, MultiPartParserError)
REASON = "a public interface of a public standard: it shows what is public anyway, and writing needs a key"


def endpoint(*methods: str) -> Callable[[Callable[..., Answer]], View]:
    """Answer in the asked form, with the headers that let other sites read it; refusals in the standard's shape."""
    allowed = ("HEAD", "OPTIONS", *methods)

    def decorate(view: Callable[..., Answer]) -> View:
        @wraps(view)
        def answered(request: Any, *, form: str = XML, **where: str) -> HttpResponse:
            if request.method == "OPTIONS":
                return _with_headers(HttpResponse(status=204), methods)
            try:
                if request.method not in allowed:
                    raise WrongMethod
                if request.method != "POST":
                    spend("public", caller_of(request), now=request.now)
                answer, wait = view(request, **where), 0
            except DomainError as error:
                answer, wait = _refused(error), getattr(error, "retry_after", 0)
            except RequestDataTooBig:
                answer, wait = errors(413, _("请求太大了。")), 0
            except UNREADABLE:
                answer, wait = errors(400, _("请求格式不对。")), 0
            response = HttpResponse(written(answer, form), CONTENT_TYPES[form], answer.status)
            if wait:
                response["Retry-After"] = str(wait)
            return _with_headers(response, methods, refused=answer.status == WrongMethod.status)

        return public(REASON)(csrf_exempt(answered))

    return decorate


def _with_headers(response: HttpResponse, methods: tuple[str, ...], *, refused: bool = False) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return readable_elsewhere(response, methods, refused=refused)


def _refused(error: DomainError) -> Answer:
    """What cannot be accepted is 400 here; what one may not see is as if it were not there."""
    said = [str(error.message), str(error.hint)]
    if isinstance(error, Invalid):
        said += [f"{name}: {text}" for name, text in error.fields.items() if str(text) not in said[0]]
    status = 400 if isinstance(error, Invalid) else error.status
    return errors(status, " ".join(filter(None, said)))


@endpoint("GET")
def discovery(request: Any) -> Answer:
    areas = [(area.identifier, area.name) for area in queries.areas()]
    contact = _("请联系本系统的管理员：%(url)s") % {"url": settings.BASE_URL}
    return Answer("discovery", rows.discovery(areas, contact=contact, changeset=__version__))


@endpoint("GET")
def services_list(request: Any) -> Answer:
    queries.area_of(plain(request.GET, "jurisdiction_id", 64))
    return Answer("services", service_list(), "service")


@endpoint("GET")
def service(request: Any, service_code: str) -> Answer:
    queries.area_of(plain(request.GET, "jurisdiction_id", 64))
    return Answer("service_definition", definition(offered_kind(service_code)))


@endpoint("GET", "POST")
def requests(request: Any) -> Answer:
    return _post_request(request) if request.method == "POST" else _list_requests(request)


def _list_requests(request: Any, **only: str) -> Answer:
    given = {**request.GET.dict(), **only}
    area, key = queries.area_of(plain(given, "jurisdiction_id", 64)), _reader(request)
    filters = request_filters(given, now=request.now)
    found = (queries.one_request if only else queries.requests_for)(area, filters, key=key)
    return Answer("service_requests", [rows.request_entry(row) for row in found], "request")


def _post_request(request: Any) -> Answer:
    given = request.POST.dict()
    key = services.key_for(_key_text(request, given), now=request.now)
    area = queries.area_of(plain(given, "jurisdiction_id", 64))
    asked = posted(given, request.headers)
    sent = services.send_request(
        key=key, area=area, posted=asked, media=request.FILES.getlist("media"), now=request.now
    )
    notice = call_first(sent.kind)
    if asked.named_media:
        notice += _("media_url 里的图片没有收录，请用 multipart 的 media 上传。")
    if asked.by_token:
        entry = {"token": str(sent.row.token), "service_notice": notice or None, "account_id": None}
    else:
        entry = {
            "service_request_id": sent.case.number,
            "service_notice": notice or None,
            "account_id": None,
        }
    return Answer("service_requests", [entry], "request", 201 if sent.created else 200)


@endpoint("GET")
def one_request(request: Any, request_id: str) -> Answer:
    return _list_requests(request, service_request_id=request_id.replace(",", "."))


@endpoint("GET")
def by_token(request: Any, token: str) -> Answer:
    key = services.key_for(_key_text(request, request.GET), now=request.now)
    number = queries.number_of_token(key, token)
    entry = {"service_request_id": number, "token": token}
    return Answer("service_requests", [entry], "request")


@endpoint("GET", "POST")
def updates(request: Any) -> Answer:
    if request.method == "POST":
        return _post_update(request)
    area, key = queries.area_of(plain(request.GET, "jurisdiction_id", 64)), _reader(request)
    filters = request_filters(request.GET, now=request.now)
    found = queries.updates_for(area, filters, key=key)
    return Answer("service_request_updates", [rows.update_entry(row) for row in found], "request_update")


def _post_update(request: Any) -> Answer:
    given = request.POST.dict()
    key = services.key_for(_key_text(request, given), now=request.now)
    queries.area_of(plain(given, "jurisdiction_id", 64))
    row = services.send_update(key=key, posted=posted_update(given), now=request.now)
    return Answer("service_request_updates", [{"update_id": str(row.public_id)}], "request_update")


@endpoint("GET", "POST")
def unknown(request: Any, rest: str = "") -> Answer:
    raise UnknownAddress


@public(REASON)
@csrf_exempt
def unknown_form(request: HttpRequest, rest: str = "") -> HttpResponseBase:
    """What ends in `.json` is answered in JSON, whatever else in XML."""
    form = JSON if rest.endswith(".json") else XML
    return unknown(request, form=form)


@public(REASON)
@require_safe
def description(request: HttpRequest) -> HttpResponse:
    """OpenAPI 3.1, for programs that want to know before they ask."""
    text = files("nuanxin.gateway").joinpath("reference/open311.json").read_text(encoding="utf-8")
    response = HttpResponse(text, "application/json; charset=utf-8")
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _reader(request: Any) -> Any:
    """The key of somebody who also wants to see what it has sent; without one, what everybody sees."""
    text = _key_text(request, request.GET)
    return services.key_for(text, now=request.now) if text else None


def _key_text(request: Any, given: Any) -> str:
    """In the header, so that it stays out of addresses and their logs; the standard's `api_key` works as well."""
    return plain(request.headers, "X-Api-Key", 200) or plain(given, "api_key", 200)

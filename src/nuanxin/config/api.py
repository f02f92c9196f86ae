"""The REST API: one router for each context, bearer tokens, problems as JSON. Documented at `/api/v1/docs`."""

from functools import cache
from typing import Any

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.types import DictStrAny

from nuanxin import __version__
from nuanxin.cases.api import router as cases
from nuanxin.compounds.api import router as compounds
from nuanxin.incentives.honours_api import router as thanks
from nuanxin.incentives.points_api import router as points
from nuanxin.incentives.rules_api import router as point_rules
from nuanxin.incentives.shop_api import router as shops
from nuanxin.kernel.access.api import TokenAuth
from nuanxin.kernel.errors import DomainError, Invalid, NotFound
from nuanxin.places.api import router as places
from nuanxin.places.bookings_api import router as bookings
from nuanxin.places.offers_api import router as offers
from nuanxin.places.scenes_api import router as scenes
from nuanxin.territories.api import router as territories
from nuanxin.ui.middleware import with_headers
from nuanxin.volunteering.activities_api import router as activities
from nuanxin.volunteering.records_api import router as service_records
from nuanxin.volunteering.teams_api import router as teams


class Described(NinjaAPI):
    """Its description takes half a second to write and is the same for everybody: written once in a process."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: DictStrAny | None = None
    ) -> OpenAPISchema:
        return self._description(path_prefix, tuple(sorted((path_params or {}).items())))

    @cache  # noqa: B019  -- there is one such object, and it lives as long as the process
    def _description(
        self, path_prefix: str | None, path_params: tuple[tuple[str, Any], ...]
    ) -> OpenAPISchema:
        return super().get_openapi_schema(path_prefix=path_prefix, path_params=dict(path_params))


api = Described(
    title="Nuanxin 暖新",
    version=__version__,
    description="Report, follow and handle. Coordinates are WGS-84; times are ISO 8601 with offset.",
    auth=TokenAuth(),
    urls_namespace="api",
)
api.add_router("/activities", activities, tags=["activities"])
api.add_router("/bookings", bookings, tags=["bookings"])
api.add_router("/cases", cases, tags=["cases"])
api.add_router("/compounds", compounds, tags=["compounds"])
api.add_router("/offers", offers, tags=["offers"])
api.add_router("/places", places, tags=["places"])
api.add_router("/points", points, tags=["points"])
api.add_router("/points/rules", point_rules, tags=["points"])
api.add_router("/scenes", scenes, tags=["scenes"])
api.add_router("/shops", shops, tags=["shops"])
api.add_router("/teams", teams, tags=["teams"])
api.add_router("/thanks", thanks, tags=["thanks"])
api.add_router("/territories", territories, tags=["territories"])
api.add_router("/service-records", service_records, tags=["service-records"])


def _problem(request: HttpRequest, error: DomainError) -> HttpResponse:
    fields = {name: str(text) for name, text in error.fields.items()} if isinstance(error, Invalid) else {}
    body = {"code": error.code, "message": str(error.message), "hint": str(error.hint), "fields": fields}
    return with_headers(api.create_response(request, body, status=error.status), error)


@api.exception_handler(DomainError)
def _domain_error(request: HttpRequest, error: DomainError) -> HttpResponse:
    return _problem(request, error)


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return _problem(request, NotFound())


@api.exception_handler(ValidationError)
def _bad_input(request: HttpRequest, error: ValidationError) -> HttpResponse:
    fields = {".".join(str(part) for part in item["loc"][1:]) or "body": item["msg"] for item in error.errors}
    return _problem(request, Invalid(fields=fields, code="bad_input"))


@api.exception_handler(AuthenticationError)
def _who_are_you(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    body = {
        "code": "sign_in",
        "message": _("需要访问令牌。"),
        "hint": _("请在“我的资料”里创建访问令牌。"),
        "fields": {},
    }
    response = api.create_response(request, body, status=401)
    response["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(BadRequest)
@api.exception_handler(SuspiciousOperation)
@api.exception_handler(MultiPartParserError)
def _unreadable(request: HttpRequest, error: Exception) -> HttpResponse:
    """A body that cannot be taken apart, or is too big for it: Django's own answer would be a page."""
    return _problem(request, Invalid(_("请求格式不对。"), code="bad_request"))


@api.exception_handler(HttpError)
def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    body: dict[str, Any] = {
        "code": "bad_request",
        "message": _("请求格式不对。"),
        "hint": str(error),
        "fields": {},
    }
    return api.create_response(request, body, status=error.status_code)

"""Where GeoReport v2 expects what; the extension says in which form the answer is wanted."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from nuanxin.gateway.views import open311


class Form(StringConverter):
    regex = "json|xml"


class Part(StringConverter):
    """A code, an id or a token, up to the extension."""

    regex = "[^/]{1,80}?"


register_converter(Form, "open311form")
register_converter(Part, "open311part")

urlpatterns = [
    path("", open311.unknown_form, name="open311_root"),
    path("openapi.json", open311.description, name="open311_description"),
    path("discovery.<open311form:form>", open311.discovery, name="open311_discovery"),
    path("services.<open311form:form>", open311.services_list, name="open311_services"),
    path("services/<open311part:service_code>.<open311form:form>", open311.service, name="open311_service"),
    path("requests.<open311form:form>", open311.requests, name="open311_requests"),
    path("requests/<open311part:request_id>.<open311form:form>", open311.one_request, name="open311_request"),
    path("tokens/<open311part:token>.<open311form:form>", open311.by_token, name="open311_token"),
    path("servicerequestupdates.<open311form:form>", open311.updates, name="open311_updates"),
    path("<path:rest>", open311.unknown_form, name="open311_unknown"),
]

"""The address space: one include for each context; what a context does not have is not here."""

from django.urls import include, path

from nuanxin.config.api import api

urlpatterns = [
    path("api/v1/", api.urls),  # first: a program need not be compared with every page
    path("", include("nuanxin.portal.urls")),
    path("", include("nuanxin.people.urls")),
    path("", include("nuanxin.cases.urls")),
    path("volunteering/", include("nuanxin.volunteering.urls")),
    path("thanks/", include("nuanxin.incentives.urls")),
    path("", include("nuanxin.notifications.urls")),
    path("", include("nuanxin.insight.urls")),
    path("", include("nuanxin.gateway.urls")),
    path("places/", include("nuanxin.territories.urls")),
    path("places/", include("nuanxin.compounds.urls")),
    path("places/", include("nuanxin.places.urls")),
    path("ui/", include("nuanxin.ui.urls")),
    path("demo/", include("nuanxin.demo.urls")),
]

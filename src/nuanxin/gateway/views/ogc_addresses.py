"""Where OGC API – Features expects what; the landing page answers with and without the slash."""

from django.urls import path

from nuanxin.gateway.views import ogc

urlpatterns = [
    path("ogc", ogc.landing),
    path("ogc/", ogc.landing, name="ogc"),
    path("ogc/api", ogc.api, name="ogc_api"),
    path("ogc/conformance", ogc.conformance, name="ogc_conformance"),
    path("ogc/collections", ogc.collections, name="ogc_collections"),
    path("ogc/collections/<str:name>", ogc.collection, name="ogc_collection"),
    path("ogc/collections/<str:name>/items", ogc.items, name="ogc_items"),
    path("ogc/collections/<str:name>/items/<str:key>", ogc.one_feature, name="ogc_feature"),
    path("ogc/<path:rest>", ogc.unknown, name="ogc_unknown"),
]

"""Addresses of the insight context."""

from django.urls import path

from nuanxin.insight import views

app_name = "insight"
urlpatterns = [
    path("insight/", views.overview, name="overview"),
    path("insight/print/", views.print_overview, name="print"),
    path("insight/export/", views.export_overview, name="export"),
    path("insight/<slug:identifier>/", views.indicator, name="indicator"),
    path("insight/<slug:identifier>/cases/", views.cases, name="cases"),
    path("insight/<slug:identifier>/export/", views.export_indicator, name="export_indicator"),
]

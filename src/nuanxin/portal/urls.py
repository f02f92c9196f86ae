"""Addresses of the portal."""

from django.urls import path

from nuanxin.portal import views

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("desk/", views.desk, name="desk"),
    path("open/", views.open_to_all, name="open"),
    path("map/", views.area_map, name="map"),
    path("system/check/", views.check, name="check"),
    path("system/retention/", views.retention_report, name="retention"),
    path("audit/", views.audit, name="audit"),
    path("audit/export.csv", views.audit_export, name="audit_export"),
    path(".well-known/security.txt", views.security_txt, name="security_txt"),
    path("messages/", views.messages, name="messages"),
]

"""Addresses of the demo context."""

from django.urls import URLPattern

app_name = "demo"
urlpatterns: list[URLPattern] = []

"""Addresses of the compounds context."""

from django.urls import URLPattern

app_name = "compounds"
urlpatterns: list[URLPattern] = []

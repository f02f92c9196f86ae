"""Addresses of the demo context."""

from django.urls import path

from nuanxin.demo import views

app_name = "demo"
urlpatterns = [
    path("", views.personas, name="personas"),
    path("enter/<slug:key>/<slug:role>/", views.enter, name="enter"),
]

"""Addresses of the gateway context. What other systems call stands in the file of its protocol."""

from django.urls import path

from nuanxin.gateway.views import keys

app_name = "gateway"
urlpatterns = [
    path("system/keys/", keys.keys, name="keys"),
]

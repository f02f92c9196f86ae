"""Addresses of the notifications context."""

from django.urls import path

from nuanxin.notifications import views

app_name = "notifications"
urlpatterns = [
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/read/", views.read_all, name="read_all"),
    path("inbox/<int:notice_id>/", views.open_notice, name="open"),
]

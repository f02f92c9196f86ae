"""Addresses of the notifications context."""

from django.urls import path

from nuanxin.notifications.views import inbox, preferences, robots

app_name = "notifications"
urlpatterns = [
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/read/", inbox.read_all, name="read_all"),
    path("inbox/<int:notice_id>/", inbox.open_notice, name="open"),
    path("inbox/robot/", robots.robot, name="robot"),
    path("inbox/robot/test/", robots.try_robot, name="try_robot"),
    path("inbox/robot/forget/", robots.forget_robot, name="forget_robot"),
    path("me/notices/", preferences.preferences, name="preferences"),
    path("me/notices/mail/", preferences.mail, name="mail"),
    path("me/notices/mail/confirm/", preferences.confirm, name="confirm_mail"),
    path("me/notices/mail/forget/", preferences.forget_mail, name="forget_mail"),
]

from dataclasses import replace
from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from nuanxin.ui import slots


def _unread(request: Any) -> int:
    from nuanxin.notifications import queries  # models are not loaded when the app is configured

    return queries.unread_count(request.actor, now=request.now)


class NotificationsConfig(AppConfig):
    name = "nuanxin.notifications"
    label = "notifications"
    verbose_name = "消息"

    def ready(self) -> None:
        inbox = slots.Item(
            _("消息"),
            "notifications:inbox",
            icon="bell",
            permission="notifications.read",
            match=("notifications:",),
        )
        slots.register("phone_tabs", inbox, order=40)  # no figure: nothing nags somebody at work on the road
        slots.register("rail", replace(inbox, count=_unread), order=22)
        preferences = slots.Item(
            _("提醒方式"),
            "notifications:preferences",
            icon="adjustments-horizontal",
            permission="notifications.read",
        )
        slots.register("my_page", preferences, order=80)

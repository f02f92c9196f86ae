from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


def _unread(request: Any) -> int:
    from nuanxin.notifications import queries

    return queries.unread_count(request.actor, now=request.now)


class NotificationsConfig(AppConfig):
    name = "nuanxin.notifications"
    label = "notifications"
    verbose_name = "消息"

    def ready(self) -> None:
        from nuanxin.ui import slots

        item = slots.Item(
            _("消息"),
            "notifications:inbox",
            icon="bell",
            permission="notifications.read",
            match=("notifications:",),
            count=_unread,
        )
        slots.register("phone_tabs", item, order=40)
        slots.register("rail", item, order=60)

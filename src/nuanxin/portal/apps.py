from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from nuanxin.ui import slots


class PortalConfig(AppConfig):
    name = "nuanxin.portal"
    label = "portal"
    verbose_name = "门户"

    def ready(self) -> None:
        slots.register("footer", slots.Item(_("公开的和能查的"), "portal:open"))
        slots.register("phone_tabs", slots.Item(_("首页"), "portal:home", icon="home"), order=10)
        slots.register(
            "phone_tabs",
            slots.Item(_("地图"), "places:map", icon="map-2", match=("places:map", "places:shown")),
            order=20,
        )
        slots.register(
            "rail",
            slots.Item(_("系统检查"), "portal:check", icon="shield-check", permission="system.check"),
            order=90,
            group="settings",
        )
        slots.register(
            "rail",
            slots.Item(_("审计日志"), "portal:audit", icon="history", permission="audit.view"),
            order=91,
            group="settings",
        )
        slots.register(
            "rail",
            slots.Item(
                _("数据保存期"),
                "portal:retention",
                icon="hourglass",
                permission="system.retention",
                match=("portal:retention", "cases:holds"),
            ),
            order=92,
            group="settings",
        )

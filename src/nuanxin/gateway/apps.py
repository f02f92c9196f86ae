from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from nuanxin.ui import slots


class GatewayConfig(AppConfig):
    name = "nuanxin.gateway"
    label = "gateway"
    verbose_name = "对外接口"

    def ready(self) -> None:
        slots.register(
            "rail",
            slots.Item(
                _("对外接口"),
                "gateway:keys",
                icon="plug",
                permission="gateway.keys",
                match=("gateway:",),
            ),
            order=80,
        )

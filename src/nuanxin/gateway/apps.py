from typing import Any

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
            group="settings",
        )
        slots.register(
            "rail",
            slots.Item(
                _("城市平台"),
                "gateway:orders",
                icon="arrows-exchange",
                permission="gateway.exchange",
                match=("gateway:",),
            ),
            order=56,
            group="cases",
        )
        panel = slots.Panel("gateway/case_panel.html", context=_case_panel, permission="cases.view")
        slots.register("case", panel)
        from nuanxin.cases.services import (
            register_outside_steps,  # models exist only after the apps are ready
        )
        from nuanxin.gateway.queries.exchange import offers_outside  # as above
        from nuanxin.gateway.services.case_steps import STEPS  # as above

        register_outside_steps(offers=offers_outside, steps=STEPS)


def _case_panel(request: Any) -> dict[str, Any]:
    from nuanxin.gateway.views.exchange import case_panel  # models exist only after the apps are ready

    return case_panel(request)

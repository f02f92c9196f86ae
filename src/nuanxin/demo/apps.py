from typing import Any

from django.apps import AppConfig
from django.conf import settings

from nuanxin.ui import slots


class DemoConfig(AppConfig):
    name = "nuanxin.demo"
    label = "demo"
    verbose_name = "演示城市"

    def ready(self) -> None:
        if not settings.DEMO:
            return
        slots.register("page_top", slots.Panel("demo/bar.html", context=_bar))


def _bar(request: Any) -> dict[str, Any]:
    match = request.resolver_match
    return {"is_chooser": bool(match and match.view_name == "demo:personas")}

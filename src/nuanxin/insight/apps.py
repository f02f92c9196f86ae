from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from nuanxin.ui import slots


class InsightConfig(AppConfig):
    name = "nuanxin.insight"
    label = "insight"
    verbose_name = "指标"

    def ready(self) -> None:
        slots.register(
            "rail",
            slots.Item(
                _("指标"),
                "insight:overview",
                icon="chart-bar",
                permission="insight.view",
                match=("insight:",),
            ),
            order=48,
            group="cases",
        )

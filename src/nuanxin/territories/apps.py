from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from nuanxin.ui import slots


class TerritoriesConfig(AppConfig):
    name = "nuanxin.territories"
    label = "territories"
    verbose_name = "区划"

    def ready(self) -> None:
        browse = slots.Item(
            _("区划"), "territories:tree", icon="sitemap", permission="territories.view",
            match=("territories:tree", "territories:territory", "territories:load_outlines"),
        )  # fmt: skip
        slots.register("rail", browse, order=70, group="people")
        slots.register("map_background", slots.Item(_("地图"), "territories:map_style"))

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from nuanxin.ui import slots


class CompoundsConfig(AppConfig):
    name = "nuanxin.compounds"
    label = "compounds"
    verbose_name = "小区"

    def ready(self) -> None:
        listed = slots.Item(
            _("小区"), "compounds:list", icon="building-community", permission="compounds.view",
            match=("compounds:",),
        )  # fmt: skip
        slots.register("rail", listed, order=60, group="places")
        picker = slots.Item(_("小区"), "compounds:pick", permission="compounds.view")
        slots.register("place_point", picker)

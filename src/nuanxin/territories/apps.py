from django.apps import AppConfig


class TerritoriesConfig(AppConfig):
    name = "nuanxin.territories"
    label = "territories"
    verbose_name = "区划"

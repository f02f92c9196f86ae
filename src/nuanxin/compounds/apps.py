from django.apps import AppConfig


class CompoundsConfig(AppConfig):
    name = "nuanxin.compounds"
    label = "compounds"
    verbose_name = "小区"

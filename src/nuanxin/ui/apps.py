from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "nuanxin.ui"
    label = "ui"
    verbose_name = "界面"

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "nuanxin.portal"
    label = "portal"
    verbose_name = "门户"

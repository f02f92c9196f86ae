from django.apps import AppConfig


class IncentivesConfig(AppConfig):
    name = "nuanxin.incentives"
    label = "incentives"
    verbose_name = "激励"

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class IncentivesConfig(AppConfig):
    name = "nuanxin.incentives"
    label = "incentives"
    verbose_name = "激励"

    def ready(self) -> None:
        post_migrate.connect(_load_reference, sender=self, dispatch_uid="incentives.reference")


def _load_reference(**kwargs: Any) -> None:
    """Rules are there as soon as their tables are."""
    from nuanxin.incentives.services.rules import load_rules  # models exist only after the apps are ready

    load_rules()

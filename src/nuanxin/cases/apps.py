from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CasesConfig(AppConfig):
    name = "nuanxin.cases"
    label = "cases"
    verbose_name = "随手拍案件"

    def ready(self) -> None:
        post_migrate.connect(_load_categories, sender=self, dispatch_uid="cases.categories")


def _load_categories(**kwargs: Any) -> None:
    """The catalogue is there as soon as its table is, after every migrate and flush."""
    from nuanxin.cases.services import load_categories  # noqa: PLC0415  -- models exist only after the apps are ready

    load_categories()

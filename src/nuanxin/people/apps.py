from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PeopleConfig(AppConfig):
    name = "nuanxin.people"
    label = "people"
    verbose_name = "人与组织"

    def ready(self) -> None:
        post_migrate.connect(_load_reference, sender=self, dispatch_uid="people.reference")


def _load_reference(**kwargs: Any) -> None:
    """Roles and consent texts are there as soon as their tables are, after every migrate and flush."""
    from nuanxin.people.services import load_reference  # noqa: I001  -- models exist only after the apps are ready

    load_reference()

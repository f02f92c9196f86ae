from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class VolunteeringConfig(AppConfig):
    name = "nuanxin.volunteering"
    label = "volunteering"
    verbose_name = "志愿服务"

    def ready(self) -> None:
        post_migrate.connect(_load_taxonomy, sender=self, dispatch_uid="volunteering.taxonomy")
        post_migrate.connect(_load_teams, sender=self, dispatch_uid="volunteering.teams")
        post_migrate.connect(_load_skills, sender=self, dispatch_uid="volunteering.skills")


def _load_teams(**kwargs: Any) -> None:
    """Kinds of posts, sources and criteria are there as soon as their tables are."""
    from nuanxin.volunteering.services.team_catalogue import (
        load_team_catalogue,  # models exist only after the apps are ready
    )

    load_team_catalogue()


def _load_skills(**kwargs: Any) -> None:
    from nuanxin.volunteering.services.skills import load_skills  # as above

    load_skills()


def _load_taxonomy(**kwargs: Any) -> None:
    """Kinds and tags of activities are there as soon as their tables are."""
    from nuanxin.volunteering.services.taxonomy import (
        load_taxonomy,  # models exist only after the apps are ready
    )

    load_taxonomy()

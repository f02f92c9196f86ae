from collections.abc import Mapping
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from nuanxin.ui import slots


class PeopleConfig(AppConfig):
    name = "nuanxin.people"
    label = "people"
    verbose_name = "人与组织"

    def ready(self) -> None:
        post_migrate.connect(_load_reference, sender=self, dispatch_uid="people.reference")
        slots.name_group("people", _("人员与区划"), icon="users", order=50)
        slots.name_group("settings", _("设置"), icon="settings", order=60)
        slots.register(
            "rail",
            slots.Item(
                _("人员"), "people:people", icon="users", permission="people.view", match=("people:",)
            ),
            order=70,
            group="people",
        )
        slots.register("rail_foot", slots.Item(_("我的资料"), "people:me", icon="user-circle"), order=90)
        slots.register(
            "phone_tabs", slots.Item(_("我的"), "people:me", icon="user-circle", match=("people:",)), order=50
        )
        slots.register("header", slots.Panel("people/partials/switcher.html", context=_switcher), order=10)


def _load_reference(**kwargs: Any) -> None:
    """Roles and consent texts are there as soon as their tables are, after every migrate and flush."""
    from nuanxin.people.services import load_reference  # models exist only after the apps are ready

    load_reference()


def _switcher(request: HttpRequest) -> Mapping[str, Any]:
    from nuanxin.people.views.account import (
        switcher,
    )  # views need models, which exist only after the apps are ready

    return switcher(request)

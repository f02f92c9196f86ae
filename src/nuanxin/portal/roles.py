"""Roles as the audit log shows them: by name, those of a person as well as those of nobody in particular."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from nuanxin.cases.queries.page import role_names

WITHOUT_POST = {
    "self": _("本人"),
    "system": _("系统"),
    "open311": _("其他系统"),
}


def with_roles(entries: Iterable[Any]) -> list[tuple[Any, str]]:
    """Each entry with the name of the role in which it was done; a role that nobody knows any more by its code."""
    names = {**WITHOUT_POST, **role_names()}
    return [(entry, str(names.get(entry.role, entry.role))) for entry in entries]

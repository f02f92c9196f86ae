"""Views of the queue that somebody keeps: a few filters under a name, in an order of their own."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.cases.models import SavedView
from nuanxin.cases.queries.views import own_views
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.errors import Conflict, Invalid, NotAllowed, NotFound

MOST = 20
NAME_LENGTH = 20


class TooManyViews(Conflict):
    default_message = _("最多存 20 个视图。")
    default_hint = _("请先到“管理视图”删掉不用的，再存这一个。")


def save_view(*, actor: Actor, name: str, tab: str, query: Mapping[str, str]) -> SavedView:
    """Keep the filters under the name, the last in the row; a name that is there gets the new filters.

    Raises `Invalid` for a name that says nothing, `TooManyViews`, `NotAllowed`.
    """
    if not policy.permits(actor, "cases.keep_views") or actor.person_id is None:
        raise NotAllowed
    name = _checked(name)
    with transaction.atomic():
        views = _locked(actor)
        known = next((view for view in views if view.name == name), None)
        if known is not None:
            known.tab, known.query = tab, dict(query)
            known.save(update_fields=["tab", "query"])
            return known
        if len(views) >= MOST:
            raise TooManyViews
        return SavedView.objects.create(
            person_id=actor.person_id,
            role=actor.role,
            name=name,
            tab=tab,
            query=dict(query),
            position=max((view.position for view in views), default=-1) + 1,
        )


def rename_view(*, actor: Actor, view_id: int, name: str) -> SavedView:
    """Raises `Invalid` for a name that says nothing or is taken, `NotFound`."""
    name = _checked(name)
    with transaction.atomic():
        views = _locked(actor)
        view = _found(views, view_id)
        if any(other.name == name and other.pk != view.pk for other in views):
            raise Invalid(fields={"name": _("已经有一个同名的视图，换个名字。")})
        view.name = name
        view.save(update_fields=["name"])
    return view


def move_view(*, actor: Actor, view_id: int, by: int) -> None:
    """One place to the front (`by=-1`) or to the back (`by=1`). Raises `NotFound`."""
    with transaction.atomic():
        views = _locked(actor)
        at = views.index(_found(views, view_id))
        to = min(max(at + by, 0), len(views) - 1)
        views.insert(to, views.pop(at))
        for position, view in enumerate(views):
            view.position = position
        SavedView.objects.bulk_update(views, ["position"])


def set_default_view(*, actor: Actor, view_id: int, is_default: bool) -> None:
    """The view in which the queue opens; at most one. Raises `NotFound`."""
    with transaction.atomic():
        view = _found(_locked(actor), view_id)
        own_views(actor).filter(is_default=True).update(is_default=False)
        if is_default:
            SavedView.objects.filter(pk=view.pk).update(is_default=True)


def delete_view(*, actor: Actor, view_id: int) -> None:
    """The cases in it stay where they are. Raises `NotFound`."""
    with transaction.atomic():
        view = _found(_locked(actor), view_id)
        SavedView.objects.filter(pk=view.pk).delete()


def _locked(actor: Actor) -> list[SavedView]:
    return list(own_views(actor).select_for_update())


def _found(views: list[SavedView], view_id: int) -> SavedView:
    view = next((view for view in views if view.pk == view_id), None)
    if view is None:
        raise NotFound
    return view


def _checked(name: str) -> str:
    text = " ".join(name.split())
    if not text:
        raise Invalid(fields={"name": _("请给视图起个名字，例如“今天的井盖”。")})
    if len(text) > NAME_LENGTH:
        raise Invalid(fields={"name": _("名字最多 20 个字。")})
    return text

"""The tip-off register: one's own, and the clues of a department's programmes."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from nuanxin.incentives.models import TipOff, TipProgramme
from nuanxin.kernel.access import Actor, visible
from nuanxin.kernel.errors import NotFound

PAGE = 50


def programmes() -> list[TipProgramme]:
    return list(TipProgramme.objects.filter(is_active=True).select_related("department").order_by("code"))


def own_tips(actor: Actor) -> list[TipOff]:
    rows = visible(TipOff.objects.all(), "incentives.tip_off", actor)
    return list(rows.select_related("programme").order_by("-pk")[:PAGE])


def tips_to_verify(
    actor: Actor, *, state: str = "", before: int = 0, limit: int = PAGE
) -> tuple[list[TipOff], bool]:
    """The newest first; nothing of who it was is in it. One statement."""
    rows = visible(TipOff.objects.all(), "incentives.tip_verify", actor).defer("subject_id")
    if state:
        rows = rows.filter(state=state)
    if before:
        rows = rows.filter(pk__lt=before)
    found = list(rows.select_related("programme").order_by("-pk")[: limit + 1])
    return found[:limit], len(found) > limit


class TipUnknown(NotFound):
    default_message = _("没有找到这条登记。")


def tip_to_verify(actor: Actor, public_id: UUID) -> TipOff:
    """Raises `TipUnknown`."""
    rows = visible(TipOff.objects.filter(public_id=public_id), "incentives.tip_verify", actor)
    found = rows.select_related("programme").first()
    if found is None:
        raise TipUnknown
    return found

"""Pictures of a story: added by who verifies, shown to everybody once another one has looked at them."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.incentives.models import Honour, HonourPhoto
from nuanxin.incentives.queries.honours import visible_honour
from nuanxin.kernel import audit
from nuanxin.kernel.access import SYSTEM, Actor, permits
from nuanxin.kernel.errors import Conflict, NotAllowed, NotFound
from nuanxin.kernel.files.accept import AcceptedImage
from nuanxin.kernel.files.services import delete_file, store_image
from nuanxin.people.queries import is_same_person

MOST = 4


class TooManyPictures(Conflict):
    default_message = _("照片够了。")
    default_hint = _("一个故事最多 4 张；先去掉一张再加。")


class OwnPicture(NotAllowed):
    default_message = _("自己加的照片，请另一位同事看过再公开。")
    default_hint = _("看有没有拍到别人的脸、车牌、门牌；有就打码后重新加。")


class PictureNotThere(NotFound):
    default_message = _("这张照片已经不在了。")


def add_picture(*, actor: Actor, public_id: UUID, accepted: AcceptedImage, now: datetime) -> HonourPhoto:
    """Staff alone see it; the same picture again is the same. Raises `HonourNotFound`, `TooManyPictures`."""
    honour = visible_honour(actor, public_id, "incentives.honour_verify")
    with transaction.atomic():
        photos = list(HonourPhoto.objects.filter(honour=honour).select_related("file"))
        same = next((each for each in photos if each.file.source_sha256 == accepted.source_sha256), None)
        if same is not None:
            return same
        if len(photos) >= MOST:
            raise TooManyPictures
        file = store_image(accepted=accepted, now=now)
        made = HonourPhoto.objects.create(
            honour=honour, file=file, added_at=now, added_by_id=actor.assignment_id
        )
        _audited(actor, honour, "add_picture", now)
    return made


def release_picture(*, actor: Actor, public_id: UUID, photo_id: int, now: datetime) -> None:
    """Everybody may see it where the story is shown. Raises `HonourNotFound`, `PictureNotThere`, `OwnPicture`."""
    honour = visible_honour(actor, public_id, "incentives.honour_decide")
    with transaction.atomic():
        photo = HonourPhoto.objects.filter(honour=honour, pk=photo_id).first()
        if photo is None:
            raise PictureNotThere
        if actor.role != SYSTEM.role and is_same_person(actor, photo.added_by_id):
            raise OwnPicture
        if HonourPhoto.objects.filter(pk=photo.pk, released_at=None).update(released_at=now):
            _audited(actor, honour, "release_picture", now)


def remove_picture(*, actor: Actor, public_id: UUID, photo_id: int, now: datetime) -> None:
    """By who verifies or decides: it goes, and its bytes; asked again it is gone already. Raises `HonourNotFound`."""
    may_verify = permits(actor, "incentives.honour_verify")
    permission = "incentives.honour_verify" if may_verify else "incentives.honour_decide"
    honour = visible_honour(actor, public_id, permission)
    with transaction.atomic():
        photo = HonourPhoto.objects.filter(honour=honour, pk=photo_id).first()
        if photo is None:
            return
        photo.delete()
        delete_file(file_id=photo.file_id)
        _audited(actor, honour, "remove_picture", now)


def _audited(actor: Actor, honour: Honour, action: str, now: datetime) -> None:
    audit.record(
        actor=actor, action=f"incentives.{action}", object_type="honour", object_id=honour.pk,
        scope_code=honour.scope_code, detail={}, now=now,
    )  # fmt: skip

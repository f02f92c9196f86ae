"""Pictures of a place: added by who edits it, shown to everybody once another who opens places has looked at them."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import SYSTEM, Actor
from nuanxin.kernel.errors import Conflict, NotAllowed, NotFound
from nuanxin.kernel.files.accept import AcceptedImage
from nuanxin.kernel.files.services import delete_file, store_image
from nuanxin.places.models import PlacePhoto
from nuanxin.places.queries.register import changeable_place
from nuanxin.places.services.noting import note

MOST = 6


class TooManyPhotos(Conflict):
    default_message = _("照片够了。")
    default_hint = _("一处最多 6 张；先去掉一张再加。")


class OwnPhoto(NotAllowed):
    default_message = _("自己加的照片，请另一位同事看过再公开。")
    default_hint = _("看有没有拍到人脸、车牌、证件。")


class PhotoGone(NotFound):
    default_message = _("这张照片已经不在了。")


def add_photo(*, actor: Actor, public_id: UUID, accepted: AcceptedImage, now: datetime) -> PlacePhoto:
    """Kept, and shown to staff only; the same picture again is the same. Raises `PlaceNotFound`, `TooManyPhotos`."""
    place = changeable_place(actor, "places.edit", public_id)
    with transaction.atomic():
        photos = PlacePhoto.objects.filter(place=place).select_related("file")
        same = next((each for each in photos if each.file.source_sha256 == accepted.source_sha256), None)
        if same is not None:
            return same
        if len(photos) >= MOST:
            raise TooManyPhotos
        made = PlacePhoto.objects.create(
            place=place,
            file=store_image(accepted=accepted, now=now),
            sort=len(photos),
            added_at=now,
            added_by_id=actor.assignment_id,
        )
        note(actor, "add_photo", place, (), now)
    return made


def release_photo(*, actor: Actor, public_id: UUID, photo_id: int, now: datetime) -> None:
    """Everybody may see it. Raises `PlaceNotFound`, `PhotoGone`, `OwnPhoto`."""
    place = changeable_place(actor, "places.open", public_id)
    with transaction.atomic():
        photo = PlacePhoto.objects.filter(place=place, pk=photo_id).first()
        if photo is None:
            raise PhotoGone
        if photo.added_by_id == actor.assignment_id and actor.role != SYSTEM.role:
            raise OwnPhoto
        if PlacePhoto.objects.filter(pk=photo.pk, released_at=None).update(released_at=now):
            note(actor, "release_photo", place, (), now)


def remove_photo(*, actor: Actor, public_id: UUID, photo_id: int, now: datetime) -> None:
    """It goes, and its bytes; asked again it is gone already. Raises `PlaceNotFound`."""
    place = changeable_place(actor, "places.edit", public_id)
    with transaction.atomic():
        photo = PlacePhoto.objects.filter(place=place, pk=photo_id).first()
        if photo is None:
            return
        photo.delete()
        delete_file(file_id=photo.file_id)
        note(actor, "remove_photo", place, (), now)

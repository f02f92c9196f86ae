"""The picture beside hours that were written down by hand: kept while somebody may look into them, no longer."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.errors import Conflict
from nuanxin.kernel.files.accept import AcceptedImage
from nuanxin.kernel.files.services import delete_file, store_image
from nuanxin.kernel.privacy.register import Erased, Subject
from nuanxin.volunteering.models import ClaimPicture, ServiceRecord

KEPT = timedelta(days=180)
BATCH = 200


class PictureUsed(Conflict):
    default_message = _("这张照片已经用在你另一次补记里了。")
    default_hint = _("换一张这一次的；没有就不用照片，把情况写清楚也行。")


def keep_picture(*, record: ServiceRecord, accepted: AcceptedImage, now: datetime) -> ClaimPicture:
    """In the caller's transaction, the person held. Without where and when it was taken. Raises `PictureUsed`."""
    own = ClaimPicture.objects.filter(record__person=record.person_id or 0)
    if own.filter(file__source_sha256=accepted.source_sha256).exists():
        raise PictureUsed
    bare = replace(accepted, taken_at=None, point=None, likeness=None)
    return ClaimPicture.objects.create(record=record, file=store_image(accepted=bare, now=now), added_at=now)


def _over(now: datetime) -> QuerySet[ClaimPicture]:
    return ClaimPicture.objects.filter(added_at__lt=now - KEPT)


def pictures_due(now: datetime) -> int:
    return _over(now).count()


def forget_pictures(*, now: datetime) -> int:
    """Half a year later nobody looks into it any more; the words stay. Returns how many."""
    return _delete(_over(now).order_by("pk")[:BATCH])


def erase_pictures(subject: Subject, *, now: datetime) -> Erased:
    return Erased(removed=_delete(ClaimPicture.objects.filter(record__person=subject.person_id or 0)))


def _delete(rows: QuerySet[ClaimPicture]) -> int:
    found = list(rows)
    with transaction.atomic():
        for each in found:
            each.delete()
            delete_file(file_id=each.file_id)
    return len(found)

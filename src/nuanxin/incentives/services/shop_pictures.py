"""What a thing in the supermarket looks like: one picture, made anew, shown as soon as it is there.

Who keeps the shop answers for it: it shows goods, never people, which the form says.
"""

from datetime import datetime

from nuanxin.incentives.models import ShopItem
from nuanxin.kernel.files.accept import AcceptedImage
from nuanxin.kernel.files.services import delete_file, store_image


def put_picture(item: ShopItem, accepted: AcceptedImage, *, now: datetime) -> bool:
    """In the caller's transaction, under the lock of the item. The same picture again is the same; the one before goes,
    and its bytes. Returns whether something has changed.
    """
    before = item.picture
    if before is not None and before.source_sha256 == accepted.source_sha256:
        return False
    item.picture = store_image(accepted=accepted, now=now)
    item.save(update_fields=["picture"])
    if before is not None:
        delete_file(file_id=before.pk)
    return True


def drop_picture(item: ShopItem) -> bool:
    """As above: back to the sign of its kind."""
    before = item.picture
    if before is None:
        return False
    item.picture = None
    item.save(update_fields=["picture"])
    delete_file(file_id=before.pk)
    return True

"""Can uploads be written, read and deleted where they are kept?"""

import secrets
from collections.abc import Iterable
from datetime import datetime

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.utils.translation import gettext as _

from nuanxin.kernel.checks import Finding, Level, check
from nuanxin.kernel.errors import describe

FOLDER = "check"


@check
def files(now: datetime) -> Iterable[Finding]:
    """A few bytes there and back: a bucket may let us write and not read, or the other way round."""
    content = secrets.token_bytes(32)
    path = f"{FOLDER}/{content.hex()}"
    try:
        default_storage.save(path, ContentFile(content))
        try:
            with default_storage.open(path) as file:
                came_back = file.read() == content
        finally:
            default_storage.delete(path)
    except Exception as error:  # noqa: BLE001  -- whatever the store's own library raises: this says it
        yield Finding(
            level=Level.ERROR,
            code="files-broken",
            message=_("照片存不进或取不出：%(error)s") % {"error": describe(error)},
            hint=_("请检查 NUANXIN_HOME 的权限和磁盘，或 NUANXIN_S3_ 开头的设置。"),
        )
        return
    if not came_back:
        yield Finding(
            level=Level.ERROR,
            code="files-altered",
            message=_("存进去的文件取出来变了"),
            hint=_("请检查文件存储；在弄清之前不要再收照片。"),
        )
        return
    kind = type(storages["default"]).__name__
    yield Finding(level=Level.OK, code="files", message=_("能写、能读、能删（%(kind)s）") % {"kind": kind})

"""A store for what nobody may read from the disk: encrypted, under a random name, opened by its owner's row alone."""

import secrets
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.errors import NotFound
from nuanxin.kernel.privacy.sealing import new_secret, seal, unseal

FOLDER = "sealed"
NAME_BYTES = 32


class SealedGone(NotFound):
    default_message = _("这段录音已经不在了。")
    default_hint = _("它可能已按保存期限删除。")


class Sealed(NamedTuple):
    """What the owner's row keeps: `secret` in an encrypted column."""

    name: str
    secret: str


def keep_sealed(data: bytes) -> Sealed:
    """Write it. Bytes left by a rollback have no row: `sealed_before` finds them."""
    name, secret = secrets.token_hex(NAME_BYTES), new_secret()
    default_storage.save(_path(name), ContentFile(seal(data, secret)))
    return Sealed(name, secret)


def read_sealed(name: str, secret: str) -> bytes:
    """All of it. Raises `SealedGone`, `UnreadableSecret`."""
    try:
        with default_storage.open(_path(name)) as file:
            return unseal(file.read(), secret)
    except FileNotFoundError:
        raise SealedGone from None


def drop_sealed(name: str) -> None:
    default_storage.delete(_path(name))


def sealed_before(moment: datetime) -> Iterator[str]:
    """The names of what was written before then; whether a row still knows them the owner asks."""
    for first in _folders(FOLDER):
        for name in default_storage.listdir(f"{FOLDER}/{first}")[1]:
            if default_storage.get_modified_time(_path(name)) < moment:
                yield name


def _folders(path: str) -> list[str]:
    try:
        return default_storage.listdir(path)[0]
    except FileNotFoundError:
        return []


def _path(name: str) -> str:
    return f"{FOLDER}/{name[:2]}/{name}"

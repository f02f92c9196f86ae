"""Keeping, opening and clearing away pictures."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.errors import NotFound
from nuanxin.kernel.files.accept import AcceptedImage
from nuanxin.kernel.files.models import StoredFile, path_of
from nuanxin.kernel.plain_rows import NewRows

__all__ = ["OpenedFile", "PictureGone", "clear_orphans", "delete_file", "open_file", "store_image"]

CONTENT_TYPE = "image/jpeg"
ORPHAN_AFTER = timedelta(hours=24)
FOLDERS = ("pictures", "thumbs")


class PictureGone(NotFound):
    default_message = _("这张照片已经不在了。")
    default_hint = _("它可能已按保存期限删除。")


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """To be streamed and closed. `name` is what a download is called; `etag` changes with the content only."""

    content: File  # type: ignore[type-arg]  # generic in the stubs only
    content_type: str
    size: int
    name: str
    etag: str


@dataclass(frozen=True, slots=True)
class Cleared:
    rows: int
    blobs: int


def store_image(*, accepted: AcceptedImage, now: datetime) -> StoredFile:
    """Write picture and thumbnail, then the row. Equal pictures share their bytes; each upload has its own row.

    The row belongs to the caller's transaction; bytes left by a rollback are found by `clear_orphans`, as is a row
    that no foreign key points to after a day.
    """
    digest = accepted.sha256
    for folder, content in zip(FOLDERS, (accepted.jpeg, accepted.thumb), strict=True):
        path = path_of(folder, digest)
        if not default_storage.exists(path):
            default_storage.save(path, ContentFile(content))
    stored = StoredFile(
        sha256=digest,
        source_sha256=accepted.source_sha256,
        size=len(accepted.jpeg),
        width=accepted.width,
        height=accepted.height,
        taken_at=accepted.taken_at,
        lng=accepted.point.lng if accepted.point else None,
        lat=accepted.point.lat if accepted.point else None,
        likeness=accepted.likeness,
        created_at=now,
    )
    _stored.write(stored)
    return stored


_stored = NewRows(StoredFile)


def open_file(*, public_id: UUID, thumb: bool = False) -> OpenedFile:
    """Open a picture that the caller has found its actor may see. Raises `PictureGone`."""
    row = StoredFile.objects.filter(public_id=public_id).first()
    if row is None:
        raise PictureGone
    path = row.thumb_path if thumb else row.path
    try:
        content = default_storage.open(path)
    except FileNotFoundError:
        raise PictureGone from None
    etag = f"{row.sha256[:32]}{'-t' if thumb else ''}"
    return OpenedFile(content, CONTENT_TYPE, default_storage.size(path), row.download_name, etag)


def delete_file(*, file_id: int) -> bool:
    """Delete the row, and after the commit the bytes unless an equal picture still needs them.

    False, and nothing done, while any row still points to it: its owners let go first.
    """
    with transaction.atomic():
        row = _unreferenced().filter(pk=file_id).first()
        if row is None:
            return False
        row.delete()
        transaction.on_commit(lambda: _drop_bytes(row.sha256))
    return True


def clear_orphans(*, now: datetime) -> Cleared:
    """Delete rows of abandoned uploads and bytes of rolled-back ones, both once a day old."""
    before = now - ORPHAN_AFTER
    abandoned = list(_unreferenced().filter(created_at__lt=before).values_list("pk", flat=True))
    rows = sum(delete_file(file_id=file_id) for file_id in abandoned)
    stray = list(_stray_paths(before))
    for path in stray:
        default_storage.delete(path)
    return Cleared(rows, len(stray))


def _unreferenced() -> QuerySet[StoredFile]:
    """Rows to which no foreign key of any table points, hidden relations (`related_name="+"`) included."""
    rows = StoredFile.objects.order_by("pk")
    for relation in StoredFile._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ManyToOneRel):
            pointing = relation.related_model._base_manager.filter(**{relation.field.name: OuterRef("pk")})
            rows = rows.filter(~Exists(pointing))
    return rows


def _stray_paths(before: datetime) -> Iterator[str]:
    """Paths in the store without a row, folder by folder: many small listings, never a large one."""
    for folder in FOLDERS:
        for first in _folders_of(folder):
            for second in _folders_of(f"{folder}/{first}"):
                yield from _stray_in(f"{folder}/{first}/{second}", f"{first}{second}", before)


def _stray_in(folder: str, digits: str, before: datetime) -> Iterator[str]:
    known = set(
        StoredFile.objects.filter(sha256__gte=digits, sha256__lt=f"{digits}g").values_list(
            "sha256", flat=True
        )
    )
    for name in default_storage.listdir(folder)[1]:
        path = f"{folder}/{name}"
        if name.removesuffix(".jpg") not in known and default_storage.get_modified_time(path) < before:
            yield path


def _folders_of(path: str) -> list[str]:
    try:
        return default_storage.listdir(path)[0]
    except FileNotFoundError:
        return []


def _drop_bytes(sha256: str) -> None:
    if not StoredFile.objects.filter(sha256=sha256).exists():
        for folder in FOLDERS:
            default_storage.delete(path_of(folder, sha256))

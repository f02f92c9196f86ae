"""The uploaded files, wherever this installation keeps them: a folder, or a bucket (`kernel.files.s3`)."""

import contextlib
import os
import shutil
import tarfile
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, default_storage, storages

from nuanxin.kernel.backup.archive import CHUNK, member_of
from nuanxin.kernel.backup.manifest import Manifest
from nuanxin.kernel.errors import describe

FILES = "files/"
Opener = Callable[[], IO[bytes]]


def in_a_folder() -> bool:
    return isinstance(storages["default"], FileSystemStorage)


def folder() -> Path:
    """The folder of the files, or where files would be; a restore works beside it."""
    return Path(settings.MEDIA_ROOT)


@contextlib.contextmanager
def answering() -> Iterator[None]:
    """A store that does not answer, or refuses, is to the caller what a disk is that cannot be read: `OSError`."""
    try:
        yield
    except Exception as error:
        if not type(error).__module__.startswith(("botocore", "boto3")):
            raise
        raise OSError(describe(error)) from error


def each() -> Iterator[tuple[str, Opener]]:
    """Every file: its name in the archive, in the same order on every machine, and how to open it.

    Opening raises `FileNotFoundError` for one that was erased just now.
    """
    if in_a_folder():
        for name, path in _in_folder(folder()):
            yield name, lambda path=path: path.open("rb")  # type: ignore[misc]  # the default binds this turn's path
    else:
        for name in _in_store(""):
            yield f"{FILES}{name}", lambda name=name: _opened(name)  # type: ignore[misc]  # as above


def holds_anything(*, but: Collection[str] = ()) -> bool:
    """`but`: what a restore of the same archive had brought into a store when it was killed."""
    if in_a_folder():
        return any(names for _root, _folders, names in os.walk(folder()))
    return any(f"{FILES}{name}" not in but for name in _in_store(""))


def unpack(tar: tarfile.TarFile, manifest: Manifest, target: Path) -> None:
    """Into a folder that will take the place of the files; into a store at once, where a name is a digest."""
    target.mkdir()
    for name in manifest.members:
        if not name.startswith(FILES):
            continue
        short = name.removeprefix(FILES)
        if not in_a_folder():
            if not default_storage.exists(short):
                default_storage.save(short, File(member_of(tar, name), name=short))
            continue
        path = target / short
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as out:
            shutil.copyfileobj(member_of(tar, name), out, CHUNK)
        path.chmod(0o640)


def _in_folder(root: Path) -> Iterator[tuple[str, Path]]:
    for at, folders, names in os.walk(root):
        folders.sort()
        for name in sorted(names):
            path = Path(at) / name
            if path.is_file() and not path.is_symlink():
                yield f"{FILES}{path.relative_to(root).as_posix()}", path


def _in_store(prefix: str) -> Iterator[str]:
    """By many small listings, as the tree of digests has it."""
    folders, names = default_storage.listdir(prefix)
    for name in sorted(names):
        if name:
            yield f"{prefix}{name}"
    for inner in sorted(folders):
        yield from _in_store(f"{prefix}{inner}/")


def _opened(name: str) -> Any:
    return default_storage.open(name)

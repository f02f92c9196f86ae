"""The tar file: written without a name until it is whole, verified to the last byte before anything is taken out."""

import contextlib
import hashlib
import io
import os
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO

from nuanxin.kernel.backup.manifest import (
    DIGEST,
    MANIFEST,
    Manifest,
    Member,
    is_signed,
    read_manifest,
    signed,
)
from nuanxin.kernel.backup.refused import Refused

CHUNK = 1 << 20
PRIVATE = 0o600
DATABASES = ("database.sqlite3.gz", "database.dump")


@contextlib.contextmanager
def unnamed(folder: Path) -> Iterator[BinaryIO]:
    """A file that vanishes with the process, on the disk of `folder`."""
    with tempfile.TemporaryFile(dir=folder) as file:
        yield file


@contextlib.contextmanager
def appearing(target: Path) -> Iterator[BinaryIO]:
    """A file that has its name only once it is whole and on the disk. Raises `Refused` where the name is taken.

    Linux: without a name at all (`O_TMPFILE`), so that a killed process leaves nothing. Elsewhere under a hidden name.
    """
    refuse_existing(target)
    hidden: Path | None = None
    try:
        number = os.open(target.parent, os.O_RDWR | os.O_TMPFILE, PRIVATE)
    except (OSError, AttributeError):
        number, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        hidden = Path(name)
    try:
        with os.fdopen(number, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            _give_name(file.fileno(), hidden, target)
    finally:
        if hidden:
            hidden.unlink(missing_ok=True)


def refuse_existing(target: Path) -> None:
    if target.exists():
        raise Refused(f"{target} exists already.", hint="Choose another name; a backup is never overwritten.")


def _give_name(number: int, hidden: Path | None, target: Path) -> None:
    """Linking, unlike renaming, fails where something has the name by now."""
    source = str(hidden) if hidden else f"/proc/self/fd/{number}"
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        # With a folder given, Python follows the link in /proc to the file that it stands for.
        os.link(source, target.name, dst_dir_fd=folder, follow_symlinks=True)
        os.fsync(folder)
    except FileExistsError:
        refuse_existing(target)
    finally:
        os.close(folder)


class Writer:
    """Adds members and remembers what it has added."""

    def __init__(self, file: BinaryIO, *, mtime: int) -> None:
        self._tar = tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT)  # noqa: SIM115  -- closed below
        self._mtime = mtime
        self.members: dict[str, Member] = {}

    def add(self, name: str, content: IO[bytes]) -> None:
        """The content from its beginning; it must not grow meanwhile."""
        size = content.seek(0, io.SEEK_END)
        content.seek(0)
        hashed = _Hashing(content)
        self._tar.addfile(self._info(name, size), hashed)
        self.members[name] = Member(size, hashed.sha256.hexdigest())

    def close(self, manifest: Manifest) -> None:
        text = manifest.to_bytes()
        for name, content in ((MANIFEST, text), (DIGEST, signed(text))):
            self._tar.addfile(self._info(name, len(content)), io.BytesIO(content))
        self._tar.close()

    def _info(self, name: str, size: int) -> tarfile.TarInfo:
        info = tarfile.TarInfo(name)
        info.size, info.mode, info.mtime = size, PRIVATE, self._mtime
        return info


class _Hashing:
    def __init__(self, content: IO[bytes]) -> None:
        self._content = content
        self.sha256 = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        part = self._content.read(size)
        self.sha256.update(part)
        return part


@contextlib.contextmanager
def opened(path: Path) -> Iterator[tarfile.TarFile]:
    """Raises `Refused` for what is no archive of ours or is cut off."""
    try:
        with tarfile.open(path, mode="r:") as tar:
            yield tar
    except (tarfile.TarError, EOFError, UnicodeError, ValueError, KeyError, TypeError) as error:
        raise Refused(
            f"{path} is not a whole backup: {type(error).__name__}.",
            hint="It was damaged or cut off; take another one.",
        ) from error


def verified(tar: tarfile.TarFile) -> Manifest:
    """Read every byte. Raises `Refused` unless exactly what the manifest promises is there."""
    found = tar.getmembers()
    names = [info.name for info in found]
    if names[-2:] != [MANIFEST, DIGEST] or len(set(names)) != len(names):
        raise Refused("The archive has no manifest at its end: it was cut off.", hint="Take another backup.")
    manifest = read_manifest(_bytes(tar, found[-2]), _bytes(tar, found[-1]).decode())
    wrong = [info.name for info in found[:-2] if not _is_as_promised(tar, info, manifest)]
    wrong += sorted(set(manifest.members) - set(names))
    if wrong:
        raise Refused(
            f"{len(wrong)} members are damaged, missing or were never there: {', '.join(wrong[:3])}",
            hint="Nothing was restored. Take another backup.",
        )
    return manifest


def check_signature(tar: tarfile.TarFile) -> None:
    """Raises `Refused` unless the archive was written with a key that is in `NUANXIN_KEYS`."""
    if not is_signed(member_of(tar, DIGEST).read().decode()):
        raise Refused(
            "The archive is not signed with a key of this installation.",
            hint="Put the keys of the day on which it was written into NUANXIN_KEYS. If they are there, somebody has "
            "altered it: take another backup.",
        )


def _is_as_promised(tar: tarfile.TarFile, info: tarfile.TarInfo, manifest: Manifest) -> bool:
    promised = manifest.members.get(info.name)
    if promised is None or not info.isreg() or not is_safe(info.name) or info.size != promised.size:
        return False
    content = tar.extractfile(info)
    if content is None:
        return False
    hashed = _Hashing(content)
    while hashed.read(CHUNK):
        pass
    return hashed.sha256.hexdigest() == promised.sha256


def is_safe(name: str) -> bool:
    """The database, or a file that stays inside its folder."""
    path = PurePosixPath(name)
    inside = path.parts[:1] == ("files",) and len(path.parts) > 1 and ".." not in path.parts
    return name in DATABASES or (
        inside and not path.is_absolute() and "\x00" not in name and "\\" not in name
    )


def member_of(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    content = tar.extractfile(name)
    if content is None:
        raise Refused(f"{name} is not a file in the archive.", hint="Take another backup.")
    return content


def _bytes(tar: tarfile.TarFile, info: tarfile.TarInfo) -> bytes:
    content = tar.extractfile(info)
    return content.read() if content else b""

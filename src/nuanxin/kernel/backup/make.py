"""Making a backup: a snapshot of the database first, then the files that it speaks of, then the manifest."""

import contextlib
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from django.db import connection

from nuanxin import __version__
from nuanxin.kernel import audit
from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.backup import postgresql, sqlite, stored, tables
from nuanxin.kernel.backup.archive import Writer, appearing, refuse_existing
from nuanxin.kernel.backup.manifest import Manifest
from nuanxin.kernel.backup.refused import Refused
from nuanxin.kernel.files.models import FOLDERS, path_of

Snapshot = tuple[str, IO[bytes], tables.Facts, str]


def make_backup(*, target: Path, now: datetime) -> Manifest:
    """Write everything to `target`, which must not exist, and note it in the audit log.

    The service may run on. Raises `Refused`; then, and when the process is killed, there is no such file.
    """
    refuse_existing(target)
    if not target.parent.is_dir():
        raise Refused(
            f"There is no folder {target.parent}.", hint="Make it, on a disk of its own if you can."
        )
    try:
        with (
            stored.answering(),
            appearing(target) as file,
            _snapshot(target.parent) as (member, content, held, server),
        ):
            writer = Writer(file, mtime=int(now.timestamp()))
            writer.add(member, content)
            for name, open_it in stored.each():
                with contextlib.suppress(FileNotFoundError), open_it() as each:  # erased just now
                    writer.add(name, each)
            manifest = Manifest(
                version=__version__,
                at=now.astimezone(UTC).isoformat(timespec="seconds"),
                vendor=connection.vendor,
                server=server,
                tables=held.tables,
                migrations=held.migrations,
                keys=held.keys,
                members=writer.members,
                missing=_missing(held, writer),
            )
            writer.close(manifest)
    except (OSError, sqlite3.Error) as error:
        raise Refused(
            f"The backup could not be written: {error}.",
            hint="Nothing was left behind. Is there room on the disk? It takes the database and the files once, "
            "and the database a second time for as long as it is written.",
        ) from error
    audit.record(
        actor=SYSTEM,
        action="system.backup",
        object_type="system.archive",
        detail={"files": manifest.files, "rows": sum(manifest.tables.values())},
        now=now,
    )
    return manifest


@contextlib.contextmanager
def _snapshot(work: Path) -> Iterator[Snapshot]:
    given = connection.settings_dict
    if connection.vendor == "postgresql":
        with postgresql.snapshot(given, work) as (dump, held, server):
            yield postgresql.MEMBER, dump, held, server
    else:
        with sqlite.snapshot(Path(given["NAME"]), work) as (copy, held):
            yield sqlite.MEMBER, copy, held, sqlite3.sqlite_version


def _missing(held: tables.Facts, writer: Writer) -> list[str]:
    """What the snapshot speaks of and the archive has not: erased before its turn came, or lost from the store."""
    told = (f"{stored.FILES}{path_of(folder, sha)}" for sha in held.pictures for folder in FOLDERS)
    return sorted(name for name in told if name not in writer.members)

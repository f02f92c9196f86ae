"""Restoring: verify everything, put everything beside its place, and only then let it take its place."""

import contextlib
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader

from nuanxin.kernel import audit, worker
from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.backup import postgresql, sqlite, stored, tables
from nuanxin.kernel.backup.archive import check_signature, member_of, opened, verified
from nuanxin.kernel.backup.manifest import Manifest
from nuanxin.kernel.backup.refused import Refused
from nuanxin.kernel.cached import forget_all
from nuanxin.kernel.privacy.keys import key_ring

ALIVE = timedelta(seconds=60)
WORKPLACE = ".restoring-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """`kept` is where the files that were there before lie now; `transactions` is for `pg_resetwal`, else 0."""

    manifest: Manifest
    kept: Path | None
    unreadable: list[str]
    transactions: int


def verify_backup(*, source: Path) -> Manifest:
    """Read the whole archive and change nothing. Raises `Refused`."""
    with opened(source) as tar:
        return verified(tar)


def restore_backup(*, source: Path, now: datetime, force: bool = False) -> Restored:
    """Put the archive in the place of this installation's database and files.

    Refuses (`Refused`), with nothing changed, a damaged archive, one of another kind of database or of a later version,
    one whose keys are missing, a target that holds anything (unless `force`), and one that a worker is using.
    On SQLite with `force`, what was there is moved aside; on PostgreSQL the tables are replaced in one transaction.
    """
    files = stored.folder()
    with opened(source) as tar:
        manifest = verified(tar)
        _check_fits(manifest)
        check_signature(tar)
        try:
            with stored.answering():
                _check_target(manifest, force=force, now=now)
        except OSError as error:
            raise Refused(
                f"The files could not be looked at: {error}.", hint="Look at the NUANXIN_S3_ settings."
            ) from error
        connection.close()
        files.parent.mkdir(parents=True, exist_ok=True)
        try:
            with stored.answering(), _workplace(files.parent) as work:
                stored.unpack(tar, manifest, work / "files")
                kept = _take_place(tar, manifest, work, files, now)
        except (OSError, sqlite3.Error) as error:
            raise Refused(
                f"The backup could not be unpacked: {error}.",
                hint="What was there is still there. Is there room on the disk for both?",
            ) from error
    forget_all()
    return _finished(manifest, kept, now)


def _finished(manifest: Manifest, kept: Path | None, now: datetime) -> Restored:
    with connection.cursor() as cursor:

        def run(sql: str) -> list[tuple[object, ...]]:
            cursor.execute(sql)
            return list(cursor.fetchall())

        unreadable = tables.unreadable(run, connection.vendor, manifest.tables)
    behind = postgresql.numbers_behind(connection.settings_dict) if connection.vendor == "postgresql" else 0
    if not behind:  # else the entry would count as older than the seals
        audit.record(
            actor=SYSTEM,
            action="system.restore",
            object_type="system.archive",
            detail={"of": manifest.at, "files": manifest.files},
            now=now,
        )
    return Restored(manifest=manifest, kept=kept, unreadable=unreadable, transactions=behind)


def _check_fits(manifest: Manifest) -> None:
    if manifest.vendor != connection.vendor:
        raise Refused(
            f"The backup is of {manifest.vendor}, this installation has {connection.vendor}.",
            hint="Set NUANXIN_DATABASE_URL to a database of the same kind.",
        )
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations or {}}
    if unknown := sorted(set(manifest.migrations) - known):
        raise Refused(
            f"The backup is of Nuanxin {manifest.version} and knows {len(unknown)} migrations that this version does "
            f"not: {unknown[0]}",
            hint=f"Install Nuanxin {manifest.version} or newer, then restore.",
        )
    try:
        here = {key.id for key in key_ring()}
    except ImproperlyConfigured:
        here = set()
    if lacking := sorted(set(manifest.keys) - here):
        raise Refused(
            f"NUANXIN_KEYS lacks {', '.join(lacking)}: phone numbers and contacts could not be read.",
            hint="Put them into NUANXIN_KEYS; `nuanxin restore --keys FILE` shows those that were written apart.",
        )


def _check_target(manifest: Manifest, *, force: bool, now: datetime) -> None:
    """Empty, but for what a killed restore of this very archive had brought into a bucket."""
    if _database_is_empty() and not stored.holds_anything(but=manifest.members):
        return
    if not force:
        raise Refused(
            "There is a database or there are files already.",
            hint="Restore into an empty NUANXIN_HOME and an empty database, or say --force: then they are replaced.",
        )
    with contextlib.suppress(DatabaseError):  # without such a table nobody is using it
        seen = worker.last_seen()
        if seen is not None and now - seen < ALIVE:
            raise Refused(
                f"A worker was alive {int((now - seen).total_seconds())} s ago.",
                hint="Stop every server and worker, wait a minute, then restore.",
            )


def _database_is_empty() -> bool:
    if connection.vendor == "postgresql":
        return postgresql.is_empty(connection.settings_dict)
    return sqlite.is_empty(_database())


def _database() -> Path:
    return Path(connection.settings_dict["NAME"])


@contextlib.contextmanager
def _workplace(folder: Path) -> Iterator[Path]:
    """On the disk of the files, so that taking the place is a change of names. A killed restore left its own."""
    for left in folder.glob(f"{WORKPLACE}*"):
        shutil.rmtree(left, ignore_errors=True)
    work = Path(tempfile.mkdtemp(dir=folder, prefix=WORKPLACE))
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _take_place(
    tar: tarfile.TarFile, manifest: Manifest, work: Path, files: Path, now: datetime
) -> Path | None:
    """The database last of what can fail; then names change."""
    if connection.vendor == "postgresql":
        dump = member_of(tar, postgresql.MEMBER)
        postgresql.restore(connection.settings_dict, dump, manifest.tables, work)
        moves, aside = {}, []
    else:
        database = _database()
        database.parent.mkdir(parents=True, exist_ok=True)
        staged = sqlite.stage(member_of(tar, sqlite.MEMBER), work, manifest.tables)
        if database.parent.stat().st_dev != work.stat().st_dev:
            near = database.parent / f".{database.name}.restoring"
            shutil.move(staged, near)
            staged = near
        moves, aside = {database: staged}, sqlite.with_company(database)
    if stored.in_a_folder():
        moves, aside = {files: work / "files", **moves}, [*aside, files]
    return _exchange(moves, [path for path in aside if path.exists()], files.parent, now)


def _exchange(moves: dict[Path, Path], there: list[Path], home: Path, now: datetime) -> Path | None:
    """Move aside what is there, the new into its place; back again if that fails."""
    kept = home / f"replaced-{now:%Y%m%d-%H%M%S}" if there else None
    done: list[tuple[Path, Path]] = []
    try:
        if kept:
            kept.mkdir(mode=0o700)
            for path in there:
                shutil.move(path, kept / path.name)
                done.append((kept / path.name, path))
        for place, new in moves.items():
            shutil.move(new, place)
            done.append((place, new))
    except OSError:
        for now_at, before in reversed(done):
            shutil.move(now_at, before)
        if kept:
            kept.rmdir()
        raise
    return kept

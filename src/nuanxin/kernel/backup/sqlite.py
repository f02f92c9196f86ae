"""Copying an SQLite database that is being written to, and putting a copy in its place."""

import contextlib
import gzip
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from django.db.backends.sqlite3 import _functions  # type: ignore[attr-defined]  # not in the stubs

from nuanxin.kernel.backup import tables
from nuanxin.kernel.backup.archive import CHUNK, unnamed
from nuanxin.kernel.backup.refused import Refused

MEMBER = "database.sqlite3.gz"
BESIDE = ("-wal", "-shm", "-journal")
LEVEL = 6


@contextlib.contextmanager
def snapshot(database: Path, work: Path) -> Iterator[tuple[IO[bytes], tables.Facts]]:
    """The copy, compressed, and what it holds: one read transaction for both; writers go on meanwhile."""
    if not database.exists():
        raise Refused(
            f"There is no database at {database}.", hint="Look at NUANXIN_HOME and NUANXIN_DATABASE_URL."
        )
    with contextlib.closing(sqlite3.connect(database, isolation_level=None, timeout=20)) as source:
        source.execute("BEGIN")
        held = tables.facts(lambda sql: source.execute(sql).fetchall(), tables.SQLITE)
        with _copy_of(source, work) as copy, unnamed(work) as compressed:
            source.execute("ROLLBACK")
            with gzip.GzipFile(fileobj=compressed, mode="wb", compresslevel=LEVEL, mtime=0) as out:
                shutil.copyfileobj(copy, out, CHUNK)
            yield compressed, held


@contextlib.contextmanager
def _copy_of(source: sqlite3.Connection, work: Path) -> Iterator[IO[bytes]]:
    """By the online backup interface, into a file that has lost its name before the first page is written."""
    number, name = tempfile.mkstemp(dir=work, prefix=".nuanxin-")
    with os.fdopen(number, "rb") as raw:
        with contextlib.closing(sqlite3.connect(name, isolation_level=None)) as copy:
            copy.execute("PRAGMA journal_mode=OFF")
            copy.execute("PRAGMA synchronous=OFF")
            Path(name).unlink()
            source.backup(copy)
        raw.seek(0)
        yield raw


def is_empty(database: Path) -> bool:
    if not database.exists() or database.stat().st_size == 0:
        return True
    with contextlib.closing(sqlite3.connect(database, timeout=20)) as there:
        return not tables.names(lambda sql: there.execute(sql).fetchall(), tables.SQLITE)


def stage(content: IO[bytes], work: Path, expected: dict[str, int]) -> Path:
    """Write the copy beside its place and look whether it is whole; the search index is built anew."""
    staged = work / "database.sqlite3"
    with gzip.GzipFile(fileobj=content) as packed, staged.open("xb") as out:
        shutil.copyfileobj(packed, out, CHUNK)
    with contextlib.closing(sqlite3.connect(staged, isolation_level=None)) as copy:
        _functions.register(copy)  # the constraints of the tables call them
        said = copy.execute("PRAGMA integrity_check").fetchone()[0]
        if said != "ok":
            raise Refused(f"The database in the archive is damaged: {said}", hint="Take another backup.")
        _rebuild_search(copy)
        held = tables.counts(lambda sql: copy.execute(sql).fetchall(), tables.SQLITE)
        copy.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    if held != expected:
        raise Refused(
            "The database does not hold the rows that the manifest counts.", hint="Take another backup."
        )
    with staged.open("rb+") as file:
        os.fsync(file.fileno())
    return staged


def _rebuild_search(copy: sqlite3.Connection) -> None:
    """FTS5: from the text that the search table keeps."""
    found = copy.execute(
        "SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%fts5%'"
    ).fetchall()
    for (name,) in found:
        copy.execute(f"INSERT INTO {name} ({name}) VALUES ('rebuild')")  # noqa: S608  -- a name of the schema


def with_company(database: Path) -> list[Path]:
    """The file and those that belong to it, as far as they exist."""
    return [path for path in (database, *(Path(f"{database}{end}") for end in BESIDE)) if path.exists()]

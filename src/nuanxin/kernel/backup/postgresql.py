"""Copying a PostgreSQL database with its own tools, and putting a copy in its place in one transaction."""

import contextlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from nuanxin.kernel.backup import tables
from nuanxin.kernel.backup.archive import unnamed
from nuanxin.kernel.backup.refused import Refused

MEMBER = "database.dump"
USUAL_PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)
OF_DJANGO = {
    "assume_role",
    "cursor_factory",
    "isolation_level",
    "pool",
    "prepare_threshold",
    "server_side_binding",
}
PREFACE = "SET lock_timeout = '10s';\nSET client_min_messages = warning;\n"


def conninfo(settings: Mapping[str, Any]) -> dict[str, str]:
    """libpq's words for Django's."""
    named = {
        "dbname": settings["NAME"], "user": settings["USER"], "password": settings["PASSWORD"],
        "host": settings["HOST"], "port": settings["PORT"],
    }  # fmt: skip
    more = {name: value for name, value in settings.get("OPTIONS", {}).items() if name not in OF_DJANGO}
    return {name: str(value) for name, value in {**named, **more}.items() if value not in ("", None)}


def _connected(info: Mapping[str, str]) -> "psycopg.Connection[Any]":
    return psycopg.connect(make_conninfo("", **info))


@contextlib.contextmanager
def snapshot(settings: Mapping[str, Any], work: Path) -> Iterator[tuple[IO[bytes], tables.Facts, str]]:
    """The dump, what it holds and the server's version: all of one exported snapshot; writers go on meanwhile."""
    info = conninfo(settings)
    with _connected(info) as server, unnamed(work) as dump:
        server.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        row = server.execute("SELECT pg_export_snapshot()").fetchone()
        held = tables.facts(_runs(server), tables.POSTGRESQL)
        program = tool("pg_dump", server.info.server_version)
        done = subprocess.run(  # noqa: S603  -- a program of PostgreSQL, found by us
            [program, "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={row[0] if row else ''}",
             f"--dbname={_without_password(info)}"],
            stdin=subprocess.DEVNULL, stdout=dump, stderr=subprocess.PIPE, env=_environment(info), check=False,
        )  # fmt: skip
        if done.returncode:
            raise Refused(
                f"pg_dump failed: {_said(done.stderr)}", hint="Is there room on the disk? Then try again."
            )
        yield dump, held, str(server.info.server_version)


def is_empty(settings: Mapping[str, Any]) -> bool:
    with _connected(conninfo(settings)) as server:
        return not tables.names(_runs(server), tables.POSTGRESQL)


def restore(settings: Mapping[str, Any], dump: IO[bytes], expected: dict[str, int], work: Path) -> None:
    """Everything that is there goes and the copy comes, in one transaction: it happens wholly or not at all.

    Raises `Refused`. The indexes, search among them, are built from the rows.
    """
    info = conninfo(settings)
    with _connected(info) as server:
        version, drops = server.info.server_version, _drops(server)
    programs = tool("pg_restore", version), tool("psql", version)
    with unnamed(work) as file, unnamed(work) as said:
        shutil.copyfileobj(dump, file)
        file.seek(0)
        _play(programs, file, PREFACE + drops, info, said)
    with _connected(info) as server:
        if tables.counts(_runs(server), tables.POSTGRESQL) != expected:
            raise Refused(
                "The restored database does not hold the rows that the manifest counts.",
                hint="Did something write meanwhile? Stop every server and worker, then restore again.",
            )
        server.execute("ANALYZE")


def _play(
    programs: tuple[str, str], dump: IO[bytes], preface: str, info: dict[str, str], said: IO[bytes]
) -> None:
    """pg_restore turns the dump into SQL, psql runs it. Where the first fails the second is killed: the end of its
    input would be a commit to it.
    """
    pg_restore, psql = programs
    arguments = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1",
                 "--file=-", f"--dbname={_without_password(info)}"]  # fmt: skip
    with subprocess.Popen(  # noqa: S603  -- a program of PostgreSQL, found by us
        [psql, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=said,
        env=_environment(info),
    ) as server:
        assert server.stdin is not None  # noqa: S101  -- narrows the type
        try:
            server.stdin.write(preface.encode())
            server.stdin.flush()
            made = subprocess.run(  # noqa: S603  -- as above
                [pg_restore, "--no-owner", "--no-privileges", "--exit-on-error", "--file=-"],
                stdin=dump, stdout=server.stdin, stderr=subprocess.PIPE, check=False,
            )  # fmt: skip
            if made.returncode:
                server.kill()
        except BaseException:
            server.kill()
            raise
        with contextlib.suppress(BrokenPipeError):
            server.stdin.close()
        server.wait()
    if made.returncode or server.returncode:
        said.seek(0)
        words = _said(said.read() or made.stderr)
        raise Refused(
            f"PostgreSQL refused the copy: {words}", hint="Nothing was changed. Mend this, then restore."
        )


def numbers_behind(settings: Mapping[str, Any]) -> int:
    """The log's last transaction number, where this cluster has not reached it (docs/decisions/0010); else 0."""
    question = (
        "SELECT coalesce(max(last_xid), 0), pg_snapshot_xmax(pg_current_snapshot())::text::bigint "
        "FROM kernel_auditseal"
    )
    with _connected(conninfo(settings)) as server:
        last, here = server.execute(question).fetchone() or (0, 1)
    return int(last) if here <= last else 0


def tool(name: str, server_version: int) -> str:
    """The newest one on this machine; PostgreSQL's tools read servers up to their own version. Raises `Refused`."""
    on_path = shutil.which(name)
    found = [Path(on_path)] if on_path else []
    for pattern in USUAL_PLACES:
        found += [folder / name for folder in Path("/").glob(pattern.lstrip("/")) if (folder / name).exists()]
    versions = sorted((_version(program), str(program)) for program in found)
    needed = server_version // 10_000
    if not versions or versions[-1][0] < needed:
        have = f"the newest here is {versions[-1][0]}" if versions else "there is none on this machine"
        raise Refused(
            f"{name} of PostgreSQL {needed} or newer is needed; {have}.",
            hint="Install PostgreSQL's client tools (Debian, Ubuntu: apt-get install postgresql-client).",
        )
    return versions[-1][1]


def _version(program: Path) -> int:
    """The wrapper that Debian puts on the path answers with the version that it would choose."""
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    match = re.search(r"\(PostgreSQL\) (\d+)", said)
    return int(match[1]) if match else 0


def _drops(server: "psycopg.Connection[Any]") -> str:
    """Tables and functions of the schema, one by one: its own rights stay."""
    run = _runs(server)
    functions = run(
        "SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
        "WHERE n.nspname = current_schema()"
    )
    drop = sql.SQL("DROP TABLE IF EXISTS {} CASCADE;\n")
    found = [
        drop.format(sql.Identifier(name)).as_string(server) for name in tables.names(run, tables.POSTGRESQL)
    ]
    return "".join([*found, *(f"DROP FUNCTION IF EXISTS {name} CASCADE;\n" for (name,) in functions)])


def _runs(server: "psycopg.Connection[Any]") -> tables.Run:
    return lambda text: server.execute(text.encode()).fetchall()


def _without_password(info: dict[str, str]) -> str:
    """Arguments of a process can be read by everybody on the machine."""
    return make_conninfo("", **{name: value for name, value in info.items() if name != "password"})


def _environment(info: dict[str, str]) -> dict[str, str]:
    return {**os.environ, "PGPASSWORD": info.get("password", "")}


def _said(stderr: bytes) -> str:
    """The first complaint, without the statement that may hold somebody's data."""
    lines = [
        line
        for line in stderr.decode(errors="replace").splitlines()
        if "error" in line.lower() or "fatal" in line.lower()
    ]
    return (lines or ["no reason given"])[0][:300]

"""A throwaway PostgreSQL cluster: made in a temporary folder, stopped and removed whatever happens.

    with pg.cluster() as url: ...                       # fsync on, as in production
    python scripts/pg.py [--no-fsync] -- COMMAND ...    # COMMAND finds it in NUANXIN_DATABASE_URL

PostgreSQL refuses to run as root; root lends it to `postgres`, or to `nobody` where there is no such user.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterator

OLDEST = 15
USUAL_PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)


class PostgresMissing(RuntimeError):
    """PostgreSQL's server programs are not on this machine."""


def binaries() -> Path | None:
    """The folder of the newest usable PostgreSQL server, or None."""
    on_path = shutil.which("initdb")
    places = [Path(on_path).resolve().parent] if on_path else []
    for pattern in USUAL_PLACES:
        places += Path("/").glob(pattern.lstrip("/"))
    usable = [(version, place) for place in places if (version := _major(place)) >= OLDEST]
    return max(usable)[1] if usable else None


def _major(folder: Path) -> int:
    """The major version of the server in this folder; 0 where there is none."""
    if not (folder / "initdb").exists() or not (folder / "pg_ctl").exists():
        return 0
    answer = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False)
    words = answer.stdout.split()
    return int(words[2].split(".")[0]) if len(words) > 2 and words[2][0].isdigit() else 0


def _owner() -> pwd.struct_passwd | None:
    """Whom root lends the server to; None when we are not root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    message = "PostgreSQL cannot run as root, and there is neither a user postgres nor nobody to lend it to."
    raise PostgresMissing(message)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def cluster(*, fsync: bool = True, settings: dict[str, str] | None = None) -> Iterator[str]:
    """Start one; yield the address of its database `nuanxin`; stop it and remove every file.

    `fsync=False` is for tests, which need no disk that survives a power cut; a benchmark keeps it on.
    """
    with server(fsync=fsync, settings=settings) as running:
        yield running.url


@contextlib.contextmanager
def server(*, fsync: bool = True, settings: dict[str, str] | None = None) -> Iterator[Server]:
    """The same for those who mean to `crash` it and `start` it again."""
    folder = binaries()
    if folder is None:
        message = (
            f"PostgreSQL {OLDEST} or newer is not installed (Debian, Ubuntu: apt-get install postgresql)."
        )
        raise PostgresMissing(message)
    owner = _owner()
    home = Path(tempfile.mkdtemp(prefix="nuanxin-pg-", dir="/tmp"))  # a socket's path is at most 107 bytes
    own = Server(folder=folder, home=home, owner=owner, port=free_port(), password=secrets.token_hex(12))
    try:
        own.make(durable=fsync, settings=settings or {})
        own.start()
        own.make_database()
        yield own
    finally:
        own.stop()
        shutil.rmtree(home, ignore_errors=True)


@dataclass(frozen=True, kw_only=True)
class Server:
    folder: Path
    home: Path
    owner: pwd.struct_passwd | None
    port: int
    password: str

    @property
    def url(self) -> str:
        return f"postgresql://nuanxin:{self.password}@127.0.0.1:{self.port}/nuanxin"

    def make(self, *, durable: bool, settings: dict[str, str]) -> None:
        secret = self.home / "password"
        secret.write_text(self.password)
        secret.chmod(0o600)
        if self.owner:
            for path in (self.home, secret):
                os.chown(path, self.owner.pw_uid, self.owner.pw_gid)
        self._run(
            "initdb", "--pgdata", self.home / "data", "--username=nuanxin", f"--pwfile={secret}",
            "--encoding=UTF8", "--locale=C.UTF-8", "--auth-local=trust", "--auth-host=scram-sha-256", "--no-sync",
        )  # fmt: skip
        switch = "on" if durable else "off"
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": str(self.home),
            "max_connections": "60",
            "shared_buffers": "256MB",
            "fsync": switch,
            "synchronous_commit": switch,
            "full_page_writes": switch,
            **settings,
        }
        with (self.home / "data" / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in options.items())

    def start(self) -> None:
        self._run(
            "pg_ctl", "start", "-D", self.home / "data", "-l", self.home / "log", "-w", "-t", "60", "-s"
        )

    def make_database(self) -> None:
        self._run("createdb", "-h", self.home, "-p", self.port, "-U", "nuanxin", "nuanxin")

    def crash(self) -> None:
        """End every process of it at once, without a checkpoint; the next start recovers from the log."""
        self._run("pg_ctl", "stop", "-D", self.home / "data", "-m", "immediate", "-w", "-t", "30", "-s")

    def stop(self) -> None:
        with contextlib.suppress(RuntimeError):  # it may never have started
            self.crash()

    def _run(self, program: str, *arguments: object) -> None:
        """Run one of PostgreSQL's programs; its words go to a file, for the server keeps a pipe open."""
        said = self.home / f"{program}.out"
        with said.open("w") as out:
            done = subprocess.run(
                [self.folder / program, *map(str, arguments)],
                stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, check=False, cwd=self.home,
                user=self.owner.pw_uid if self.owner else None,
                group=self.owner.pw_gid if self.owner else None,
                extra_groups=[] if self.owner else None,
            )  # fmt: skip
        if done.returncode:
            log = self.home / "log"
            message = f"{program} failed: {said.read_text()}{log.read_text() if log.exists() else ''}"
            raise RuntimeError(message)


def stop_on_signal() -> None:
    """Make an ended shell or a cancelled run leave through `finally`, so that no cluster stays behind."""

    def leave(number: int, _frame: object) -> NoReturn:
        sys.exit(128 + number)

    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, leave)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--no-fsync", action="store_true", help="faster and not durable: for tests")
    parser.add_argument("command", nargs="+")
    chosen = parser.parse_args()
    stop_on_signal()
    with cluster(fsync=not chosen.no_fsync) as url:
        environment = {**os.environ, "NUANXIN_DATABASE_URL": url}
        return subprocess.run(chosen.command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())

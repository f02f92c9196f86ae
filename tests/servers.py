"""Real server processes for tests: started on a database of their own, asked over HTTP, stopped or killed."""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import functools
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.conf import settings

from scripts import pg

NUANXIN = (sys.executable, "-m", "nuanxin.cli.main")
SMALL_CITY = ("--days", "5", "--reports", "70")  # enough for every state of a case
DUMP = "city.dump"
PATIENCE = 60  # seconds; a server that died is noticed at once


@dataclass
class Server:
    """A server under test; its output so far is `log`."""

    url: str
    home: Path
    environment: dict[str, str]
    process: subprocess.Popen[bytes]

    @property
    def log(self) -> str:
        return (self.home / "log").read_text(encoding="utf-8", errors="replace")

    def get(self, path: str) -> int:
        """The status of one plain request."""
        try:
            with urllib.request.urlopen(f"{self.url}{path}", timeout=20) as answer:  # noqa: S310 -- our own loopback
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    def told(self, code: str) -> None:
        """Run a few lines beside the server, on its database: what the calendar would do by and by."""
        begun = "import django; django.setup(); from datetime import timedelta; from django.utils import timezone\n"
        seen = {"DJANGO_SETTINGS_MODULE": "nuanxin.config.settings", "NUANXIN_DEMO": "1", **self.environment}
        subprocess.run([sys.executable, "-c", begun + code], env=seen, check=True)

    def processes(self) -> list[int]:
        """The server's process and its web processes."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [self.process.pid, *map(int, children)]

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to stop, or kill it with everything it started; returns its exit code."""
        with contextlib.suppress(ProcessLookupError):
            if how == signal.SIGKILL:
                os.killpg(self.process.pid, how)
            else:
                self.process.send_signal(how)
        try:
            return self.process.wait(timeout=30)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def environment_of(home: Path, **more: str) -> dict[str, str]:
    """What a process of its own sees: the run's settings, but `home` for files and the database."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "nuanxin.config.settings",
        "NUANXIN_HOME": str(home),
        "NUANXIN_TEST_DATABASES": "",  # the databases of the run are not its own
        **more,
    }


@contextlib.contextmanager
def fresh_database(home: Path, *, template: str = "template1") -> Iterator[str]:
    """The address of an empty database of the kind that this run tests; on PostgreSQL, or a copy of another one."""
    parts = urlsplit(settings.DATABASE_URL)
    if not parts.scheme.startswith("postgres"):
        yield f"sqlite:///{home / 'nuanxin.sqlite3'}"
        return
    name = f"process_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        try:
            yield urlunsplit(parts._replace(path=f"/{name}"))
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextlib.contextmanager
def running(
    arguments: list[str], *, home: Path, environment: dict[str, str], port: int, patience: int = PATIENCE
) -> Iterator[Server]:
    """Run `nuanxin ARGUMENTS` until it answers on the port; stop it at the end."""
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            [*NUANXIN, *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    server = Server(url=f"http://127.0.0.1:{port}", home=home, environment=environment, process=process)
    try:
        _wait(server, patience)
        yield server
    finally:
        server.stop()


def _wait(server: Server, patience: int) -> None:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline and server.process.poll() is None:
        with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            if server.get("/healthz") == 200:
                return
        time.sleep(0.2)
    message = f"The server does not answer:\n{server.log}"
    raise RuntimeError(message)


@contextlib.contextmanager
def migrated_database(home: Path) -> Iterator[str]:
    """The address of a migrated, otherwise empty database: a copy, for migrating takes seconds."""
    if settings.DATABASE_URL.startswith("postgres"):
        with fresh_database(home, template=_migrated_database()) as url:
            yield url
    else:
        shutil.copy(_migrated_file(), home / "nuanxin.sqlite3")
        yield f"sqlite:///{home / 'nuanxin.sqlite3'}"


@functools.cache
def _migrated_file() -> Path:
    home = _template_home()
    _migrate(home, f"sqlite:///{home / 'nuanxin.sqlite3'}")
    return home / "nuanxin.sqlite3"


@functools.cache
def _migrated_database() -> str:
    name = f"migrated_{os.getpid()}"
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
    atexit.register(_drop, name)
    _migrate(_template_home(), urlunsplit(urlsplit(settings.DATABASE_URL)._replace(path=f"/{name}")))
    return name


def _drop(name: str) -> None:
    with (
        contextlib.suppress(psycopg.OperationalError),  # the run's cluster may have gone before it
        psycopg.connect(settings.DATABASE_URL, autocommit=True) as server,
    ):
        server.execute(f'DROP DATABASE IF EXISTS "{name}"')


def _template_home() -> Path:
    home = Path(settings.HOME) / f"template-{os.getpid()}"
    home.mkdir(parents=True)
    return home


def _migrate(home: Path, url: str) -> None:
    environment = environment_of(home, NUANXIN_DATABASE_URL=url)
    subprocess.run([*NUANXIN, "migrate"], env=environment, check=True, capture_output=True)


@contextlib.contextmanager
def serving(home: Path, *options: str, **environment: str) -> Iterator[Server]:
    """`nuanxin serve` on a migrated, otherwise empty database."""
    with migrated_database(home) as url:
        seen = environment_of(home, NUANXIN_DATABASE_URL=url, **environment)
        (home / "static").mkdir()
        port = pg.free_port()
        with running(
            ["serve", "--port", str(port), *options], home=home, environment=seen, port=port
        ) as server:
            yield server


@contextlib.contextmanager
def demo(home: Path, *city: str, **environment: str) -> Iterator[Server]:
    """`nuanxin demo` on a city of its own (`--days 30 --reports 400`); a small one is a copy, playing takes a while."""
    with contextlib.ExitStack() as held:
        url = held.enter_context(fresh_database(home) if city else small_city(home))
        seen = _without_settings(NUANXIN_HOME=str(home), NUANXIN_DATABASE_URL=url, **environment)
        port = pg.free_port()
        arguments = ["demo", "--port", str(port), *(city or SMALL_CITY)]
        yield held.enter_context(running(arguments, home=home, environment=seen, port=port, patience=300))


@contextlib.contextmanager
def small_city(home: Path) -> Iterator[str]:
    """The address of the database of a small demo city, a copy, whose files and secrets are put into `home`."""
    shutil.copytree(_small_city(), home, dirs_exist_ok=True, ignore=shutil.ignore_patterns(DUMP))
    on_postgresql = settings.DATABASE_URL.startswith("postgres")
    with fresh_database(home, template=_city_database() if on_postgresql else "") as url:
        from nuanxin.cli.demo import MARKER  # comes with models, which the gallery's own process has not

        _, *rest = (
            (home / MARKER).read_text().splitlines(keepends=True)
        )  # a demo knows its city by the address
        (home / MARKER).write_text("".join([hashlib.sha256(url.encode()).hexdigest(), "\n", *rest]))
        yield url


def _small_city() -> Path:
    """Played by whichever worker of the run comes first; the others wait for it."""
    home = Path(settings.HOME) / "small-city"
    with (Path(settings.HOME) / "small-city.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not home.exists():
            building = Path(settings.HOME) / "small-city.building"
            building.mkdir(parents=True)
            with fresh_database(building) as url:
                seen = _without_settings(NUANXIN_HOME=str(building), NUANXIN_DATABASE_URL=url)
                played = [*NUANXIN, "demo", "--build-only", *SMALL_CITY]
                subprocess.run(played, env=seen, check=True, capture_output=True)
                if url.startswith("postgres"):
                    _pg("pg_dump", "--format=custom", "--compress=0", f"--file={building / DUMP}", url)
            building.rename(home)
    return home


@functools.cache
def _city_database() -> str:
    """On PostgreSQL, in the server of this worker: what `small_city` copies."""
    name = f"city_{os.getpid()}"
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
    atexit.register(_drop, name)
    address = urlunsplit(urlsplit(settings.DATABASE_URL)._replace(path=f"/{name}"))
    _pg("pg_restore", f"--dbname={address}", str(_small_city() / DUMP))
    return name


def _pg(program: str, *arguments: str) -> None:
    folder = pg.binaries()
    assert folder
    subprocess.run([folder / program, *arguments], check=True, capture_output=True)


def _without_settings(**more: str) -> dict[str, str]:
    """The shell's environment as somebody has it who starts the demo: nothing of the tests' but this."""
    ours = ("NUANXIN_", "DJANGO_")
    return {key: value for key, value in os.environ.items() if not key.startswith(ours)} | more

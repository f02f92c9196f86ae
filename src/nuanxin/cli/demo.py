"""`nuanxin demo`: build the demo city once, then serve it."""

import hashlib
import os
import shutil
import sys
import time
from pathlib import Path

import click
from django.conf import settings
from django.db import connection
from django.utils import timezone

from nuanxin.cli.migrate import bring_up_to_date
from nuanxin.cli.serve import is_loopback, require_free
from nuanxin.demo.city import build_city
from nuanxin.demo.personas import cast
from nuanxin.demo.player import CITY_VERSION, play

# Says that this folder and its database are the demo's, and whether the city in it is complete.
MARKER = "demo-city"


@click.command("demo")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--host", default="127.0.0.1", show_default=True, help="Loopback addresses only.")
@click.option(
    "--fresh", is_flag=True, help="Throw the city away, with all you did in it, and build a new one."
)
@click.option("--build-only", is_flag=True, help="Build the city and stop.")
def command(*, port: int, host: str, fresh: bool, build_only: bool) -> None:
    """Play thirty days of an invented district and open it: everybody in it is one click away.

    The city lies in var/demo; the next start takes seconds. It is for looking and trying: anybody who
    reaches it may enter as anybody, so it answers on this machine only.

    \b
      nuanxin demo
      nuanxin demo --port 8123
      nuanxin demo --fresh
    """
    if not is_loopback(host):
        message = "In the demo city anybody may enter as anybody: it is served on loopback only (127.0.0.1)."
        raise click.ClickException(message)
    if not build_only:
        require_free(host, port)
    _build(fresh=fresh)
    if not build_only:
        _introduce(f"http://{host}:{port}")
        _serve(host, port)


def _build(*, fresh: bool) -> None:
    """Build the city unless it stands; an unfinished or outdated one is thrown away first."""
    settings.HOME.mkdir(parents=True, exist_ok=True)
    marker = settings.HOME / MARKER
    ours = marker.exists() and marker.read_text().splitlines()[:1] == [_database_mark()]
    if ours and not fresh and marker.read_text() == _marking(CITY_VERSION):
        bring_up_to_date(now=timezone.now())
        return
    if ours:
        _throw_away()
    elif connection.introspection.table_names():
        message = (
            "There is a database already, and it is not the demo's; it stays untouched.\n"
            "Unset NUANXIN_DATABASE_URL and NUANXIN_HOME, or name an empty database."
        )
        raise click.ClickException(message)
    marker.write_text(_marking("building"))
    started = time.monotonic()
    click.echo("Building the demo city (once; about a minute)")
    bring_up_to_date(now=timezone.now())
    play(now=timezone.now(), progress=_progress)
    marker.write_text(_marking(CITY_VERSION))
    click.echo(f"{_line_start()}Built in {time.monotonic() - started:.0f} s")


def _database_mark() -> str:
    return hashlib.sha256(settings.DATABASE_URL.encode()).hexdigest()


def _marking(state: str) -> str:
    return f"{_database_mark()}\n{state}\n"


def _throw_away() -> None:
    """Remove an earlier or unfinished city. The caller has seen the marker: it is the demo's own."""
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        connection.close()
        for suffix in ("", "-wal", "-shm"):
            Path(f"{database['NAME']}{suffix}").unlink(missing_ok=True)
    else:
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute("CREATE SCHEMA public")
    shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)


def _progress(done: int, total: int, what: str) -> None:
    if sys.stdout.isatty():
        click.echo(f"{_line_start()}  {100 * done // max(total, 1):3d} %  {what}", nl=False)


def _line_start() -> str:
    """On a terminal, writes over the line of progress."""
    return "\r\033[K" if sys.stdout.isatty() else ""


def _introduce(address: str) -> None:
    click.echo("")
    click.secho(f"  暖新 Nuanxin — 演示城市 the demo city:  {address}", bold=True)
    click.echo("  Enter as any of them with one click on the first page:")
    for persona in cast(build_city()).personas():
        click.echo(f"    {persona.posts[0].title_zh}  ({persona.posts[0].title_en})")
    click.echo("  Ctrl+C stops; the next start takes seconds.\n")


def _serve(host: str, port: int) -> None:
    """Become the server: a fresh process, so that what building needed in memory is gone."""
    os.environ["NUANXIN_BASE_URL"] = f"http://{host}:{port}"
    sys.stdout.flush()
    serve = [
        sys.executable,
        "-m",
        "nuanxin.cli.main",
        "serve",
        "--host",
        host,
        "--port",
        str(port),
        "--embedded",
    ]
    os.execv(sys.executable, serve)  # noqa: S606 -- our own program

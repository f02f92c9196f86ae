"""`nuanxin demo`: build the demo city once, then serve it."""

import gc
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
from nuanxin.demo.personas import known_personas
from nuanxin.demo.player import CITY_VERSION, COUNT, DAYS, play

# Says that this folder and its database are the demo's, and whether the city in it is complete.
MARKER = "demo-city"


@click.command("demo")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--host", default="127.0.0.1", show_default=True, help="Loopback addresses only.")
@click.option(
    "--fresh", is_flag=True, help="Throw the city away, with all you did in it, and build a new one."
)
@click.option(
    "--days", default=DAYS, show_default=True, type=click.IntRange(2, 365), help="How long it has lived."
)
@click.option(
    "--reports", default=COUNT, show_default=True, type=click.IntRange(1, 5000), help="How many, in all."
)
@click.option("--build-only", is_flag=True, help="Build the city and stop.")
def command(*, port: int, host: str, fresh: bool, days: int, reports: int, build_only: bool) -> None:
    """Play thirty days of an invented district and open it: everybody in it is one click away.

    The city lies in var/demo; the next start takes seconds. It is for looking and trying: anybody who
    reaches it may enter as anybody, so it answers on this machine only.

    \b
      nuanxin demo
      nuanxin demo --port 8123
      nuanxin demo --fresh
      nuanxin demo --fresh --days 5 --reports 70   (a small one, in a fraction of the time)
    """
    if not is_loopback(host):
        message = "In the demo city anybody may enter as anybody: it is served on loopback only (127.0.0.1)."
        raise click.ClickException(message)
    if not build_only:
        require_free(host, port)
    _build(fresh=fresh, days=days, reports=reports)
    if not build_only:
        _introduce(f"http://{host}:{port}")
        _serve(host, port)


def _build(*, fresh: bool, days: int, reports: int) -> None:
    """Build the city unless it stands; an unfinished or outdated one is thrown away first."""
    settings.HOME.mkdir(parents=True, exist_ok=True)
    marker = settings.HOME / MARKER
    told = marker.read_text().splitlines() if marker.exists() else []
    ours = told[:1] == [_database_mark()]
    if ours and not fresh and told[1:2] == [CITY_VERSION]:
        bring_up_to_date(now=timezone.now())
        _say_its_age(told[2:3])
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
    click.echo(f"Building the demo city: {days} days, lived through once; about a minute")
    bring_up_to_date(now=timezone.now())
    gc.freeze()
    gc.set_threshold(
        50_000, 20, 100
    )  # thousands of short transactions; looking for cycles after each is a tenth of it
    played = play(now=timezone.now(), days=days, count=reports, progress=_Progress())
    marker.write_text(_marking(CITY_VERSION))
    took = time.monotonic() - started
    click.echo(
        f"{_line_start()}{played.reports} reports, {played.steps - played.reports} steps, built in {took:.0f} s"
    )


def _say_its_age(played_on: list[str]) -> None:
    """A city's last day is the day on which it was built."""
    today = timezone.localdate()
    if played_on and played_on[0] != today.isoformat():
        click.echo(
            f"This city lived until {played_on[0]}, and limits have passed since then. --fresh lives until today."
        )


def _database_mark() -> str:
    return hashlib.sha256(settings.DATABASE_URL.encode()).hexdigest()


def _marking(state: str) -> str:
    return f"{_database_mark()}\n{state}\n{timezone.localdate().isoformat()}\n"


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


class _Progress:
    """One line that fills on a terminal; elsewhere a line for each quarter."""

    def __init__(self) -> None:
        self.quarter = 0

    def __call__(self, done: int, total: int, what: str) -> None:
        share = 100 * done // max(total, 1)
        if sys.stdout.isatty():
            click.echo(f"{_line_start()}  {share:3d} %  {what}", nl=False)
        elif share // 25 > self.quarter:
            self.quarter = share // 25
            click.echo(f"  {share:3d} %  {what}")


def _line_start() -> str:
    """On a terminal, writes over the line of progress."""
    return "\r\033[K" if sys.stdout.isatty() else ""


def _introduce(address: str) -> None:
    click.echo("")
    click.secho(f"  暖新 Nuanxin — 演示城市 the demo city:  {address}", bold=True)
    click.echo(f"  Enter as any of them with one click on {address}/demo/")
    for persona in known_personas():
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

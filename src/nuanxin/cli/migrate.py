"""`nuanxin migrate`."""

from datetime import datetime

import click
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from nuanxin import __version__
from nuanxin.cases.services import load_categories
from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.audit import record
from nuanxin.kernel.worktime.services import import_shipped_holidays
from nuanxin.people.queries.grants import how_many_cells


@click.command("migrate")
@click.option("--plan", is_flag=True, help="Only say what would be done.")
def command(*, plan: bool) -> None:
    """Bring the database, and the reference data that is shipped, to this version.

    Safe to run again; what a city has edited stays. Run it before the new version serves.

    \b
      nuanxin migrate --plan
      nuanxin migrate
    """
    if plan:
        call_command("migrate", interactive=False, plan=True)
        return
    settings.HOME.mkdir(parents=True, exist_ok=True)  # SQLite's file lies there
    before = _known()
    bring_up_to_date(now=timezone.now(), verbosity=1)
    _note(before)


def bring_up_to_date(*, now: datetime, verbosity: int = 0) -> None:
    """Tables, roles and the role matrix, report categories, the published holidays."""
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    call_command("migrate", interactive=False, verbosity=verbosity)
    load_categories()
    import_shipped_holidays(now=now)


def _known() -> tuple[int, int]:
    """How many migrations are done, and how many cells the role matrix has."""
    done = len(MigrationRecorder(connection).applied_migrations())
    if not done:
        return 0, 0
    return done, how_many_cells()


def _note(before: tuple[int, int]) -> None:
    """Who may do what has changed, or the tables have: nothing of that happens unseen."""
    after = _known()
    if after != before:
        detail = {"migrations": after[0] - before[0], "grants": after[1] - before[1]}
        record(
            actor=SYSTEM, action="system.migrate", object_type="system.version", object_id=__version__,
            detail=detail, now=timezone.now(),
        )  # fmt: skip

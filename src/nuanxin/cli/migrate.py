"""`nuanxin migrate`."""

from datetime import datetime

import click
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from nuanxin.cases.services import load_categories
from nuanxin.kernel.worktime.services import import_shipped_holidays


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
    bring_up_to_date(now=timezone.now(), verbosity=1)


def bring_up_to_date(*, now: datetime, verbosity: int = 0) -> None:
    """Tables, roles and the role matrix, report categories, the published holidays."""
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # and with it the home of SQLite's file
    call_command("migrate", interactive=False, verbosity=verbosity)
    load_categories()
    import_shipped_holidays(now=now)

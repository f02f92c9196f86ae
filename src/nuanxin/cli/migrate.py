"""`nuanxin migrate`."""

import click
from django.conf import settings
from django.core.management import call_command


@click.command("migrate")
@click.option("--plan", is_flag=True, help="Only say what would be done.")
def command(*, plan: bool) -> None:
    """Bring the database to this version. Safe to run again; run it before the new version serves.

    \b
      nuanxin migrate --plan
      nuanxin migrate
    """
    settings.HOME.mkdir(parents=True, exist_ok=True)  # SQLite makes its file, not the folder
    call_command("migrate", interactive=False, plan=plan, verbosity=1)

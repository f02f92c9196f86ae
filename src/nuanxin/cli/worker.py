"""`nuanxin worker`."""

import click
from django.utils import timezone

from nuanxin.kernel import events, worker


@click.command("worker")
@click.option("--redeliver", is_flag=True, help="First give dead deliveries a new life, all their attempts.")
def command(*, redeliver: bool) -> None:
    """Deliver events and run periodic jobs until told to stop (Ctrl+C, SIGTERM).

    Start as many as you like, on as many machines: on PostgreSQL they share the work, and each periodic
    job still runs once. With SQLite one is enough, and `nuanxin serve` already contains it.

    \b
      nuanxin serve --no-embedded --workers 4
      nuanxin worker
    """
    if redeliver:
        click.echo(f"{events.redeliver(now=timezone.now())} dead deliveries are due again.")
    worker.run_until_stopped()

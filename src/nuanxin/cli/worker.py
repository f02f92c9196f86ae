"""`nuanxin worker`."""

import click

from nuanxin.kernel import worker


@click.command("worker")
def command() -> None:
    """Deliver events and run periodic jobs until told to stop (Ctrl+C, SIGTERM).

    Start as many as you like, on as many machines: on PostgreSQL they share the work, and each periodic
    job still runs once. With SQLite one is enough, and `nuanxin serve` already contains it.

    \b
      nuanxin serve --no-embedded --workers 4
      nuanxin worker
    """
    worker.run_until_stopped()

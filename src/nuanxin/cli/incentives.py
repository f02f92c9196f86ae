"""`nuanxin incentives`: the ledger told again from its journal."""

import click
from django.utils import timezone

from nuanxin.incentives.services.replaying import Replayed, check_ledger, rebuild_ledger


@click.group("incentives")
def command() -> None:
    """Look after the ledger of points.

    \b
      nuanxin incentives replay --check
    """


@command.command("replay")
@click.option("--check", is_flag=True, help="Only compare: exits 0 if everything is equal, to the point.")
def replay(*, check: bool) -> None:
    """Tell every deed of the journal again: awards, redemptions, refunds, reversals, expiries, approvals.

    With --check nothing is written and nobody waits. Without it, what differs is written anew in one transaction, and
    whoever wants to move points waits for its end.
    """
    done = (
        check_ledger(progress=_progress) if check else rebuild_ledger(now=timezone.now(), progress=_progress)
    )
    click.echo(f"{done.deeds} deeds of {done.subjects} subjects")
    _say(done)
    if done.is_equal:
        click.echo("Equal to the point.")
    elif check:
        raise click.ClickException(
            f"{done.differing} subjects differ; run it without --check to rebuild them"
        )
    else:
        click.echo(f"{done.differing} subjects were written anew.")


def _say(done: Replayed) -> None:
    for subject_id, what in done.first:
        click.echo(f"  {subject_id}: {what}")


def _progress(done: int, total: int) -> None:
    share = 100 * done // total if total else 100
    click.echo(f"\r{done} of {total} deeds, {share} %", nl=done >= total, err=True)

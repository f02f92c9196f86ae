"""`nuanxin rotate-keys`."""

import click
from django.utils import timezone

from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.audit import record
from nuanxin.kernel.privacy.keys import current_prefix, key_ring
from nuanxin.kernel.privacy.rotation import BATCH, keys_in_use, outdated_rows, reencrypt


@click.command("rotate-keys")
@click.option("--dry-run", is_flag=True, help="Only say what would be written.")
@click.option(
    "--batch", default=BATCH, show_default=True, type=click.IntRange(1, 5000), help="Rows at a time."
)
def command(*, dry_run: bool, batch: int) -> None:
    """Write every encrypted value anew under the first key of NUANXIN_KEYS, and with the algorithms of NUANXIN_CRYPTO.

    Put the new key in front of NUANXIN_KEYS, restart every server and worker, then run this beside them. Stopped, it
    goes on where it was. A key may be taken out of NUANXIN_KEYS when this says that nothing uses it any more.

    \b
      nuanxin rotate-keys --dry-run
      nuanxin rotate-keys
    """
    waiting = outdated_rows()
    for where, rows in waiting.items():
        click.echo(f"{where}: {rows} to write")
    if not waiting:
        click.echo("Everything is under the first key.")
    if not dry_run:
        written = reencrypt(batch_size=batch, told=lambda where, rows: click.echo(f"{where}: {rows} written"))
        _note(sum(written.values()))
        if left := outdated_rows():
            click.echo(f"{sum(left.values())} were written meanwhile under an older key: run this once more.")
            raise SystemExit(1)
    _say_what_may_go()


def _note(rows: int) -> None:
    if rows:
        key = current_prefix().split(".")[1]
        record(
            actor=SYSTEM, action="system.rotate_keys", object_type="system.keys", object_id=key,
            detail={"rows": rows}, now=timezone.now(),
        )  # fmt: skip


def _say_what_may_go() -> None:
    used = {mark.split(".")[1] for mark in keys_in_use()}
    spare = [key.id for key in key_ring()[1:] if key.id not in used]
    for key in spare:
        click.echo(f"Nothing uses key {key} any more: take it out of NUANXIN_KEYS.")
    if spare:
        click.echo("Keep it with the backups that were made under it: they need it.")

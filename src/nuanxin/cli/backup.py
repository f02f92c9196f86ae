"""`nuanxin backup`."""

import os
import signal
from pathlib import Path
from typing import NoReturn

import click
from django.utils import timezone

from nuanxin.kernel import backup


@click.command("backup")
@click.argument("target", type=click.Path(path_type=Path))
@click.option(
    "--keys",
    type=click.Path(path_type=Path),
    help="Write the keys too, to this file, under a passphrase (asked for, or NUANXIN_BACKUP_PASSPHRASE).",
)
def command(*, target: Path, keys: Path | None) -> None:
    """Write the database and the uploaded files to TARGET, one .tar file. The service may run on.

    TARGET may be a folder; then the file is named for the time. Nothing is ever overwritten, and a backup that fails or
    is killed leaves no file. The keys are not in it: keep them apart, for example by --keys.

    \b
      nuanxin backup /backups/
      nuanxin backup /backups/before-update.tar --keys /safe/nuanxin-keys.json
      nuanxin restore --verify /backups/before-update.tar
    """
    signal.signal(signal.SIGTERM, _leave)
    now = timezone.now()
    if target.is_dir():
        target = target / f"nuanxin-{timezone.localtime(now):%Y%m%d-%H%M%S}.tar"
    if keys:
        backup.write_keys(target=keys, passphrase=asked_passphrase(confirm=True), now=now)
    manifest = backup.make_backup(target=target, now=now)
    rows = sum(manifest.tables.values())
    click.echo(
        f"{target}: {rows:,} rows in {len(manifest.tables)} tables, {manifest.files:,} files, {_size(target)}"
    )
    if manifest.missing:
        click.echo(f"{len(manifest.missing)} pictures were erased while it was written and are not in it.")
    if manifest.keys:
        where = (
            f"They are in {keys}."
            if keys
            else "They are NOT in the archive: keep NUANXIN_KEYS apart from it."
        )
        click.echo(f"To read it: the keys {', '.join(manifest.keys)}. {where}")


def asked_passphrase(*, confirm: bool) -> str:
    given = os.environ.get("NUANXIN_BACKUP_PASSPHRASE")
    return given or str(click.prompt("Passphrase", hide_input=True, confirmation_prompt=confirm))


def _size(path: Path) -> str:
    return f"{path.stat().st_size / 2**20:,.1f} MB"


def _leave(number: int, _frame: object) -> NoReturn:
    raise SystemExit(128 + number)

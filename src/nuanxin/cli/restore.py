"""`nuanxin restore`."""

import shlex
from pathlib import Path

import click
from django.utils import timezone, translation

from nuanxin.cli.backup import asked_passphrase, say_missing
from nuanxin.cli.check import language_of_terminal, report
from nuanxin.kernel import backup, checks


@click.command("restore")
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.option("--verify", is_flag=True, help="Only read the archive to its last byte and say what is in it.")
@click.option("--force", is_flag=True, help="Replace what is there. SQLite and files are moved aside first.")
@click.option(
    "--keys",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Only show the settings in a file that `nuanxin backup --keys` wrote.",
)
def command(*, source: Path | None, verify: bool, force: bool, keys: Path | None) -> None:
    """Put the backup SOURCE in the place of this installation's database and files, then check them.

    The whole archive is verified first. Stop every server and worker before; an empty NUANXIN_HOME and an empty
    database of the same kind need no --force.

    \b
      nuanxin restore --verify /backups/nuanxin-20261122-030000.tar
      nuanxin restore --keys /safe/nuanxin-keys.json
      nuanxin restore /backups/nuanxin-20261122-030000.tar
    """
    if keys:
        for name, value in backup.open_keys(source=keys, passphrase=asked_passphrase(confirm=False)).items():
            click.echo(f"export {name}={shlex.quote(value)}")
    if source is None:
        if not keys:
            raise click.UsageError("Say which backup, or --keys FILE.")
        return
    if verify:
        _say(backup.verify_backup(source=source))
        click.echo("It is whole.")
        return
    _restore(source, force=force)


def _restore(source: Path, *, force: bool) -> None:
    now = timezone.now()
    done = backup.restore_backup(source=source, now=now, force=force)
    _say(done.manifest)
    if done.kept:
        click.echo(f"What was there before is in {done.kept}. Delete it once you need it no more.")
    if done.unreadable:
        click.echo(f"Cannot be read with these keys: {', '.join(done.unreadable)}", err=True)
    if done.transactions:
        click.echo(
            "This cluster's transaction numbers are behind the audit log's, so sealing would stop. Before the first "
            "start, stop PostgreSQL and run (docs/operations.md): "
            f"pg_resetwal --next-transaction-id={done.transactions + 1}",
            err=True,
        )
    click.echo("Checking:")
    with translation.override(language_of_terminal()):
        sound = report(checks.run(now))
    if not sound or done.unreadable:
        raise SystemExit(1)


def _say(manifest: backup.Manifest) -> None:
    click.echo(
        f"Nuanxin {manifest.version}, {manifest.at}, {manifest.vendor} {manifest.server}: "
        f"{sum(manifest.tables.values()):,} rows in {len(manifest.tables)} tables, {manifest.files:,} files; "
        f"keys {', '.join(manifest.keys) or 'none'}"
    )
    say_missing(manifest)

"""`nuanxin calendar`: which days are off, and when an office works."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import click
from django.db import transaction
from django.utils import timezone

from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.audit import record
from nuanxin.kernel.errors import Invalid
from nuanxin.kernel.worktime import services


@click.group("calendar")
def command() -> None:
    """Holidays, make-up workdays and office hours. Clocks that run keep what they were started with."""


@command.command("holidays")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--source", required=True, help="The notice's title and number: what a deadline is explained by."
)
def holidays(*, file: Path, source: str) -> None:
    """Bring in the State Council's notice for a year: a CSV with a row for each day that differs.

    \b
      date,kind,name
      2026-10-01,off,国庆节
      2026-10-10,work,国庆节

    The same notice again changes nothing; a corrected one, under the same source, takes its place. A fault in any line
    is named, and nothing is stored.

    \b
      nuanxin calendar holidays holidays-2027.csv --source 国务院办公厅关于2027年部分节假日安排的通知
    """
    now = timezone.now()
    try:
        with transaction.atomic():
            done = services.import_holidays(
                csv_text=file.read_text(encoding="utf-8-sig"), source=source, now=now
            )
            counts = {"new": done.created, "changed": done.updated, "removed": done.removed}
            if any(counts.values()):
                _note("holidays", ",".join(map(str, done.years)), counts, now)
    except Invalid as error:
        raise _refusal(error) from error
    click.echo(
        f"{', '.join(f'{count} {word}' for word, count in counts.items())}, {done.unchanged} as before."
    )


@command.command("hours")
@click.argument("spans", nargs=-1, required=True, metavar="FROM-UNTIL...")
@click.option("--scope", default="", help="Code of a territory; without it, everywhere.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The first day.")
def hours(*, spans: tuple[str, ...], scope: str, since: datetime) -> None:
    """Set the office hours of a territory from a day on. Without any they are 09:00-12:00 and 13:30-17:30.

    \b
      nuanxin calendar hours 08:30-12:00 14:00-18:00 --scope 990101000000 --since 2026-05-01
    """
    now = timezone.now()
    intervals = [span.partition("-")[::2] for span in spans]
    try:
        with transaction.atomic():
            services.set_working_hours(
                scope_code=scope, valid_from=since.date(), intervals=intervals, now=now
            )
            _note("hours", scope, {"since": since.date().isoformat(), "spans": list(spans)}, now)
    except Invalid as error:
        raise _refusal(error) from error
    click.echo(f"{scope or 'Everywhere'} from {since:%Y-%m-%d}: {', '.join(spans)}")


def _note(what: str, name: str, detail: Mapping[str, object], now: datetime) -> None:
    """Deadlines hang on it: nobody moves them unseen."""
    record(
        actor=SYSTEM, action=f"system.set_{what}", object_type="kernel.worktime", object_id=name[:40],
        detail=dict(detail), now=now,
    )  # fmt: skip


def _refusal(error: Invalid) -> click.ClickException:
    lines = [
        str(error.message),
        *(f"  {where}: {words}" for where, words in error.fields.items()),
        str(error.hint),
    ]
    return click.ClickException("\n".join(lines))

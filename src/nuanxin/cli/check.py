"""`nuanxin check`."""

import json
import os
from collections.abc import Iterable

import click
from django.utils import timezone, translation

from nuanxin.kernel import checks

MARKS = {
    checks.Level.OK: click.style("ok     ", fg="green"),
    checks.Level.WARNING: click.style("warning", fg="yellow"),
    checks.Level.ERROR: click.style("ERROR  ", fg="red", bold=True),
}


@click.command("check")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, for monitoring.")
def command(*, as_json: bool) -> None:
    """Look at this installation: configuration, calendar, keys, audit seals, undelivered events.

    Ends with 1 when something promised does not hold, otherwise with 0.

    \b
      nuanxin check
      nuanxin check --json | grep -v '"level": "ok"'
    """
    with translation.override(language_of_terminal()):
        sound = report(checks.run(timezone.now()), as_json=as_json)
    if not sound:
        raise SystemExit(1)


def language_of_terminal() -> str:
    """Chinese where the terminal is Chinese, else English, like everything else that the command says."""
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh-hans" if locale.startswith("zh") else "en"


def report(findings: Iterable[checks.Finding], *, as_json: bool = False) -> bool:
    """Say what was found; returns whether no promise is broken."""
    sound = True
    for finding in findings:
        sound = sound and finding.level < checks.Level.ERROR
        if as_json:
            row = {"level": finding.level.name.lower(), "code": finding.code, "message": finding.message}
            click.echo(json.dumps(row | {"hint": finding.hint}, ensure_ascii=False))
            continue
        click.echo(f"{MARKS[finding.level]}  {finding.code}: {finding.message}")
        if finding.hint and finding.level > checks.Level.OK:
            click.echo(f"         → {finding.hint}")
    return sound

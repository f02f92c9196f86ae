"""`nuanxin import`."""

import hashlib
from pathlib import Path

import click
from django.db import transaction
from django.utils import timezone

from nuanxin.cases.services import catalogue_sheet, rules_sheet
from nuanxin.kernel import sheets
from nuanxin.kernel.access import SYSTEM
from nuanxin.people.services import organisation_sheet
from nuanxin.places.services import sheet as place_sheet

SHEETS = {
    "categories": catalogue_sheet.SHEET,
    "units": organisation_sheet.SHEET,
    "rules": rules_sheet.SHEET,
    "places": place_sheet.SHEET,
}
ALL_TOLD = 5000
COLOURS = {"new": "green", "changed": "blue", "removed": "yellow", "refused": "red"}


@click.command("import")
@click.argument("what", type=click.Choice(list(SHEETS)))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--apply", is_flag=True, help="Do it, in one transaction, if no row is refused.")
@click.option("--skip-refused", is_flag=True, help="With --apply: do the others although some are refused.")
@click.option("--template", is_flag=True, help="Write FILE instead: the present rows, with explanations.")
def command(*, what: str, file: Path, apply: bool, skip_refused: bool, template: bool) -> None:
    """Bring in categories, units, dispatch rules or places from an .xlsx file, CSV or GeoJSON.

    Without --apply nothing is changed. Every row is explained: new, changed (from what to what), unchanged, or refused
    with the cell and the reason; of more than 5,000 rows only what is changed or refused. A CSV or GeoJSON may have any
    number of rows.

    \b
      nuanxin import categories --template categories.xlsx
      nuanxin import units units.xlsx
      nuanxin import rules rules.xlsx --apply
      nuanxin import places city.csv --apply
    """
    sheet = SHEETS[what]
    if template:
        if file.exists():
            raise click.ClickException(f"{file} exists already.")
        file.write_bytes(sheets.write_template(sheet, sheet.current(SYSTEM)))
        click.echo(file)
        return
    if not file.is_file():
        raise click.ClickException(f"There is no file {file}.")
    content = file.read_bytes()
    with transaction.atomic():
        plan = sheets.dry_run(actor=SYSTEM, sheet=sheet, content=content, lock=apply, by_hand=True)
        _explain(plan)
        if not apply:
            click.echo("Nothing was changed. Say --apply to do it.")
            return
        if plan.counts["refused"] and not skip_refused:
            raise click.ClickException(
                "Nothing was changed: some rows are refused. Mend them, or --skip-refused."
            )
        sha256 = hashlib.sha256(content).hexdigest()
        sheets.apply_plan(actor=SYSTEM, sheet=sheet, plan=plan, sha256=sha256, now=timezone.now())
    click.echo(f"Done: {len(plan.effective)} rows.")


def _explain(plan: sheets.Plan) -> None:
    for remark in plan.remarks:
        click.echo(f"{remark.ref}: {remark.text}")
    brief = (sheets.Verdict.CHANGED, sheets.Verdict.REMOVED, sheets.Verdict.REFUSED)
    for row in plan.rows:
        if len(plan.rows) > ALL_TOLD and row.verdict not in brief:
            continue
        mark = click.style(f"{row.verdict.label}", fg=COLOURS.get(row.verdict.value))
        click.echo(f"{row.number:5} {mark} {row.label}")
        for problem in row.problems:
            click.echo(f"        {problem.ref}: {problem.text}")
        for change in row.changes:
            before = f"{change.before or '—'} → " if row.verdict == sheets.Verdict.CHANGED else ""
            click.echo(f"        {change.column}: {before}{change.after or '—'}")
        for warning in row.warnings:
            click.echo(f"        ! {warning.ref}: {warning.text}")
    click.echo(", ".join(f"{sheets.Verdict(name).label} {count}" for name, count in plan.counts.items()))

"""`nuanxin indicators`: from the definitions in words of ibis to the SQL that the product runs."""

from pathlib import Path

import click

FOLDER = Path(__file__).parents[1] / "insight" / "compiled"


@click.group("indicators")
def command() -> None:
    """Work on the definitions of the indicators.

    \b
      nuanxin indicators compile
    """


@command.command("compile")
@click.option(
    "--to",
    "folder",
    default=FOLDER,
    show_default="the package itself",
    type=click.Path(file_okay=False, path_type=Path),
)
def compile_indicators(folder: Path) -> None:
    """Write the SQL of every indicator, for SQLite and PostgreSQL. Needs the extra `analytics`."""
    try:
        from nuanxin.insight import compiling  # an extra that no server needs
    except ModuleNotFoundError as error:
        raise click.ClickException(
            f'{error.name} is missing. Install it with: pip install "nuanxin[analytics]"'
        ) from error
    click.echo(f"{len(compiling.write(folder))} files in {folder}")

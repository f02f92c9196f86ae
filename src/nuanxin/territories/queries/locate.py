from collections.abc import Iterator

from nuanxin.kernel.access import level_of
from nuanxin.kernel.access.scope import LEVELS
from nuanxin.kernel.geo.areas import Area
from nuanxin.territories.models import Boundary
from nuanxin.territories.queries.spatial import SpatialIndex

BOUNDARIES = "boundaries"


def _current_boundaries() -> Iterator[tuple[tuple[int, float, str], Area]]:
    """Keys sort from the smallest territory to the largest: finest level, then least area, then code."""
    rows = Boundary.objects.filter(valid_to=None, territory__valid_to=None).order_by("territory_id")
    for code, area, geometry in rows.values_list("territory_id", "area_m2", "geometry").iterator():
        yield (-LEVELS[level_of(code)], area, code), Area.of(geometry)


_boundaries: SpatialIndex[tuple[int, float, str]] = SpatialIndex(BOUNDARIES, _current_boundaries)


def locate(lng: float, lat: float) -> str | None:
    """Code of the smallest territory that contains the point, None where no boundary does.

    A point on a shared edge belongs to the smaller neighbour, always the same one. Raises `NotACoordinate`.
    """
    return next(iter(territories_at(lng, lat)), None)


def territories_at(lng: float, lat: float) -> list[str]:
    """All territories that contain the point, the smallest first."""
    return [code for _, _, code in sorted(_boundaries.covering(lng, lat))]

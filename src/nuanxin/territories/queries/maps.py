import hashlib
import json
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Max, Min
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.errors import Invalid
from nuanxin.kernel.geo.areas import Area
from nuanxin.territories.models import Boundary, MapLayer, SpatialStamp, short_name
from nuanxin.territories.queries.locate import BOUNDARIES
from nuanxin.territories.queries.tree import below

MOST_SHAPES = 4000  # a district has some hundred grids; more would not be read on a screen


class TooManyShapes(Invalid):
    default_message = _("范围太大，图上画不下。")
    default_hint = _("请放大地图，或者只看一个街道。")


class Bounds(NamedTuple):
    """Degrees, WGS-84."""

    west: float
    south: float
    east: float
    north: float


def boundaries_edition() -> UUID | None:
    """Changes whenever a boundary does."""
    return SpatialStamp.objects.filter(name=BOUNDARIES).values_list("edition", flat=True).first()


def boundary_features(
    *, level: str, within: str = "", box: Bounds | None = None, as_points: bool = False
) -> str:
    """A GeoJSON FeatureCollection of current outlines of one level; raises `TooManyShapes`.

    The stored texts are put together as they are; nothing is parsed. `as_points` gives one point inside each
    instead, for its name: an outline that spans several tiles would be named in each of them.
    """
    rows = Boundary.objects.filter(valid_to=None, territory__valid_to=None, territory__level=level)
    if within:
        rows = rows.filter(below(within, "territory"))
    if box:
        rows = rows.filter(west__lte=box.east, east__gte=box.west)
        rows = rows.filter(south__lte=box.north, north__gte=box.south)
    columns = rows.order_by("territory").values_list("territory_id", "territory__name", "geometry")
    found = list(columns[: MOST_SHAPES + 1])
    if len(found) > MOST_SHAPES:
        raise TooManyShapes
    drawn = _point_inside if as_points else str
    features = ",".join(_feature(code, name, level, drawn(geometry)) for code, name, geometry in found)
    return f'{{"type":"FeatureCollection","features":[{features}]}}'


def _point_inside(geometry: str) -> str:
    inside = Area.of(geometry).point_inside()
    return json.dumps({"type": "Point", "coordinates": [round(inside.lng, 6), round(inside.lat, 6)]})


def _feature(code: str, name: str, level: str, geometry: str) -> str:
    told = {"code": code, "name": name, "title": short_name(name), "level": level, "kind": "area"}
    properties = json.dumps(told, ensure_ascii=False)
    return f'{{"type":"Feature","properties":{properties},"geometry":{geometry}}}'


def drawable_levels(within: str = "") -> list[str]:
    """Levels with outlines, of which there are not too many to draw."""
    rows = Boundary.objects.filter(valid_to=None, territory__valid_to=None)
    if within:
        rows = rows.filter(below(within, "territory"))
    counted = rows.order_by().values_list("territory__level").annotate(count=Count("pk"))
    return [level for level, count in counted if count <= MOST_SHAPES]


def bounds_of(code: str = "") -> Bounds | None:
    """The box around a territory's outline, or around all that lies inside it; None where nothing is drawn."""
    rows = Boundary.objects.filter(valid_to=None, territory__valid_to=None)
    if code:
        rows = rows.filter(below(code, "territory"))
    box = rows.aggregate(Min("west"), Min("south"), Max("east"), Max("north"))
    if box["west__min"] is None:
        return None
    return Bounds(box["west__min"], box["south__min"], box["east__max"], box["north__max"])


def map_layers() -> list[MapLayer]:
    """All layers of the background in drawing order, without their shapes."""
    layers = MapLayer.objects.defer("geojson").order_by("name")
    order = MapLayer._meta.get_field("kind").choices or ()
    ranks = {str(kind): rank for rank, (kind, _label) in enumerate(order)}
    return sorted(layers, key=lambda layer: ranks[layer.kind])


def map_layer(name: str) -> MapLayer | None:
    return MapLayer.objects.filter(name=name).first()


def layers_edition() -> str:
    """Changes whenever a layer does."""
    digests = MapLayer.objects.order_by("name").values_list("name", "digest")
    return hashlib.sha256(repr(list(digests)).encode()).hexdigest()[:16]

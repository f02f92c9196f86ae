"""Writes of the division tree, of boundaries and of the map background."""

from nuanxin.territories.services.boundaries import BoundaryReport, FeatureError, load_boundaries
from nuanxin.territories.services.division_files import UnreadableDivisions
from nuanxin.territories.services.divisions import (
    DivisionRow,
    LoadReport,
    Progress,
    load_divisions,
    put_territories,
)
from nuanxin.territories.services.layers import put_map_layer
from nuanxin.territories.services.pinyin import spelled
from nuanxin.territories.services.shapes import (
    BadShape,
    Feature,
    NotGeoJson,
    area_shape,
    features_of,
    text_of,
)
from nuanxin.territories.services.stamps import touch
from nuanxin.territories.services.succession import (
    ChildrenRemain,
    LevelsDiffer,
    record_succession,
    rescope,
    rescope_due,
)

__all__ = [
    "BadShape",
    "BoundaryReport",
    "ChildrenRemain",
    "DivisionRow",
    "Feature",
    "FeatureError",
    "LevelsDiffer",
    "LoadReport",
    "NotGeoJson",
    "Progress",
    "UnreadableDivisions",
    "area_shape",
    "features_of",
    "load_boundaries",
    "load_divisions",
    "put_map_layer",
    "put_territories",
    "record_succession",
    "rescope",
    "rescope_due",
    "spelled",
    "text_of",
    "touch",
]

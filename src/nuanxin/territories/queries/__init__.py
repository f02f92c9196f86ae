"""Reads of the division tree, of boundaries and of the map background: public data, all of it."""

from nuanxin.territories.queries.locate import locate, territories_at
from nuanxin.territories.queries.maps import (
    Bounds,
    TooManyShapes,
    boundaries_edition,
    boundary_features,
    bounds_of,
    layers_edition,
    map_layer,
    map_layers,
)
from nuanxin.territories.queries.spatial import SpatialIndex, expire_all, polygon_of
from nuanxin.territories.queries.tree import (
    TerritoryNotFound,
    ancestors,
    below,
    boundary_codes,
    child_counts,
    children,
    counts_below,
    is_territory,
    path_name,
    path_names,
    search_territories,
    territory,
    visible_territory,
)

__all__ = [
    "Bounds",
    "SpatialIndex",
    "TerritoryNotFound",
    "TooManyShapes",
    "ancestors",
    "below",
    "boundaries_edition",
    "boundary_codes",
    "boundary_features",
    "bounds_of",
    "child_counts",
    "children",
    "counts_below",
    "expire_all",
    "is_territory",
    "layers_edition",
    "locate",
    "map_layer",
    "map_layers",
    "path_name",
    "path_names",
    "polygon_of",
    "search_territories",
    "territories_at",
    "territory",
    "visible_territory",
]

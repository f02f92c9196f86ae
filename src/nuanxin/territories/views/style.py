"""The look of the map: rice paper, white roads with a warm edge, soft water and parks; no glyph server, no tiles.

A MapLibre style document whose sources are our own GeoJSON. Features are drawn by `class` (or `kind`) and named by
`name` (or `title`).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from nuanxin.territories.models import MapLayer

Paint = dict[str, Any]
NAME = ["coalesce", ["get", "title"], ["get", "name"], ""]
CLASS = ["coalesce", ["get", "class"], ["get", "kind"], ""]


@dataclass(frozen=True, slots=True)
class Palette:
    ground: str
    park: str
    water: str
    water_edge: str
    building: str
    road: str
    casing: str
    ink: str
    water_ink: str
    park_ink: str
    halo: str
    border: str


PALETTES = {
    "light": Palette(
        ground="#F4EFE7", park="#DFEAD3", water="#CBDFEC", water_edge="#B4CFE0", building="#E8DFD2", road="#FFFFFF",
        casing="#E0D2BE", ink="#5C6470", water_ink="#4C7A99", park_ink="#55774A", halo="#FAF7F2", border="#B5703F",
    ),
    "dark": Palette(
        ground="#25211B", park="#2B3526", water="#22343F", water_edge="#2D4553", building="#332D25", road="#4A4236",
        casing="#1B1814", ink="#B8AEA0", water_ink="#86AEC6", park_ink="#94B487", halo="#17140F", border="#C98A5B",
    ),
}  # fmt: skip

# Road class → width in pixels at zoom 12, 15 and 18, and the zoom from which it is drawn.
ROADS = {
    "arterial": ((2.2, 8, 30), 0),
    "secondary": ((1.2, 5.5, 22), 11),
    "riverside": ((1.0, 4.5, 18), 12),
    "lane": ((0.4, 2.6, 12), 14),
}
# Level → dashes, width, opacity, zoom from which its border and its name are drawn, size of the name.
BORDERS: dict[str, tuple[list[float], float, float, float, float, int]] = {
    "grid": ([1, 3], 1.0, 0.55, 15, 16, 11),
    "community": ([3, 2], 1.2, 0.6, 13, 13.6, 13),
    "street": ([6, 2, 1.5, 2], 1.4, 0.6, 10, 10.5, 15),
    "district": ([8, 2, 2, 2], 2.2, 0.7, 0, 20, 16),
}


def map_style(
    *,
    theme: str,
    layers: Sequence[MapLayer],
    levels: Sequence[str],
    layer_url: Callable[[str], str],
    borders_url: Callable[[str], str],
) -> dict[str, Any]:
    """The whole document; `levels` are those whose borders are drawn."""
    palette = PALETTES.get(theme, PALETTES["light"])
    sources = {f"map-{layer.name}": _source(layer_url(layer.name)) for layer in layers}
    drawn = [level for level in BORDERS if level in levels]
    sources |= {f"borders-{level}": _source(borders_url(level)) for level in drawn}
    named = [level for level in drawn if level != "district"]
    sources |= {f"names-{level}": _source(f"{borders_url(level)}&names") for level in named}
    background = {"id": "ground", "type": "background", "paint": {"background-color": palette.ground}}
    return {
        "version": 8,
        "name": "nuanxin",
        "sources": sources,
        "layers": [
            background,
            *_fills(layers, palette),
            *_roads(layers, palette),
            *(_border(level, palette) for level in drawn),
            *_labels(layers, palette),
            *(_border_name(level, palette) for level in named),
        ],
    }


def _source(url: str) -> dict[str, str]:
    return {"type": "geojson", "data": url}


def _of(layers: Sequence[MapLayer], kind: str) -> Iterator[str]:
    return (f"map-{layer.name}" for layer in layers if layer.kind == kind)


def _fills(layers: Sequence[MapLayer], palette: Palette) -> Iterator[dict[str, Any]]:
    for kind, colour in (("ground", palette.ground), ("park", palette.park), ("water", palette.water)):
        for source in _of(layers, kind):
            yield _layer(f"{source}-fill", "fill", source, {"fill-color": colour})
    for source in _of(layers, "water"):
        yield _layer(f"{source}-edge", "line", source, {"line-color": palette.water_edge, "line-width": 1})
    for source in _of(layers, "building"):
        paint = {"fill-color": palette.building, "fill-outline-color": palette.casing}
        yield {**_layer(f"{source}-fill", "fill", source, paint), "minzoom": 14}


def _roads(layers: Sequence[MapLayer], palette: Palette) -> Iterator[dict[str, Any]]:
    """All casings below all roads, small roads below large ones: crossings stay open."""
    for part, colour, extra in (("casing", palette.casing, 1.6), ("road", palette.road, 0.0)):
        for source in _of(layers, "road"):
            for road, (widths, minzoom) in reversed(ROADS.items()):
                yield {
                    **_layer(f"{source}-{road}-{part}", "line", source, {
                        "line-color": colour, "line-width": _by_zoom(widths, extra),
                    }),
                    "filter": _road_filter(road),
                    "layout": {"line-cap": "round", "line-join": "round"},
                    "minzoom": minzoom,
                }  # fmt: skip


def _road_filter(road: str) -> list[Any]:
    """A road of no known class is drawn as a secondary one."""
    if road == "secondary":
        others = [name for name in ROADS if name != "secondary"]
        return ["match", CLASS, others, False, True]
    return ["==", CLASS, road]


def _by_zoom(widths: tuple[float, float, float], extra: float) -> list[Any]:
    steps = [
        value for zoom, width in zip((12, 15, 18), widths, strict=True) for value in (zoom, width + extra)
    ]
    return ["interpolate", ["exponential", 1.4], ["zoom"], *steps]


def _border(level: str, palette: Palette) -> dict[str, Any]:
    dashes, width, opacity, minzoom, _name_zoom, _size = BORDERS[level]
    paint = {
        "line-color": palette.border, "line-width": width, "line-opacity": opacity, "line-dasharray": dashes,
    }  # fmt: skip
    return {**_layer(f"borders-{level}-line", "line", f"borders-{level}", paint), "minzoom": minzoom}


def _border_name(level: str, palette: Palette) -> dict[str, Any]:
    _dashes, _width, _opacity, _minzoom, name_zoom, size = BORDERS[level]
    name = _text(f"names-{level}", f"names-{level}", size, palette.border, palette)
    # A street's name gives way to those of its communities.
    return {**name, "minzoom": name_zoom, "maxzoom": 13.6 if level == "street" else 24}


def _labels(layers: Sequence[MapLayer], palette: Palette) -> Iterator[dict[str, Any]]:
    for source in _of(layers, "road"):
        name = _text(f"{source}-name", source, 12, palette.ink, palette)
        along = {**name["layout"], "symbol-placement": "line", "symbol-spacing": 320}
        yield {**name, "layout": along, "minzoom": 13.5}
    for kind, colour, size in (("park", palette.park_ink, 12), ("water", palette.water_ink, 13)):
        for source in _of(layers, kind):
            yield {**_text(f"{source}-name", source, size, colour, palette), "minzoom": 12.5}
    for source in _of(layers, "building"):
        yield {**_text(f"{source}-name", source, 11, palette.ink, palette), "minzoom": 16}
    for source in _of(layers, "label"):
        yield {**_text(f"{source}-name", source, 12, palette.ink, palette), "minzoom": 13}


def _text(name: str, source: str, size: int, colour: str, palette: Palette) -> dict[str, Any]:
    paint = {"text-color": colour, "text-halo-color": palette.halo, "text-halo-width": 1.6}
    layout = {"text-field": NAME, "text-size": size, "text-font": ["sans"], "text-max-width": 8}
    return {**_layer(name, "symbol", source, paint), "layout": layout}


def _layer(name: str, sort: str, source: str, paint: Paint) -> dict[str, Any]:
    return {"id": name, "type": sort, "source": source, "paint": paint}

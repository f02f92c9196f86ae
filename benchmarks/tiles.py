"""A city's 14,200 stations on a map at once: as vector tiles, and as GeoJSON by OGC API – Features.

`tiles_city`: each tile of zoom 11 that the city lies in, which is what a phone asks for that looks at all of it.
`tiles_near`: tiles of zoom 14, on which every place is drawn by itself. `tiles_geojson`: a bounding box around all of
them, a thousand to a page. All three over HTTP, in turns, from one process. The limit of each is what the bare driver
needs for the very statements of one answer. `whole_ms` and `whole_kb`: all that is needed to draw the city.

    NUANXIN_BENCH_SIZES=2000 make bench NAME=tiles      # a quick one
"""

from __future__ import annotations

import os
import random
import statistics
import sys
from datetime import datetime
from typing import Any

from django.utils import timezone

from benchmarks.bare import bare_reader, settle, statements_of
from benchmarks.pages import Line, Visitor
from benchmarks.servers import free_port, running
from nuanxin.demo.bulk.places import Ground, write_places
from nuanxin.places.queries import (
    PublishedFilters,
    Tile,
    Wanted,
    places_in_tile,
    published_page,
    tile_of,
)
from nuanxin.territories.queries import Bounds

BOTH = True
SIZE = int(os.environ.get("NUANXIN_BENCH_SIZES", "14200").split(",")[-1])
GROUND = Ground(104.2, 38.3, 0.46, 0.36, ("990101001001", "990101002001"))
BOX = Bounds(GROUND.west, GROUND.south, GROUND.west + GROUND.width, GROUND.south + GROUND.height)
CITY, NEAR = 11, 14
PAGE = 1000
ROUNDS, WARM = 6, 10
ITEMS = f"/ogc/collections/places/items?limit={PAGE}&bbox={','.join(map(str, BOX))}"


def main() -> list[dict[str, Any]]:
    now = timezone.now()
    write_places(ground=GROUND, count=SIZE, now=now, seed=14)
    settle()
    chance = random.Random(14)
    city = _tiles(CITY)
    near = chance.sample(_tiles(NEAR), 40)
    taken = _ask(city, near)
    bare = _bare(city, near, now)
    return [_result(name, taken[name], bare[name]) for name in taken]


def _tiles(zoom: int) -> list[Tile]:
    first, last = tile_of(BOX.west, BOX.north, zoom), tile_of(BOX.east, BOX.south, zoom)
    return [Tile(zoom, x, y) for x in range(first.x, last.x + 1) for y in range(first.y, last.y + 1)]


def _path(tile: Tile) -> str:
    return f"/places/tiles/{tile.zoom}/{tile.x}/{tile.y}.mvt"


def _ask(city: list[Tile], near: list[Tile]) -> dict[str, list[tuple[float, int]]]:
    """Seconds and bytes of each answer, by what was asked for; all of the city in each round."""
    port = free_port()
    taken: dict[str, list[tuple[float, int]]] = {"tiles_city": [], "tiles_near": [], "tiles_geojson": []}
    with running("serve", "--port", str(port), "--workers", "1", "--no-embedded", port=port):
        line, nobody = Line(port), Visitor()
        pages = _pages(line, nobody)
        for path in [*map(_path, near[:WARM]), *map(_path, city)]:
            line.get(nobody, path)
        for turn in range(ROUNDS):
            for name, paths in (
                ("tiles_city", map(_path, city)), ("tiles_near", map(_path, near)), ("tiles_geojson", pages),
            ):  # fmt: skip
                for path in paths:
                    seconds, body = line.get(nobody, path)
                    taken[name].append((seconds, len(body)))
            print(f"   {turn + 1}/{ROUNDS}", end="\r", file=sys.stderr)
    return taken


def _pages(line: Line, visitor: Visitor) -> list[str]:
    """Where each page is, by its links."""
    import orjson  # of the product; not needed to list the benchmarks

    found, path = [], ITEMS
    while path:
        found.append(path)
        links = orjson.loads(line.get(visitor, path)[1])["links"]
        following = [each["href"] for each in links if each["rel"] == "next"]
        path = "/" + following[0].split("/", 3)[3] if following else ""
    return found


def _bare(city: list[Tile], near: list[Tile], now: datetime) -> dict[str, float]:
    """Median seconds of the statements of one answer."""
    wanted, filters = Wanted(), PublishedFilters(box=BOX)
    asked = {
        "tiles_city": [lambda tile=tile: places_in_tile(tile, wanted, now=now) for tile in city],
        "tiles_near": [lambda tile=tile: places_in_tile(tile, wanted, now=now) for tile in near],
        "tiles_geojson": [lambda: published_page(filters, now=now, limit=PAGE)] * 3,
    }
    found = {}
    with bare_reader() as run:
        for name, works in asked.items():
            statements = [statements_of(work) for work in works]
            for each in statements:
                run(each)
            found[name] = statistics.median(run(each) for _turn in range(ROUNDS) for each in statements)
    return found


def _result(name: str, taken: list[tuple[float, int]], bare: float) -> dict[str, Any]:
    median = statistics.median(seconds for seconds, _bytes in taken)
    return {
        "name": name,
        "value": round(1 / median, 1),
        "unit": "answers/s",
        "limit": round(1 / bare, 1),
        "ratio": round(bare / median, 3),
        "p50_ms": round(median * 1e3, 2),
        "whole_ms": round(sum(seconds for seconds, _bytes in taken) / ROUNDS * 1e3, 1),
        "whole_kb": round(sum(size for _seconds, size in taken) / ROUNDS / 1024, 1),
        "answers": len(taken) // ROUNDS,
        "places": SIZE,
    }

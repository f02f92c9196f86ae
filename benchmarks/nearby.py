"""The twenty nearest places that are open now and have two facilities that work, among ever more places.

The same square of 40 km is filled with ten thousand, a hundred thousand, a million places: what grows is how many lie
close by, which is what a search by distance has to bear. Points and instants differ from round to round. Medians count.
`limit` is what bare psycopg reaches with the very statements of a search, prepared, on the largest set.

    NUANXIN_BENCH_SIZES=10000,100000 make bench NAME=nearby      # a quick one
"""

from __future__ import annotations

import os
import random
import statistics
import time
import uuid
from datetime import datetime, timedelta
from typing import Any

import psycopg
from django.db import connection, transaction

from nuanxin.demo.bulk.load import Mould, bare, put, take_ids
from nuanxin.kernel.geo.cells import cell_of
from nuanxin.kernel.worktime import SHANGHAI
from nuanxin.people.enums import SiteKind
from nuanxin.people.models import Site
from nuanxin.places.enums import Order, PlaceState
from nuanxin.places.models import Place, PlaceFacility
from nuanxin.places.queries import Wanted, near_places

SIZES = tuple(int(size) for size in os.environ.get("NUANXIN_BENCH_SIZES", "10000,100000,1000000").split(","))
ROUNDS, WARM = 150, 20
SEED = 20
CHUNK = 10_000
WEST, SOUTH, NARROW, HIGH = 104.2, 38.3, 0.46, 0.36  # degrees: about 40 km each way
REACH_M = 10_000
SCOPE = "990101001001"
START = datetime(2026, 3, 2, 12, 30, tzinfo=SHANGHAI)
OPENING = (
    "24/7",
    "Mo-Su 07:00-22:00",
    "Mo-Fr 08:30-17:30",
    "Mo-Fr 09:00-12:00,14:00-18:00; PH off",
    "Mo-Su 18:00-02:00",
)
FACILITIES = ("toilet", "hot_water", "microwave", "charging", "seats", "medicine")
WANTED = Wanted(facilities=("toilet", "hot_water"), open_now=True)
Statements = list[tuple[str, tuple[Any, ...]]]


def main() -> dict[str, Any]:
    chance = random.Random(SEED)
    medians: dict[int, float] = {}
    held = 0
    for size in SIZES:
        _grow(size - held, chance)
        held = size
        medians[size] = statistics.median(_searches(ROUNDS))
    statements, raw = _raw()
    took = medians[SIZES[-1]]
    return {
        "name": "nearby",
        "value": round(1 / took, 1),
        "unit": "searches/s",
        "limit": round(1 / raw, 1),
        "ratio": round(raw / took, 3),
        "growth": round(took / medians[SIZES[0]], 3),
        "statements": statements,
        "p50_ms": {str(size): round(seconds * 1000, 2) for size, seconds in medians.items()},
    }


def _grow(count: int, chance: random.Random) -> None:
    """So many more places, each with its site and some facilities, one in ten of which is out of order."""
    tables = (Site, Place, PlaceFacility)
    with transaction.atomic(), bare(tables):
        sites, places = take_ids(Site, count), take_ids(Place, count)
        for first in range(0, count, CHUNK):
            _put_some(sites + first, places + first, min(CHUNK, count - first), chance)
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"VACUUM ANALYZE {table._meta.db_table}")


def _put_some(site: int, place: int, count: int, chance: random.Random) -> None:
    sites = Mould(_site(), ("id", "public_id"))
    slots = ("id", "public_id", "site_id", "door_code", "lng", "lat", "h3", "opening")
    places = Mould(_place(), slots)
    equipped = Mould(PlaceFacility(since=START), ("id", "place_id", "facility_id", "order"))
    held = [
        (place + number, code, Order.WORKS if chance.random() < 0.9 else Order.BROKEN)
        for number in range(count)
        for code in FACILITIES
        if chance.random() < 0.6
    ]
    first = take_ids(PlaceFacility, len(held))
    put(Site, [sites.cast(site + number, uuid.UUID(int=chance.getrandbits(128))) for number in range(count)])
    rows = []
    for number in range(count):
        lng, lat = WEST + chance.random() * NARROW, SOUTH + chance.random() * HIGH
        public_id = uuid.UUID(int=chance.getrandbits(128))
        opening = chance.choice(OPENING)
        code = f"{place + number:010d}"
        rows.append(
            places.cast(place + number, public_id, site + number, code, lng, lat, cell_of(lng, lat), opening)
        )
    put(Place, rows)
    put(
        PlaceFacility,
        [equipped.cast(first + number, *each[:2], each[2].value) for number, each in enumerate(held)],
    )


def _site() -> Site:
    return Site(name="驿站", kind=SiteKind.STATION, scope_code=SCOPE)


def _place() -> Place:
    return Place(
        type_id="station", name_zh="驿站", scope_code=SCOPE, state=PlaceState.OPEN, state_since=START,
        created_at=START, updated_at=START,
    )  # fmt: skip


def _point(chance: random.Random) -> tuple[float, float]:
    """Not at the edge, where half of what is around would be missing."""
    return WEST + (0.2 + 0.6 * chance.random()) * NARROW, SOUTH + (0.2 + 0.6 * chance.random()) * HIGH


def _searches(rounds: int) -> list[float]:
    chance = random.Random(SEED)
    taken = []
    for number in range(WARM + rounds):
        lng, lat = _point(chance)
        now = START + timedelta(hours=number)
        begun = time.perf_counter()
        found = near_places(lng, lat, now=now, radius_m=REACH_M, wanted=WANTED)
        taken.append(time.perf_counter() - begun)
        if len(found) != 20:
            raise RuntimeError(f"{len(found)} places around {lng}, {lat} at {now}, not 20: take more of them")
    return taken[WARM:]


def _raw() -> tuple[int, float]:
    """Statements of a search, and seconds of them alone, over as many points."""
    chance = random.Random(SEED)
    seen: list[Statements] = []
    for number in range(WARM + ROUNDS):
        lng, lat = _point(chance)
        one: Statements = []

        def watch(
            execute: Any, sql: str, params: Any, many: bool, context: Any, kept: Statements = one,  # noqa: FBT001  -- Django's
        ) -> Any:  # fmt: skip
            kept.append((sql, tuple(params or ())))
            return execute(sql, params, many, context)

        with connection.execute_wrapper(watch):
            near_places(lng, lat, now=START + timedelta(hours=number), radius_m=REACH_M, wanted=WANTED)
        seen.append(one)
    parameters = connection.get_connection_params()
    names = ("host", "port", "dbname", "user", "password")
    taken = []
    with (
        psycopg.connect(
            **{name: parameters[name] for name in names if parameters.get(name)}, autocommit=True
        ) as raw,
        raw.cursor() as cursor,
    ):
        for each in seen:
            begun = time.perf_counter()
            for sql, params in each:
                cursor.execute(sql, params or None, prepare=True)
                cursor.fetchall()
            taken.append(time.perf_counter() - begun)
    return max(len(each) for each in seen), statistics.median(taken[WARM:])

"""A list of 100,000 places from a CSV: read, each row checked, compared and placed, then stored with all its traces.

The same as `nuanxin import places FILE --apply` does, in one transaction, to an empty register. The community of a
row is found by its point, as in most lists. The limit is the very rows that came of it (sites, places, facilities,
words to search by, changes, events and deliveries), by COPY, or on SQLite by one prepared INSERT for each table, into
the same tables with their indexes. `growth`: time for a row at the largest size ÷ at the smallest.

    NUANXIN_BENCH_SIZES=2000,10000 make bench NAME=import      # a quick one
"""

# ruff: noqa: N999  -- what it is called by; nobody imports it

from __future__ import annotations

import os
import random
import sys
import time
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from nuanxin.demo.bulk.load import columns_of
from nuanxin.kernel import sheets
from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.events.models import Delivery, Event
from nuanxin.people.models import Site
from nuanxin.places.models import Place, PlaceChange, PlaceFacility
from nuanxin.places.queries import catalogue
from nuanxin.places.queries.register import INDEX
from nuanxin.places.services.sheet import SHEET
from tests.factories import territories as city

BOTH = True
SIZES = tuple(int(size) for size in os.environ.get("NUANXIN_BENCH_SIZES", "10000,100000").split(","))
WEST, SOUTH, WIDE = 104.4801, 38.4801, 0.0398  # the small city of the tests, whose outlines are known
HEAD = ("编号", "名称", "类型", "地址", "开放时间", "经度", "纬度", "设施", "坏了的设施")
OPENING = ("24/7", "Mo-Su 07:00-22:00", "Mo-Fr 08:30-17:30; PH off", "Mo-Fr 09:00-12:00,14:00-18:00")
TABLES = (Site, Place, PlaceFacility, PlaceChange, Event, Delivery)
Rows = list[tuple[str, list[str], Any]]


def main() -> dict[str, Any]:
    city.put_city()
    city.put_outlines()
    seconds: dict[int, float] = {}
    raw = 0.0
    for size in SIZES:
        seconds[size] = _bring_in(_csv(size))
        raw = _put_again(_taken_out())
        _taken_out()
        print(f"   {size:,} rows in {seconds[size]:.1f} s, raw {raw:.1f} s", file=sys.stderr)
    largest = SIZES[-1]
    return {
        "name": "import",
        "value": round(largest / seconds[largest]),
        "unit": "rows/s",
        "limit": round(largest / raw),
        "ratio": round(raw / seconds[largest], 3),
        "growth": round(seconds[largest] / largest / (seconds[SIZES[0]] / SIZES[0]), 3),
        "seconds": {str(size): round(took, 1) for size, took in seconds.items()},
    }


def _csv(size: int) -> bytes:
    chance = random.Random(size)
    known = catalogue()
    types, facilities = list(known.types.values()), list(known.facilities.values())[:8]
    lines = [",".join(HEAD)]
    for number in range(size):
        name = f"第{number}{chance.choice('枫柳云禾石桥')}驿站"
        lng, lat = WEST + chance.random() * WIDE / 2, SOUTH + chance.random() * WIDE
        held = [each.name_zh for each in facilities if chance.random() < 0.6]
        broken = held.pop() if held and chance.random() < 0.1 else ""
        lines.append(
            f'B{number:07d},{name},{chance.choice(types).name_zh},横街 {number % 500} 号,"{chance.choice(OPENING)}",'
            f"{lng:.6f},{lat:.6f},{'、'.join(held)},{broken}"
        )
    return "\n".join(lines).encode()


def _bring_in(content: bytes) -> float:
    begun = time.perf_counter()
    with transaction.atomic():
        plan = sheets.dry_run(actor=SYSTEM, sheet=SHEET, content=content, lock=True, by_hand=True)
        refused = [row.problems for row in plan.rows if row.verdict is sheets.Verdict.REFUSED]
        if refused:
            raise RuntimeError(f"{len(refused)} rows were refused, the first for {refused[0]}")
        sheets.apply_plan(actor=SYSTEM, sheet=SHEET, plan=plan, sha256="0" * 64, now=timezone.now())
    return time.perf_counter() - begun


def _taken_out() -> Rows:
    """What is in the tables, in a form in which the database takes it back; afterwards they are empty."""
    found: Rows = []
    columns = {model._meta.db_table: columns_of(model) for model in TABLES}
    columns[INDEX.table] = ["id" if connection.vendor == "postgresql" else "rowid", "body"]
    with connection.cursor() as cursor:
        for table, names in columns.items():
            quoted = ", ".join(names if table == INDEX.table else map(connection.ops.quote_name, names))
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY {table} ({quoted}) TO STDOUT") as copy:
                    found.append((table, [quoted], b"".join(bytes(part) for part in copy)))
            else:
                cursor.execute(f"SELECT {quoted} FROM {table}")  # noqa: S608  -- our own tables
                found.append((table, [quoted], cursor.fetchall()))
        if connection.vendor == "postgresql":
            cursor.execute(f"TRUNCATE {', '.join(columns)} CASCADE")
        else:
            for table in reversed(columns):
                cursor.execute(f"DELETE FROM {table}")  # noqa: S608  -- our own tables
    return found


def _put_again(rows: Rows) -> float:
    begun = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        for table, (quoted,), held in rows:
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY {table} ({quoted}) FROM STDIN") as copy:
                    copy.write(held)
            elif held:
                marks = ", ".join(["?"] * len(held[0]))
                statement = f"INSERT INTO {table} ({quoted}) VALUES ({marks})"  # noqa: S608  -- our own tables
                connection.connection.executemany(statement, held)
    return time.perf_counter() - begun

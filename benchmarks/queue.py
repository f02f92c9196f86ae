"""The first page of a queue: a street's and the district's, as HTML and as JSON, in ever larger cities.

The same district at each size in a database and a server process of its own, all on one cluster, asked in turns over
one keep-alive connection each, so that whatever else the machine does touches all sizes alike. Medians count.
`limit` is what bare psycopg reaches with the very statements of the page, prepared, on the largest database.

    NUANXIN_BENCH_SIZES=10000,100000 make bench NAME=queue      # a quick one
"""

from __future__ import annotations

import os
import re
import statistics
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.conf import settings
from django.db import connection
from django.db.models import Count
from django.test import Client
from django.utils import timezone

from benchmarks.district import AREA, grow_to, settle_district, somebody
from benchmarks.pages import Line, Visitor, browser_of, program_of
from benchmarks.servers import free_port, running
from nuanxin.cases.models import Case
from nuanxin.kernel.access.scope import padded

SIZES = tuple(int(size) for size in os.environ.get("NUANXIN_BENCH_SIZES", "10000,100000,1000000").split(","))
ROUNDS, EACH = 12, 10
WARM = 30  # past the point at which PostgreSQL decides for a generic plan
MOST_STATEMENTS = 8
HTML, JSON = "/cases/?tab=open", "/api/v1/cases?tab=open"
ROWS = 50
NUMBER = re.compile(rb"(?<!\d)\d{19}(?!\d)")


@dataclass(frozen=True, slots=True)
class Page:
    name: str
    path: str
    visitor: Visitor


Statements = list[tuple[str, tuple[Any, ...]]]


def main() -> list[dict[str, Any]]:
    now = timezone.now()
    settle_district(now)
    databases: dict[int, str] = {}
    pages: list[Page] = []
    for size in SIZES:
        grow_to(size, now=now)
        pages = pages or _pages()
        databases[size] = settings.DATABASE_URL if size == SIZES[-1] else _copy_of_database(size)
    statements = {page.name: _statements(page) for page in pages}
    seconds = _measure(pages, databases)
    raw = {page.name: _raw(statements[page.name]) for page in pages}
    return [_result(page, seconds[page.name], statements[page.name], raw[page.name]) for page in pages]


def _pages() -> list[Page]:
    """Made in the smallest city, whose people and sessions the larger ones inherit."""
    streets = (
        Case.objects.filter(closed_at=None).values("scope_street").annotate(n=Count("id")).order_by("-n")
    )
    dispatcher = somebody("dispatcher", padded(streets[0]["scope_street"]))
    department = somebody("swd", AREA)
    return [
        Page("queue_street_html", HTML, browser_of(dispatcher)),
        Page("queue_street_json", JSON, program_of(dispatcher)),
        Page("queue_district_html", HTML, browser_of(department)),
        Page("queue_district_json", JSON, program_of(department)),
    ]


def _copy_of_database(size: int) -> str:
    """The city as it is now, kept under a name of its own."""
    parts = urlsplit(settings.DATABASE_URL)
    own, copy = parts.path.lstrip("/"), f"cases_{size}"
    connection.close()
    with psycopg.connect(urlunsplit(parts._replace(path="/postgres")), autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{own}"')
    return urlunsplit(parts._replace(path=f"/{copy}"))


def _statements(page: Page) -> Statements:
    """What the page asks the database, with the parameters; in a warm process."""
    seen: Statements = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001  -- Django's
        seen.append((sql, tuple(params or ())))
        return execute(sql, params, many, context)

    headers = {name.lower(): value for name, value in page.visitor.headers.items()}
    client = Client(headers=headers, SERVER_NAME="127.0.0.1")
    for _ in range(3):
        client.get(page.path)
    with connection.execute_wrapper(watch):
        answer = client.get(page.path)
    if answer.status_code != 200:
        raise RuntimeError(f"{page.name}: {answer.status_code}")
    return seen


def _measure(pages: Sequence[Page], databases: dict[int, str]) -> dict[str, dict[int, list[float]]]:
    """Seconds of every request, by page and size."""
    seconds: dict[str, dict[int, list[float]]] = {
        page.name: {size: [] for size in databases} for page in pages
    }
    with ExitStack() as stack:
        lines = {}
        for size, url in databases.items():
            port = free_port()
            serve = ("serve", "--port", str(port), "--workers", "1", "--no-embedded")
            stack.enter_context(running(*serve, port=port, NUANXIN_DATABASE_URL=url))
            lines[size] = Line(port)
        for page in pages:
            for line in lines.values():
                bodies = [line.get(page.visitor, page.path)[1] for _ in range(WARM)]
                _check_full(page, bodies[-1])
        for turn in range(ROUNDS):
            for page in pages:
                for _ in range(EACH):
                    for size, line in lines.items():
                        seconds[page.name][size].append(line.get(page.visitor, page.path)[0])
            print(f"   {turn + 1}/{ROUNDS}", end="\r", file=sys.stderr)
    return seconds


def _check_full(page: Page, body: bytes) -> None:
    """Only pages with the same number of rows can be compared."""
    rows = len(set(NUMBER.findall(body)))
    if rows != ROWS:
        raise RuntimeError(f"{page.name} shows {rows} rows, not {ROWS}: take a larger city")


def _raw(statements: Statements) -> float:
    """Pages a second, if a page were nothing but its statements."""
    parameters = connection.get_connection_params()
    wanted = {
        key: parameters[key] for key in ("host", "port", "dbname", "user", "password") if parameters.get(key)
    }
    taken = []
    with psycopg.connect(**wanted, autocommit=True) as raw, raw.cursor() as cursor:
        for _ in range(WARM + ROUNDS * EACH):
            start = time.perf_counter()
            for sql, params in statements:
                cursor.execute(sql, params or None, prepare=True)
                cursor.fetchall()
            taken.append(time.perf_counter() - start)
    return 1 / statistics.median(taken[WARM:])


def _result(
    page: Page, seconds: dict[int, list[float]], statements: Statements, raw: float
) -> dict[str, Any]:
    medians = {size: statistics.median(taken) for size, taken in seconds.items()}
    growth = medians[SIZES[-1]] / medians[SIZES[0]]
    if len(statements) > MOST_STATEMENTS:
        print(f"   {page.name}: {len(statements)} statements, at most {MOST_STATEMENTS}", file=sys.stderr)
    value = 1 / medians[SIZES[-1]]
    return {
        "name": page.name,
        "value": round(value, 1),
        "unit": "pages/s",
        "limit": round(raw, 1),
        "ratio": round(value / raw, 3),
        "growth": round(growth, 3),
        "statements": len(statements),
        "p50_ms": {str(size): round(median * 1000, 1) for size, median in medians.items()},
    }

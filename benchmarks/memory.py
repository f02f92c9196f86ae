"""What a web process weighs after five hundred pages of several kinds, as all roles that work with it see them.

PSS: its own memory and its share of what it shares with others. USS, what would be free if it ended, is printed too.
`limit` is the most that it may weigh, so the ratio should stay below 1.
"""

from __future__ import annotations

from itertools import cycle, islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.utils import timezone

from benchmarks.district import AREA, grow_to, settle_district, somebody
from benchmarks.pages import Line, Visitor, browser_of, program_of
from benchmarks.servers import free_port, running
from nuanxin.cases.models import Case
from nuanxin.kernel.access.scope import padded
from nuanxin.people.models import Assignment

CASES = 2000
PAGES = 500
LIMIT_MB = 150
KIB = 1024


def main() -> dict[str, Any]:
    now = timezone.now()
    settle_district(now)
    grow_to(CASES, now=now)
    pages = _pages()
    port = free_port()
    with running("serve", "--port", str(port), "--workers", "1", "--no-embedded", port=port) as server:
        line = Line(port)
        start = _weight(_web_process(server.pid))
        for visitor, path in islice(cycle(pages), PAGES):
            line.get(visitor, path)
        end = _weight(_web_process(server.pid))
        parent = _weight(server.pid)
    return {
        "name": "memory",
        "value": round(end["Pss"], 1),
        "unit": "MB",
        "limit": LIMIT_MB,
        "ratio": round(end["Pss"] / LIMIT_MB, 3),
        "uss_mb": round(end["Private_Clean"] + end["Private_Dirty"], 1),
        "rss_mb": round(end["Rss"], 1),
        "at_start_mb": round(start["Pss"], 1),
        "parent_mb": round(parent["Pss"], 1),
        "kinds": len(pages),
    }


def _pages() -> list[tuple[Visitor, str]]:
    """What a dispatcher, a community, a department, a rider and a program look at."""
    street = Case.objects.filter(closed_at=None).values_list("scope_street", flat=True)[0]
    here = Case.objects.filter(scope_street=street)
    found = somebody("dispatcher", padded(street))
    dispatcher, program = browser_of(found), program_of(found)
    department, rider = browser_of(somebody("swd", AREA)), browser_of(_rider())
    numbers = list(here.order_by("-id").values_list("number", flat=True)[:30])
    tabs = ("screen", "dispatch", "handle", "verify", "overdue", "open", "all")
    return [
        *((dispatcher, f"/cases/?tab={tab}") for tab in tabs),
        *((department, f"/cases/?tab={tab}") for tab in tabs),
        *((dispatcher, f"/cases/{number}/") for number in numbers),
        *((program, f"/api/v1/cases/{number}") for number in numbers[:10]),
        (dispatcher, f"/cases/?tab=all&words={quote('井盖')}"),
        (dispatcher, "/map/"),
        (rider, "/"),
        (rider, "/report/"),
        (rider, "/mine/"),
        (program, "/api/v1/cases?tab=all"),
        (program, "/api/v1/cases/categories"),
        (Visitor(), "/sign-in/"),
        (Visitor(), "/api/v1/openapi.json"),
        (Visitor(), "/healthz"),
    ]


def _rider() -> Assignment:
    found = Assignment.objects.filter(role="worker", active_to=None)
    return found.select_related("person__subject", "role").order_by("pk")[0]


def _web_process(parent: int) -> int:
    """The server's only child that serves; the parent only watches it."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return max((int(pid) for pid in children), key=lambda pid: _weight(pid)["Rss"])


def _weight(pid: int) -> dict[str, float]:
    """MB by kind (`man 5 proc_pid_smaps`)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    return {name: int(value.split()[0]) / KIB for name, value in (line.split(":") for line in lines)}

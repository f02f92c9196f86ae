"""Who is on duty: everybody who acts outside office hours was on the roster, and the next days are planned."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta

from nuanxin.demo.planned import PlannedReport, Seat
from nuanxin.demo.population import Population
from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.worktime import SHANGHAI
from nuanxin.people.services import plan_shift

OPENS, CLOSES = time(8, 30), time(17, 30)
SATURDAY = 5
# Those that somebody reaches at any hour; their next week is planned.
ALWAYS = (
    Seat("zhao", "dept", "rq"),
    Seat("jiang", "dept", "sw"),
    Seat("cheng", "dept", "cg"),
    Seat("lipai", "dispatcher", "jd001"),
    Seat("wen", "community", "sq001001"),
    Seat("fang", "grid", "sq001001"),
    Seat("wu", "property", "wy1"),
)
AHEAD = 7  # days

Shift = tuple[datetime, datetime]


def shift_around(at: datetime) -> Shift | None:
    """The shift that covers this moment; none in office hours. A night belongs to the day on which it begins."""
    local = at.astimezone(SHANGHAI)
    day = local.date() if local.time() >= OPENS else local.date() - timedelta(days=1)
    weekend = day.weekday() >= SATURDAY
    if not weekend and OPENS <= local.time() < CLOSES:
        return None
    begins = datetime.combine(day, OPENS if weekend else CLOSES, SHANGHAI)
    return begins, datetime.combine(day + timedelta(days=1), OPENS, SHANGHAI)


def plan_rosters(
    settled: Population, reports: Iterable[PlannedReport], *, start: datetime, end: datetime
) -> int:
    """Shifts for all who act at night or on a weekend in the script, and for a week to come; returns how many."""
    wanted: set[tuple[Seat, Shift]] = set()
    for report in reports:
        for step in report.steps:
            shift = shift_around(step.at) if step.by.organisation else None
            if shift and shift[0] >= start:
                wanted.add((step.by, shift))
    for seat in ALWAYS:
        for hours in range(0, AHEAD * 24, 6):
            shift = shift_around(end + timedelta(hours=hours))
            if shift:
                wanted.add((seat, shift))
    for seat, (begins, ends) in sorted(wanted, key=lambda each: (each[1], each[0].person)):
        plan_shift(
            actor=SYSTEM,
            assignment=settled.assignment(seat),
            starts_at=begins,
            ends_at=ends,
            note="夜间值守" if ends - begins < timedelta(hours=20) else "周末值守",
            now=start,
        )
    return len(wanted)

"""Reports that belong together: forty people at one hole, a thing that comes back, five of a kind in one compound."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from nuanxin.demo.planned import PlannedReport, PlannedStep, Seat

if TYPE_CHECKING:
    from nuanxin.demo.script import _Script

CROWD = 37  # who see it too; with the reporter and two whose reports are merged they are forty
HOLE, AGAIN, MANY = "0302", "0204", "0701"
COMPOUND, BUSY_COMPOUND = "c02", "c03"
LONG_AGO = 0.12  # of the whole story: closed long before its end
MINUTE = timedelta(minutes=1)


def told(script: _Script) -> list[PlannedReport]:
    return [*_crowd(script), *_again(script), *_many(script)]


def _crowd(script: _Script) -> list[PlannedReport]:
    """One reports it, thirty-seven have seen it too, two more are merged by the street."""
    begun = script.end - timedelta(hours=3)
    first = script.tell_at("closed", "dispatch", HOLE, COMPOUND, begun)
    others = [person for person in script.people.reporters() if person.key != first.reporter.person]
    seats = [Seat(person.key, person.posts[0].role) for person in others]
    seen = [
        PlannedStep("confirm", begun + (3 + 4 * number) * MINUTE, seat)
        for number, seat in enumerate(seats[:CROWD])
    ]
    steps = tuple(sorted((*first.steps, *seen), key=lambda step: step.at))
    merged = [
        _merged(script, first, seat, begun + (20 + 30 * number) * MINUTE)
        for number, seat in enumerate(seats[CROWD : CROWD + 2] or seats[:2])
    ]
    return [replace(first, steps=_in_time(script, steps)), *merged]


def _merged(script: _Script, first: PlannedReport, seat: Seat, at: datetime) -> PlannedReport:
    report = script.tell_at("rejected", "screen", HOLE, COMPOUND, at)
    screened = report.steps[0]  # the kind is urgent: somebody is on duty at any hour
    merge = PlannedStep("merge", screened.at + 6 * MINUTE, screened.by, opinion="同一个坑", lead=first.key)
    steps = _in_time(script, (screened, merge))
    return replace(report, reporter=seat, place=first.place, steps=steps)


def _again(script: _Script) -> list[PlannedReport]:
    """Repaired, closed, and at the end of the story there again."""
    first = script.tell_at(
        "closed", "", AGAIN, COMPOUND, script.start + LONG_AGO * (script.end - script.start)
    )
    again = script.tell_at("closed", "", AGAIN, COMPOUND, script.end - timedelta(minutes=40))
    return [first, replace(again, place=first.place)]


def _many(script: _Script) -> list[PlannedReport]:
    """The sixth one is there when the residents have been asked to talk about it."""
    length = script.end - script.start
    begun = [script.end - share * length for share in (0.5, 0.4, 0.3, 0.2, 0.12, 0.05)]
    return [script.tell_at("closed", "", MANY, BUSY_COMPOUND, at) for at in begun]


def _in_time(script: _Script, steps: tuple[PlannedStep, ...]) -> tuple[PlannedStep, ...]:
    return tuple(step for step in steps if step.at < script.end)

"""Solved cases for the public page: a few kinds, one in each of a few compounds, closed well before the story ends."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nuanxin.demo.planned import PlannedReport, Seat

if TYPE_CHECKING:
    from nuanxin.demo.script import _Script

# Kinds that are worked on at any hour, so that they are over in the smallest city as well.
KINDS = ("0302", "0701", "0407", "0502", "0403", "0705", "0703", "0702", "0707", "0202")
COMPOUNDS = ("c01", "c04", "c06", "c08", "c11", "c13", "c15", "c17", "c20", "c22")
UNDECIDED = "wang"
FIRST, LAST = 0.5, 0.92  # of the story's length before its end


def told(script: _Script) -> list[PlannedReport]:
    length = script.end - script.start
    step = (LAST - FIRST) / (len(KINDS) - 1)
    reports = [
        script.tell_at("closed", "", kind, compound, script.end - (FIRST + number * step) * length)
        for number, (kind, compound) in enumerate(zip(KINDS, COMPOUNDS, strict=True))
    ]
    return [_by_wang(reports[0]), *reports[1:]]


def _by_wang(report: PlannedReport) -> PlannedReport:
    """One is his who is entered most often: whether it is shown he may decide himself."""
    own = Seat(UNDECIDED, "worker")
    steps = tuple(replace(step, by=own) if step.by == report.reporter else step for step in report.steps)
    return replace(report, reporter=own, filed_by=None, steps=steps)

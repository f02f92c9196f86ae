"""Stretches of time in one state, and laying one set of them over another. Local wall time, without a zone."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from nuanxin.kernel.opening.syntax import Kind


@dataclass(frozen=True, slots=True)
class Stretch:
    start: datetime
    end: datetime
    kind: Kind
    comment: str = ""
    origin: int = -1  # which of the rows laid over the expression it comes from; -1: the expression


def overlay(below: Iterable[Stretch], above: Sequence[Stretch]) -> list[Stretch]:
    """`above` wins wherever it is; its stretches are in order and apart."""
    result: list[Stretch] = []
    for stretch in below:
        start = stretch.start
        for cover in above:
            if cover.end <= start or cover.start >= stretch.end:
                continue
            if cover.start > start:
                result.append(replace(stretch, start=start, end=cover.start))
            start = max(start, cover.end)
        if start < stretch.end:
            result.append(replace(stretch, start=start))
    return sorted([*result, *above], key=lambda each: each.start)


def filled(first: Sequence[Stretch], rest: Sequence[Stretch]) -> list[Stretch]:
    """What the first leaves closed is as the rest says, if that is not closed too."""
    holes = [stretch for stretch in first if stretch.kind is Kind.CLOSED]
    patches = []
    for stretch in rest:
        if stretch.kind is Kind.CLOSED:
            continue
        for hole in holes:
            if hole.start < stretch.end and stretch.start < hole.end:
                patch = replace(stretch, start=max(hole.start, stretch.start), end=min(hole.end, stretch.end))
                patches.append(patch)
    return overlay(first, sorted(patches, key=lambda each: each.start))


def clipped(stretches: Iterable[Stretch], start: datetime, end: datetime) -> list[Stretch]:
    return [
        replace(each, start=max(each.start, start), end=min(each.end, end))
        for each in stretches
        if each.start < end and each.end > start
    ]


def merged(stretches: Iterable[Stretch]) -> Iterator[Stretch]:
    """Neighbours of the same state, comment and origin as one."""
    held: Stretch | None = None
    for each in stretches:
        if held and (held.kind, held.comment, held.origin, held.end) == (
            each.kind,
            each.comment,
            each.origin,
            each.start,
        ):
            held = replace(held, end=each.end)
            continue
        if held:
            yield held
        held = each
    if held:
        yield held

"""Some of what was solved becomes public, as in any city: reporters agree, the street looks at pictures and writes.

The words are data (reference/public_words.csv). A few more wait at the street's desk, for whoever visits it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache

from nuanxin.cases import services
from nuanxin.cases.enums import Outcome, PhotoKind, RedactionState
from nuanxin.cases.models import Case, Publication, Redaction
from nuanxin.cases.queries.publication_review import may_be_public
from nuanxin.cases.services.redacting import look_at_next_picture, release_picture, save_areas
from nuanxin.demo.acting import Stage
from nuanxin.demo.names import REFERENCE
from nuanxin.demo.planned import PlannedReport, Seat
from nuanxin.demo.shown import UNDECIDED
from nuanxin.kernel.access import SYSTEM, Actor
from nuanxin.kernel.errors import DomainError, NotFound
from nuanxin.territories.enums import Level
from nuanxin.territories.models import Territory

MOST_PUBLIC, EVERY_FOURTH = 12, 4  # of those who agreed each fourth still waits at the street's desk
REPORTS_FOR_A_PICTURE = 200  # each picture takes the worker a second: a small city shows one case with some
MINUTE = timedelta(minutes=1)
SHOWN = {"before": (PhotoKind.BEFORE, PhotoKind.NEAR), "after": (PhotoKind.AFTER,)}


def switch_on(*, now: datetime) -> None:
    """Every street of the demo shows what is solved."""
    for street in Territory.objects.filter(level=Level.STREET).order_by("code"):
        services.put_public_area(actor=SYSTEM, code=street.code, is_on=True, now=now)


def publish_some(stage: Stage, reports: list[PlannedReport], *, now: datetime) -> int:
    """Returns how many are public. Kinds vary, so that the page shows what a city does."""
    done = agreed = 0
    with_pictures = max(1, len(reports) // REPORTS_FOR_A_PICTURE)
    seen: set[str] = set()
    for report in _worth_showing(stage, reports):
        case = stage.cases[report.key]
        if report.category in seen or done >= MOST_PUBLIC:
            continue
        try:
            row = services.offer_publication(
                actor=stage.settled.actor(report.reporter), case=case, now=now - 40 * MINUTE
            )
            seen.add(report.category)
            agreed += 1
            if agreed % EVERY_FOURTH != 2:  # the second one is in the street that is entered most often
                _publish(stage, report, row, pictures=done < with_pictures, now=now)
                done += 1
        except DomainError:
            continue  # the street handled it itself, or there is nobody of it at hand
    return done


def _worth_showing(stage: Stage, reports: list[PlannedReport]) -> Iterator[PlannedReport]:
    """Solved ones with words, the latest first; before the others those with a picture of the result and few besides,
    for each of them is looked at.
    """
    found = []
    for report in reports:
        case = stage.cases.get(report.key)
        if case is None or report.category not in public_words() or report.filed_by is not None:
            continue
        if report.reporter.person == UNDECIDED:
            continue
        case.refresh_from_db()
        if case.outcome == Outcome.SOLVED and case.parent_id is None and may_be_public(case):
            found.append(report)
    return iter(sorted(found, key=lambda each: (_pictures(each), -each.at.timestamp())))


def _pictures(report: PlannedReport) -> float:
    """How many there are to look at; without one from before and one from after, none is shown."""
    later = [photo.kind for step in report.steps for photo in step.photos]
    return len(report.photos) + len(later) if report.photos and PhotoKind.AFTER in later else float("inf")


def _publish(stage: Stage, report: PlannedReport, row: Publication, *, pictures: bool, now: datetime) -> None:
    street = _moderator(stage, report)
    chosen = _release(street, row.case, now=now) if pictures else {}
    services.publish_case(
        actor=street,
        publication=row,
        words=public_words()[report.category],
        before_id=chosen.get("before"),
        after_id=chosen.get("after"),
        cleared=(),
        now=now,
    )


def _moderator(stage: Stage, report: PlannedReport) -> Actor:
    """Who dispatches in the street where it lies; of several the first."""
    office = f"jd{report.place.street[6:9]}"
    keys = stage.people.holding("dispatcher", organisation=office)
    if not keys:
        raise NotFound
    return stage.settled.actor(Seat(keys[0], "dispatcher", office))


def _release(street: Actor, case: Case, *, now: datetime) -> dict[str, int]:
    """One picture before and one after, as the worker and a person together do it."""
    chosen: dict[str, int] = {}
    while Redaction.objects.filter(case=case, looked="").exists() and look_at_next_picture(now=now):
        continue
    rows = list(
        Redaction.objects.filter(case=case, state=RedactionState.PROPOSED).select_related("attachment")
    )
    for name, kinds in SHOWN.items():
        row = next(
            (each for kind in kinds for each in rows if each.attachment.kind == kind and each.file_id), None
        )
        if row is not None:
            # Drawn pictures show nobody: a person takes away what the models took for a face or a plate.
            row = save_areas(actor=street, picture_id=row.pk, areas=(), revision=row.revision, now=now)
            release_picture(actor=street, picture_id=row.pk, checked=True, revision=row.revision, now=now)
            chosen[name] = row.attachment_id
    return chosen


@cache
def public_words() -> dict[str, dict[str, str]]:
    with (REFERENCE / "public_words.csv").open(encoding="utf-8", newline="") as lines:
        return {
            row["code"]: {name: row[name] for name in ("title", "wrong", "done")}
            for row in csv.DictReader(lines)
        }

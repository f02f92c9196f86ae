"""What a person may take along, and what leaving does: the case stays as a fact about a place, the link goes."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import CharField, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from nuanxin.cases.models import CaseMessage, Confirmation, Rating, Reporter

KEEP_LINK = timedelta(days=365)
BATCH = 500
CUT_KEY = Concat(Value("cut:"), Cast("case_id", CharField()))  # unique still, and says nothing


def export_reports(subject_id: UUID | None) -> Iterable[Mapping[str, Any]]:
    """All that the person has reported, answered and rated, in plain words."""
    if subject_id is None:
        return
    rows = Reporter.objects.filter(subject_id=subject_id).select_related("case__category").order_by("case_id")
    for reporter in rows.iterator():
        case = reporter.case
        yield {
            "number": case.number,
            "category": case.category.name_zh,
            "text": case.text,
            "address": case.address,
            "lng": case.lng,
            "lat": case.lat,
            "reported_at": case.reported_at.isoformat(),
            "state": case.state,
            "closed_at": case.closed_at.isoformat() if case.closed_at else None,
            "outcome": case.outcome,
            "answers": _answers(case.pk),
            "ratings": _ratings(case.pk),
        }


def export_confirmations(subject_id: UUID | None) -> Iterable[Mapping[str, Any]]:
    """What the person has seen too and follows; of the report itself only what it is, never its words."""
    if subject_id is None:
        return
    rows = Confirmation.objects.filter(subject_id=subject_id).select_related("case__category")
    for seen in rows.order_by("pk").iterator():
        yield {
            "number": seen.case.number,
            "category": seen.case.category.name_zh,
            "confirmed_at": seen.at.isoformat(),
            "state": seen.case.state,
            "ratings": _ratings(seen.case_id, confirmation=seen.pk),
        }


def erase_confirmations(*, subject_id: UUID | None, now: datetime) -> int:
    """Nobody is told any more; how many had seen it stays. Returns how many."""
    return _forget(Confirmation.objects.filter(subject_id=subject_id)) if subject_id else 0


def _answers(case_id: int) -> list[dict[str, str]]:
    rows = CaseMessage.objects.filter(case=case_id).values_list("direction", "text", "at")
    return [{"direction": direction, "text": text, "at": at.isoformat()} for direction, text, at in rows]


def _ratings(case_id: int, confirmation: int | None = None) -> list[dict[str, Any]]:
    rows = Rating.objects.filter(case=case_id, confirmation=confirmation).values(
        "contacted", "solved", "satisfied", "comment"
    )
    return [dict(row) for row in rows]


def erase_reporter(*, subject_id: UUID | None, now: datetime) -> int:
    """Cut the link between the person and their reports. Statistics and the repairs stay. Returns how many."""
    if subject_id is None:
        return 0
    with transaction.atomic():
        cut = _cut(Reporter.objects.filter(subject_id=subject_id))
        Reporter.objects.filter(submitter_id=subject_id).update(submitter_id=None, key=CUT_KEY)
    return cut


def cut_old_links(*, now: datetime) -> int:
    """A year after the end a case no longer knows its reporter (§8). Returns how many; call until 0."""
    over = Q(case__parent=None, case__closed_at__lt=now - KEEP_LINK)
    over |= Q(case__parent__closed_at__lt=now - KEEP_LINK)
    ended = Reporter.objects.exclude(subject_id=None, contact="").filter(over)
    seen = Confirmation.objects.exclude(subject_id=None).filter(over)
    with transaction.atomic():
        cut = _cut(Reporter.objects.filter(pk__in=list(ended.values_list("pk", flat=True)[:BATCH])))
        return cut + _forget(
            Confirmation.objects.filter(pk__in=list(seen.values_list("pk", flat=True)[:BATCH]))
        )


def _forget(rows: QuerySet[Confirmation]) -> int:
    return rows.update(subject_id=None, key=CUT_KEY)


def _cut(rows: QuerySet[Reporter]) -> int:
    return rows.update(subject_id=None, submitter_id=None, contact="", key=CUT_KEY)

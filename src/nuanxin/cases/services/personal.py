"""What a person may take along, and what leaving does: the case stays as a fact about a place, the link goes."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from nuanxin.cases.models import Attachment, CaseMessage, Confirmation, Rating, Reporter
from nuanxin.cases.services.forgetting import CUT_KEY, cut, holds
from nuanxin.cases.services.publishing import withdraw_publications
from nuanxin.people.queries.subjects import contact_of


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
            "pictures": _pictures(case.pk),
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


def _pictures(case_id: int) -> list[dict[str, Any]]:
    """Those that the person has sent: what they are called when they are saved, and where one sees them."""
    rows = Attachment.objects.filter(case=case_id, log__role="reporter").select_related("file", "log")
    return [
        {
            "picture": row.file.download_name,
            "sent_at": row.log.at.isoformat(),
            "taken_at": row.file.taken_at.isoformat() if row.file.taken_at else None,
            "size": f"{row.file.width}×{row.file.height}",
            "address": f"/files/{row.file.public_id}/",
        }
        for row in rows.order_by("pk")
    ]


def _ratings(case_id: int, confirmation: int | None = None) -> list[dict[str, Any]]:
    rows = Rating.objects.filter(case=case_id, confirmation=confirmation).values(
        "contacted", "solved", "satisfied", "comment"
    )
    return [dict(row) for row in rows]


def erase_reporter(*, subject_id: UUID | None, now: datetime) -> tuple[int, int]:
    """Cut the link between the person and their reports; statistics and the repairs stay. Returns cut and kept.

    What was public of them is public no more. Of what is held for a court name and number stay, encrypted in the
    case's own row, where only breaking the glass reads them; nothing leads there from the person any more.
    """
    if subject_id is None:
        return 0, 0
    with transaction.atomic():
        withdraw_publications(subject_id=subject_id, now=now)
        own = Reporter.objects.filter(subject_id=subject_id)
        held = _keep_for_the_court(own.filter(holds("case_id")), subject_id)
        done = cut(own)
        Reporter.objects.filter(submitter_id=subject_id).update(submitter_id=None, key=CUT_KEY)
    return done, held


def _keep_for_the_court(rows: QuerySet[Reporter], subject_id: UUID) -> int:
    who = contact_of(subject_id)
    told = f"{who.name} {who.phone}".strip() if who else ""
    kept = list(rows)
    for row in kept:
        row.contact, row.subject_id, row.submitter_id = row.contact or told, None, None
        row.key = f"held:{row.case_id}"
        row.save(update_fields=["contact", "subject_id", "submitter_id", "key"])
    return len(kept)


def _forget(rows: QuerySet[Confirmation]) -> int:
    return rows.update(subject_id=None, key=CUT_KEY)

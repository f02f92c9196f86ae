"""Hours as `volunteering` says them: one entry for each record, the sum beside it; the same event twice is one."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from nuanxin.incentives.models import HoursEntry, HoursTotal, TeamTally

ALWAYS = "all"


@dataclass(frozen=True, slots=True)
class Heard:
    """The event's own key and time: of two that come in the wrong order the later one holds."""

    event: UUID
    at: datetime


class NotRecordedYet(LookupError):
    """A correction before its record: the worker tries again, by then the record has come."""


def hear_hours(
    *, heard: Heard, record: UUID, subject_id: UUID, minutes: int, served_on: date, team: str
) -> bool:
    """A record counts. False where something as new was heard of it already."""
    with transaction.atomic():
        total = _locked(subject_id)
        if HoursEntry.objects.filter(record=record).exists():
            return False
        HoursEntry.objects.create(
            record=record, subject_id=subject_id, minutes=minutes, served_on=served_on, team=team,
            heard_at=heard.at, heard=heard.event,
        )  # fmt: skip
        _add(total, minutes, 1)
        _add_to_team(team, served_on, minutes, 1)
    return True


def correct_hours(*, heard: Heard, record: UUID, minutes: int) -> bool:
    """A record counts differently now. Raises `NotRecordedYet`."""
    with transaction.atomic():
        entry = HoursEntry.objects.select_for_update().filter(record=record).first()
        if entry is None:
            raise NotRecordedYet(str(record))
        if (entry.heard_at, entry.heard) >= (heard.at, heard.event):
            return False
        difference = minutes - entry.minutes
        changes = {"minutes": minutes, "heard_at": heard.at, "heard": heard.event}
        HoursEntry.objects.filter(pk=entry.pk).update(**changes)
        if entry.subject_id is not None:
            _add(_locked(entry.subject_id), difference, 0)
        _add_to_team(entry.team, entry.served_on, difference, 0)
    return True


def _locked(subject_id: UUID) -> HoursTotal:
    HoursTotal.objects.get_or_create(subject_id=subject_id)
    return HoursTotal.objects.select_for_update().get(subject_id=subject_id)


def _add(total: HoursTotal, minutes: int, records: int) -> None:
    HoursTotal.objects.filter(pk=total.pk).update(
        minutes=F("minutes") + minutes, records=F("records") + records
    )


def _add_to_team(team: str, served_on: date, minutes: int, records: int) -> None:
    if not team:
        return
    for period in (f"{served_on:%Y-%m}", ALWAYS):
        TeamTally.objects.get_or_create(team=team, period=period)
        TeamTally.objects.filter(team=team, period=period).update(
            minutes=F("minutes") + minutes, records=F("records") + records
        )

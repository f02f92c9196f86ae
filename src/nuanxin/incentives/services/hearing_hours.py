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
        entry = HoursEntry(
            record=record, subject_id=subject_id, minutes=minutes, served_on=served_on, team=team,
            heard_at=heard.at, heard=heard.event,
        )  # fmt: skip
        others = _others(entry)
        entry.save(force_insert=True)
        _add(total, minutes, 1)
        _add_to_team(entry, minutes, others, people=int(minutes > 0))
    return True


def correct_hours(*, heard: Heard, record: UUID, minutes: int) -> bool:
    """A record counts differently now. Raises `NotRecordedYet`."""
    with transaction.atomic():
        entry = HoursEntry.objects.select_for_update().filter(record=record).first()
        if entry is None:
            raise NotRecordedYet(str(record))
        if (entry.heard_at, entry.heard) >= (heard.at, heard.event):
            return False
        difference, people = minutes - entry.minutes, int(minutes > 0) - int(entry.minutes > 0)
        changes = {"minutes": minutes, "heard_at": heard.at, "heard": heard.event}
        HoursEntry.objects.filter(pk=entry.pk).update(**changes)
        if entry.subject_id is not None:
            _add(_locked(entry.subject_id), difference, 0)
        _add_to_team(entry, difference, _others(entry), people=people)
    return True


def _locked(subject_id: UUID) -> HoursTotal:
    HoursTotal.objects.get_or_create(subject_id=subject_id)
    return HoursTotal.objects.select_for_update().get(subject_id=subject_id)


def _add(total: HoursTotal, minutes: int, records: int) -> None:
    HoursTotal.objects.filter(pk=total.pk).update(
        minutes=F("minutes") + minutes, records=F("records") + records
    )


def _others(entry: HoursEntry) -> set[str]:
    """In which periods of the entry's team its person served another time; of one who is erased nobody can say."""
    rows = HoursEntry.objects.filter(subject_id=entry.subject_id, team=entry.team, minutes__gt=0)
    if not entry.team or entry.subject_id is None:
        return set(_periods(entry.served_on))
    days = rows.exclude(record=entry.record).values_list("served_on", flat=True)
    return {period for day in days for period in _periods(day)}


def _periods(served_on: date) -> tuple[str, str]:
    return f"{served_on:%Y-%m}", ALWAYS


def _add_to_team(entry: HoursEntry, minutes: int, others: set[str], *, people: int) -> None:
    """`people`: 1 for a first record, -1 for one that counts nothing any more; a person is counted once in a period."""
    if not entry.team:
        return
    for period in _periods(entry.served_on):
        TeamTally.objects.get_or_create(team=entry.team, period=period)
        TeamTally.objects.filter(team=entry.team, period=period).update(
            minutes=F("minutes") + minutes, records=F("records") + (0 if period in others else people)
        )

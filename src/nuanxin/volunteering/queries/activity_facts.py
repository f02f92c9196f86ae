"""What notices need to know of activities, by the keys that events carry."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from nuanxin.volunteering.enums import SignUpState
from nuanxin.volunteering.models import OPEN_SIGN_UPS, Activity, Shift, SignUp
from nuanxin.volunteering.queries.activities import needs_approval


@dataclass(frozen=True, slots=True)
class ActivityFacts:
    """`was_approved`: it was the street that published it."""

    public_id: UUID
    title: str
    organiser_id: int
    was_approved: bool


@dataclass(frozen=True, slots=True)
class ShiftFacts:
    activity_id: int
    title: str
    starts_at: datetime
    leader_id: int | None


def activity_facts(activity_id: int) -> ActivityFacts:
    """Raises `Activity.DoesNotExist`."""
    found = Activity.objects.get(pk=activity_id)
    return ActivityFacts(found.public_id, found.title, found.organiser_id, needs_approval(found))


def shift_facts(shift_id: int) -> ShiftFacts:
    """Raises `Shift.DoesNotExist`."""
    found = Shift.objects.select_related("activity").get(pk=shift_id)
    return ShiftFacts(found.activity_id, found.activity.title, found.starts_at, found.leader_id)


def person_of(sign_up_id: int) -> int | None:
    return SignUp.objects.filter(pk=sign_up_id).values_list("person_id", flat=True).first()


def who_comes(*, shift_id: int | None = None, activity_id: int | None = None) -> list[int]:
    """Persons who come, or wait for an answer; of a shift, or of all that are to come of an activity."""
    rows = SignUp.objects.filter(state__in=OPEN_SIGN_UPS)
    rows = (
        rows.filter(shift=shift_id)
        if shift_id
        else rows.filter(shift__activity=activity_id, shift__state="planned")
    )
    return _people(rows.values_list("person_id", flat=True))


def told_of_cancelling(shift_id: int) -> list[int]:
    rows = SignUp.objects.filter(shift=shift_id, state=SignUpState.CANCELLED)
    return _people(rows.values_list("person_id", flat=True))


def drawn_in(shift_id: int) -> list[int]:
    rows = SignUp.objects.filter(shift=shift_id, rank__isnull=False, state=SignUpState.CONFIRMED)
    return _people(rows.values_list("person_id", flat=True))


def not_drawn_in(shift_id: int) -> list[int]:
    """Those who wait now, in the order of the lots."""
    rows = SignUp.objects.filter(shift=shift_id, rank__isnull=False, state=SignUpState.WAITING)
    return _people(rows.values_list("person_id", flat=True))


def _people(keys: Iterable[int | None]) -> list[int]:
    return sorted({each for each in keys if each is not None})

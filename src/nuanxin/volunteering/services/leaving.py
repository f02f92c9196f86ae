"""What leaving does to memberships, posts and the reserve; and what is forgotten when its time is over."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.privacy.register import Erased, Subject
from nuanxin.people.models import Assignment
from nuanxin.people.services import end_assignment
from nuanxin.volunteering.enums import AppointmentState, MembershipState, ReserveState
from nuanxin.volunteering.events import AppointmentMoved, PostEnded
from nuanxin.volunteering.models import (
    LIVE_APPOINTMENTS,
    OPEN_RESERVE,
    Appointment,
    ReserveCandidate,
    TeamMember,
)
from nuanxin.volunteering.services.appointment_log import note_step
from nuanxin.volunteering.workflow import APPOINTMENT

MEMBERS_KEPT = timedelta(days=90)
APPOINTMENTS_KEPT = timedelta(days=3 * 365)
RESERVE_KEPT = timedelta(days=365)
NOBODY: dict[str, Any] = {"person": None, "why": "", "handover": "", "state_reason": ""}


def erase_appointments(subject: Subject, *, now: datetime) -> Erased:
    """A post that was held is free; that somebody held it stays as a figure, without a person and without words."""
    rows = Appointment.objects.filter(person=subject.person_id or 0)
    for each in list(rows.filter(state__in=LIVE_APPOINTMENTS).select_related("post__kind", "assignment")):
        with transaction.atomic():
            is_held = each.state == AppointmentState.APPOINTED
            name = "resign" if is_held else "withdraw"
            APPOINTMENT.step(each, name, state_since=now, state_reason="", seat=None)
            happened = (
                PostEnded(each.pk, each.post.kind_id, name)
                if is_held
                else AppointmentMoved(each.pk, name, each.state)
            )
            note_step(SYSTEM, each, name, "", now, happened)
            _end_role(each.assignment, now)
    return Erased(anonymised=rows.update(**NOBODY))


def _end_role(role: Assignment | None, now: datetime) -> None:
    if role is not None and role.active_to is None:
        end_assignment(actor=SYSTEM, assignment=role, now=now)


def own_appointments_copy(subject: Subject) -> Any:
    rows = Appointment.objects.filter(person=subject.person_id or 0).order_by("pk")
    return rows.values(
        "post__kind__name_zh", "state", "why", "number", "appointed_at", "term_until", "handover"
    )


def _appointments_over(now: datetime) -> QuerySet[Appointment]:
    """Over for so long that nobody needs to know any more who it was."""
    rows = Appointment.objects.filter(state_since__lt=now - APPOINTMENTS_KEPT).exclude(person=None)
    return rows.exclude(state__in=LIVE_APPOINTMENTS)


def forget_appointments(*, now: datetime) -> int:
    """A batch of them; without a person afterwards."""
    keys = list(_appointments_over(now).values_list("pk", flat=True)[:500])
    return Appointment.objects.filter(pk__in=keys).update(**NOBODY)


def _members_over(now: datetime) -> QuerySet[TeamMember]:
    rows = TeamMember.objects.filter(state_since__lt=now - MEMBERS_KEPT)
    return rows.filter(state__in=[MembershipState.LEFT, MembershipState.DECLINED])


def forget_members(*, now: datetime) -> int:
    keys = list(_members_over(now).values_list("pk", flat=True)[:500])
    return TeamMember.objects.filter(pk__in=keys).delete()[0]


def _reserve_over(now: datetime) -> QuerySet[ReserveCandidate]:
    """Ended a year ago, or in the pool for two years without anything having come of it."""
    ended = Q(state_since__lt=now - RESERVE_KEPT) & ~Q(state__in=OPEN_RESERVE)
    forgotten = Q(state_since__lt=now - 2 * RESERVE_KEPT, state__in=[*OPEN_RESERVE, ReserveState.ASKED])
    return ReserveCandidate.objects.filter(ended | forgotten)


def forget_reserve(*, now: datetime) -> int:
    keys = list(_reserve_over(now).values_list("pk", flat=True)[:500])
    return ReserveCandidate.objects.filter(pk__in=keys).delete()[0]


def appointments_due(now: datetime) -> int:
    return _appointments_over(now).count()


def members_due(now: datetime) -> int:
    return _members_over(now).count()


def reserve_due(now: datetime) -> int:
    return _reserve_over(now).count()

"""What every step of an appointment leaves: its line in the ledger, its audit entry, its event."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, visible
from nuanxin.kernel.errors import Invalid, NotAllowed
from nuanxin.kernel.events import publish
from nuanxin.people.queries import subject_of
from nuanxin.volunteering.models import Appointment, AppointmentStep
from nuanxin.volunteering.queries.posts import RELATED, AppointmentNotFound

MOST_WORDS = 300


class OwnNomination(NotAllowed):
    default_message = _("自己的、自己推荐的，不能自己审、自己定。")
    default_hint = _("请另一位没有关系的同事来办。")


def said(text: str, field: str, problem: str | Promise, most: int = MOST_WORDS) -> str:
    """Raises `Invalid` where nothing was said."""
    if not text.strip():
        raise Invalid(fields={field: problem})
    return text.strip()[:most]


def locked_appointment(actor: Actor, permission: str, public_id: UUID) -> Appointment:
    """Held until the end of the transaction. Raises `AppointmentNotFound`."""
    rows = visible(Appointment.objects.filter(public_id=public_id), permission, actor)
    key = rows.values_list("pk", flat=True).first()
    if key is None:
        raise AppointmentNotFound
    Appointment.objects.select_for_update(of=("self",)).get(pk=key)
    return Appointment.objects.select_related(*RELATED, "assignment").get(pk=key)


def note_step(
    actor: Actor, found: Appointment, action: str, opinion: str, now: datetime, *happened: Any
) -> None:
    """In the caller's transaction, after the change; `happened` are the events, about the person as a subject."""
    AppointmentStep.objects.create(
        appointment=found,
        at=now,
        action=action,
        state=found.state,
        opinion=opinion[:MOST_WORDS],
        role=actor.role,
        organisation_id=actor.organisation_id,
    )
    audit.record(
        actor=actor, action=f"volunteering.post_{action}", object_type="volunteering.appointment",
        object_id=found.pk, scope_code=found.scope_code, detail={"state": found.state}, now=now,
    )  # fmt: skip
    subject = subject_of(found.person_id) if found.person_id else None
    for each in happened:
        publish(each, subject_id=subject, scope_code=found.scope_code, now=now)

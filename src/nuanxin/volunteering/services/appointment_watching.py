"""What only the calendar does to posts: a publicity ends, a term ends. And objections."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import SYSTEM, Actor
from nuanxin.kernel.errors import Conflict, KeyReused
from nuanxin.volunteering.enums import AppointmentState
from nuanxin.volunteering.events import (
    AppointmentObjected,
    AppointmentPublicityOver,
    PostTermEndsSoon,
)
from nuanxin.volunteering.models import Appointment, PostObjection
from nuanxin.volunteering.queries.posts import RELATED, public_appointment
from nuanxin.volunteering.services.appointment_log import (
    OwnNomination,
    locked_appointment,
    note_step,
    said,
)
from nuanxin.volunteering.services.appointments import end_term

BATCH = 200
REMIND = (30, 7)  # days before the end of a term


class NotPublic(Conflict):
    default_message = _("公示已经结束，不能再提意见。")
    default_hint = _("以后有什么不对，可以告诉社区或街道。")


class AnsweredAlready(Conflict):
    default_message = _("这条意见已经答复过了。")


def watch_appointments(*, now: datetime) -> int:
    """Everything whose time has come, each said once. Returns how many; call until 0.

    Publishes `AppointmentPublicityOver`, `PostTermEndsSoon`, `PostEnded`.
    """
    today = timezone.localdate(now)
    with transaction.atomic():
        over = Q(state=AppointmentState.PUBLICITY, publicity_until__lte=now, reminded_days=None)
        ended = Q(state=AppointmentState.APPOINTED, term_until__lt=today)
        soon = Q()
        for days in REMIND:
            unsaid = Q(reminded_days=None) | Q(reminded_days__gt=days)
            soon |= Q(state=AppointmentState.APPOINTED, term_until__lte=today + timedelta(days=days)) & unsaid
        keys = list(
            Appointment.objects.filter(over | ended | soon)
            .order_by("pk")
            .values_list("pk", flat=True)[:BATCH]
        )
        locked = Appointment.objects.select_for_update(of=("self",), skip_locked=True).filter(pk__in=keys)
        found = list(locked.select_related(*RELATED, "assignment"))
        for each in found:
            _come(each, now)
    return len(found)


def _come(found: Appointment, now: datetime) -> None:
    today = timezone.localdate(now)
    if found.state == AppointmentState.PUBLICITY:
        Appointment.objects.filter(pk=found.pk).update(reminded_days=0)
        note_step(SYSTEM, found, "publicity_over", "", now, AppointmentPublicityOver(found.pk))
        return
    if found.term_until is not None and found.term_until < today:
        end_term(found=found, name="expire", now=now)
        return
    left = (found.term_until - today).days if found.term_until else 0
    step = next(days for days in reversed(REMIND) if left <= days)
    Appointment.objects.filter(pk=found.pk).update(reminded_days=step)
    note_step(SYSTEM, found, "term_soon", "", now, PostTermEndsSoon(found.pk, left))


def object_to_appointment(*, public_id: UUID, key: UUID, text: str, now: datetime) -> PostObjection:
    """Anybody may, without saying who. The same `key` again is the same.

    Publishes `AppointmentObjected`. Raises `AppointmentNotFound`, `NotPublic`, `KeyReused`, `Invalid` without a word.
    """
    words = said(text, "text", _("请写一句哪里不合适，例如：不住在这个网格。"))
    with transaction.atomic():
        pk = public_appointment(public_id).pk
        found = Appointment.objects.select_for_update(of=("self",)).get(pk=pk)
        same = PostObjection.objects.filter(key=key).first()
        if same is not None and same.appointment_id != found.pk:
            raise KeyReused
        if same is not None:
            return same
        until = found.publicity_until
        if found.state != AppointmentState.PUBLICITY or until is None or now >= until:
            raise NotPublic
        made = PostObjection.objects.create(appointment=found, key=key, at=now, text=words)
        note_step(Actor(), found, "object", "", now, AppointmentObjected(found.pk, made.pk))
    return made


def answer_post_objection(
    *, actor: Actor, public_id: UUID, objection_id: int, is_upheld: bool, answer: str, now: datetime
) -> PostObjection:
    """Looked into; the answer is public, what was written is not.

    Raises `AppointmentNotFound`, `OwnNomination`, `AnsweredAlready`, `Invalid`.
    """
    words = said(answer, "answer", _("请写明核实了什么、结果怎样；大家看得到。"), 200)
    with transaction.atomic():
        found = locked_appointment(actor, "volunteering.decide_post", public_id)
        if found.person_id is not None and found.person_id == actor.person_id:
            raise OwnNomination
        rows = PostObjection.objects.filter(pk=objection_id, appointment=found, answered_at=None)
        if not rows.update(answered_at=now, is_upheld=is_upheld, answer=words):
            raise AnsweredAlready
        note_step(actor, found, "answer", words, now)
    return PostObjection.objects.get(pk=objection_id)


def role_has_ended(*, assignment_id: int, now: datetime) -> None:
    """The role was ended elsewhere: the post that it came with is over too. Publishes `PostEnded`."""
    with transaction.atomic():
        rows = Appointment.objects.select_for_update(of=("self",)).filter(
            assignment=assignment_id, state=AppointmentState.APPOINTED
        )
        for each in rows.select_related(*RELATED, "assignment"):
            end_term(found=each, name="lose", now=now)

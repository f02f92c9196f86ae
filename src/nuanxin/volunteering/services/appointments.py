"""Somebody's way onto a post, by the table in `workflow.py`: nominate → review → publicity → appoint → the end."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import SYSTEM, Actor, permits
from nuanxin.kernel.access.scope import LEVELS
from nuanxin.kernel.errors import Conflict, Invalid, NotAllowed
from nuanxin.kernel.worktime.months import months_on
from nuanxin.people.models import Assignment, Person
from nuanxin.people.queries import is_same_person, person_by_phone
from nuanxin.people.services import assign, end_assignment
from nuanxin.places.queries.scene_standard import working_days_on
from nuanxin.volunteering.enums import AppointmentState
from nuanxin.volunteering.events import (
    AppointmentMoved,
    AppointmentPublicised,
    NominationMade,
    PostAppointed,
    PostEnded,
)
from nuanxin.volunteering.models import (
    LIVE_APPOINTMENTS,
    ON_A_SEAT,
    Appointment,
    CardSerial,
    Post,
    PostObjection,
)
from nuanxin.volunteering.queries.posts import open_post
from nuanxin.volunteering.queries.requirements import trained_before
from nuanxin.volunteering.services.appointment_log import (
    OwnNomination,
    locked_appointment,
    note_step,
    said,
)
from nuanxin.volunteering.services.posts import locked_post
from nuanxin.volunteering.workflow import APPOINTMENT

PUBLICITY_DAYS = 5  # working days, `domain.md` §4.3


class NoSeat(Conflict):
    default_message = _("名额满了，没有空位。")
    default_hint = _("等有人卸任，或者先把岗位的人数改多。")


class NotTaking(Conflict):
    default_message = _("这个岗位现在不接受自己报名。")
    default_hint = _("可以看看附近别的岗位，或者问问社区。")


class NotTrained(Conflict):
    default_message = _("要先确认参加过岗位培训。")
    default_hint = _("培训过了，由组织的人在这一页点“确认培训过”，再聘任。")


class PublicityRuns(Conflict):
    default_message = _("公示还没有期满。")
    default_hint = _("公示期满以后再聘任；到时候会通知您。")


class ObjectionsOpen(Conflict):
    default_message = _("还有意见没有答复。")
    default_hint = _("请先逐条核实答复，再聘任。")


class ObjectionUpheld(Conflict):
    default_message = _("公示期间有一条意见核实成立，不能聘任。")
    default_hint = _("请点“退回重新审核”，或者“不通过”，写明原因。")


class NobodyThere(Conflict):
    default_message = _("这个人已经注销账号。")
    default_hint = _("这份推荐可以“不通过”，再请别人。")


def apply_for_post(*, actor: Actor, public_id: UUID, why: str, now: datetime) -> Appointment:
    """Oneself, from the phone. Again is the same. Publishes `NominationMade`.

    Raises `NotAllowed`, `PostNotFound`, `NotTaking`, `NoSeat`, `Invalid`.
    """
    if not permits(actor, "volunteering.apply_post") or actor.person_id is None:
        raise NotAllowed
    words = said(why, "why", _("请写一句为什么想来、什么时候有空。"))
    post = open_post(public_id)
    if not post.takes_applications:
        raise NotTaking
    person = Person.objects.get(pk=actor.person_id)
    return _begin(actor, post, person, "apply", AppointmentState.NOMINATED, words, now)


def nominate(*, actor: Actor, public_id: UUID, phone: str, why: str, now: datetime) -> Appointment:
    """Somebody else, who is asked first: nothing happens without their word. Publishes `NominationMade`.

    Raises `PostNotFound`, `NoSeat`, `OwnNomination`, `Invalid` for a number without an account.
    """
    words = said(why, "why", _("请写一句为什么推荐。"))
    with transaction.atomic():
        post = locked_post(actor, "volunteering.nominate", public_id)
        person = person_by_phone(phone)
        if person is None:
            raise Invalid(fields={"phone": _("这个号码还没有注册。请对方先注册，再来推荐。")})
        if person.pk == actor.person_id:
            raise OwnNomination
        return _begin(actor, post, person, "nominate", AppointmentState.ASKED, words, now)


def _begin(
    actor: Actor, post: Post, person: Person, name: str, state: str, why: str, now: datetime
) -> Appointment:
    held = Appointment.objects.filter(post=post, person=person, state__in=LIVE_APPOINTMENTS).first()
    if held is not None:
        return held
    if Appointment.objects.filter(post=post, state=AppointmentState.APPOINTED).count() >= post.headcount:
        raise NoSeat
    try:
        with transaction.atomic():
            made = Appointment.objects.create(
                post=post,
                person=person,
                state=state,
                state_since=now,
                why=why,
                nominated_at=now,
                nominated_by_id=actor.assignment_id if name == "nominate" else None,
                scope_code=post.scope_code,
            )
            note_step(actor, made, name, "", now, NominationMade(made.pk, name))
    except IntegrityError:  # pressed twice at the same moment
        return Appointment.objects.get(post=post, person=person, state__in=LIVE_APPOINTMENTS)
    return made


def agree_to_nomination(*, actor: Actor, public_id: UUID, now: datetime) -> Appointment:
    """The one who was nominated wants it. Publishes `NominationMade`. Raises `AppointmentNotFound`, `IllegalMove`."""
    with transaction.atomic():
        found = locked_appointment(actor, "volunteering.own_post", public_id)
        return _moved(actor, found, "agree", "", now, happened=NominationMade(found.pk, "agree"))


def review_nomination(*, actor: Actor, public_id: UUID, now: datetime) -> Appointment:
    """By another one than the nominee and whoever nominated. Raises `AppointmentNotFound`, `OwnNomination`."""
    with transaction.atomic():
        found = _as_other(actor, "volunteering.review_post", public_id)
        if is_same_person(actor, found.nominated_by_id):
            raise OwnNomination
        return _moved(actor, found, "review", "", now, reviewed_by_id=actor.assignment_id)


def confirm_training(*, actor: Actor, public_id: UUID, now: datetime) -> Appointment:
    """The organiser's word that the named requirement is met: a fact, not a state. Again is the same.

    Raises `AppointmentNotFound`, `OwnNomination`, `Conflict` where it is over.
    """
    with transaction.atomic():
        found = _as_other(actor, "volunteering.review_post", public_id)
        if found.state not in LIVE_APPOINTMENTS:
            raise Conflict
        if found.trained_at is None:
            Appointment.objects.filter(pk=found.pk).update(trained_at=now)
            found.trained_at = now
            note_step(actor, found, "trained", found.post.training, now)
    return found


def publicise_appointment(*, actor: Actor, public_id: UUID, now: datetime) -> Appointment:
    """Shown for five working days, on a seat that is kept. Publishes `AppointmentPublicised`.

    Raises `AppointmentNotFound`, `OwnNomination`, `NoSeat`, `NobodyThere`.
    """
    with transaction.atomic():
        found = _decided(actor, public_id)
        if found.person is None:
            raise NobodyThere
        until = working_days_on(now, PUBLICITY_DAYS, found.scope_code)
        changes = {
            "publicity_from": now,
            "publicity_until": until,
            "seat": _free_seat(found.post_id),
            "reminded_days": None,
        }
        happened = AppointmentPublicised(found.pk)
        return _moved(actor, found, "publicise", "", now, happened=happened, **changes)


def _free_seat(post_id: int) -> int:
    """Under the lock of the post: the smallest that nobody has. Raises `NoSeat`."""
    post = Post.objects.select_for_update(of=("self",)).get(pk=post_id)
    taken = set(Appointment.objects.filter(post=post, state__in=ON_A_SEAT).values_list("seat", flat=True))
    free = next((each for each in range(1, post.headcount + 1) if each not in taken), None)
    if free is None:
        raise NoSeat
    return free


def appoint(*, actor: Actor, public_id: UUID, now: datetime) -> Appointment:
    """After its publicity: a card with a number, a term, and the role in the system where the kind has one, given in
    the actor's own name. Publishes `PostAppointed`.

    Raises `AppointmentNotFound`, `OwnNomination`, `PublicityRuns`, `ObjectionsOpen`, `ObjectionUpheld`, `NotTrained`,
    `NobodyThere`,
    and what `people.services.assign` raises.
    """
    with transaction.atomic():
        found = _decided(actor, public_id)
        if found.state == AppointmentState.PUBLICITY:
            _ready(found, now)
        until = months_on(timezone.localdate(now), found.post.term_months)
        changes: dict[str, Any] = {"appointed_at": now, "term_until": until, "reminded_days": None}
        changes["number"] = _next_number(found.scope_code, now)
        changes["decided_by_id"] = actor.assignment_id
        happened = PostAppointed(found.pk, found.post.kind_id)
        moved = _moved(actor, found, "appoint", "", now, happened=happened, **changes)
        _give_role(actor, moved, now)
    return moved


def _ready(found: Appointment, now: datetime) -> None:
    if found.person is None:
        raise NobodyThere
    if found.publicity_until is not None and now < found.publicity_until:
        raise PublicityRuns
    raised = PostObjection.objects.filter(appointment=found)
    if raised.filter(answered_at=None).exists():
        raise ObjectionsOpen
    if raised.filter(is_upheld=True, at__gte=found.publicity_from).exists():  # of this publicity
        raise ObjectionUpheld
    if found.post.training and found.trained_at is None:
        if trained_before(found.person_id, found.post.training) is None:
            raise NotTrained
        Appointment.objects.filter(pk=found.pk).update(trained_at=now)
        found.trained_at = now
        note_step(SYSTEM, found, "trained", found.post.training, now)


def _give_role(actor: Actor, found: Appointment, now: datetime) -> None:
    """Whoever already holds it there works on with it; only what came with the post ends with the post."""
    role = found.post.kind.role
    if not role or found.person is None:
        return
    held = Assignment.objects.filter(
        person=found.person, role=role, scope_code=found.scope_code, active_to=None
    )
    if held.exists():
        return
    made = assign(
        actor=actor, person=found.person, role=role, scope_code=found.scope_code, now=now,
        reason=f"{found.post.kind.name_zh} {found.number}"[:120],
    )  # fmt: skip
    Appointment.objects.filter(pk=found.pk).update(assignment=made)
    found.assignment = made


def review_again(*, actor: Actor, public_id: UUID, reason: str, now: datetime) -> Appointment:
    """An objection was right, or something is missing. Raises as above, `Invalid` without a reason."""
    words = said(reason, "reason", _("请写明为什么要重新审核。"), 200)
    with transaction.atomic():
        found = _decided(actor, public_id)
        changes = {"seat": None, "reviewed_by_id": None, "publicity_until": None}
        return _moved(actor, found, "again", words, now, **changes)


def refuse_nomination(*, actor: Actor, public_id: UUID, reason: str, now: datetime) -> Appointment:
    """The person reads why. Raises as above."""
    words = said(reason, "reason", _("请写明原因，对方看得到。"), 200)
    with transaction.atomic():
        found = _as_other(actor, "volunteering.decide_post", public_id)
        return _moved(actor, found, "refuse", words, now, seat=None, decided_by_id=actor.assignment_id)


def withdraw_nomination(*, actor: Actor, public_id: UUID, now: datetime) -> Appointment:
    """The person does not want it any more; nobody asks why. Raises `AppointmentNotFound`, `IllegalMove`."""
    with transaction.atomic():
        found = locked_appointment(actor, "volunteering.own_post", public_id)
        return _moved(actor, found, "withdraw", "", now, seat=None)


def resign(*, actor: Actor, public_id: UUID, handover: str, now: datetime) -> Appointment:
    """At any time. What is open goes back to its queue; the note says what the next one has to know.

    Publishes `PostEnded`. Raises `AppointmentNotFound`, `IllegalMove`, `Invalid` without a note.
    """
    words = said(handover, "handover", _("请写一句手上还有什么、交给谁；没有就写“没有”。"))
    with transaction.atomic():
        found = locked_appointment(actor, "volunteering.own_post", public_id)
        return _ended(actor, found, "resign", "", now, handover=words)


def remove_from_post(
    *, actor: Actor, public_id: UUID, reason: str, successor_id: UUID | None = None, now: datetime
) -> Appointment:
    """With a reason that the person reads; open work goes to the successor, or back to its queue.

    Publishes `PostEnded`. Raises `AppointmentNotFound`, `OwnNomination`, `IllegalMove`, `Invalid`.
    """
    words = said(reason, "reason", _("请写明原因，对方看得到。"), 200)
    with transaction.atomic():
        found = _as_other(actor, "volunteering.decide_post", public_id)
        successor = _successor(successor_id)
        return _ended(
            actor, found, "remove", words, now, successor=successor, decided_by_id=actor.assignment_id
        )


def _successor(public_id: UUID | None) -> Assignment | None:
    if public_id is None:
        return None
    found = Assignment.objects.filter(public_id=public_id).first()
    if found is None:
        raise Invalid(fields={"successor": _("没有找到接手的人，请从列表里选。")})
    return found


def _ended(
    actor: Actor, found: Appointment, name: str, reason: str, now: datetime, *,
    successor: Assignment | None = None, **changes: Any,
) -> Appointment:  # fmt: skip
    """In the caller's transaction: the seat is free, and the role that came with the post ends with it."""
    happened = PostEnded(found.pk, found.post.kind_id, name)
    moved = _moved(actor, found, name, reason, now, happened=happened, seat=None, **changes)
    role = moved.assignment
    if role is not None and role.active_to is None:
        who = actor if name == "remove" else SYSTEM
        said_ = str(APPOINTMENT[name].label)
        end_assignment(actor=who, assignment=role, successor=successor, reason=said_, now=now)
    return moved


def end_term(*, found: Appointment, name: str, now: datetime) -> Appointment:
    """By the calendar (`expire`) or because the role ended elsewhere (`lose`); in the caller's transaction."""
    reason = _now("任期满") if name == "expire" else _now("系统里的岗位已经结束")
    return _ended(SYSTEM, found, name, reason, now)


def perform_appointment(
    *,
    actor: Actor,
    public_id: UUID,
    name: str,
    now: datetime,
    words: str = "",
    successor_id: UUID | None = None,
) -> Appointment:
    """The step of that name, for page and API. Raises `KeyError` for one that nobody presses."""
    given: dict[str, Any] = {"actor": actor, "public_id": public_id, "now": now}
    needed = APPOINTMENT[name].required_fields
    if "reason" in needed:
        given["reason"] = words
    if "handover" in needed:
        given["handover"] = words
    if name == "remove":
        given["successor_id"] = successor_id
    steps: dict[str, Callable[..., Appointment]] = {
        "agree": agree_to_nomination,
        "review": review_nomination,
        "publicise": publicise_appointment,
        "appoint": appoint,
        "again": review_again,
        "refuse": refuse_nomination,
        "withdraw": withdraw_nomination,
        "resign": resign,
        "remove": remove_from_post,
    }
    return steps[name](**given)


def _as_other(actor: Actor, permission: str, public_id: UUID) -> Appointment:
    """Not about oneself. Raises `AppointmentNotFound`, `OwnNomination`."""
    found = locked_appointment(actor, permission, public_id)
    if found.person_id is not None and found.person_id == actor.person_id:
        raise OwnNomination
    return found


def _decided(actor: Actor, public_id: UUID) -> Appointment:
    """By another one than the nominee and the reviewer: two look at everybody."""
    found = _as_other(actor, "volunteering.decide_post", public_id)
    if is_same_person(actor, found.reviewed_by_id):
        raise OwnNomination
    return found


def _next_number(scope_code: str, now: datetime) -> str:
    """District, year, and the next number of both: `P990101-2026-0001`."""
    district, year = scope_code[: LEVELS["district"]], timezone.localdate(now).year
    CardSerial.objects.get_or_create(district=district, year=year)
    serial = CardSerial.objects.select_for_update().get(district=district, year=year)
    serial.last += 1
    serial.save(update_fields=["last"])
    return f"P{district}-{year}-{serial.last:04d}"


def _moved(
    actor: Actor,
    found: Appointment,
    name: str,
    reason: str,
    now: datetime,
    *,
    happened: Any = None,
    **changes: Any,
) -> Appointment:
    """One step by the table, with its trace."""
    APPOINTMENT.step(found, name, state_since=now, state_reason=reason, **changes)
    note_step(actor, found, name, reason, now, happened or AppointmentMoved(found.pk, name, found.state))
    return found

"""Somebody signs up for a shift, waits, takes a held place, does without it. Nobody needs to know why.

The row of the person is held first, then that of the shift: two taps are one, and a shift never has more than its
places, by constraint besides. Who signs up leaves no audit entry.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.errors import Conflict, Invalid, NotAllowed
from nuanxin.people.models import Person
from nuanxin.people.queries import consent_purpose, consented
from nuanxin.people.services import Agreement, take_agreement
from nuanxin.volunteering.enums import ShiftState, SignUpState
from nuanxin.volunteering.events import SignUpCalledOff, SignUpLapsed, SignUpMade
from nuanxin.volunteering.models import OPEN_SIGN_UPS, SEATED, Activity, Child, Shift, SignUp, Swap
from nuanxin.volunteering.queries.activities import is_collecting, sign_up_is_open
from nuanxin.volunteering.queries.eligibility import Refusal, in_the_way, not_for
from nuanxin.volunteering.queries.own_shifts import SignUpNotFound, own_sign_up, public_shift
from nuanxin.volunteering.services.places_of_shift import (
    ShiftFull,
    give_back,
    locked_shift,
    plan_reminder,
    take,
    tell,
)
from nuanxin.volunteering.workflow import SIGN_UP, SWAP

GUARDIAN = "child_activity"  # the purpose that a guardian agrees to
MOST_CHILDREN = 3
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


class NotOpenYet(Conflict):
    default_message = _("还没到报名的时间。")
    default_hint = _("页面上写了几点开始；抽签的活动，登记早晚都一样。")


class SignUpOver(Conflict):
    default_message = _("这一班不能报了。")
    default_hint = _("它已经开始、取消，或者活动结束了；看看别的班次。")


class NotEligible(Conflict):
    default_message = _("这个活动你报不了。")


class DoesNotFit(Conflict):
    default_message = _("这一班和你别的班次冲突。")


class HoldOver(Conflict):
    default_message = _("留的时间过了，名额给了下一位。")
    default_hint = _("可以再报别的班次，或者重新候补。")


class KeyTaken(Conflict):
    default_message = _("这次提交和别的报名撞上了。")
    default_hint = _("请刷新页面再报一次。")


class GuardianNeeded(Conflict):
    default_message = _("孩子的活动，要监护人同意了才能报。")
    default_hint = _("看一下说明，勾上“我是孩子的监护人，我同意”，再报一次。")


class OwnRequirement(NotAllowed):
    default_message = _("自己的要另一位来看。")
    default_hint = _("请队里另一位负责人看一眼再勾。")


@dataclass(frozen=True, slots=True)
class ChildData:
    """What the child is called, not the full name."""

    name: str
    age: int


def sign_up(
    *,
    actor: Actor,
    shift_id: UUID,
    key: UUID,
    now: datetime,
    wait: bool = False,
    belongs: bool = False,
    children: Sequence[ChildData] = (),
    agreement: Agreement | None = None,
) -> SignUp:
    """A place, a lot in the draw, or with `wait` a turn in the queue where it is full. The same `key` is the same.

    `belongs`: the person's own word where the activity is for women; it is not kept. Publishes `SignUpMade`.
    Raises `NotAllowed`, `ActivityNotFound`, `NotOpenYet`, `SignUpOver`, `NotEligible`, `DoesNotFit`, `ShiftFull`,
    `GuardianNeeded`, `Invalid`, `KeyTaken`.
    """
    if actor.person_id is None or not policy.permits(actor, "volunteering.sign_up"):
        raise NotAllowed
    found = public_shift(shift_id)
    with transaction.atomic():
        person = Person.objects.select_for_update().get(pk=actor.person_id)
        shift = locked_shift(found.pk)
        known = SignUp.objects.filter(key=key).first()
        if known is not None:
            places = len(children) or 1
            if (known.person_id, known.shift_id, known.places) != (person.pk, shift.pk, places):
                raise KeyTaken
            return known
        there = SignUp.objects.filter(shift=shift, person=person, state__in=OPEN_SIGN_UPS).first()
        if there is not None:
            return _seated(there, shift, now)
        _may(person, shift, belongs=belongs, now=now)
        version = _guardian(person, shift.activity, children, agreement, now)
        made = _placed(person, shift, key, wait=wait, places=len(children) or 1, now=now)
        for each in children:
            code = "".join(secrets.choice(LETTERS) for _number in range(4))
            Child.objects.create(
                sign_up=made, name=each.name.strip(), age=str(each.age), code=code, guardian_agreed=version
            )
    return made


def _placed(person: Person, shift: Shift, key: UUID, *, wait: bool, places: int, now: datetime) -> SignUp:
    made = SignUp(
        shift=shift, person=person, state_since=now, asked_at=now, places=places, key=key, state=SignUpState.CONFIRMED
    )  # fmt: skip
    if is_collecting(shift, now):
        made.state = SignUpState.ENTERED
    elif shift.left >= places:
        take(shift, places)
    elif wait:
        made.state = SignUpState.WAITING
    else:
        raise ShiftFull
    made.save()
    if made.state == SignUpState.CONFIRMED:
        plan_reminder(made, shift, now)
        tell(SignUpMade(made.pk, shift.pk), made, shift, now)
    return made


def _seated(there: SignUp, shift: Shift, now: datetime) -> SignUp:
    """Who waits and presses again finds it free, or goes on waiting."""
    if there.state != SignUpState.WAITING or shift.left < there.places or shift.starts_at <= now:
        return there
    take(shift, there.places)
    SIGN_UP.step(there, "seat", state_since=now)
    plan_reminder(there, shift, now)
    tell(SignUpMade(there.pk, shift.pk), there, shift, now)
    return there


def accept_place(*, actor: Actor, public_id: UUID, now: datetime) -> SignUp:
    """The held place is taken; pressed again it is the same. Publishes `SignUpMade`.

    Raises `SignUpNotFound`, `HoldOver`, `DoesNotFit`, `IllegalMove`.
    """
    mine = own_sign_up(actor, public_id)
    with transaction.atomic():
        shift = _hold_rows(mine)
        if mine.state == SignUpState.CONFIRMED:
            return mine
        if mine.state == SignUpState.LAPSED or (mine.held_until is not None and mine.held_until <= now):
            raise HoldOver
        _fits(mine.person_id or 0, shift)
        SIGN_UP.step(mine, "accept", state_since=now, held_until=None)
        plan_reminder(mine, shift, now)
        tell(SignUpMade(mine.pk, shift.pk), mine, shift, now)
    return mine


def call_off(*, actor: Actor, public_id: UUID, now: datetime) -> SignUp:
    """One does without it; the next who waits is asked. Late, its leader hears of it. Said again it changes nothing.

    Publishes `SignUpCalledOff`, `SignUpPromoted`. Raises `SignUpNotFound`, `SignUpOver`, `IllegalMove`.
    """
    mine = own_sign_up(actor, public_id)
    with transaction.atomic():
        shift = _hold_rows(mine)
        if mine.state == SignUpState.CALLED_OFF:
            return mine
        if shift.starts_at <= now:
            raise SignUpOver(hint=_("已经开始了。来不了，和负责人说一声就好。"))
        give_up(mine, shift, now)
    return mine


def give_up(sign_up: SignUp, shift: Shift, now: datetime) -> None:
    """In the caller's transaction, the shift held. Publishes `SignUpCalledOff`, `SignUpPromoted` for the next."""
    was_seated = sign_up.state in SEATED
    late = sign_up.state == SignUpState.CONFIRMED and is_late(shift, now)
    SIGN_UP.step(sign_up, "call_off", state_since=now, held_until=None, remind_at=None, called_late=late)
    drop_swaps(sign_up, now)
    Child.objects.filter(sign_up=sign_up).delete()
    tell(SignUpCalledOff(sign_up.pk, shift.pk, is_late=late), sign_up, shift, now)
    if was_seated:
        give_back(shift, sign_up.places, now)


def is_late(shift: Shift, now: datetime) -> bool:
    """So near to the beginning that somebody has to look for another."""
    return shift.starts_at - timedelta(hours=shift.activity.call_off_hours) <= now


def drop_swaps(sign_up: SignUp, now: datetime) -> None:
    for swap in Swap.objects.filter(offered=sign_up, state="offered"):
        SWAP.step(swap, "drop", state_since=now)


def lapse(sign_up: SignUp, shift: Shift, now: datetime) -> None:
    """In the caller's transaction, the shift held. Publishes `SignUpLapsed`, `SignUpPromoted` for the next."""
    was_held = sign_up.state == SignUpState.HELD
    SIGN_UP.step(sign_up, "lapse", state_since=now, held_until=None)
    Child.objects.filter(sign_up=sign_up).delete()
    tell(SignUpLapsed(sign_up.pk, shift.pk), sign_up, shift, now)
    if was_held:
        give_back(shift, sign_up.places, now)


def check_requirement(*, actor: Actor, public_id: UUID, is_checked: bool, now: datetime) -> SignUp:
    """The organiser has seen what the activity asks for, or has not: for what the platform does not know.

    Who says so is kept and audited; the same again changes nothing. Raises `SignUpNotFound`, `OwnRequirement`.
    """
    rows = SignUp.objects.filter(public_id=public_id)
    found = policy.visible(rows, "volunteering.attend", actor).select_related("shift__activity").first()
    if found is None:
        raise SignUpNotFound
    if found.person_id is not None and found.person_id == actor.person_id:
        raise OwnRequirement
    with transaction.atomic():
        by = {"checked_by": actor.assignment_id, "checked_at": now} if is_checked else {
            "checked_by": None, "checked_at": None,
        }  # fmt: skip
        if SignUp.objects.filter(pk=found.pk, is_checked=not is_checked).update(is_checked=is_checked, **by):
            audit.record(
                actor=actor, action="volunteering.requirement_seen", object_type="sign_up", object_id=found.pk,
                scope_code=found.shift.activity.scope_code, detail={"seen": is_checked}, now=now,
            )  # fmt: skip
    return found


def _hold_rows(sign_up: SignUp) -> Shift:
    """Its person and its shift, in this order; then the sign-up as it is now."""
    Person.objects.select_for_update().filter(pk=sign_up.person_id or 0).first()
    shift = locked_shift(sign_up.shift_id)
    sign_up.refresh_from_db()
    return shift


def _may(person: Person, shift: Shift, *, belongs: bool, now: datetime) -> None:
    activity = shift.activity
    if shift.state != ShiftState.PLANNED or shift.starts_at <= now:
        raise SignUpOver
    if not sign_up_is_open(activity, now):
        raise NotOpenYet if activity.opens_at and activity.opens_at > now else SignUpOver
    refusal = not_for(person.pk, activity)
    if refusal is not None:
        raise NotEligible(refusal.why, hint=refusal.hint)
    if activity.for_women and not belongs:
        raise NotEligible(_("这是女性专场。"), hint=_("符合的话，勾上“我符合”再报；这一项不保存。"))
    _fits(person.pk, shift)


def _fits(person_id: int, shift: Shift) -> None:
    _refused(in_the_way(person_id, shift))


def _refused(refusal: Refusal | None) -> None:
    if refusal is not None:
        raise DoesNotFit(refusal.why, hint=refusal.hint)


def _guardian(
    person: Person,
    activity: Activity,
    children: Sequence[ChildData],
    agreement: Agreement | None,
    now: datetime,
) -> int:
    """The version of the words that the guardian agrees to; 0 where no child comes."""
    if not activity.with_children:
        if children:
            raise Invalid(fields={"children": _("这个活动不用登记孩子，报大人就行。")})
        return 0
    _check_children(activity, children)
    if agreement is not None:
        take_agreement(person=person, purpose=GUARDIAN, agreement=agreement, now=now)
    if not consented(person.pk, GUARDIAN):
        raise GuardianNeeded
    return consent_purpose(GUARDIAN).version


def _check_children(activity: Activity, children: Sequence[ChildData]) -> None:
    wrong: str | Promise = ""
    least, most = activity.min_age or 0, activity.max_age or 0
    if not 1 <= len(children) <= MOST_CHILDREN:
        wrong = _("写上来的孩子，1 到 3 个。")
    elif any(not 1 <= len(each.name.strip()) <= 6 for each in children):
        wrong = _("孩子写小名或名字，1 到 6 个字，不用全名。")
    elif any(not least <= each.age <= most for each in children):
        wrong = _("这个活动是 %(least)d 到 %(most)d 岁的孩子参加。") % {"least": least, "most": most}
    if wrong:
        raise Invalid(fields={"children": wrong})

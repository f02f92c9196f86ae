"""One's own sign-ups: what comes, what may be done with it, what others offer to swap, and the calendar of it all."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import Actor, permits, visible
from nuanxin.kernel.errors import NotFound
from nuanxin.kernel.privacy.register import Subject
from nuanxin.kernel.workflow import Transition
from nuanxin.volunteering.enums import ShiftState, SignUpState, SwapState
from nuanxin.volunteering.models import OPEN_SIGN_UPS, Child, Shift, SignUp, Swap
from nuanxin.volunteering.queries.activities import PUBLIC, ActivityNotFound
from nuanxin.volunteering.queries.records import EARLY
from nuanxin.volunteering.queries.requirements import Known, known_of, met
from nuanxin.volunteering.workflow import SIGN_UP

KEPT_IN_LIST = 30
RELATED = ("shift__activity__kind", "shift__activity__place", "shift__activity__organiser")


class SignUpNotFound(NotFound):
    default_message = _("没有找到这个报名。")
    default_hint = _("在“我的班次”里看看。")


def public_shift(shift_id: UUID) -> Shift:
    """Of an activity that everybody may see. Raises `ActivityNotFound`."""
    rows = Shift.objects.filter(public_id=shift_id, activity__state__in=PUBLIC)
    found = rows.select_related("activity__kind", "activity__place", "activity__organiser").first()
    if found is None:
        raise ActivityNotFound
    return found


def own_sign_up(actor: Actor, public_id: UUID) -> SignUp:
    """Raises `SignUpNotFound`."""
    rows = visible(SignUp.objects.filter(public_id=public_id), "volunteering.sign_up", actor)
    found = rows.exclude(person=None).select_related(*RELATED).first()
    if found is None:
        raise SignUpNotFound
    return found


def open_swap(actor: Actor, public_id: UUID) -> Swap:
    """One that somebody else offers, or that one has taken. Raises `SignUpNotFound`."""
    if not permits(actor, "volunteering.sign_up"):
        raise SignUpNotFound
    found = Swap.objects.filter(public_id=public_id).select_related("offered__shift__activity").first()
    if found is None:
        raise SignUpNotFound
    return found


@dataclass(frozen=True, slots=True)
class OwnShift:
    """`position` among those who wait, from 1; `moves` are the buttons; `is_late`: calling off tells the leader.

    `known`: by what the platform knows that one has what is asked for.
    """

    sign_up: SignUp
    position: int
    moves: list[Transition]
    is_over: bool
    is_late: bool
    is_offered: bool
    may_offer: bool
    children: list[Child]
    known: str
    may_check_in: bool


def own_shifts(actor: Actor, *, now: datetime) -> tuple[list[OwnShift], list[OwnShift]]:
    """Those to come, the next first; and those that are over, the latest first. Four statements."""
    if actor.person_id is None:
        return [], []
    rows = list(
        SignUp.objects.filter(person=actor.person_id)
        .exclude(state=SignUpState.SWAPPED)
        .select_related(*RELATED)
        .order_by("-shift__starts_at", "-pk")[:200]
    )
    told = _as_own(actor, rows, now)
    coming = [each for each in reversed(told) if not each.is_over]
    return coming, [each for each in told if each.is_over][:KEPT_IN_LIST]


def as_own(actor: Actor, sign_up: SignUp, *, now: datetime) -> OwnShift:
    return _as_own(actor, [sign_up], now)[0]


def _as_own(actor: Actor, rows: list[SignUp], now: datetime) -> list[OwnShift]:
    held = {"volunteering.sign_up"} if permits(actor, "volunteering.sign_up") else set()
    positions = _positions([each for each in rows if each.state == SignUpState.WAITING])
    offered = set(
        Swap.objects.filter(offered__in=rows, state=SwapState.OFFERED).values_list("offered_id", flat=True)
    )
    children: dict[int, list[Child]] = {}
    with_children = [each.pk for each in rows if each.shift.activity.with_children]
    for child in Child.objects.filter(sign_up__in=with_children) if with_children else ():
        children.setdefault(child.sign_up_id, []).append(child)
    known = known_of({each.person_id for each in rows if each.person_id and each.shift.activity.required})
    return [
        _one(
            each,
            held,
            positions.get(each.pk, 0),
            is_offered=each.pk in offered,
            children=children.get(each.pk, []),
            known=_known(each, known, now),
            now=now,
        )
        for each in rows
    ]


def _known(sign_up: SignUp, known: Known, now: datetime) -> str:
    if sign_up.is_checked or sign_up.person_id is None or sign_up.shift.is_over(now):
        return ""
    found = met(sign_up.shift.activity.required, known.get(sign_up.person_id, ()))
    return found.why if found else ""


def _one(
    sign_up: SignUp,
    held: set[str],
    position: int,
    *,
    is_offered: bool,
    children: list[Child],
    known: str,
    now: datetime,
) -> OwnShift:
    shift = sign_up.shift
    is_over = sign_up.state not in OPEN_SIGN_UPS or shift.is_over(now)
    moves = [] if is_over or shift.starts_at <= now else SIGN_UP.among(sign_up.state, held)
    if sign_up.held_until is not None and sign_up.held_until <= now:
        moves = [each for each in moves if each.name != "accept"]
    may_offer = (
        sign_up.state == SignUpState.CONFIRMED
        and not is_offered
        and not shift.activity.with_children
        and shift.starts_at - timedelta(hours=1) > now
    )
    late = shift.starts_at - timedelta(hours=shift.activity.call_off_hours) <= now
    may_check_in = (
        sign_up.state == SignUpState.CONFIRMED
        and shift.activity.kind.is_volunteering
        and shift.starts_at - EARLY <= now < shift.ends_at
    )
    return OwnShift(
        sign_up=sign_up, position=position, moves=moves, is_over=is_over, is_late=late, is_offered=is_offered,
        may_offer=may_offer and not is_over, children=children, known=known, may_check_in=may_check_in,
    )  # fmt: skip


def _positions(waiting: list[SignUp]) -> dict[int, int]:
    if not waiting:
        return {}
    queues: dict[int, list[int]] = {}
    rows = SignUp.objects.filter(shift__in={each.shift_id for each in waiting}, state=SignUpState.WAITING)
    for shift, key in rows.order_by(F("rank").asc(nulls_last=True), "asked_at", "pk").values_list(
        "shift", "pk"
    ):
        queues.setdefault(shift, []).append(key)
    return {each.pk: queues[each.shift_id].index(each.pk) + 1 for each in waiting}


def next_shift(actor: Actor, *, now: datetime) -> SignUp | None:
    """What the first page reminds of: a place that waits for an answer, else what comes within two days."""
    if actor.person_id is None:
        return None
    rows = SignUp.objects.filter(person=actor.person_id, shift__state=ShiftState.PLANNED).select_related(
        *RELATED
    )
    asked = rows.filter(state=SignUpState.HELD, held_until__gt=now).order_by("held_until").first()
    if asked is not None:
        return asked
    coming = rows.filter(
        state=SignUpState.CONFIRMED, shift__ends_at__gt=now, shift__starts_at__lt=now + timedelta(days=2)
    )
    return coming.order_by("shift__starts_at").first()


@dataclass(frozen=True, slots=True)
class SwapOffer:
    """A place that somebody offers; `mine` are one's own of the same activity, to give for it. Nobody's name."""

    swap: Swap
    shift: Shift
    mine: list[SignUp]


def swaps_for(actor: Actor, *, now: datetime) -> list[SwapOffer]:
    """What others offer in activities that one has signed up for; two statements."""
    own = SignUp.objects.filter(
        person=actor.person_id or 0, state=SignUpState.CONFIRMED, shift__starts_at__gt=now
    ).select_related("shift__activity")
    mine: dict[int, list[SignUp]] = {}
    for each in own:
        mine.setdefault(each.shift.activity_id, []).append(each)
    if not mine:
        return []
    rows = Swap.objects.filter(
        state=SwapState.OFFERED, offered__shift__activity__in=mine, offered__shift__starts_at__gt=now
    ).exclude(offered__person=actor.person_id)
    related = rows.select_related("offered__shift__activity__kind").order_by("offered__shift__starts_at")
    return [
        SwapOffer(each, each.offered.shift, [one for one in mine[each.offered.shift.activity_id]
                                             if one.shift_id != each.offered.shift_id])
        for each in related[:20]
    ]  # fmt: skip


def in_calendar(person_id: int, *, now: datetime) -> QuerySet[SignUp]:
    """What a calendar shows: from a month ago on, and what was called off, so that it disappears there too."""
    shown = (
        SignUpState.CONFIRMED, SignUpState.CALLED_OFF, SignUpState.CANCELLED, SignUpState.SWAPPED,
    )  # fmt: skip
    rows = SignUp.objects.filter(
        person=person_id, state__in=shown, shift__ends_at__gt=now - timedelta(days=31)
    )
    return rows.select_related(*RELATED).order_by("shift__starts_at", "pk")


def sign_ups_of(subject: Subject) -> list[Mapping[str, Any]]:
    """For the export of one's own data."""
    rows = SignUp.objects.filter(person=subject.person_id or 0).order_by("asked_at")
    return list(rows.values("shift__activity__title", "shift__starts_at", "state", "asked_at", "places"))

"""Two volunteers swap between themselves; the leader hears of it. Both have to fit where they go."""

from datetime import datetime, timedelta
from uuid import UUID, uuid5

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import Actor
from nuanxin.kernel.errors import Conflict
from nuanxin.people.models import Person
from nuanxin.volunteering.enums import SignUpState, SwapState
from nuanxin.volunteering.events import ShiftSwapped, SignUpMade, SwapOffered
from nuanxin.volunteering.models import OPEN_SIGN_UPS, Shift, SignUp, Swap
from nuanxin.volunteering.queries.eligibility import in_the_way, not_for
from nuanxin.volunteering.queries.own_shifts import open_swap, own_sign_up
from nuanxin.volunteering.services.places_of_shift import locked_shift, plan_reminder, tell
from nuanxin.volunteering.services.signing_up import DoesNotFit, NotEligible, drop_swaps, give_up
from nuanxin.volunteering.workflow import SIGN_UP, SWAP

LEAST_BEFORE = timedelta(hours=1)


class NotToSwap(Conflict):
    default_message = _("这一班换不了。")
    default_hint = _("报上了的、离开始一小时以上、不带孩子的班次才能换；别的可以直接取消。")


class NotForWomenOnly(NotEligible):
    default_message = _("这是女性专场。")
    default_hint = _("符合的话，勾上“我符合”再换；这一项不保存。")


class SwapGone(Conflict):
    default_message = _("这个班刚被别人换走，或者收回了。")
    default_hint = _("看看还有没有别的班可以换。")


def offer_swap(*, actor: Actor, public_id: UUID, now: datetime) -> Swap:
    """The own place, for whoever takes it; until then it stays one's own. Again is the same. Publishes `SwapOffered`.

    Raises `SignUpNotFound`, `NotToSwap`.
    """
    mine = own_sign_up(actor, public_id)
    with transaction.atomic():
        shift = locked_shift(mine.shift_id)
        mine.refresh_from_db()
        _swappable(mine, shift, now)
        known = Swap.objects.filter(offered=mine, state=SwapState.OFFERED).first()
        if known is not None:
            return known
        made = Swap.objects.create(offered=mine, state=SwapState.OFFERED, state_since=now)
        tell(SwapOffered(mine.pk, shift.pk), mine, shift, now)
    return made


def withdraw_swap(*, actor: Actor, public_id: UUID, now: datetime) -> None:
    """Nobody has taken it, and one goes oneself. Raises `SignUpNotFound`."""
    mine = own_sign_up(actor, public_id)
    with transaction.atomic():
        for swap in Swap.objects.select_for_update().filter(offered=mine, state=SwapState.OFFERED):
            SWAP.step(swap, "withdraw", state_since=now)


def take_swap(
    *, actor: Actor, public_id: UUID, give: UUID | None, now: datetime, belongs: bool = False
) -> SignUp:
    """The offered place is one's own now; the other has `give`, a place of another shift of it, or nothing.

    `belongs`: one's own word where the activity is for women, as at signing up; who gives a place of it has said so.
    Publishes `ShiftSwapped`, `SignUpMade`. Raises `SignUpNotFound`, `SwapGone`, `NotToSwap`,
    `NotEligible`, `DoesNotFit`.
    """
    swap = open_swap(actor, public_id)
    given = own_sign_up(actor, give) if give is not None else None
    with transaction.atomic():
        people = sorted({actor.person_id or 0, swap.offered.person_id or 0})
        list(Person.objects.select_for_update().filter(pk__in=people).order_by("pk"))
        shifts = sorted({swap.offered.shift_id, *([given.shift_id] if given else [])})
        held = {key: locked_shift(key) for key in shifts}
        offered = SignUp.objects.get(pk=swap.offered_id)
        swap.refresh_from_db()
        key = uuid5(swap.public_id, "taken")
        if swap.state == SwapState.TAKEN:
            mine = SignUp.objects.filter(key=key, person=actor.person_id).first()
            if mine is not None:
                return mine
        if swap.state != SwapState.OFFERED or offered.person_id in (None, actor.person_id):
            raise SwapGone
        if given is not None:
            given.refresh_from_db()
        if held[offered.shift_id].activity.for_women and given is None and not belongs:
            raise NotForWomenOnly
        _both_fit(actor, offered, given, held, now)
        SWAP.step(swap, "take", state_since=now, given=given)
        mine = _hand_over(offered, actor.person_id or 0, held[offered.shift_id], key, now)
        if given is not None:
            back = uuid5(swap.public_id, "given")
            _hand_over(given, offered.person_id or 0, held[given.shift_id], back, now)
    return mine


def _both_fit(
    actor: Actor, offered: SignUp, given: SignUp | None, held: dict[int, Shift], now: datetime
) -> None:
    shift = held[offered.shift_id]
    _swappable(offered, shift, now)
    if given is not None:
        other = held[given.shift_id]
        _swappable(given, other, now)
        if other.activity_id != shift.activity_id or other.pk == shift.pk:
            raise NotToSwap(_("只能和同一个活动的另一班换。"))
        _fits(offered.person_id or 0, other, besides=[offered.pk])
    refusal = not_for(actor.person_id or 0, shift.activity)
    if refusal is not None:
        raise NotEligible(refusal.why, hint=refusal.hint)
    _fits(actor.person_id or 0, shift, besides=[given.pk] if given else [])


def _hand_over(sign_up: SignUp, person_id: int, shift: Shift, key: UUID, now: datetime) -> SignUp:
    """The place stays taken; who has it is another. A turn in the queue of that shift has served its purpose."""
    for there in SignUp.objects.filter(shift=shift, person=person_id, state__in=OPEN_SIGN_UPS):
        give_up(there, shift, now)
    SIGN_UP.step(sign_up, "swap", state_since=now, remind_at=None)
    drop_swaps(sign_up, now)
    made = SignUp.objects.create(
        shift=shift, person_id=person_id, state=SignUpState.CONFIRMED, state_since=now, asked_at=now,
        places=sign_up.places, key=key,
    )  # fmt: skip
    plan_reminder(made, shift, now)
    tell(SignUpMade(made.pk, shift.pk), made, shift, now)
    tell(ShiftSwapped(sign_up.pk, made.pk, shift.pk), sign_up, shift, now)
    return made


def _swappable(sign_up: SignUp, shift: Shift, now: datetime) -> None:
    is_in_time = shift.starts_at - LEAST_BEFORE > now
    if sign_up.state != SignUpState.CONFIRMED or not is_in_time or shift.activity.with_children:
        raise NotToSwap


def _fits(person_id: int, shift: Shift, besides: list[int]) -> None:
    refusal = in_the_way(person_id, shift, besides)
    if refusal is not None:
        raise DoesNotFit(refusal.why, hint=refusal.hint)

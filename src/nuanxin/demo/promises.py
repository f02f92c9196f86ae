"""Offers of the demo city's merchants, canteens and hospitals, and a week in which riders used them."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, UUID, uuid5

from django.utils import timezone

from nuanxin.demo.planned import Seat
from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.errors import DomainError
from nuanxin.places import services
from nuanxin.places.enums import OfferState
from nuanxin.places.models import Offer
from nuanxin.places.services import OfferData, Taken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nuanxin.demo.acting import Stage
    from nuanxin.places.models import Place

DAY = timedelta(days=1)
STORY = "s1"
PAST = 5  # days
EVERY = 3  # of the places of a type, so many have one
WAITING = 11  # and every so many is still to be confirmed
OFFERS: Mapping[str, tuple[OfferData, ...]] = {
    "restaurant": (
        OfferData(
            kind="discount_meal", name_zh="骑手套餐八折", name_en="A fifth off rider meals",
            value_kind="percent", value=20,
            terms_zh="面、粉、盖饭都算，酒水不算。", terms_en="Noodles and rice dishes; not drinks.", per_day=2,
        ),
        OfferData(
            kind="seat", name_zh="歇脚不用点单", name_en="Sit down without ordering", needs_voucher=False,
            terms_zh="靠门两张桌子，充电随便用。",
        ),
    ),
    "canteen": (
        OfferData(
            kind="late_meal", name_zh="两点半前都有热饭", name_en="A hot meal until half past two",
            value_kind="fen", value=300,
            terms_zh="过了饭点也给热，15 元一份减 3 元。", opening="Mo-Su 11:00-14:30", per_day=1,
        ),
    ),
    "merchant": (
        OfferData(
            kind="hot_water", name_zh="热水随便接", name_en="Free hot water", needs_voucher=False,
            terms_zh="门口的保温壶，自己接。",
        ),
        OfferData(
            kind="discount", name_zh="饮料减两元", name_en="Two yuan off drinks",
            value_kind="fen", value=200, per_day=1, per_month=20,
        ),
    ),
    "hospital": (
        OfferData(
            kind="green_channel", name_zh="就医绿色通道", name_en="Medical green channel",
            value_kind="percent", value=50,
            terms_zh="直接到导诊台出示，诊查费减半；药费、检查费按原价。",
            terms_en="Show it at the front desk; half the consultation fee. Medicines and tests at the usual price.",
            skips_registration=True, care=("outpatient", "emergency"), per_month=4,
        ),
    ),
    "clinic": (
        OfferData(
            kind="green_channel", name_zh="换药优先", name_en="Dressings first", value_kind="percent", value=50,
            skips_registration=True, care=("outpatient",), per_day=1,
        ),
    ),
}  # fmt: skip
OF_THE_STORY = (
    OfferData(
        kind="free_item", name_zh="早班热豆浆一杯", name_en="A cup of hot soy milk", value_kind="percent", value=100,
        terms_zh="到柜台出示，趁热喝。", terms_en="Show it at the counter.", per_day=2,
    ),
)  # fmt: skip
USES = 0.2  # a day


def make_offers(places: Mapping[str, Place], *, now: datetime) -> None:
    """Each place says so for itself; the street confirms nearly all of them."""
    for data in OF_THE_STORY:
        _propose(places[STORY], data, is_confirmed=True, now=now)
    seen: dict[str, int] = {}
    for place in places.values():
        number = seen[place.type_id] = seen.get(place.type_id, 0) + 1
        if place.state != "open" or place.type_id not in OFFERS or (number - 1) % EVERY:
            continue
        for data in OFFERS[place.type_id]:
            _propose(place, data, is_confirmed=number % WAITING != 0, now=now)


def _propose(place: Place, data: OfferData, *, is_confirmed: bool, now: datetime) -> None:
    made = services.propose_offer(
        actor=SYSTEM, public_id=place.public_id, data=data, key=_key(place.name_zh, data.name_zh), now=now
    )
    if is_confirmed:
        services.perform_offer(actor=SYSTEM, public_id=made.public_id, name="confirm", now=now)


def use_some(stage: Stage, *, now: datetime) -> None:
    """The days behind: vouchers taken, shown and taken in at the desk, some of them rated."""
    riders = [
        Seat(person, role)
        for person, role, unit in stage.settled.assignments
        if role == "worker" and not unit and person not in ("wang", "luo")
    ]
    offers = Offer.objects.filter(state=OfferState.ACTIVE, needs_voucher=True).select_related("place")
    for offer in offers.order_by("pk"):
        rng = Random(f"{offer.place.name_zh}/{offer.name_zh}")
        for ago in range(PAST, 0, -1):
            for rider in rng.sample(riders, min(len(riders), 3)):
                if rng.random() < USES:
                    at = timezone.localtime(now - ago * DAY).replace(hour=12, minute=rng.randrange(50))
                    _use(stage, offer, rider, rng, at)


def _use(stage: Stage, offer: Offer, rider: Seat, rng: Random, at: datetime) -> None:
    actor = stage.settled.actor(rider)
    key = _key(str(offer.pk), rider.person, at.isoformat())
    try:
        held = services.take_voucher(actor=actor, public_id=offer.public_id, key=key, now=at)
        shown = services.show_voucher(actor=actor, public_id=held.public_id, now=at)
        taken = Taken(shown.signed, key, at)
        services.redeem_voucher(actor=SYSTEM, public_id=offer.place.public_id, taken=taken, now=at)
        if rng.random() < USES:
            tags = rng.sample(["as_said", "friendly", "quick", "good_value"], 2)
            services.rate_use(actor=actor, public_id=held.public_id, tags=tags, now=at)
    except DomainError:
        return  # this one has had enough


def _key(*words: str) -> UUID:
    return uuid5(NAMESPACE_URL, "/".join(words))

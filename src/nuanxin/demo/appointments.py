"""Bookings in the demo city: a few places whose services are booked by slots, and a week of people who did.

Whoever tells a story of their own has room left: one may book on the spot.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from django.utils import timezone

from nuanxin.demo.planned import Seat
from nuanxin.kernel.access import SYSTEM
from nuanxin.kernel.errors import DomainError
from nuanxin.places import services
from nuanxin.places.enums import BookingState
from nuanxin.places.models import Bookable, Booking
from nuanxin.places.queries.slots import grid
from nuanxin.places.services import BookingRules

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nuanxin.demo.acting import Stage
    from nuanxin.places.models import Place

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
RULES: Mapping[str, Mapping[str, BookingRules]] = {
    "station": {
        "haircut": BookingRules(hours="Mo-Su 14:00-17:00", minutes=30, note="义剪，不洗头，二十来分钟。"),
        "counselling": BookingRules(
            hours="Tu,Th,Sa 14:00-17:00; PH off", minutes=60, is_confidential=True, note="从侧门进，二楼左手第一间。"
        ),
        "legal_advice": BookingRules(
            hours="We,Fr 14:00-17:00; PH off", minutes=30, is_confidential=True, note="合同、工资条、聊天记录都带来。"
        ),
    },
    "drivers_home": {"vehicle_check": BookingRules(hours="Mo-Su 09:00-17:00", minutes=30, capacity=2)},
    "charging_site": {"charging_ebike": BookingRules(hours="24/7", minutes=120, capacity=4, per_person=2)},
    "neg_centre": {"meeting_room": BookingRules(hours="Mo-Fr 09:00-21:00; PH off", minutes=120, days_ahead=30)},
}  # fmt: skip
PAST, AHEAD = 7, 3  # days
STORY = ("wang", "luo", "chen")
ASKED_BEFORE = timedelta(hours=20)
BUSY = 0.25  # of the slots
MISSED = 0.12


def open_bookings(places: Mapping[str, Place], *, now: datetime) -> None:
    """The first open place of each of those types."""
    for kind, rules in RULES.items():
        place = next(
            (each for each in places.values() if each.type_id == kind and each.state == "open"), None
        )
        if place is None:
            continue
        for item, given in rules.items():
            services.set_booking_rules(
                actor=SYSTEM, public_id=place.public_id, item=item, rules=given, now=now
            )


def book_some(stage: Stage, *, start: datetime, now: datetime) -> None:
    """The week behind, where the city has lived so long, marked at the desk, and what is booked for the days ahead."""
    today, past = timezone.localdate(now), min(PAST, (now - start).days)
    riders = [
        Seat(person, role)
        for person, role, unit in stage.settled.assignments
        if role == "worker" and not unit
    ]
    for bookable in Bookable.objects.select_related("place"):
        rng = Random(f"{bookable.place.name_zh}/{bookable.item_id}")
        for on in (today + n * DAY for n in range(-past, AHEAD)):
            _book_day(stage, bookable, on, rng, [each for each in riders if each.person not in STORY], now)
    _of_the_story(stage, now)


def _book_day(
    stage: Stage, bookable: Bookable, on: date, rng: Random, riders: list[Seat], now: datetime
) -> None:
    for span in grid(bookable, bookable.place, on, on):
        if rng.random() > BUSY:
            continue
        rider = stage.settled.actor(rng.choice(riders))
        asked = min(span.starts_at - ASKED_BEFORE, now - HOUR)
        try:
            made = services.book(
                actor=rider, public_id=bookable.place.public_id, item=bookable.item_id, starts_at=span.starts_at,
                key=uuid5(NAMESPACE_URL, f"{bookable.pk}/{span.starts_at:%Y%m%d%H%M}"), now=asked,
            )  # fmt: skip
        except DomainError:
            continue  # this rider has one already
        if span.starts_at < now:
            came = rng.random() > MISSED
            services.mark_booking(
                actor=SYSTEM, public_id=made.public_id, came=came, now=min(span.starts_at + HOUR / 6, now)
            )


def _of_the_story(stage: Stage, now: datetime) -> None:
    """Wang has an hour with a lawyer ahead, Chen waits for a place."""
    wang, chen = (stage.settled.actor(Seat(each, "worker")) for each in ("wang", "chen"))
    for actor, item in ((wang, "legal_advice"), (chen, "haircut")):
        bookable = Bookable.objects.select_related("place").filter(item=item).first()
        if bookable is None:
            continue
        today = timezone.localdate(now)
        for span in grid(bookable, bookable.place, today + DAY, today + 7 * DAY):
            full = Booking.objects.filter(slot__starts_at=span.starts_at, state=BookingState.BOOKED).exists()
            if full != (actor is chen):
                continue
            try:
                services.book(
                    actor=actor, public_id=bookable.place.public_id, item=item, starts_at=span.starts_at,
                    key=uuid5(NAMESPACE_URL, f"{item}/{actor.person_id}"), now=now, wait=full,
                )  # fmt: skip
            except DomainError:
                continue
            break

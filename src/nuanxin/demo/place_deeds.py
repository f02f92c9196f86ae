"""A line of the places' days becomes one call of a service of `places`, as whoever looks after the place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from nuanxin.cases.models import PlaceCase
from nuanxin.demo.acting import Stage
from nuanxin.demo.friendly import Crew, tell_open_day, tell_scene
from nuanxin.demo.pictures import picture
from nuanxin.demo.place_days import CATEGORY, Deed
from nuanxin.demo.planned import Seat
from nuanxin.demo.shelves import SHELF, put_on_shelf
from nuanxin.kernel.access import SYSTEM, Actor
from nuanxin.kernel.errors import DomainError
from nuanxin.kernel.files.accept import accept_image
from nuanxin.places import services
from nuanxin.places.enums import RestockState
from nuanxin.places.models import Book, Place, RestockTask, StockLine, StockLot
from nuanxin.places.services import Delivery, Passer

GOOD_FOR = timedelta(days=300)


class PlaceStage:
    """What is done at the places; an empty shelf gives nothing. What a rule refuses is kept in `refused`."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.settled = stage, stage.settled
        self.refused: list[str] = []
        self.keepers = {
            post.site: Seat(person.key, post.role, post.organisation)
            for person in stage.people.people
            for post in person.posts
            if post.site in self.settled.places
        }

    def act(self, deed: Deed) -> None:
        place = self.settled.places[deed.key]
        try:
            DEEDS[deed.what](self, place, deed)
        except (services.NothingLeft, services.OnlyExpired):
            return
        except DomainError as error:
            self.refused.append(f"{deed.key} {deed.what}: {error!r}")

    def keeper(self, deed: Deed) -> Actor:
        seat = self.keepers.get(deed.key)
        return self.settled.actor(seat) if seat else SYSTEM

    def street(self, place: Place) -> Actor:
        office, area = f"jd{place.scope_code[6:9]}", place.scope_code[:9]
        who = self.stage.people.holding("dispatcher", scope=area)[0]
        return self.settled.actor(Seat(who, "dispatcher", office))

    def crew(self, place: Place, deed: Deed) -> Crew:
        """Those of the street, the community and the district who have no part in it; the system where nobody is."""
        area, community = place.scope_code[:9], place.scope_code[:12]
        held = [
            self._holding("dispatcher", area),
            self._holding("community_head", community),
            self._holding("street_lead", area),
            self._holding("swd", area[:6]),
        ]
        free = [each for each in held if each and each.organisation_id != place.host_id]
        leads = [each for each in free if each.role in ("street_lead", "swd")]
        first, second = (*free, SYSTEM, SYSTEM)[:2]
        return Crew(self.keeper(deed), first, second, (*leads, SYSTEM)[0])

    def _holding(self, role: str, scope: str) -> Actor | None:
        for person in self.stage.people.people:
            for post in person.posts:
                if post.role == role and post.scope == scope:
                    return self.settled.actor(Seat(person.key, role, post.organisation))
        return None

    def scene(self, place: Place, deed: Deed) -> None:
        tell_scene(place=place, crew=self.crew(place, deed), reach=deed.about, now=deed.at)

    def open_day(self, place: Place, deed: Deed) -> None:
        visitors = [self.settled.actor(Seat(each, "worker")) for each in ("luo", "chen")]
        tell_open_day(place=place, keeper=self.keeper(deed), visitors=visitors, now=deed.at)

    def check(self, place: Place, deed: Deed) -> None:
        wrong = deed.about.split()
        services.check_place(actor=self.keeper(deed), public_id=place.public_id, wrong=wrong, now=deed.at)

    def tap(self, place: Place, deed: Deed) -> None:
        question, _colon, answer = deed.about.partition(":")
        services.tell_at_door(
            code=place.door_code, passer=_passer(deed), question=question, answer=answer == "yes", now=deed.at
        )

    def visit(self, place: Place, deed: Deed) -> None:
        services.check_in(code=place.door_code, passer=_passer(deed), now=deed.at)

    def close(self, place: Place, deed: Deed) -> None:
        """From a while ago until tonight, or a day in the coming week."""
        rng = Random(f"{deed.key}/{deed.at:%H%M}")
        begins = deed.at + timedelta(hours=rng.choice((0, 0, 30, 54)))
        services.except_hours(
            actor=self.keeper(deed), public_id=place.public_id, kind="closed", starts_at=begins,
            ends_at=begins + timedelta(hours=rng.choice((3, 5, 30))), reason=deed.about, now=deed.at,
        )  # fmt: skip

    def photo(self, place: Place, deed: Deed) -> None:
        accepted = accept_image(picture(CATEGORY, "far", deed.who))
        made = services.add_photo(
            actor=self.keeper(deed), public_id=place.public_id, accepted=accepted, now=deed.at
        )
        services.release_photo(
            actor=SYSTEM, public_id=place.public_id, photo_id=made.pk, now=deed.at + timedelta(hours=2)
        )

    # --- The shelf ---------------------------------------------------------------------------------------------------
    def shelf(self, place: Place, deed: Deed) -> None:
        put_on_shelf(place, SHELF[deed.who % 3 :: 2], now=deed.at)

    def take(self, place: Place, deed: Deed) -> None:
        kept = StockLine.objects.filter(place=place, is_kept=True).values_list("item", flat=True)
        item = deed.about if deed.about in kept else sorted(kept)[deed.who % len(kept)]
        services.take_out(
            actor=self.keeper(deed), public_id=place.public_id, item=item, quantity=1 + deed.who % 3,
            key=_key(deed, item), now=deed.at,
        )  # fmt: skip

    def restock(self, place: Place, deed: Deed) -> None:
        """The street takes on what was asked for, brings what it took on; the keeper puts up what was brought."""
        for task in RestockTask.objects.filter(place=place).select_related("line__item"):
            given: dict[str, Any] = {"public_id": task.public_id, "now": deed.at}
            match task.state:
                case RestockState.OPEN:
                    services.accept_restock(actor=self.street(place), **given)
                case RestockState.ACCEPTED:
                    services.deliver_restock(actor=self.street(place), **given)
                case RestockState.DELIVERED:
                    until = (deed.at + GOOD_FOR).date() if task.line.item.has_expiry else None
                    brought = Delivery(task.wanted, until, "街道")
                    services.take_in_restock(
                        actor=self.keeper(deed), delivery=brought, key=task.public_id, **given
                    )

    def clear(self, place: Place, deed: Deed) -> None:
        """On Fridays what is out of date goes."""
        over = StockLot.objects.filter(line__place=place, balance__gt=0, expires_on__lt=deed.at.date())
        for lot in over:
            key = _key(deed, str(lot.pk))
            services.discard_lot(
                actor=self.keeper(deed), public_id=place.public_id, lot_id=lot.pk, key=key, now=deed.at
            )

    # --- Books -------------------------------------------------------------------------------------------------------
    def borrow(self, place: Place, deed: Deed) -> None:
        services.borrow_book(
            actor=self._worker(deed), public_id=place.public_id, book_id=self._book(place, deed), now=deed.at
        )

    def give_back(self, place: Place, deed: Deed) -> None:
        services.return_book(
            actor=self._worker(deed), public_id=place.public_id, book_id=self._book(place, deed), now=deed.at
        )

    def _worker(self, deed: Deed) -> Actor:
        return self.settled.actor(Seat(deed.about, "worker"))

    def _book(self, place: Place, deed: Deed) -> UUID:
        return Book.objects.filter(place=place).order_by("pk")[deed.who].public_id

    # --- A door that was found locked -------------------------------------------------------------------------------
    def case(self, place: Place, deed: Deed) -> None:
        found = PlaceCase.objects.filter(place=place).select_related("case").latest("pk")
        if deed.step is not None:
            self.stage.step_on(found.case, deed.step)


def _passer(deed: Deed) -> Passer:
    return Passer(key=f"passer {deed.who}", address=f"192.0.2.{deed.who % 250}", is_member=True)


def _key(deed: Deed, *words: str) -> UUID:
    return uuid5(NAMESPACE_URL, "/".join((deed.key, deed.what, deed.at.isoformat(), *words)))


DEEDS: dict[str, Callable[[PlaceStage, Place, Deed], None]] = {
    name: getattr(PlaceStage, name)
    for name in (
        "check", "tap", "visit", "close", "photo", "shelf", "take", "restock", "clear", "borrow", "give_back", "case",
        "scene", "open_day",
    )
}  # fmt: skip

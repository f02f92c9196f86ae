"""What happens at the places day by day, as pure data: rounds, taps at the door, takings, closures, doors found locked.

A tenth of them are told in depth, those with a keeper of their own; of the others what a visitor sees today.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from nuanxin.demo.personas import Cast
from nuanxin.demo.planned import PlannedPhoto, PlannedStep, Seat
from nuanxin.demo.spots import FEWEST, Spot
from nuanxin.demo.stations import NOT_YET, REPAIRED
from nuanxin.kernel.worktime import SHANGHAI

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DILIGENCE = (0.9, 0.6, 0.35, 0.15, 0.05)  # on how many mornings keepers go round
POINTS = ("sign", "clean", "water", "temperature", "power", "light", "fire")
TAKEN = ("plaster", "drinking_water", "raincoat", "mask", "power_bank", "huoxiang")
CLOSURES = ("停水，来电再开", "盘点半天", "消毒通风", "参加培训", "设备检修")
CATEGORY = "1201"  # what a locked door becomes
BORROWERS = ("wang", "luo", "chen")
BUSY, PICTURED = 3, 5  # places where visitors check in, that have a picture
# How far the first friendly scenes have come, in turn.
REACHED = (
    "accredited", "assessing", "publicity", "accredited", "accredited", "recheck", "accredited", "applied",
    "suspended", "accredited", "accredited", "publicity", "refused", "accredited", "confirm", "accredited",
)  # fmt: skip
A_SHELF = 80  # one in so many keeps one


@dataclass(frozen=True, slots=True)
class Deed:
    """One call about one place. `about`: the points, the question and answer, the item; `who`: which passer-by."""

    at: datetime
    key: str  # of a Spot
    what: str
    about: str = ""
    who: int = 0
    step: PlannedStep | None = None

    @property
    def photos(self) -> tuple[PlannedPhoto, ...]:
        return self.step.photos if self.step else ()


def plan_places(planned: Sequence[Spot], people: Cast, *, start: datetime, end: datetime) -> list[Deed]:
    """In order of time, all of it between `start` and `end`."""
    return sorted(
        (deed for deed in _Days(planned, people, start, end).told() if start <= deed.at < end),
        key=lambda deed: (deed.at, deed.key),
    )


class _Days:
    def __init__(self, planned: Sequence[Spot], people: Cast, start: datetime, end: datetime) -> None:
        self.open = [each for each in planned if each.number % NOT_YET and each.number % REPAIRED]
        self.deep = [each for each in self.open if each.kind.keeper and each.number <= FEWEST]
        self.people = people
        self.start, self.end = start, end
        last = end.astimezone(SHANGHAI).date()
        self.days = [last - n * DAY for n in range((end - start).days, -1, -1)]

    def told(self) -> Iterator[Deed]:
        known = {each.key for each in self.deep}
        for spot in self.open:
            yield from self._followed(spot) if spot.key in known else self._glimpsed(spot)
            yield from self._closures(spot)
        for spot in [each for each in self.deep if "seats" in each.kind.facilities][:BUSY]:
            yield from self._visits(spot)
        stations = [each for each in self.deep if "medicine" in each.kind.facilities]
        for spot in stations[1 : 2 + len(self.open) // A_SHELF]:
            yield from self._shelf(spot)
        yield from self._at_the_story(self.deep[0])
        for spot, reach in self._friendly():
            yield Deed(self.end - HOUR, spot.key, "scene", reach)
        for spot in [each for each in self.open if each.kind.type == "canteen"][:2]:
            yield Deed(self.end - HOUR, spot.key, "open_day", who=spot.number)
        for spot in self.deep[:PICTURED]:
            yield Deed(self.start + HOUR, spot.key, "photo", who=spot.number)
        yield from self._locked_doors([each for each in self.open[2:] if each.kind.type == "station_24h"])

    def _friendly(self) -> list[tuple[Spot, str]]:
        """The ones that are followed first, and one of each type of the others; in the street of the story one whose
        publicity is over, and which nobody there hosts.
        """
        street = self.deep[0].community[:9]
        rest = {each.kind.type: each for each in reversed(self.open) if each not in self.deep}
        found = list(zip([*self.deep[1:9], *rest.values(), *self.deep[9:]], REACHED, strict=False))
        taken = {self.deep[0].key, *(each.key for each, _reach in found)}
        free = (each for each in self.open if each.community[:9] == street and each.key not in taken)
        over = next((each for each in free if not each.host.startswith(("jd", "sq"))), None)
        return [*found, (over, "over")] if over else found

    def _at(self, day: date, hour: float) -> datetime:
        return datetime.combine(day, time(0), SHANGHAI) + timedelta(minutes=round(hour * 60))

    def _followed(self, spot: Spot) -> Iterator[Deed]:
        rng = Random(f"days/{spot.key}")
        diligence = rng.choice(DILIGENCE) if spot.number > 1 else 0.9
        for day in self.days:
            if rng.random() < diligence:
                yield self._round(rng, spot, day)
            if rng.random() < 0.2:
                yield self._tap(rng, spot, day)

    def _glimpsed(self, spot: Spot) -> Iterator[Deed]:
        """The last round, mostly of today; sometimes somebody who came by."""
        rng = Random(f"days/{spot.key}")
        if rng.random() < 0.93:
            days_ago = 0 if rng.random() < 0.82 else rng.randrange(1, 9)
            made = self._round(rng, spot, self.days[-1] - days_ago * DAY)
            yield made if made.at < self.end else self._round(rng, spot, self.days[-1] - (days_ago + 1) * DAY)
        if rng.random() < 0.25:
            yield self._tap(rng, spot, rng.choice(self.days[-4:]))

    def _round(self, rng: Random, spot: Spot, day: date) -> Deed:
        wrong = rng.choice(POINTS) if rng.random() < 0.06 else ""
        return Deed(self._at(day, rng.uniform(6.8, 9.4)), spot.key, "check", wrong)

    def _tap(self, rng: Random, spot: Spot, day: date) -> Deed:
        asked = rng.choices(
            ("open:yes", "clean:yes", "stock:yes", "clean:no", "stock:no"), (70, 12, 8, 5, 5)
        )[0]
        return Deed(self._at(day, rng.uniform(15, 17)), spot.key, "tap", asked, rng.randrange(900))

    def _closures(self, spot: Spot) -> Iterator[Deed]:
        rng = Random(f"closed/{spot.key}")
        if rng.random() < 0.05:
            yield Deed(self.end - rng.uniform(1, 50) * HOUR, spot.key, "close", rng.choice(CLOSURES))

    def _visits(self, spot: Spot) -> Iterator[Deed]:
        rng = Random(f"visits/{spot.key}")
        for day in self.days:
            for _visit in range(rng.randrange(4)):
                yield Deed(self._at(day, rng.uniform(9.5, 20)), spot.key, "visit", who=rng.randrange(60))

    def _shelf(self, spot: Spot) -> Iterator[Deed]:
        """Filled before anything is taken; a street that comes by every other day with what is short."""
        rng = Random(f"shelf/{spot.key}")
        yield Deed(self.start, spot.key, "shelf", who=spot.number)
        for number, day in enumerate(self.days):
            if rng.random() < 0.35:
                yield Deed(
                    self._at(day, rng.uniform(11, 20)), spot.key, "take", rng.choice(TAKEN), rng.randrange(9)
                )
            if number % 2:
                yield Deed(self._at(day, 10.5), spot.key, "restock")
            if day.weekday() == 4:
                yield Deed(self._at(day, 16.5), spot.key, "clear")

    def _at_the_story(self, spot: Spot) -> Iterator[Deed]:
        """Books are lent at the station that everybody visits: one came back, one is out, one is late."""
        length = self.end - self.start
        for number, (person, share) in enumerate(zip(BORROWERS, (0.05, 0.2, 0.7), strict=True)):
            yield Deed(self.start + share * length, spot.key, "borrow", person, number)
        yield Deed(self.start + 0.45 * length, spot.key, "give_back", BORROWERS[1], 1)

    # --- A door that is locked ---------------------------------------------------------------------------------------
    def _locked_doors(self, stations: Sequence[Spot]) -> Iterator[Deed]:
        """At night, at an hour when it says that it is open; two riders say so. One more has said so tonight, alone."""
        nights = self.days[1:-1:6][:5] or self.days[:1]
        for number, (spot, night) in enumerate(zip(stations, nights, strict=False)):
            yield from self._found_shut(spot, self._at(night, 2.1 + number * 0.2))
            yield from self._handled(spot, self._at(night, 9.2 + number * 0.15))
        for spot, ago in zip(stations[len(nights) :], (5.5, 3.0), strict=False):
            yield from self._found_shut(spot, self.end - ago * HOUR)
        for spot in stations[len(nights) + 2 :][:1]:
            yield Deed(self.end - HOUR / 2, spot.key, "tap", "open:no", 950)

    def _found_shut(self, spot: Spot, at: datetime) -> Iterator[Deed]:
        yield Deed(at, spot.key, "tap", "open:no", 901)
        yield Deed(at + HOUR / 5, spot.key, "tap", "open:no", 902)

    def _handled(self, spot: Spot, at: datetime) -> Iterator[Deed]:
        community = Seat(
            self.people.holding("community", scope=spot.community)[0], "community", f"sq{spot.community[6:]}"
        )
        street = Seat(
            self.people.holding("dispatcher", scope=spot.community[:9])[0],
            "dispatcher",
            f"jd{spot.community[6:9]}",
        )
        shown = tuple(PlannedPhoto(kind, CATEGORY, spot.number) for kind in ("before", "after"))
        steps = (
            PlannedStep("claim", at, community),
            PlannedStep(
                "self_handle", at + HOUR, community, opinion="锁芯卡住了，换了新的，门开着", photos=shown
            ),
            PlannedStep("verify", at + 3 * HOUR, street),
            PlannedStep(
                "pass", at + 4 * HOUR, street, opinion="打过电话，也有人去看过，开着", outcome="solved"
            ),
        )
        return (Deed(step.at, spot.key, "case", step=step) for step in steps)

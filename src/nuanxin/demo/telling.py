"""One report being told step by step: who acts, how long it takes, in whose working time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from nuanxin.demo.catalogue import DemoKind
from nuanxin.demo.personas import Cast
from nuanxin.demo.planned import PlannedPhoto, PlannedPlace, PlannedStep, Seat
from nuanxin.demo.stories import Numbers, phrases, say, texts
from nuanxin.kernel.worktime import Limit, WorkCalendar, due_at


@dataclass
class Telling:
    """Mutable while it is told. `now` is the time of the last step; `filed` starts the total clock."""

    rng: Random
    calendar: WorkCalendar
    people: Cast
    kind: DemoKind
    place: PlannedPlace
    reporter: Seat
    numbers: Numbers
    report: str
    lead: str
    now: datetime
    filed: datetime = field(init=False)
    steps: list[PlannedStep] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.filed = self.now

    # Time
    def after(self, start: datetime, minutes: float) -> datetime:
        """Natural minutes for urgent cases (there is a duty roster), working minutes for the others."""
        extra = timedelta(seconds=self.rng.randrange(60))
        if self.kind.natural:
            return start + timedelta(seconds=round(minutes * 60)) + extra
        return due_at(start, Limit.work_time(minutes=max(1, round(minutes))), self.calendar).at + extra

    def wait(self, low: float, high: float) -> None:
        self.now = self.after(self.now, self.rng.uniform(low, high))

    def linger(self, low: float, high: float) -> None:
        """People at home keep no office hours."""
        self.now += timedelta(seconds=round(self.rng.uniform(low, high) * 60))

    def reach(self, share: float) -> None:
        """Go on to the moment at which this share of the limit to finish is used up, if that is still ahead."""
        self.now = max(self.now, self.after(self.filed, share * self.kind.finish_minutes))

    @property
    def due(self) -> datetime:
        return due_at(self.filed, self.kind.finish, self.calendar).at

    @property
    def margin(self) -> float:
        """A verifier's longest wait in minutes, within a fifth of the limit."""
        return min(200.0, 0.15 * self.kind.finish_minutes)

    # Who
    def dispatcher(self) -> Seat:
        office = f"jd{self.place.street[6:9]}"
        return Seat(self.people.holding("dispatcher", organisation=office)[0], "dispatcher", office)

    def street_leader(self) -> Seat:
        office = f"jd{self.place.street[6:9]}"
        return Seat(self.people.holding("street_lead", organisation=office)[0], "street_lead", office)

    def community(self, *, on_site: bool = False) -> Seat:
        """The grid member of the place where somebody goes there, else the community worker."""
        committee = f"sq{self.place.community[6:12]}"
        if on_site and not self.kind.confidential:
            members = self.people.holding("grid", scope=self.place.grid)
            return Seat(members[0], "grid", committee)
        return Seat(self.people.holding("community", organisation=committee)[0], "community", committee)

    def unit(self, organisation: str) -> Seat:
        if organisation.startswith("sq"):
            return self.community(on_site=self.rng.random() < 0.6)
        if organisation.startswith("wy"):
            managers = self.people.holding("property", organisation=organisation, site=self.place.compound)
            return Seat(managers[0], "property", organisation)
        return Seat(self.people.holding("dept", organisation=organisation)[0], "dept", organisation)

    def verifier(self) -> Seat:
        """Of another organisation than the handler's: the street for the community's work, else the community."""
        return (
            self.dispatcher()
            if self.lead.startswith("sq") or self.self_handled
            else self.community(on_site=True)
        )

    @property
    def self_handled(self) -> bool:
        return any(step.action == "self_handle" for step in self.steps)

    # What
    def step(self, action: str, by: Seat, **more: Any) -> None:
        self.steps.append(PlannedStep(action, self.now, by, **more))

    def phrase(self, kind: str, key: str = "") -> str:
        return say(self.rng, phrases(kind, key), self.numbers)

    def text(self, kind: str) -> str:
        return say(self.rng, texts(self.kind.code, kind), self.numbers)

    def result(self) -> str:
        """The result that shares most words with the report: a leaking sink is not answered with a new lamp."""
        choices = texts(self.kind.code, "result")
        words = {self.report[k : k + 2] for k in range(len(self.report) - 1)}
        closest = max(sum(choice.count(word) for word in words) for choice in choices)
        best = tuple(c for c in choices if sum(c.count(word) for word in words) == closest)
        return say(self.rng, best, self.numbers)

    def pictures(self, *kinds: str) -> tuple[PlannedPhoto, ...]:
        """Before and after, from the same angle: the same seed."""
        if self.kind.confidential:
            return ()
        seed = self.numbers["n"]
        return tuple(PlannedPhoto(kind, self.kind.code, seed) for kind in kinds)

"""Thirty days of 云川市暖阳区 as pure data: what is reported, and what is done about it, minute by minute.

`plan()` writes nothing and asks no clock and no database; what it returns is played through the services later.
The same arguments always give the same script.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from nuanxin.demo import scenes, shown, together
from nuanxin.demo.arcs import ARCS, choose_lead
from nuanxin.demo.catalogue import DemoKind, demo_kinds
from nuanxin.demo.city import DemoCity, build_city
from nuanxin.demo.kind_arcs import KIND_ARCS
from nuanxin.demo.overseen_arcs import OVERSEEN_ARCS
from nuanxin.demo.personas import Cast, DemoPerson, cast
from nuanxin.demo.planned import PlannedPlace, PlannedReport, PlannedStep, Seat
from nuanxin.demo.stories import numbers, say, texts
from nuanxin.demo.telling import Telling
from nuanxin.kernel.worktime import WorkCalendar
from nuanxin.kernel.worktime.notices import library_rules

# How cases go, in parts of a thousand, once those that must exist have been planned.
MIX = {"closed": 500, "self_handled": 150, "rework": 45, "reopened": 25, "returned": 50, "asked": 60, "rejected": 60,
       "explained": 20, "consulted": 15, "helped": 25, "extended": 20,
       "supervised": 15, "shelved": 12, "appealed": 10}  # fmt: skip
LATE_SHARE = 0.045  # closed after the deadline
STUCK_SHARE = 0.02  # still open after it
FRESH_SHARE = 0.05  # reported on the last day


@dataclass(frozen=True, slots=True)
class Pinned:
    """A case that must stand at a certain point when the visitor comes: told until `stop`, `gap` minutes ago."""

    arc: str
    stop: str  # the action it stops after; empty: nobody has looked at it yet
    gap: tuple[float, float]
    reporter: str = ""
    category: str = ""
    compound: str = ""
    times: int = 1


PINNED = (
    Pinned("closed", "start", (20, 40), "wang", "0302", "c01"),
    Pinned("asked", "ask", (8, 20), "wang", "0202", "c01"),
    Pinned("closed", "pass", (90, 200), "wang", "0602", "c01"),
    Pinned("closed", "pass", (60, 160), "chen", "0602"),
    Pinned("rejected", "reject", (50, 200), "ma", "0302"),
    Pinned("rework", "fail", (30, 90), "luo", "0203", "c01"),
    Pinned("closed", "submit_result", (15, 60), "gao", "0204", "c01"),
    Pinned("noticed", "kind_notice", (10, 60), "wang", "0203", "c01"),
    Pinned("unheeded", "manage", (5, 40), category="0204"),
    Pinned("noticed", "look_again", (5, 60), category="0203"),
    Pinned("staged", "finish_stage", (10, 60), "wang", "0302", "c01"),
    Pinned("closed", "", (2, 12), times=4),
    Pinned("closed", "screen", (1, 8), times=3),
    Pinned("filed_only", "file", (1, 9), times=3),
    Pinned("closed", "dispatch", (1, 8), times=4),
    Pinned("closed", "claim", (1, 8), times=4),
    Pinned("self_handled", "claim", (1, 6), category="0202", compound="c01"),
    Pinned("returned", "return", (2, 15), times=3),
    Pinned("consulted", "consult", (5, 20), category="0302", compound="c01"),
    Pinned("consulted", "answer_call", (4, 12), "wang", "0407", "c01"),
    Pinned("consulted", "conclude", (3, 10), category="0302"),
    Pinned("helped", "submit_result", (5, 20), category="0302", compound="c01"),
    Pinned("extended", "request_extension", (5, 30), category="0302", compound="c01", times=2),
    Pinned("extended", "grant_extension", (5, 60), category="0403"),
    Pinned("supervised", "supervise", (5, 30), category="0407", compound="c01"),
    Pinned("supervised", "reply_supervision", (5, 30), category="0302", compound="c01"),
    Pinned("shelved", "request_shelving", (5, 30), category="0705", compound="c01"),
    Pinned("shelved", "approve_shelving", (20, 90), "wang", "0705", "c01"),
    Pinned("shelved", "review_shelving", (30, 90), category="0407"),
    Pinned("appealed", "appeal", (10, 40), category="0705", compound="c01"),
    Pinned("appealed", "accept_appeal", (10, 40), category="0302", compound="c01"),
    Pinned("closed", "accept", (2, 12), times=4),
    Pinned("closed", "start", (5, 50), times=5),
    Pinned("closed", "submit_result", (10, 90), times=4),
    Pinned("closed", "verify", (2, 30), times=3),
    Pinned("rework", "fail", (10, 80), times=3),
    Pinned("reopened", "rate", (4, 20), times=3),
    Pinned("closed", "submit_result", (10, 40), "meng", "0302", "c01"),
)
# Wishes that wait for their receipt, a dispute that has one.
PASSED_ON: tuple[tuple[str, str | None], ...] = (("1206", "file"), ("1206", "file"), ("1205", None))
# Urgent ones, whose clocks run day and night, so that the point is reached at whatever hour the demo starts.
ANY_HOUR = (
    "0301",
    "0302",
    "0202",
    "0203",
    "0204",
    "0205",
    "0305",
    "0403",
    "0407",
    "0602",
    "0606",
    "0705",
    "0805",
)


def plan(
    seed: int,
    start: datetime,
    days: int = 30,
    count: int = 400,
    *,
    city: DemoCity | None = None,
    people: Cast | None = None,
) -> list[PlannedReport]:
    """Reports in order of time. Everything planned lies between `start` and `start + days`."""
    city = city or build_city()
    start = start.replace(microsecond=0)
    return _Script(seed, start, start + timedelta(days=days), count, city, people or cast(city)).write()


def steps_in_order(
    reports: list[PlannedReport],
) -> Iterator[tuple[datetime, PlannedReport, PlannedStep | None]]:
    """The whole script as one stream: the report itself (`None`), then each of its steps, by time."""
    events: list[tuple[datetime, int, int, PlannedReport, PlannedStep | None]] = [
        (report.at, 0, index, report, None) for index, report in enumerate(reports)
    ]
    events += [
        (step.at, 1 + k, index, report, step)
        for index, report in enumerate(reports)
        for k, step in enumerate(report.steps)
    ]
    for at, _, _, report, step in sorted(events, key=lambda event: event[:3]):
        yield at, report, step


@dataclass
class _Script:
    seed: int
    start: datetime
    end: datetime
    count: int
    city: DemoCity
    people: Cast

    def __post_init__(self) -> None:
        self.rng = Random(self.seed)
        rules = library_rules()
        self.calendar = WorkCalendar(
            days=tuple(rule for days in rules.values() for rule in days), published_years=frozenset(rules)
        )
        self.serial = 0

    def write(self) -> list[PlannedReport]:
        reports = [self._pinned(pin) for pin in PINNED for _ in range(pin.times)]
        reports += together.told(self)
        reports += shown.told(self)
        reports += [self._passed_on(code, stop) for code, stop in PASSED_ON]
        count = max(self.count, len(reports))  # what a visitor must find is there in the smallest city too
        reports += [self._stuck() for _ in range(round(self.count * STUCK_SHARE))]
        reports += [self._late() for _ in range(round(self.count * LATE_SHARE))]
        missing = sorted(set(demo_kinds()) - {report.category for report in reports})
        reports += [self._ordinary(demo_kinds()[code]) for code in missing]
        fresh = round(self.count * FRESH_SHARE)
        reports += [self._ordinary(None, last_day=True) for _ in range(fresh)]
        reports += [self._ordinary(None) for _ in range(self.count - len(reports))]
        inside = [report for report in reports[:count] if self.start <= report.at < self.end]
        return sorted(inside, key=lambda report: report.at)

    def tell_at(self, arc: str, stop: str, category: str, compound: str, begun: datetime) -> PlannedReport:
        """A case of this kind in this compound, from a certain moment on; to the end of its way without a `stop`."""
        pin = Pinned(arc, stop, (0, 0), category=category, compound=compound)
        return self._tell(demo_kinds()[category], arc, begun, self.rng.random(), pin, stop=stop or None)

    # The four ways in which a report gets into the script
    def _pinned(self, pin: Pinned) -> PlannedReport:
        kind = demo_kinds()[
            pin.category or self.rng.choice(ANY_HOUR[1:] if "r" in pin.stop[:2] else ANY_HOUR)
        ]
        while (
            not pin.category
            and kind.urgency == "U1"
            and pin.stop in {"", "screen", "file", "dispatch", "return"}
        ):
            kind = demo_kinds()[self.rng.choice(ANY_HOUR)]
        seed, gap = self.rng.random(), self.rng.uniform(*pin.gap)
        trial = self._tell(kind, pin.arc, self.start, seed, pin, stop=pin.stop)
        took = (trial.steps[-1].at if trial.steps else trial.at) - trial.at
        begun = self.end - timedelta(seconds=round(gap * 60)) - took
        self.serial -= 1
        return self._tell(kind, pin.arc, begun, seed, pin, stop=pin.stop)

    def _stuck(self) -> PlannedReport:
        """Open and overdue: a unit has begun and not finished, or a result has waited too long for its check."""
        kind = self._kind(lambda k: k.natural and k.urgency == "U2" and k.finish_minutes <= 3 * 1440)
        begun = scenes.moment(self.rng, self.end - self._share(self.rng.uniform(4, 7)))
        stop = self.rng.choice(("start", "start", "accept", "claim"))
        return self._tell(kind, "late", begun, self.rng.random(), stop=stop)

    def _passed_on(self, code: str, stop: str | None) -> PlannedReport:
        """What somebody else answers, where the visitor is at home; office hours, so it has begun on an earlier day."""
        begun = scenes.moment(self.rng, self.end - timedelta(days=self.rng.uniform(3.2, 4)))
        here = Pinned("handed_off", stop or "", (0, 0), category=code, compound="c01")
        return self._tell(demo_kinds()[code], "handed_off", begun, self.rng.random(), here, stop=stop)

    def _late(self) -> PlannedReport:
        kind = self._kind(lambda k: k.finish_minutes <= 3 * 1440 and k.code != "0601")
        latest = min(17, (self.end - self.start).days * 0.6)  # its limit must pass before the end
        begun = scenes.moment(self.rng, self.start + timedelta(days=self.rng.uniform(0.5, latest)))
        return self._tell(kind, "late", begun, self.rng.random())

    def _share(self, days: float) -> timedelta:
        """So many days of thirty; fewer where the whole script is shorter."""
        return days / 30 * (self.end - self.start)

    def _ordinary(self, kind: DemoKind | None, *, last_day: bool = False) -> PlannedReport:
        kind = kind or self._kind(lambda k: True)
        arc = self.rng.choices(list(MIX), list(MIX.values()))[0]
        if kind.urgency == "U1" and arc in {
            "rejected",
            "self_handled",
            "returned",
            "explained",
            "consulted",
            "helped",
            "extended",
            "supervised",
            "shelved",
            "appealed",
        }:
            arc = "closed"
        if kind.confidential or kind.handoff:
            arc = "handed_off" if kind.handoff else "closed"
        seed = self.rng.random()
        return self._tell(kind, arc, self._begun(last_day=last_day), seed)

    def _begun(self, *, last_day: bool) -> datetime:
        while True:
            if last_day:
                begun = scenes.moment(self.rng, self.end - timedelta(hours=self.rng.uniform(0, 22)))
            else:
                length = (self.end - self.start).total_seconds()
                begun = scenes.moment(self.rng, self.start + timedelta(seconds=self.rng.uniform(0, length)))
            if self.start <= begun < self.end - timedelta(minutes=2):
                return begun

    def _kind(self, wanted: Callable[[DemoKind], bool]) -> DemoKind:
        kinds = [kind for kind in demo_kinds().values() if wanted(kind)]
        return self.rng.choices(kinds, [kind.weight for kind in kinds])[0]

    # One report
    def _tell(
        self,
        kind: DemoKind,
        arc: str,
        begun: datetime,
        seed: float,
        pin: Pinned | None = None,
        stop: str | None = None,
    ) -> PlannedReport:
        """The same seed tells the same story at another time."""
        rng = Random(f"{self.seed}/{seed}")
        filled = numbers(rng)
        place = self._place(rng, kind, filled, pin)
        person = self._person(rng, place, pin)
        reporter = Seat(person.key, person.posts[0].role)
        words = say(rng, texts(kind.code, "report"), filled)
        photos = scenes.photos(rng, kind)
        by = scenes.on_behalf(rng, self.people, place) if person.reports and pin is None else None
        telling = Telling(rng, self.calendar, self.people, kind, place, reporter, filled, words, "", begun)
        telling.lead = choose_lead(telling)
        lead = telling.lead
        (ARCS | KIND_ARCS | OVERSEEN_ARCS)[arc](telling)
        self.serial += 1
        key = f"demo-{self.seed}-{self.serial:05d}"
        steps = _until(telling.steps, stop, self.end)
        return PlannedReport(key, begun, kind.code, reporter, words, place, photos, arc, lead, steps, by)

    def _place(self, rng: Random, kind: DemoKind, filled: dict[str, int], pin: Pinned | None) -> PlannedPlace:
        if pin and pin.compound:
            compound = next(c for c in self.city.compounds if c.key == pin.compound)
            return scenes.in_compound(rng, compound, filled)
        return scenes.place(rng, self.city, kind, filled)

    def _person(self, rng: Random, place: PlannedPlace, pin: Pinned | None) -> DemoPerson:
        return (
            self.people.person(pin.reporter)
            if pin and pin.reporter
            else scenes.reporter(rng, self.people, place)
        )


def _until(steps: list[PlannedStep], stop: str | None, end: datetime) -> tuple[PlannedStep, ...]:
    """Up to and with the first `stop` step (none at all for the empty one), and never after the end."""
    if stop is not None:
        last = next((k for k, step in enumerate(steps) if step.action == stop), -1)
        steps = steps[: last + 1]
    return tuple(step for step in steps if step.at < end)


__all__ = ["PlannedReport", "PlannedStep", "plan", "steps_in_order"]

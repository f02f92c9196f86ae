"""Thirty days are lived through the services, in order of time, ending now: log, clocks, audit and counts are true.

Between the steps the city does what the worker process does: events are delivered, passed limits climb, old cases go
to the archive, the audit log is sealed. The same arguments tell the same story on any machine.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby

from django.db import transaction
from django.db.models import DateTimeField

from nuanxin.cases.models import Clock, PlaceCase
from nuanxin.cases.services import archive_cases, make_bulletins, watch_clocks
from nuanxin.demo.acting import Stage
from nuanxin.demo.activities import hold_activities
from nuanxin.demo.appointments import book_some
from nuanxin.demo.city import SEED, build_city
from nuanxin.demo.connections import connect, live_on
from nuanxin.demo.darkroom import Darkroom
from nuanxin.demo.handovers import exchange_some
from nuanxin.demo.honours import before_the_days, tell_thanks
from nuanxin.demo.personas import cast
from nuanxin.demo.place_days import Deed, plan_places
from nuanxin.demo.place_deeds import PlaceStage
from nuanxin.demo.planned import PlannedReport, PlannedStep
from nuanxin.demo.points import thank_greatly, thank_in_teams
from nuanxin.demo.population import settle
from nuanxin.demo.promises import use_some
from nuanxin.demo.publishing import publish_some, switch_on
from nuanxin.demo.roster import plan_rosters
from nuanxin.demo.script import plan, steps_in_order
from nuanxin.demo.service_records import serve_some
from nuanxin.demo.shop import open_shops, settle_shops, trade_a_day
from nuanxin.demo.spots import FEWEST, MOST, spots
from nuanxin.demo.teams import form_teams
from nuanxin.kernel import audit
from nuanxin.kernel.events.deliver import drain
from nuanxin.kernel.prepared import Prepared
from nuanxin.kernel.worktime import SHANGHAI
from nuanxin.kernel.worktime.services import import_shipped_holidays
from nuanxin.notifications.models import Notice
from nuanxin.notifications.services import read_all
from nuanxin.places.services import forget_passers, remind_borrowers, watch_stock

CITY_VERSION = "3"  # raised when an old city on disk should be played anew
DAYS, COUNT = 30, 400
BEFORE = timedelta(days=2)  # people and places are there before the first report
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
STRETCH = timedelta(hours=6)  # one transaction
MORNING = 8
BULLETIN = 17
READ_EVERY = 4  # days

Progress = Callable[[int, int, str], None]
Happening = tuple[datetime, PlannedReport | Deed, PlannedStep | None]


@dataclass(frozen=True, slots=True)
class Played:
    reports: int
    steps: int
    deliveries: int
    derailed: tuple[str, ...]


def _quiet(done: int, total: int, what: str) -> None:
    """Nobody is watching."""


def play(
    *, now: datetime, seed: int = SEED, days: int = DAYS, count: int = COUNT, progress: Progress = _quiet
) -> Played:
    """Play the city into an empty, migrated database. `progress` hears steps done, steps in all, and the day."""
    now = now.replace(microsecond=0)
    start = now - timedelta(days=days)
    city = build_city()
    people = cast(city)
    reports = plan(seed, start, days, count, city=city, people=people)
    with transaction.atomic():
        import_shipped_holidays(now=start - BEFORE)
        places = min(MOST, max(FEWEST, count))
        settled = settle(city, people, now=start - BEFORE, places=places)
        plan_rosters(settled, reports, start=start - BEFORE, end=now)
        connections = connect(settled, now=start - BEFORE)
        open_shops(settled, now=start)
        before_the_days(now=start)
        drain(now=start)
    deeds = plan_places(spots(city, places), people, start=start, end=now)
    happenings = _in_order(reports, deeds)
    with Darkroom(happenings) as darkroom:
        stage = Stage(settled, people, darkroom)
        played = _Player(stage, start, now, progress).run(happenings)
    doors = PlaceCase.objects.count()  # cases that nobody reported
    with transaction.atomic():
        switch_on(now=start)
        publish_some(stage, reports, now=now)
        exchange_some(stage, start=start, now=now)
        book_some(stage, start=start, now=now)
        use_some(stage, now=now)
        form_teams(stage, now=now)
        hold_activities(stage, start=start, now=now)
        serve_some(stage, now=now)
        thank_greatly(now=now)
        thank_in_teams(now=now)
        settle_shops(stage, now=now)
        tell_thanks(stage, now=now)
        by_program = live_on(connections, now=now)
        drain(now=now)
    audit.seal_pending(now=now)  # what is committed is sealed, nothing before
    return replace(played, reports=played.reports + by_program + doors, steps=played.steps + by_program)


def _in_order(reports: list[PlannedReport], deeds: list[Deed]) -> list[Happening]:
    """What is done about the reports and what happens at the places, as one stream."""
    told: list[Happening] = [*steps_in_order(reports), *((deed.at, deed, None) for deed in deeds)]
    return sorted(told, key=lambda happening: happening[0])


_next_watch = Prepared(
    lambda *, until: (
        Clock.objects.filter(stopped_at=None, paused_at=None, watch_at__lt=until)
        .order_by("watch_at")
        .values_list("watch_at", flat=True)[:1]
    ),
    until=DateTimeField(),
)


class _Player:
    def __init__(self, stage: Stage, start: datetime, end: datetime, progress: Progress) -> None:
        self.stage = stage
        self.places = PlaceStage(stage)
        self.clock = start  # everything before it has happened
        self.end = end
        self.progress = progress
        self.delivered = 0
        self.talked_about: set[str] = set()  # cases with events that nobody has heard yet

    def run(self, happenings: list[Happening]) -> Played:
        done = 0
        for _, stretch in groupby(
            happenings, key=lambda each: int(each[0].timestamp() // STRETCH.total_seconds())
        ):
            with transaction.atomic():
                for at, report, step in stretch:
                    is_at_a_place = isinstance(report, Deed) and report.step is None  # no clock is about it
                    self._pass_time(at.replace(minute=0, second=0) if is_at_a_place else at)
                    self._happen(at, report, step)
                    done += 1
            audit.seal_pending(now=self.clock)
            self.progress(done, len(happenings), f"{self.clock.astimezone(SHANGHAI):%m-%d}")
        with transaction.atomic():
            self._pass_time(self.end)
            self._deliver(self.end)
        audit.seal_pending(now=self.end)
        derailed = (*(f"{key} {why}" for key, why in self.stage.derailed.items()), *self.places.refused)
        return Played(len(self.stage.cases), done, self.delivered, derailed)

    def _happen(self, at: datetime, report: PlannedReport | Deed, step: PlannedStep | None) -> None:
        if report.key in self.talked_about:
            self._deliver(at)
        if isinstance(report, Deed):
            self.places.act(report)
        elif step is None:
            self.stage.report(report)
        else:
            self.stage.act(report, step)
        self.talked_about.add(report.key)

    def _deliver(self, now: datetime) -> None:
        """Before a case goes on: whoever hears of a step sees the case as that step left it."""
        if self.talked_about:
            self.delivered += drain(now=now)
            self.talked_about.clear()

    def _pass_time(self, until: datetime) -> None:
        """What the worker does meanwhile, hour by hour; a limit climbs in the minute in which it passes."""
        while self.clock < until:
            hour = self.clock.replace(minute=0, second=0) + HOUR
            moment = min(hour, until)
            self._climb(moment)
            if moment == hour:
                self._deliver(moment)
                if moment.astimezone(SHANGHAI).hour == MORNING:
                    self._begin_day(moment)
                if moment.astimezone(SHANGHAI).hour == BULLETIN:
                    make_bulletins(now=moment)
                    self.delivered += drain(now=moment)
            self.clock = moment

    def _climb(self, until: datetime) -> None:
        while (due := _next_watch.first(until=until)) is not None:
            passed = min(due + MINUTE, until)
            self._deliver(passed)
            if not watch_clocks(now=passed):
                break  # due at this very instant: not passed yet
            self.delivered += drain(now=passed)

    def _begin_day(self, now: datetime) -> None:
        """Old cases go to the archive; now and then people read what has come in, today at the latest."""
        archive_cases(now=now)
        forget_passers(now=now)
        remind_borrowers(now=now)
        trade_a_day(self.stage, now=now)
        while watch_stock(now=now):
            pass
        days_left = (self.end - now).days
        if days_left % READ_EVERY:
            return
        waiting = set(Notice.objects.filter(read_at=None).values_list("person", flat=True).distinct())
        for actor in self.stage.settled.everybody():
            if actor.person_id in waiting:
                read_all(actor=actor, now=now)

"""Lives put into places, as rows."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from random import Random
from uuid import UUID

from django.db import models

from nuanxin.cases.enums import PlaceSource, Source
from nuanxin.cases.models import Case, CaseLog, Clock, Rating, Reporter, Task
from nuanxin.cases.queries.search import INDEX
from nuanxin.demo.bulk.arcs import local_day
from nuanxin.demo.bulk.ground import Ground, Spot, assignments
from nuanxin.demo.bulk.life import Life
from nuanxin.demo.bulk.load import Mould, Row, clear, copy_into, is_postgres, put, take_ids
from nuanxin.demo.stories import numbers, say, texts
from nuanxin.kernel.ids import take_serials
from nuanxin.kernel.search.index import tsvector
from nuanxin.people.models import Subject

CHUNK = 10_000
MOST_A_DAY = 99_999  # five digits of the number
SOURCES = (Source.WORKER.value, Source.RESIDENT.value, Source.STAFF.value, Source.ON_BEHALF.value)
SOURCE_WEIGHTS = (70, 85, 95, 100)
GPS_SHARE = 0.65
# What is different in each place; all else is the life's own.
SLOTS: dict[type[models.Model], tuple[str, ...]] = {
    Case: ("id", "public_id", "number", "scope_code", "lng", "lat", "h3", "text", "address", "compound_id",
           "place_source", "accuracy_m", "source", "lead_organisation_id", "handled_by_id"),
    Task: ("id", "case_id", "organisation_id"),
    Clock: ("id", "case_id", "task_id", "organisation_id"),
    CaseLog: ("id", "case_id", "task_id", "organisation_id", "assignment_id"),
    Reporter: ("case_id", "subject_id", "submitter_id", "key", "body_digest"),
    Rating: ("id", "case_id"),
}  # fmt: skip
TABLES = tuple(SLOTS)


@dataclass
class Writer:
    area: str
    ground: Ground
    rng: Random
    seed: int
    rows: dict[type[models.Model], list[Row]] = field(default_factory=lambda: defaultdict(list))
    words: list[tuple[int, str]] = field(default_factory=list)
    serials: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.made: dict[tuple[int, type[models.Model]], list[Mould]] = {}
        self.reporter = Mould(Reporter(), SLOTS[Reporter])
        self._day = cache(local_day)
        self.acting = assignments()
        self.subjects = list(Subject.objects.order_by("pk").values_list("pk", flat=True))

    def take_numbers(self, lives: Sequence[Life]) -> None:
        """Serials of each day and ids of all rows, at once."""
        for day, count in sorted(Counter(local_day(life.case.reported_at) for life in lives).items()):
            first = take_serials(f"case:{self.area[:6]}:{day}", count)
            if first + count - 1 > MOST_A_DAY:
                raise ValueError(f"more than {MOST_A_DAY} cases on {day}")
            self.serials[day] = first
        self.next_id = {
            Case: take_ids(Case, len(lives)),
            Task: take_ids(Task, sum(len(life.tasks) for life in lives)),
            Clock: take_ids(Clock, sum(len(life.clocks) for life in lives)),
            CaseLog: take_ids(CaseLog, sum(len(life.logs) for life in lives)),
            Rating: take_ids(Rating, sum(len(life.ratings) for life in lives)),
        }
        if is_postgres():
            clear(INDEX.table, self.next_id[Case], len(lives))

    def add(self, life: Life) -> None:
        """One case of this life, somewhere."""
        spot = self.ground.spot(life.kind.lead, life.kind.assist)
        pk, number = self._id(Case), self._number(life)
        text = say(self.rng, texts(life.kind.code, "report"), numbers(self.rng))
        self.rows[Case].append(self._case(life, spot, pk, number, text))
        self._add_tasks_clocks_logs(life, spot, pk)
        for rating in self._moulds(life, Rating, life.ratings):
            self.rows[Rating].append(rating.cast(self._id(Rating), pk))
        self.rows[Reporter].append(self._reporter(pk))
        self.words.append((pk, f"{number} {life.kind.name_zh} {spot.address} {text}"))
        if len(self.words) >= CHUNK:
            self.flush()

    def flush(self) -> None:
        for model in TABLES:
            put(model, self.rows.pop(model, []))
        if is_postgres():
            copy_into(INDEX.table, ["id", "body"], [f"{pk}\t{tsvector(text)}" for pk, text in self.words])
        else:
            INDEX.index_many(self.words)
        self.words.clear()

    def _moulds(self, life: Life, model: type[models.Model], rows: Sequence[models.Model]) -> Sequence[Mould]:
        """Made once for a life, however many places it stands in."""
        place = (id(life), model)
        if place not in self.made:
            self.made[place] = [Mould(row, SLOTS[model]) for row in rows]
        return self.made[place]

    def _id(self, model: type[models.Model]) -> int:
        self.next_id[model] += 1
        return self.next_id[model] - 1

    def _number(self, life: Life) -> str:
        day = self._day(life.case.reported_at)
        self.serials[day] += 1
        return f"{self.area[:6]}{day}{self.serials[day] - 1:05d}"

    def _case(self, life: Life, spot: Spot, pk: int, number: str, text: str) -> Row:
        point, who, rng = spot.point, spot.organisations, self.rng
        place, accuracy = PlaceSource.COMPOUND.value, None
        if point.lng is None:
            place = PlaceSource.TERRITORY.value
        elif spot.compound_id is None:
            place = PlaceSource.GPS.value if rng.random() < GPS_SHARE else PlaceSource.PIN.value
            accuracy = rng.randrange(4, 60) if place == PlaceSource.GPS else None
        (mould,) = self._moulds(life, Case, [life.case])
        return mould.cast(
            pk,
            self._uuid7(life.case.reported_at),
            number,
            point.scope_code,
            point.lng,
            point.lat,
            point.h3,
            text,
            spot.address,
            spot.compound_id,
            place,
            accuracy,
            rng.choices(SOURCES, cum_weights=SOURCE_WEIGHTS)[0],
            who[life.case.lead_organisation_id],
            who[life.case.handled_by_id],
        )

    def _add_tasks_clocks_logs(self, life: Life, spot: Spot, pk: int) -> None:
        who, rows = spot.organisations, self.rows
        first = self.next_id[Task] - 1  # a life numbers its tasks from 1
        for task in self._moulds(life, Task, life.tasks):
            rows[Task].append(task.cast(self._id(Task), pk, who[task.row.organisation_id]))
        for clock in self._moulds(life, Clock, life.clocks):
            row = clock.row
            task_id = first + row.task_id if row.task_id else None
            rows[Clock].append(clock.cast(self._id(Clock), pk, task_id, who[row.organisation_id]))
        for log in self._moulds(life, CaseLog, life.logs):
            row = log.row
            task_id = first + row.task_id if row.task_id else None
            unit = who[row.organisation_id]
            acting = self.acting.get((unit, row.role))
            rows[CaseLog].append(log.cast(self._id(CaseLog), pk, task_id, unit, acting))

    def _reporter(self, pk: int) -> Row:
        subject = self.rng.choice(self.subjects) if self.subjects else None
        key = f"bulk-{self.seed}-{pk}"
        return self.reporter.cast(pk, subject, subject, key, hashlib.sha256(key.encode()).hexdigest())

    def _uuid7(self, at: datetime) -> UUID:
        """Of the time of the report and the seed's chance, so that the same seed gives the same keys (RFC 9562)."""
        bits = int(at.timestamp() * 1000) << 80 | 7 << 76 | self.rng.getrandbits(12) << 64
        return UUID(int=bits | 2 << 62 | self.rng.getrandbits(62))

"""Lives put into places, as rows."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID

from django.db import models

from nuanxin.cases.enums import PlaceSource, Source
from nuanxin.cases.models import Case, CaseLog, Clock, Rating, Reporter, Task
from nuanxin.cases.queries.search import INDEX
from nuanxin.demo.bulk.arcs import local_day
from nuanxin.demo.bulk.ground import Ground, Spot, assignments
from nuanxin.demo.bulk.life import Life
from nuanxin.demo.bulk.load import columns_of, copy_into, is_postgres, put, take_ids
from nuanxin.demo.stories import numbers, say, texts
from nuanxin.kernel.ids import take_serials
from nuanxin.kernel.search.index import tsvector
from nuanxin.people.models import Subject

CHUNK = 10_000
MOST_A_DAY = 99_999  # five digits of the number
SOURCES = {Source.WORKER: 70, Source.RESIDENT: 15, Source.STAFF: 10, Source.ON_BEHALF: 5}
TABLES: tuple[type[models.Model], ...] = (Case, Task, Clock, CaseLog, Reporter, Rating)


@dataclass(frozen=True, slots=True)
class _Mould:
    """A row of a life with the columns that differ from place to place."""

    columns: dict[str, int]
    values: tuple[Any, ...]

    @classmethod
    def of(cls, row: models.Model) -> _Mould:
        columns = columns_of(type(row))
        return cls(
            {name: place for place, name in enumerate(columns)},
            tuple(_plain(getattr(row, c)) for c in columns),
        )

    def cast(self, **changes: Any) -> list[Any]:
        values = list(self.values)
        for name, value in changes.items():
            values[self.columns[name]] = value
        return values

    def __getitem__(self, name: str) -> Any:
        return self.values[self.columns[name]]


def _plain(value: Any) -> Any:
    return str(value.value) if isinstance(value, models.TextChoices) else value


@dataclass
class Writer:
    area: str
    ground: Ground
    rng: Random
    seed: int
    rows: dict[type[models.Model], list[list[Any]]] = field(default_factory=lambda: defaultdict(list))
    words: list[tuple[int, str]] = field(default_factory=list)
    serials: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.moulds: dict[tuple[int, str], tuple[_Mould, ...]] = {}
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

    def add(self, life: Life) -> None:
        """One case of this life, somewhere."""
        case = self._mould(life, life.case)[0]
        spot = self.ground.spot(life.kind.lead, life.kind.assist)
        pk, number = self._id(Case), self._number(life)
        text = say(self.rng, texts(life.kind.code, "report"), numbers(self.rng))
        self.rows[Case].append(self._case(case, spot, pk, number, text))
        self._add_tasks_clocks_logs(life, spot, pk)
        for rating in self._mould(life, *life.ratings, key="ratings"):
            self.rows[Rating].append(rating.cast(id=self._id(Rating), case_id=pk))
        self.rows[Reporter].append(self._reporter(pk))
        self.words.append((pk, f"{number} {life.kind.name_zh} {spot.address} {text}"))
        if len(self.rows[Case]) >= CHUNK:
            self.flush()

    def flush(self) -> None:
        for model in TABLES:
            put(model, self.rows.pop(model, []))
        if is_postgres():
            copy_into(INDEX.table, ["id", "body"], [(pk, tsvector(text)) for pk, text in self.words])
        else:
            INDEX.index_many(self.words)
        self.words.clear()

    def _mould(self, life: Life, *rows: models.Model, key: str = "case") -> tuple[_Mould, ...]:
        """Made once for a life, however many places it stands in."""
        place = (id(life), key)
        if place not in self.moulds:
            self.moulds[place] = tuple(_Mould.of(row) for row in rows)
        return self.moulds[place]

    def _id(self, model: type[models.Model]) -> int:
        self.next_id[model] += 1
        return self.next_id[model] - 1

    def _number(self, life: Life) -> str:
        day = local_day(life.case.reported_at)
        self.serials[day] += 1
        return f"{self.area[:6]}{day}{self.serials[day] - 1:05d}"

    def _case(self, case: _Mould, spot: Spot, pk: int, number: str, text: str) -> list[Any]:
        point, who = spot.point, spot.organisations
        by_point = self.rng.choice((PlaceSource.GPS, PlaceSource.GPS, PlaceSource.PIN)).value
        source = PlaceSource.COMPOUND.value if spot.compound_id else by_point
        if point.lng is None:
            source = PlaceSource.TERRITORY.value
        return case.cast(
            id=pk,
            public_id=self._uuid7(case["reported_at"]),
            number=number,
            scope_code=point.scope_code,
            lng=point.lng,
            lat=point.lat,
            h3=point.h3,
            text=text,
            address=spot.address,
            compound_id=spot.compound_id,
            place_source=source,
            accuracy_m=self.rng.randrange(4, 60) if source == PlaceSource.GPS else None,
            source=self.rng.choices(list(SOURCES), list(SOURCES.values()))[0].value,
            lead_organisation_id=who[case["lead_organisation_id"]],
            handled_by_id=who[case["handled_by_id"]],
        )

    def _add_tasks_clocks_logs(self, life: Life, spot: Spot, pk: int) -> None:
        who = spot.organisations
        ids: dict[int | None, int | None] = {None: None}
        for task in self._mould(life, *life.tasks, key="tasks"):
            ids[task["id"]] = self._id(Task)
            changes = {"case_id": pk, "organisation_id": who[task["organisation_id"]]}
            self.rows[Task].append(task.cast(id=ids[task["id"]], **changes))
        for clock in self._mould(life, *life.clocks, key="clocks"):
            changes = {
                "case_id": pk,
                "task_id": ids[clock["task_id"]],
                "organisation_id": who[clock["organisation_id"]],
            }
            self.rows[Clock].append(clock.cast(id=self._id(Clock), **changes))
        for log in self._mould(life, *life.logs, key="logs"):
            unit = who[log["organisation_id"]]
            self.rows[CaseLog].append(
                log.cast(
                    id=self._id(CaseLog),
                    case_id=pk,
                    task_id=ids[log["task_id"]],
                    organisation_id=unit,
                    assignment_id=self.acting.get((unit, log["role"])),
                )
            )

    def _reporter(self, pk: int) -> list[Any]:
        subject = self.rng.choice(self.subjects) if self.subjects else None
        key = f"bulk-{self.seed}-{pk}"
        digest = hashlib.sha256(key.encode()).hexdigest()
        return [pk, subject, subject, key, digest, ""]

    def _uuid7(self, at: datetime) -> UUID:
        """Of the time of the report and the seed's chance, so that the same seed gives the same keys (RFC 9562)."""
        bits = int(at.timestamp() * 1000) << 80 | 7 << 76 | self.rng.getrandbits(12) << 64
        return UUID(int=bits | 2 << 62 | self.rng.getrandbits(62))

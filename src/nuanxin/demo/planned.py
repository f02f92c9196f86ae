"""The shapes of the script: what will be reported, and what will be done about it, with explicit times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from nuanxin.cases.services.staging import PlannedStage


@dataclass(frozen=True, slots=True)
class PlannedPhoto:
    kind: str  # a value of cases.enums.PhotoKind: near, far, before, after
    category: str
    seed: int


@dataclass(frozen=True, slots=True)
class Seat:
    """Who acts, as what: the key of a person and of the organisation (empty for workers and residents)."""

    person: str
    role: str
    organisation: str = ""


@dataclass(frozen=True, slots=True)
class PlannedPlace:
    lng: float
    lat: float
    address: str
    street: str  # nine digits
    community: str  # twelve
    grid: str  # fifteen
    compound: str = ""  # key of a DemoCompound


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One call of a service of `cases`. It works on the case, or on the open task of the seat's organisation.

    `action`: screen, file, reject, dispatch, claim, accept, start, make_safe, self_handle, return, submit_result,
    verify, fail, pass, rate, ask, answer, consult, answer_call, conclude, request_extension, grant_extension,
    kind_notice, look_again, manage, plan_repair, finish_stage, transfer; and the steps of `OVERSIGHT_STEPS`.
    `optional` ones are left out when the task they need is not there.
    """

    action: str
    at: datetime
    by: Seat
    opinion: str = ""
    reason: str = ""  # of a return or a rejection
    lead: str = ""  # for merge the key of the other report; else an organisation, for dispatch
    outcome: str = ""  # for pass: solved | explained | transferred
    answers: tuple[bool, bool, bool] = (True, True, True)  # for rate: contacted, solved, satisfied
    photos: tuple[PlannedPhoto, ...] = ()
    optional: bool = False
    basis: str = ""  # the document that a return cites
    unfinished: str = ""  # why a lead does not wait for its assistants
    assists: tuple[str, ...] = ()  # organisations, for dispatch and the minutes of a consultation
    units: tuple[str, ...] = ()  # organisations that are whistled
    answer: str = ""  # attends | opinion
    until: datetime | None = None  # the new deadline that is asked for
    subject: str = ""  # of a kind notice or a measure
    stage: str = ""  # of a repair
    plan: tuple[PlannedStage, ...] = ()
    cause: str = ""  # of a shelving or a supervision
    days: int = 0  # until the target date of a shelving
    public_words: str = ""  # what the reporter reads of it


@dataclass(frozen=True, slots=True)
class PlannedReport:
    key: str  # the idempotency key of the submission
    at: datetime
    category: str
    reporter: Seat
    text: str
    place: PlannedPlace
    photos: tuple[PlannedPhoto, ...]
    arc: str
    lead: str
    steps: tuple[PlannedStep, ...]
    filed_by: Seat | None = None  # staff who registered it on the reporter's behalf

    @property
    def actions(self) -> tuple[str, ...]:
        return tuple(step.action for step in self.steps)

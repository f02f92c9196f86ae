"""What goes in and what comes out."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import Field

from nuanxin.cases.enums import Outcome, Source, Urgency
from nuanxin.cases.queries.bulk import BULK_MOST
from nuanxin.kernel.access.api import Id, PlainText, ShortText

Key = Annotated[str, Field(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_.:-]+$")]
Number = Annotated[str, Field(pattern=r"^\d{19}$")]
Cursor = Annotated[str, Field(max_length=200, pattern=r"^[A-Za-z0-9_=-]*$")]


class CategoryOut(Schema):
    code: str
    name: str
    urgency: str
    emergency_numbers: list[str]
    takes_photos: bool


class LikelyOut(Schema):
    """A category that a text sounds like: how likely (0–1), and the words of the text that spoke for it."""

    code: str
    name: str
    urgency: str
    likelihood: float
    because: list[str]


class MoveOut(Schema):
    """A legal next action; `task_id` says on which task, none for the case itself; `about` which appeal it decides."""

    name: str
    label: str
    task_id: int | None
    about: str
    required_fields: list[str]


class TaskOut(Schema):
    id: int
    organisation: str
    role: str
    state: str
    due_at: datetime | None


class CaseRow(Schema):
    number: str
    category: str
    category_name: str
    urgency: str
    state: str
    step: int
    text: str
    transcript: str
    address: str
    lng: float | None
    lat: float | None
    scope_code: str
    reported_at: datetime
    due_at: datetime | None
    next_due_at: datetime | None
    closed_at: datetime | None
    shelved_until: date | None
    supervision: str


class StepOut(Schema):
    action: str
    at: datetime
    organisation: str
    opinion: str


class StageOut(Schema):
    """One stage of a repair; `done_at` is none while it is still to come."""

    kind: str
    name: str
    planned_for: datetime
    done_at: datetime | None


class CaseOut(CaseRow):
    tasks: list[TaskOut]
    stages: list[StageOut]
    timeline: list[StepOut]
    available_transitions: list[MoveOut]


class PageOut(Schema):
    items: list[CaseRow]
    cursor: str


class ReportIn(Schema):
    """A place is a point (WGS-84), a compound or a division code."""

    key: Key
    category: Annotated[str, Field(pattern=r"^\d{4}$")]
    text: Annotated[PlainText, Field(max_length=1000)] = ""
    lng: Annotated[float, Field(ge=-180, le=180)] | None = None
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    accuracy_m: Annotated[int, Field(ge=0, le=100_000)] | None = None
    address: ShortText = ""
    compound_id: Id | None = None
    territory: Annotated[str, Field(pattern=r"^(\d{12}|\d{15})?$")] = ""
    captured_at: datetime | None = None


# `temporary|2026-09-15T18:00+08:00|盖临时盖板`
PlanText = Annotated[
    str, Field(max_length=100, pattern=r"^(make_safe|temporary|final)\|[0-9T:+Z.-]{16,32}\|[^|\x00]+$")
]


class TransitionIn(Schema):
    """What the step needs; see `required_fields` of the transition."""

    task_id: Id | None = None
    opinion: Annotated[PlainText, Field(max_length=1000)] = ""
    reason: Annotated[ShortText, Field(max_length=4)] = ""
    outcome: Annotated[ShortText, Field(max_length=12)] = ""
    lead: UUID | None = None
    assists: list[UUID] = []
    units: list[UUID] = []
    basis: ShortText = ""
    unfinished: Annotated[PlainText, Field(max_length=300)] = ""
    answer: Annotated[ShortText, Field(max_length=8)] = ""
    until: datetime | None = None
    category: Annotated[str, Field(pattern=r"^(\d{4})?$")] = ""
    parent: Annotated[str, Field(pattern=r"^(\d{19})?$")] = ""
    subject: Annotated[PlainText, Field(max_length=60)] = ""
    measure: Id | None = None
    danger: Annotated[PlainText, Field(max_length=200)] = ""
    stage: Annotated[ShortText, Field(max_length=10)] = ""
    plan: Annotated[list[PlanText], Field(max_length=3)] = []
    cause: Annotated[ShortText, Field(max_length=8)] = ""
    about: Annotated[ShortText, Field(max_length=30)] = ""
    public_words: Annotated[PlainText, Field(max_length=200)] = ""
    target_on: date | None = None


class AdditionIn(Schema):
    """Comes with at least one file: `photos`, or a `voice` of a minute at most (WebM, Ogg, MP4, WAV)."""

    key: Key
    text: Annotated[PlainText, Field(max_length=500)] = ""


class SimilarIn(Schema):
    category: Annotated[str, Field(pattern=r"^\d{4}$")]
    lng: Annotated[float, Field(ge=-180, le=180)]
    lat: Annotated[float, Field(ge=-90, le=90)]
    text: Annotated[PlainText, Field(max_length=1000)] = ""


class OfferOut(Schema):
    """A report nearby that may be the same thing; `number` only of one that you follow already."""

    category: str
    about_m: int
    reported_at: datetime
    step: int
    is_open: bool
    token: str
    number: str


class ConfirmationIn(Schema):
    key: Key
    token: Annotated[PlainText, Field(min_length=8, max_length=300)]


class ConfirmationOut(Schema):
    number: str


class BulkDispatchRow(Schema):
    number: Number
    lead: UUID | None = None
    assists: Annotated[list[UUID], Field(max_length=20)] = []


class BulkDispatchIn(Schema):
    key: Key
    items: Annotated[list[BulkDispatchRow], Field(min_length=1, max_length=BULK_MOST)]


class BulkVerifyRow(Schema):
    number: Number
    outcome: Outcome
    opinion: ShortText = ""


class BulkVerifyIn(Schema):
    key: Key
    items: Annotated[list[BulkVerifyRow], Field(min_length=1, max_length=BULK_MOST)]


class BulkRowOut(Schema):
    """What became of one case: `message` says where it went, or why not; `hint` what to do then."""

    number: str
    done: bool
    message: str
    hint: str


class BulkOut(Schema):
    done: int
    refused: int
    items: list[BulkRowOut]


class RatingIn(Schema):
    contacted: bool
    solved: bool
    satisfied: bool
    comment: Annotated[PlainText, Field(max_length=300)] = ""


class WordsIn(Schema):
    text: Annotated[PlainText, Field(min_length=1, max_length=500)]


class QueueIn(Schema):
    tab: Annotated[ShortText, Field(max_length=12)] = "open"
    cursor: Cursor = ""
    words: ShortText = ""
    category: Annotated[str, Field(pattern=r"^(\d{4})?$")] = ""
    urgency: Urgency | None = None
    source: Source | None = None
    community: Annotated[str, Field(pattern=r"^(\d{12})?$")] = ""

"""Service over the API: checking in and out, one's own records and certificates; a certificate for whoever holds it."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

from ninja import File, Form, Query, Router, Schema
from ninja.files import UploadedFile
from pydantic import Field

from nuanxin.kernel.access.api import PROBLEMS, At, ShortText, operation
from nuanxin.kernel.access.http import ActorRequest
from nuanxin.kernel.files.accept import accept_image
from nuanxin.volunteering.models import Certificate, ServiceRecord
from nuanxin.volunteering.queries import certificates as certified
from nuanxin.volunteering.queries import records as queries
from nuanxin.volunteering.queries.minutes import hours_shown
from nuanxin.volunteering.services import certificates as certifying
from nuanxin.volunteering.services import record_correcting
from nuanxin.volunteering.services import records as services

router = Router()

Number = Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{6,24}$")]
Code = Annotated[str, Field(pattern=r"^[0-9a-z]{10}$")]


class RecordOut(Schema):
    """`minutes` as kept; `hours` with two decimals, rounded down; `quality` in hundredths."""

    id: UUID
    title: str
    organisation: str
    state: str
    served_on: date
    came_at: datetime | None
    left_at: datetime | None
    minutes: int
    hours: str
    quality: int
    is_late: bool
    is_manual: bool


class HoursOut(Schema):
    """`minutes` and `hours` are of what counts; `waiting` minutes are still to be confirmed."""

    minutes: int
    hours: str
    waiting: int
    items: list[RecordOut]


class CheckInIn(Schema):
    """`code`: what was scanned or typed. A position is used with consent only; `device` tells two phones apart."""

    code: Annotated[ShortText, Field(min_length=4, max_length=200)]
    device: Annotated[ShortText, Field(max_length=64)] = ""
    lng: Annotated[float, Field(ge=-180, le=180)] | None = None
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    accuracy_m: Annotated[float, Field(ge=0, le=100_000)] = 0


class IssuerOut(Schema):
    id: UUID
    name: str


class ClaimIn(Schema):
    """What was done without a check-in; `proof` says by what it can be looked into. The same `key` is the same."""

    key: UUID
    organisation: UUID
    source: Literal["post", "case", "help"]
    title: Annotated[ShortText, Field(max_length=60)]
    starts_at: At
    ends_at: At
    proof: ShortText


class CorrectionIn(Schema):
    words: ShortText
    wanted_minutes: Annotated[int, Field(ge=0, le=720)] | None = None


class CertificateIn(Schema):
    """The same `key` again is the same request."""

    organisation: UUID
    period_from: date
    period_to: date
    key: UUID | None = None


class CertificateOut(Schema):
    id: UUID
    number: str
    state: str
    organisation: str
    period_from: date
    period_to: date
    minutes: int
    hours: str
    reason: str


class VerifiedOut(Schema):
    """What the certificate says; the name is masked."""

    number: str
    is_valid: bool
    holder: str
    organisation: str
    period_from: date
    period_to: date
    hours: str
    reason: str


def _record(row: ServiceRecord) -> dict[str, Any]:
    plain = (
        "title", "state", "served_on", "came_at", "left_at", "minutes", "quality", "is_late", "is_manual",
    )  # fmt: skip
    return {
        **{name: getattr(row, name) for name in plain},
        "id": row.public_id,
        "organisation": row.organisation.name,
        "hours": hours_shown(row.minutes),
    }


def _certificate(row: Certificate) -> dict[str, Any]:
    return {
        **{name: getattr(row, name) for name in ("state", "period_from", "period_to", "minutes", "reason")},
        "id": row.public_id,
        "number": row.number or "",
        "organisation": row.organisation.name,
        "hours": hours_shown(row.minutes),
    }


@router.get("/mine", response={200: HoursOut, **PROBLEMS}, summary="One's own hours, the latest first")
@operation("volunteering.serve")
def mine(request: ActorRequest, year: Annotated[int, Query(ge=2000, le=2100)] = 0) -> dict[str, Any]:
    found = queries.own_hours(request.actor, queries.HourFilters(year=year))
    return {
        "minutes": found.minutes,
        "hours": hours_shown(found.minutes),
        "waiting": found.waiting,
        "items": [_record(row) for month in found.months for row in month.rows],
    }


@router.get(
    "/organisations", response={200: list[IssuerOut], **PROBLEMS}, summary="For whom one may have served"
)
@operation("volunteering.serve")
def organisations(request: ActorRequest) -> list[dict[str, Any]]:
    """Those that `POST /service-records` and `POST /service-records/certificates` take."""
    return [{"id": each.public_id, "name": each.name} for each in queries.own_organisations(request.actor)]


@router.post("", response={200: RecordOut, **PROBLEMS}, summary="Hours by hand, with a picture if one likes")
@operation("volunteering.serve")
def claim(
    request: ActorRequest, given: Form[ClaimIn], picture: File[UploadedFile | None] = None
) -> dict[str, Any]:
    """Confirmed by the organisation, drawn for spot-checks more often. Of the picture neither where nor when it was
    taken is kept; it is gone after 180 days.
    """
    told = given.model_dump(exclude={"key"})
    shown = None if picture is None else accept_image(picture)  # type: ignore[arg-type]  # it reads like a file
    row = services.enter_service(
        actor=request.actor, claim=services.Claim(**told, picture=shown), key=given.key, now=request.now
    )
    return _record(row)


@router.post(
    "/check-in", response={200: RecordOut, **PROBLEMS}, summary="With the code of the place's screen"
)
@operation("volunteering.serve", limit="taps")
def check_in(request: ActorRequest, data: CheckInIn) -> dict[str, Any]:
    """The same again is the same."""
    position = None
    if data.lng is not None and data.lat is not None:
        position = services.Position(data.lng, data.lat, data.accuracy_m)
    row = services.check_in(
        actor=request.actor, code=data.code, now=request.now, device=data.device, position=position
    )
    return _record(row)


@router.post("/certificates", response={200: CertificateOut, **PROBLEMS}, summary="Ask for one, free")
@operation("volunteering.serve")
def ask_certificate(request: ActorRequest, data: CertificateIn) -> dict[str, Any]:
    row = certifying.apply_for_certificate(
        actor=request.actor, organisation=data.organisation, period_from=data.period_from,
        period_to=data.period_to, key=data.key or uuid4(), now=request.now,
    )  # fmt: skip
    return _certificate(row)


@router.get("/certificates", response={200: list[CertificateOut], **PROBLEMS}, summary="One's own")
@operation("volunteering.serve")
def own_certificates(request: ActorRequest) -> list[dict[str, Any]]:
    return [_certificate(each) for each in certified.own_certificates(request.actor)]


@router.get(
    "/verify/{number}/{code}", response={200: VerifiedOut, **PROBLEMS}, summary="What a certificate says"
)
@operation("places.read")
def verify(request: ActorRequest, number: Number, code: Code) -> dict[str, Any]:
    said = certified.said_by(certified.certificate_by_code(number, code))
    row = said.certificate
    return {
        **{name: getattr(row, name) for name in ("number", "period_from", "period_to", "reason")},
        "is_valid": said.is_valid,
        "holder": said.holder,
        "organisation": row.organisation.name,
        "hours": hours_shown(row.minutes),
    }


@router.post("/{public_id}/check-out", response={200: RecordOut, **PROBLEMS}, summary="Go home")
@operation("volunteering.serve")
def check_out(request: ActorRequest, public_id: UUID) -> dict[str, Any]:
    """Said again it changes nothing."""
    services.check_out(actor=request.actor, public_id=public_id, now=request.now)
    return _record(queries.own_record(request.actor, public_id))


@router.post("/{public_id}/corrections", response={200: RecordOut, **PROBLEMS}, summary="Say what is wrong")
@operation("volunteering.serve")
def ask_correction(request: ActorRequest, public_id: UUID, data: CorrectionIn) -> dict[str, Any]:
    record_correcting.ask_correction(
        actor=request.actor, public_id=public_id, words=data.words, wanted_minutes=data.wanted_minutes,
        now=request.now,
    )  # fmt: skip
    return _record(queries.own_record(request.actor, public_id))


@router.get("/{public_id}", response={200: RecordOut, **PROBLEMS}, summary="One of one's own")
@operation("volunteering.serve")
def one(request: ActorRequest, public_id: UUID) -> dict[str, Any]:
    return _record(queries.own_record(request.actor, public_id))

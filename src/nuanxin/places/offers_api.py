"""REST: offers, the own vouchers and their codes, and what a desk takes in."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Query, Router, Schema, Status
from pydantic import Field

from nuanxin.kernel.access.api import PROBLEMS, At, PlainText, ShortText, operation
from nuanxin.kernel.access.http import ActorRequest
from nuanxin.places import queries, services
from nuanxin.places.models import Redemption, Voucher
from nuanxin.places.queries.offers import Shown
from nuanxin.places.services import Taken

router = Router()

Scope = Annotated[str, Field(pattern=r"^(\d{12}|\d{15})$")]
Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,31}$")]


class PromiseOut(Schema):
    """`value` in percent or fen by `value_kind`; `opening` in the syntax of OSM `opening_hours`, empty for any hour."""

    id: UUID
    place: UUID
    kind: str
    name: str
    terms: str
    value_kind: str
    value: int
    worth: str
    opening: str
    is_now: bool
    occupations: list[str]
    needs_voucher: bool
    limits: list[str]
    rules: list[str]
    state: str


class TakeIn(Schema):
    """The same `key` again is the same voucher."""

    key: UUID


class VoucherOut(Schema):
    """`state`: held, used, given_back, expired."""

    id: UUID
    offer: UUID
    place: UUID
    state: str
    taken_at: datetime
    valid_until: datetime
    used_at: datetime | None


class CodeOut(Schema):
    """`signed` is for the picture, `typed` for the keyboard; both end at `expires_at`."""

    signed: str
    typed: str
    expires_at: datetime


class TakenIn(Schema):
    """`code` as it was shown, scanned or typed; `at` by the desk's clock; the same `key` again is the same use."""

    code: Annotated[PlainText, Field(min_length=1, max_length=600)]
    key: UUID
    at: At
    device: Annotated[ShortText, Field(max_length=36)] = ""


class SyncIn(Schema):
    rows: Annotated[list[TakenIn], Field(min_length=1, max_length=services.MOST_AT_ONCE)]


class RedemptionOut(Schema):
    """`outcome`: accepted; or, of what is synced, twice, late, unknown: the place's to look into."""

    key: UUID
    outcome: str
    words: str
    at: datetime


def _offer(shown: Shown) -> dict[str, Any]:
    offer = shown.offer
    plain = ("name", "terms", "value_kind", "value", "opening", "needs_voucher", "state")
    return {
        **{name: getattr(offer, name) for name in plain},
        "id": offer.public_id,
        "place": offer.place.public_id,
        "kind": offer.kind_id,
        "worth": shown.worth,
        "is_now": shown.is_now,
        "occupations": offer.occupations.split(),
        "limits": shown.limits,
        "rules": shown.rules,
    }


def _voucher(voucher: Voucher) -> dict[str, Any]:
    return {
        "id": voucher.public_id,
        "offer": voucher.offer.public_id,
        "place": voucher.place.public_id,
        "state": voucher.state,
        "taken_at": voucher.taken_at,
        "valid_until": voucher.valid_until,
        "used_at": voucher.used_at,
    }


def _redemption(row: Redemption) -> dict[str, Any]:
    return {"key": row.key, "outcome": row.outcome, "words": row.get_outcome_display(), "at": row.at}


def _taken(given: TakenIn) -> Taken:
    return Taken(code=given.code, key=given.key, at=given.at, device=given.device)


@router.get("", response={200: list[PromiseOut], **PROBLEMS}, summary="Offers in a territory, at most sixty")
@operation("places.read")
def listed(
    request: ActorRequest,
    within: Annotated[Scope, Query()],
    kind: Annotated[Word | None, Query()] = None,
) -> list[dict[str, Any]]:
    """Those that can be used at this hour come first."""
    found = queries.offers_within(within, kind=kind or "", now=request.now)
    return [_offer(each) for each in found]


@router.get("/vouchers", response={200: list[VoucherOut], **PROBLEMS}, summary="One's own vouchers")
@operation("places.voucher")
def own(request: ActorRequest) -> list[dict[str, Any]]:
    return [_voucher(each) for each in queries.own_vouchers(request.actor)]


@router.post("/vouchers/{public_id}/code", response={200: CodeOut, **PROBLEMS}, summary="A fresh code")
@operation("places.voucher")
def code(request: ActorRequest, public_id: UUID) -> dict[str, Any]:
    """Good for two minutes at the voucher's own place. From now on the voucher cannot be given back."""
    shown = services.show_voucher(actor=request.actor, public_id=public_id, now=request.now)
    return {"signed": shown.signed, "typed": shown.typed, "expires_at": shown.expires_at}


@router.post("/vouchers/{public_id}/back", response={200: VoucherOut, **PROBLEMS}, summary="Give it back")
@operation("places.voucher")
def back(request: ActorRequest, public_id: UUID) -> dict[str, Any]:
    """One that was never shown."""
    services.give_back(actor=request.actor, public_id=public_id, now=request.now)
    return _voucher(queries.own_voucher(request.actor, public_id))


@router.get("/{public_id}", response={200: PromiseOut, **PROBLEMS}, summary="One offer")
@operation("places.read")
def one(request: ActorRequest, public_id: UUID) -> dict[str, Any]:
    return _offer(queries.shown_offer(queries.public_offer(public_id), request.now))


@router.post(
    "/{public_id}/vouchers", response={200: VoucherOut, **PROBLEMS}, summary="Take a voucher, one use until midnight"
)  # fmt: skip
@operation("places.voucher")
def take(request: ActorRequest, public_id: UUID, given: TakeIn) -> dict[str, Any]:
    voucher = services.take_voucher(actor=request.actor, public_id=public_id, key=given.key, now=request.now)
    return _voucher(voucher)


@router.post(
    "/at/{place_id}/redemptions", response={200: RedemptionOut, 201: RedemptionOut, **PROBLEMS}, summary="Take one in"
)  # fmt: skip
@operation("places.redeem")
def redeem(request: ActorRequest, place_id: UUID, given: TakenIn) -> Any:
    """On line: what is wrong is refused before anything is given."""
    row = services.redeem_voucher(
        actor=request.actor, public_id=place_id, taken=_taken(given), now=request.now
    )
    return Status(201 if row.received_at == request.now else 200, _redemption(row))


@router.post(
    "/at/{place_id}/redemptions/sync", response={200: list[RedemptionOut], **PROBLEMS}, summary="What came in off line"
)  # fmt: skip
@operation("places.redeem")
def sync(request: ActorRequest, place_id: UUID, given: SyncIn) -> list[dict[str, Any]]:
    """In its order; each once. The answer is the last word on each."""
    taken = [_taken(each) for each in given.rows]
    rows = services.sync_redemptions(actor=request.actor, public_id=place_id, taken=taken, now=request.now)
    return [_redemption(each) for each in rows]

"""A desk takes a voucher in: on line, or without a network and told later. The server's word is the last."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor
from nuanxin.kernel.errors import Conflict, Invalid
from nuanxin.kernel.events import publish
from nuanxin.places.enums import Outcome, VoucherState
from nuanxin.places.events import RedemptionDisputed, VoucherRedeemed
from nuanxin.places.models import Place, Redemption, Voucher
from nuanxin.places.queries import codes
from nuanxin.places.queries.codes import NotACode
from nuanxin.places.queries.register import changeable_place
from nuanxin.places.workflow import VOUCHER

MOST_AT_ONCE = 200
TAKES = {VoucherState.HELD, VoucherState.EXPIRED}


class NotOurCode(Invalid):
    default_message = _("这个码不对，或者不是这里的。")
    default_hint = _("请小哥刷新一下再出示；不对就不要收，按原来的规矩办。")


class CodeLate(Conflict):
    default_message = _("码过了时间。")
    default_hint = _("请小哥刷新一下再出示，马上再扫。")


class UsedAlready(Conflict):
    default_message = _("这张券已经用过了。")
    default_hint = _("一张券只能用一次；小哥可以在“我的券”里看到是什么时候用的。")


class TooManyAtOnce(Invalid):
    default_message = _("一次最多送 200 条。")
    default_hint = _("分几次送；每一条都还在手机里。")


@dataclass(frozen=True, slots=True)
class Taken:
    """What a desk's phone says that it took in. `code` as it was shown; `at` by the corrected clock."""

    code: str
    key: UUID
    at: datetime
    device: str = ""


@dataclass(frozen=True, slots=True)
class _Read:
    """What the code leads to. `is_ours`: its mark or signature holds, for this place."""

    number: str
    voucher: Voucher | None
    is_ours: bool
    is_in_time: bool


def redeem_voucher(*, actor: Actor, public_id: UUID, taken: Taken, now: datetime) -> Redemption:
    """On line: what is wrong is refused before anything is given. The same `key` again is the same.

    Publishes `VoucherRedeemed`. Raises `PlaceNotFound`, `NotOurCode`, `CodeLate`, `UsedAlready`.
    """
    place = changeable_place(actor, "places.redeem", public_id)
    with transaction.atomic():
        known = _known(place, taken.key)
        if known is not None:
            return known
        read = _read(place, taken.code, now)
        if not read.is_ours or read.voucher is None:
            raise NotOurCode
        if read.voucher.state not in TAKES:
            raise UsedAlready
        if not read.is_in_time:
            raise CodeLate
        return _accept(place, read.voucher, taken, now, now=now, was_offline=False)


def sync_redemptions(
    *, actor: Actor, public_id: UUID, taken: Iterable[Taken], now: datetime
) -> list[Redemption]:
    """What a desk took in without a network, in its order; each once, whatever the network does.

    What was given stays given: a voucher that another phone took in first is written down as disputed, for the place to
    look into, and takes nothing from the worker. Publishes `VoucherRedeemed` or `RedemptionDisputed` for each. Audited
    as one delivery. Raises `PlaceNotFound`, `TooManyAtOnce`.
    """
    place = changeable_place(actor, "places.redeem", public_id)
    rows = list(taken)
    if len(rows) > MOST_AT_ONCE:
        raise TooManyAtOnce
    sent = Redemption.objects.filter(place=place, key__in=[each.key for each in rows])
    known = set(sent.values_list("key", flat=True))
    found = [_sync_one(place, each, now) for each in rows]
    new = sum(1 for each in rows if each.key not in known)
    if new:
        with transaction.atomic():
            audit.record(
                actor=actor, action="places.sync_redemptions", object_type="place", object_id=place.pk,
                scope_code=place.scope_code, detail={"rows": new}, now=now,
            )  # fmt: skip
    return found


def _sync_one(place: Place, taken: Taken, now: datetime) -> Redemption:
    at = min(taken.at, now)  # a clock that runs ahead took nothing in tomorrow
    with transaction.atomic():
        known = _known(place, taken.key)
        if known is not None:
            return known
        read = _read(place, taken.code, at)
        if not read.is_ours or read.voucher is None:
            return _dispute(place, None, Outcome.UNKNOWN, taken, at, read.number, now)
        if read.voucher.state not in TAKES:
            return _dispute(place, read.voucher, Outcome.TWICE, taken, at, read.number, now)
        if not read.is_in_time:
            return _dispute(place, read.voucher, Outcome.LATE, taken, at, read.number, now)
        return _accept(place, read.voucher, taken, at, now=now, was_offline=True)


def _known(place: Place, key: UUID) -> Redemption | None:
    """The same delivery twice at once is one: a place's desks come one after the other."""
    Place.objects.select_for_update(no_key=True).get(pk=place.pk)
    return Redemption.objects.filter(place=place, key=key).first()


def _read(place: Place, text: str, at: datetime) -> _Read:
    """The voucher's row is held until the transaction ends."""
    if codes.is_typed(text):
        said = codes.cleaned(text)
        voucher = _held(place, said[: codes.NUMBER])
        # A desk has the key of what is typed: for what nobody has shown anywhere it could only have made one itself.
        is_ours = (
            voucher is not None
            and voucher.shown_at is not None
            and codes.is_marked(said, place=place.public_id, offer=voucher.offer.public_id, at=at)
        )
        # A mark that does not fit is of another place or of another hour, and nobody can tell which.
        return _Read(said[: codes.NUMBER], voucher if is_ours else None, is_ours, is_ours)
    try:
        code = codes.opened(text.rpartition("#")[2].strip())
    except NotACode:
        return _Read("", None, is_ours=False, is_in_time=False)
    if code.place != place.public_id:
        return _Read(code.number, None, is_ours=False, is_in_time=False)
    voucher = _held(place, code.number)
    return _Read(code.number, voucher, is_ours=True, is_in_time=code.is_good(at))


def _held(place: Place, number: str) -> Voucher | None:
    rows = Voucher.objects.select_for_update(of=("self",)).select_related("offer__kind")
    return rows.filter(place=place, number=number).first()


def _accept(
    place: Place, voucher: Voucher, taken: Taken, at: datetime, *, now: datetime, was_offline: bool
) -> Redemption:
    VOUCHER.step(voucher, "redeem", used_at=at)
    row = _written(place, voucher, Outcome.ACCEPTED, taken, at, voucher.number, now, was_offline=was_offline)
    happened = VoucherRedeemed(place.pk, voucher.offer_id, voucher.offer.kind_id, was_offline)
    publish(happened, scope_code=place.scope_code, now=now)
    return row


def _dispute(
    place: Place,
    voucher: Voucher | None,
    outcome: Outcome,
    taken: Taken,
    at: datetime,
    number: str,
    now: datetime,
) -> Redemption:
    row = _written(place, voucher, outcome, taken, at, number, now, was_offline=True)
    happened = RedemptionDisputed(place.pk, voucher.offer_id if voucher else 0, outcome.value)
    publish(happened, scope_code=place.scope_code, now=now)
    return row


def _written(
    place: Place,
    voucher: Voucher | None,
    outcome: Outcome,
    taken: Taken,
    at: datetime,
    number: str,
    now: datetime,
    *,
    was_offline: bool,
) -> Redemption:
    return Redemption.objects.create(
        place=place, offer_id=voucher.offer_id if voucher else None, voucher=voucher, number=number, key=taken.key,
        device=taken.device[:36], at=at, received_at=now, outcome=outcome, was_offline=was_offline,
    )  # fmt: skip

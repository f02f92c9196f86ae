"""A worker takes a voucher, shows it, gives it back. One voucher is one use."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.errors import Conflict, NotAllowed
from nuanxin.kernel.privacy.masking import mask_name
from nuanxin.kernel.privacy.register import Erased, Subject
from nuanxin.places.enums import OfferState, PlaceState, VoucherState
from nuanxin.places.models import Offer, Redemption, Voucher
from nuanxin.places.queries import codes
from nuanxin.places.queries.codes import Code
from nuanxin.places.queries.hours import weekly
from nuanxin.places.queries.offers import public_offer
from nuanxin.places.queries.vouchers import (
    KEPT,
    STILL_GOOD,
    counted_q,
    occupations_of,
    own_voucher,
)
from nuanxin.places.workflow import VOUCHER

BATCH = 200
DRAWS = 20


class NotUsable(Conflict):
    default_message = _("这个优惠现在不能用。")
    default_hint = _("看看附近别的优惠；恢复以后这里会写出来。")


class NotForYou(NotAllowed):
    default_message = _("这个优惠是给别的工种的。")
    default_hint = _("工种写在“我的资料”里，写错了可以改。")


class EnoughForNow(Conflict):
    default_message = _("你的次数用完了。")
    default_hint = _("明天或下个月再来；附近别的优惠照样能用。")


class NoneLeft(Conflict):
    default_message = _("券领完了。")
    default_hint = _("看看附近别的优惠。")


class VoucherOver(Conflict):
    default_message = _("这张券已经用掉，或者过期了。")
    default_hint = _("要再用，回到优惠页面再领一张。")


class ShownAlready(Conflict):
    default_message = _("出示过的券不能退。")
    default_hint = _("没用上也没关系，今天过完它自己就过期。")


class NotTheHour(Conflict):
    default_message = _("现在不是能用的时段。")
    default_hint = _("时段写在优惠页面上，到点再来。")


@dataclass(frozen=True, slots=True)
class ShownCode:
    """What the worker's phone shows: to be scanned, to be typed, and until when."""

    signed: str
    typed: str
    expires_at: datetime


def take_voucher(*, actor: Actor, public_id: UUID, key: UUID, now: datetime) -> Voucher:
    """Good until the end of the day. The same `key` again is the same, and so is a second tap while one is held.

    Limits hold whoever comes at once: the offer's row is held meanwhile, and its total is a constraint besides. Nothing
    is audited: a log of who goes to which clinic is what must not exist.

    Raises `NotAllowed`, `OfferNotFound`, `NotUsable`, `NotForYou`, `EnoughForNow`, `NoneLeft`.
    """
    if actor.person_id is None or not policy.permits(actor, "places.voucher"):
        raise NotAllowed
    known = public_offer(public_id)
    with transaction.atomic():
        offer = Offer.objects.select_for_update(no_key=True).get(pk=known.pk)
        own = Voucher.objects.filter(offer=offer, person_id=actor.person_id)
        again = (
            own.filter(key=key).first() or own.filter(state=VoucherState.HELD, valid_until__gt=now).first()
        )
        if again is not None:
            return again
        _check(offer, known.place.state, actor.person_id, now)
        Offer.objects.filter(pk=offer.pk).update(taken=F("taken") + 1)
        return Voucher.objects.create(
            offer=offer, place_id=offer.place_id, person_id=actor.person_id, key=key, on=timezone.localdate(now),
            number=_free_number(offer.place_id), taken_at=now, valid_until=_midnight(now),
        )  # fmt: skip


def _check(offer: Offer, place_state: str, person_id: int, now: datetime) -> None:
    today = timezone.localdate(now)
    usable = offer.state == OfferState.ACTIVE and offer.needs_voucher and offer.is_in_season(today)
    if not usable or place_state != PlaceState.OPEN:
        raise NotUsable
    if offer.occupations and not occupations_of(person_id) & set(offer.occupations.split()):
        raise NotForYou
    counted = Voucher.objects.filter(counted_q(), offer=offer, person_id=person_id)
    if offer.per_day is not None and counted.filter(on=today).count() >= offer.per_day:
        raise EnoughForNow
    if offer.per_month is not None:
        this_month = counted.filter(on__gte=today.replace(day=1))
        if this_month.count() >= offer.per_month:
            raise EnoughForNow
    if offer.total is not None and offer.taken >= offer.total:
        raise NoneLeft


def _free_number(place_id: int) -> str:
    for _draw in range(DRAWS):
        number = codes.new_number()
        taken = Voucher.objects.filter(place=place_id, number=number).exists()
        if not taken and not Redemption.objects.filter(place=place_id, number=number).exists():
            return number
    raise Conflict


def _midnight(now: datetime) -> datetime:
    day = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return (day + timedelta(days=1)).astimezone(UTC)


def show_voucher(*, actor: Actor, public_id: UUID, now: datetime) -> ShownCode:
    """A fresh code, good for two minutes at the voucher's own place. From now on it counts as one that may be in use.

    Raises `VoucherNotFound`, `VoucherOver`, `NotUsable`, `NotTheHour`.
    """
    voucher = own_voucher(actor, public_id)
    offer = voucher.offer
    if offer.state not in STILL_GOOD or voucher.place.state != PlaceState.OPEN:
        raise NotUsable
    if offer.opening and not weekly(offer.opening, now).is_open:
        raise NotTheHour
    with transaction.atomic():
        row = Voucher.objects.select_for_update().get(pk=voucher.pk)
        if not row.is_live(now):
            raise VoucherOver
        if row.shown_at is None:
            Voucher.objects.filter(pk=row.pk).update(shown_at=now)
    name = mask_name(voucher.person.name) if offer.kind.is_medical and voucher.person else ""
    code = Code(voucher.place.public_id, offer.public_id, voucher.number, now.replace(microsecond=0), name)
    return ShownCode(codes.signed(code), codes.in_groups(codes.typed(code)), code.expires)


def give_back(*, actor: Actor, public_id: UUID, now: datetime) -> Voucher:
    """One that was never shown; it does not count any more. Raises `VoucherNotFound`, `ShownAlready`, `IllegalMove`."""
    voucher = own_voucher(actor, public_id)
    with transaction.atomic():
        row = Voucher.objects.select_for_update().get(pk=voucher.pk)
        if row.shown_at is not None:
            raise ShownAlready
        VOUCHER.step(row, "give_back")
        Offer.objects.filter(pk=row.offer_id).update(taken=F("taken") - 1)
    return row


def expire_vouchers(*, now: datetime) -> int:
    """What nobody used by the end of its day; returns how many. What was never shown is free again for others."""
    with transaction.atomic():
        late = Voucher.objects.select_for_update().filter(state=VoucherState.HELD, valid_until__lte=now)
        rows = list(late.order_by("pk")[:BATCH])
        for voucher in rows:
            VOUCHER.step(voucher, "expire")
            if voucher.shown_at is None:
                Offer.objects.filter(pk=voucher.offer_id).update(taken=F("taken") - 1)
    return len(rows)


def vouchers_over(now: datetime) -> int:
    return Voucher.objects.filter(on__lt=timezone.localdate(now - KEPT)).count()


def forget_vouchers(*, now: datetime) -> int:
    """Three months after its day nobody knows whose it was; that it was used stays with the place, as a number."""
    old = Voucher.objects.filter(on__lt=timezone.localdate(now - KEPT))
    keys = list(old.values_list("pk", flat=True)[:BATCH])
    if not keys:
        return 0
    Redemption.objects.filter(voucher__in=keys).update(voucher=None)
    Voucher.objects.filter(pk__in=keys).delete()
    return len(keys)


def erase_vouchers(subject: Subject, *, now: datetime) -> Erased:
    """Whose they were is gone at once; what a desk took in stays a number."""
    return Erased(anonymised=Voucher.objects.filter(person=subject.person_id or 0).update(person=None))

"""What a worker says after a use: a few tags, or that the promise was not kept. Neither leads back to anybody."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import Actor
from nuanxin.kernel.errors import Conflict, Invalid
from nuanxin.kernel.events import publish
from nuanxin.places.enums import PromiseEnd
from nuanxin.places.events import OfferFoundBroken, OfferPromiseSettled
from nuanxin.places.models import BrokenPromise, Offer, OfferRating, Voucher
from nuanxin.places.queries.catalogue import catalogue
from nuanxin.places.queries.vouchers import may_rate, may_refuse, own_voucher

MOST_TAGS = 4


class NotToBeRated(Conflict):
    default_message = _("这一次不能再评了。")
    default_hint = _("用过以后两周内可以评一次；下次用了再说。")


class NoTag(Invalid):
    default_message = _("还没选。")
    default_hint = _("点一到四个最像的。")


class SaidAlready(Conflict):
    default_message = _("已经记下了，不用再说一遍。")
    default_hint = _("社区会去看，商户不会知道是谁说的。")


def rate_use(*, actor: Actor, public_id: UUID, tags: Iterable[str], now: datetime) -> None:
    """Once for each use. What is kept has no way back to the use: it knows the offer and the day, and that is all.

    Raises `VoucherNotFound`, `NoTag`, `NotToBeRated`.
    """
    voucher = own_voucher(actor, public_id)
    known = catalogue().tags
    chosen = [code for code in dict.fromkeys(tags) if code in known and known[code].is_active]
    if not 1 <= len(chosen) <= MOST_TAGS:
        raise NoTag
    if not may_rate(voucher, now):
        raise NotToBeRated
    with transaction.atomic():
        if not Voucher.objects.filter(pk=voucher.pk, is_rated=False).update(is_rated=True):
            raise NotToBeRated
        OfferRating.objects.create(offer=voucher.offer, tags=" ".join(chosen), on=timezone.localdate(now))


def say_refused(*, actor: Actor, public_id: UUID, now: datetime) -> None:
    """The promise was not kept. The first to say so publishes `OfferFoundBroken`; who follows is counted with it.

    Neither event nor row knows which voucher it was, whose, or at which hour. The voucher stays as it is: nothing is
    taken from whoever says so. Nothing is audited. Raises `VoucherNotFound`, `SaidAlready`.
    """
    voucher = own_voucher(actor, public_id)
    if not may_refuse(voucher, now):
        raise SaidAlready
    with transaction.atomic():
        if not Voucher.objects.filter(pk=voucher.pk, is_refused=False).update(is_refused=True):
            raise SaidAlready
        held = Offer.objects.select_for_update(of=("self",), no_key=True).select_related("place")
        offer = held.get(pk=voucher.offer_id)
        if BrokenPromise.objects.filter(offer=offer, settled_at=None).update(times=F("times") + 1):
            return
        promise = BrokenPromise.objects.create(offer=offer, since=timezone.localdate(now))
        happened = OfferFoundBroken(offer.place_id, offer.pk, promise.pk)
        publish(happened, scope_code=offer.place.scope_code, now=now)


def settle_promise(*, promise_id: int, end: PromiseEnd, now: datetime) -> bool:
    """It has been looked into; returns whether it was still open. Publishes `OfferPromiseSettled`."""
    with transaction.atomic():
        open_ones = BrokenPromise.objects.filter(pk=promise_id, settled_at=None)
        if not open_ones.update(settled_at=now, end=end):
            return False
        promise = BrokenPromise.objects.select_related("offer__place").get(pk=promise_id)
        offer = promise.offer
        happened = OfferPromiseSettled(offer.place_id, offer.pk, end.value)
        publish(happened, scope_code=offer.place.scope_code, now=now)
    return True

"""Vouchers: their person's own, and what a desk needs to take them in without a network."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, UUIDField
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel.access import Actor, visible
from nuanxin.kernel.errors import NotFound
from nuanxin.kernel.prepared import PreparedFor
from nuanxin.kernel.privacy.register import Subject
from nuanxin.people.models import WorkerJob
from nuanxin.places.enums import OfferState, Outcome, VoucherState
from nuanxin.places.models import Offer, Place, Redemption, Voucher
from nuanxin.places.queries import codes
from nuanxin.places.queries.offers import Shown, rules_of, shown_offer, worth
from nuanxin.places.queries.register import kept_place

OWN_MOST = 60
KEPT = timedelta(days=90)  # after its day nobody knows whose voucher it was
USES_KEPT = timedelta(days=365)  # of a desk, without persons (`domain.md` §8: medicine log)
RATE_WITHIN = timedelta(days=14)
REFUSE_WITHIN = timedelta(days=7)
DESK_OFFLINE_DAYS = 3
REMEMBERED = timedelta(days=2)
# What somebody holds stays good for its day when the offer is changed or ends; a suspended one cannot be given out.
STILL_GOOD = (OfferState.ACTIVE, OfferState.PROPOSED, OfferState.ENDED)


class VoucherNotFound(NotFound):
    default_message = _("没有找到这张券。")
    default_hint = _("它可能不是在这个账号下领的。去“我的券”里看看。")


def counted_q() -> Q:
    """What counts towards limits: used, held, and what may have been used where there was no signal."""
    used = Q(state__in=[VoucherState.HELD, VoucherState.USED])
    return used | Q(state=VoucherState.EXPIRED, shown_at__isnull=False)


def own_vouchers(actor: Actor) -> list[Voucher]:
    """Those that can be used first, then the past ones."""
    rows = visible(Voucher.objects.all(), "places.voucher", actor)
    found = list(rows.select_related("offer__kind", "place").order_by("-taken_at", "-pk")[:OWN_MOST])
    return sorted(found, key=lambda each: each.state != VoucherState.HELD)


def own_voucher(actor: Actor, public_id: UUID) -> Voucher:
    """Raises `VoucherNotFound`."""
    found = _own_voucher.of(actor).first(public_id=public_id)
    if found is None:
        raise VoucherNotFound
    return found


_own_voucher = PreparedFor(
    lambda actor, *, public_id: visible(
        Voucher.objects.filter(public_id=public_id), "places.voucher", actor
    ).select_related("offer__kind", "place__type", "person"),
    public_id=UUIDField(),
)


def held_voucher(actor: Actor, offer: Offer, *, now: datetime) -> Voucher | None:
    """The one of this offer that can be used."""
    rows = visible(Voucher.objects.all(), "places.voucher", actor)
    return rows.filter(offer=offer, state=VoucherState.HELD, valid_until__gt=now).first()


@dataclass(frozen=True, slots=True)
class VoucherPage:
    voucher: Voucher
    shown: Shown
    can_show: bool
    can_give_back: bool
    can_rate: bool
    can_refuse: bool


def voucher_page(voucher: Voucher, *, now: datetime) -> VoucherPage:
    """What may be done with it now."""
    offer, is_live = voucher.offer, voucher.is_live(now)
    return VoucherPage(
        voucher=voucher,
        shown=shown_offer(offer, now),
        can_show=is_live and offer.state in STILL_GOOD,
        can_give_back=is_live and voucher.shown_at is None,
        can_rate=may_rate(voucher, now),
        can_refuse=may_refuse(voucher, now),
    )


def may_rate(voucher: Voucher, now: datetime) -> bool:
    """After a use, once, while one still remembers."""
    is_used = voucher.state == VoucherState.USED and voucher.used_at is not None
    return is_used and not voucher.is_rated and now - voucher.valid_until < RATE_WITHIN


def may_refuse(voucher: Voucher, now: datetime) -> bool:
    """Once; given back means that nobody went there."""
    gone = voucher.state == VoucherState.GIVEN_BACK
    return not gone and not voucher.is_refused and now - voucher.valid_until < REFUSE_WITHIN


def occupations_of(person_id: int) -> set[str]:
    """What kinds of work somebody has said to do."""
    rows = WorkerJob.objects.filter(profile__person_id=person_id)
    return set(rows.values_list("worker_type", flat=True))


def desk_place(actor: Actor) -> Place | None:
    """The place at whose desk the actor stands."""
    place = kept_place(actor)
    if place is None:
        return None
    return visible(Place.objects.filter(pk=place.pk), "places.redeem", actor).first()


def desk_kit(place: Place, *, now: datetime) -> dict[str, Any]:
    """All that a desk's phone keeps: public keys, the place's day keys, what it promises, what is used up already.

    Nothing in it is of a worker. Numbers of the last two days only: a code lives for minutes.
    """
    offers = Offer.objects.filter(place=place).select_related("kind")
    used = Redemption.objects.filter(place=place, at__gt=now - REMEMBERED).values_list("number", flat=True)
    return {
        "place": place.public_id.hex,
        "name": place.name,
        "now": int(now.timestamp()),
        "day": codes.day_of(now),
        "until": codes.day_of(now) + DESK_OFFLINE_DAYS,
        "keys": codes.public_keys(),
        "day_keys": codes.desk_keys(place.public_id, now, days=DESK_OFFLINE_DAYS),
        "offers": {each.public_id.hex: _promise(each) for each in offers},
        "used": sorted(set(used)),
    }


def _promise(offer: Offer) -> dict[str, Any]:
    return {
        "name": offer.name,
        "worth": worth(offer),
        "rules": rules_of(offer),
        "terms": offer.terms,
        "medical": offer.kind.is_medical,
    }


@dataclass(frozen=True, slots=True)
class DeskLog:
    """A place's own record: how many today and in all, what is disputed, when. No persons."""

    today: int
    disputed: list[Redemption]
    latest: list[Redemption]


def desk_log(place: Place, *, now: datetime) -> DeskLog:
    rows = Redemption.objects.filter(place=place).select_related("offer").order_by("-at", "-pk")
    start = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return DeskLog(
        today=rows.filter(at__gte=start, outcome=Outcome.ACCEPTED).count(),
        disputed=list(rows.exclude(outcome=Outcome.ACCEPTED)[:10]),
        latest=list(rows[:20]),
    )


def vouchers_of(subject: Subject) -> list[Mapping[str, Any]]:
    """For the export of one's own data."""
    rows = Voucher.objects.filter(person=subject.person_id or 0)
    return list(rows.values("offer__name_zh", "place__name_zh", "taken_at", "state", "used_at"))

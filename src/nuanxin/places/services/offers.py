"""Offers: proposed by the place, confirmed by the street, suspended, changed, ended."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanxin.kernel import audit
from nuanxin.kernel.access import SYSTEM, Actor
from nuanxin.kernel.errors import Invalid, NotAllowed
from nuanxin.kernel.events import publish
from nuanxin.kernel.opening import InvalidOpening, parse
from nuanxin.people.enums import WorkerType
from nuanxin.places.enums import Care, ValueKind
from nuanxin.places.events import (
    OfferConfirmed,
    OfferDeclined,
    OfferEnded,
    OfferProposed,
    OfferSuspended,
)
from nuanxin.places.models import Offer
from nuanxin.places.queries.catalogue import catalogue
from nuanxin.places.queries.offers import offer_for
from nuanxin.places.queries.register import changeable_place
from nuanxin.places.services.noting import note
from nuanxin.places.workflow import OFFER

BATCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferData:
    """What is promised, in the words of both languages. Money in fen."""

    kind: str
    name_zh: str
    name_en: str
    terms_zh: str = ""
    terms_en: str = ""
    value_kind: str = ValueKind.NONE
    value: int = 0
    valid_from: date | None = None
    valid_to: date | None = None
    opening: str = ""
    occupations: tuple[str, ...] = ()
    needs_voucher: bool = True
    per_day: int | None = None
    per_month: int | None = None
    total: int | None = None
    skips_registration: bool = False
    care: tuple[str, ...] = ()


def propose_offer(*, actor: Actor, public_id: UUID, data: OfferData, key: UUID, now: datetime) -> Offer:
    """A place promises something; the same `key` again is the same. Publishes `OfferProposed`.

    Raises `PlaceNotFound`, `Invalid`.
    """
    place = changeable_place(actor, "places.offer_new", public_id)
    columns = _columns(data)
    with transaction.atomic():
        offer, is_new = Offer.objects.get_or_create(
            key=key, defaults={"place": place, **columns, "state_since": now, "proposed_at": now}
        )
        if offer.place_id != place.pk:
            raise NotAllowed
        if is_new:
            note(actor, "propose_offer", place, (), now)
            _told(actor, offer, "propose", OfferProposed, now)
    return offer


def amend_offer(*, actor: Actor, public_id: UUID, data: OfferData, now: datetime) -> Offer:
    """Other words, or other limits: the street looks again, and until then nobody takes a voucher.

    Vouchers that somebody holds stay good. Publishes `OfferProposed`. Raises `OfferNotFound`, `IllegalMove`, `Invalid`.
    """
    offer = offer_for(actor, public_id, "places.offers")
    columns = _columns(data)
    if data.total is not None and data.total < offer.taken:
        raise Invalid(
            fields={"total": _("已经领了 %(number)d 张，总数不能比它少。") % {"number": offer.taken}}
        )
    with transaction.atomic():
        OFFER.step(offer, "amend", state_since=now, reason="", **columns)
        _told(actor, offer, "amend", OfferProposed, now)
    return offer


def perform_offer(*, actor: Actor, public_id: UUID, name: str, reason: str = "", now: datetime) -> Offer:
    """Confirm, decline, suspend, resume, end. Publishes what `workflow.OFFER` says.

    Raises `OfferNotFound`, `IllegalMove`, `Invalid` without a reason where one is needed, `KeyError` for another name.
    """
    move = OFFER[name]
    events: dict[str, Callable[[int, int], Any]] = {
        "confirm": OfferConfirmed,
        "resume": OfferConfirmed,
        "decline": OfferDeclined,
        "suspend": OfferSuspended,
        "end": OfferEnded,
    }
    happened = events[name]
    offer = offer_for(actor, public_id, move.permission)
    if "reason" in move.required_fields and not reason.strip():
        raise Invalid(fields={"reason": _("请写一句为什么，对方看得到。")})
    with transaction.atomic():
        OFFER.step(offer, name, state_since=now, reason=reason.strip()[:120])
        _told(actor, offer, name, happened, now)
    return offer


def lapse_offers(*, now: datetime) -> int:
    """What has had its last day is over; returns how many. Publishes `OfferEnded`."""
    today = timezone.localdate(now)
    over = Offer.objects.filter(state__in=OFFER["lapse"].sources, valid_to__lt=today).select_related("place")
    with transaction.atomic():
        rows = list(over.order_by("pk")[:BATCH])
        for offer in rows:
            OFFER.step(offer, "lapse", state_since=now)
            happened = OfferEnded(offer.place_id, offer.pk, has_lapsed=True)
            publish(happened, scope_code=offer.place.scope_code, now=now)
            _audited(SYSTEM, offer, "lapse", now)
    return len(rows)


def _told(actor: Actor, offer: Offer, name: str, event: Callable[[int, int], Any], now: datetime) -> None:
    _audited(actor, offer, name, now)
    publish(event(offer.place_id, offer.pk), scope_code=offer.place.scope_code, now=now)


def _audited(actor: Actor, offer: Offer, name: str, now: datetime) -> None:
    audit.record(
        actor=actor, action=f"places.offer_{name}", object_type="offer", object_id=offer.pk,
        scope_code=offer.place.scope_code, now=now,
    )  # fmt: skip


def _columns(data: OfferData) -> dict[str, Any]:
    """As the table has them. Raises `Invalid`, each word beside its field."""
    wrong = dict(_mistakes(data))
    if wrong:
        raise Invalid(fields=wrong)
    columns = asdict(data)
    columns["kind_id"] = columns.pop("kind")
    columns["occupations"] = " ".join(each for each in WorkerType.values if each in data.occupations)
    columns["care"] = " ".join(each for each in Care.values if each in data.care)
    for name, longest in (("name_zh", 40), ("name_en", 80), ("terms_zh", 300), ("terms_en", 500)):
        columns[name] = columns[name].strip()[:longest]
    if data.value_kind == ValueKind.NONE:
        columns["value"] = 0
    if not catalogue().offers[data.kind].is_medical:
        columns |= {"skips_registration": False, "care": ""}
    return columns


def _mistakes(data: OfferData) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    kind = catalogue().offers.get(data.kind)
    if kind is None or not kind.is_active:
        found.append(("kind", _("请选一个类别。")))
    if not data.name_zh.strip():
        found.append(("name_zh", _("请写名称，小哥先看到它。")))
    if not data.name_en.strip():
        found.append(("name_en", _("英文名称也要有；不会写的请社区帮一下。")))
    if data.value_kind == ValueKind.PERCENT and not 1 <= data.value <= 100:
        found.append(("value", _("减百分之几：写 1 到 100，例如八折写 20。")))
    if data.value_kind == ValueKind.FEN and not 1 <= data.value <= 10_000_000:
        found.append(("value", _("减几元：写一个大于 0 的数。")))
    if data.valid_from and data.valid_to and data.valid_to < data.valid_from:
        found.append(("valid_to", _("最后一天不能在第一天前面。")))
    if data.opening.strip() and not _is_readable(data.opening):
        found.append(("opening", _("时段看不懂，请用下面的表来填。")))
    found += [
        (name, _("写一个大于 0 的数；不限就空着。"))
        for name in ("per_day", "per_month", "total")
        if (limit := getattr(data, name)) is not None and limit < 1
    ]
    return found


def _is_readable(opening: str) -> bool:
    try:
        parse(opening)
    except InvalidOpening:
        return False
    return True

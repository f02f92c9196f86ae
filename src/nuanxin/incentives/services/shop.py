"""A shop is opened, paused, given suppliers and things: by the community, for the whole of its area."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nuanxin.incentives.enums import Brings, ItemKind, ShopState
from nuanxin.incentives.models import Shop, ShopItem, Supplier
from nuanxin.incentives.queries.shop import item_for, shop_for
from nuanxin.incentives.services.shop_pictures import drop_picture, put_picture
from nuanxin.incentives.services.shop_stock import NUMBER, locked_item, settle_item
from nuanxin.incentives.workflow import SHOP
from nuanxin.kernel import audit
from nuanxin.kernel.access import Actor, policy
from nuanxin.kernel.errors import Conflict, Invalid, NotAllowed
from nuanxin.kernel.files.accept import AcceptedImage
from nuanxin.people.models import Organisation
from nuanxin.places.models import Offer, Place
from nuanxin.places.queries import visible_place

STEP_TO = {ShopState.OPEN: "resume", ShopState.PAUSED: "pause", ShopState.CLOSED: "close"}
KIND_ICONS = {ItemKind.GOODS: "gift", ItemKind.SERVICE: "heart-handshake", ItemKind.VOUCHER: "receipt"}
LONGEST = {"name_zh": 40, "name_en": 80, "about_zh": 200, "about_en": 400}


class ShopThere(Conflict):
    default_message = _("这里已经有一家超市了。")
    default_hint = _("一个地方一家；打开它接着管就行。")


class NotPublicYet(Invalid):
    default_message = _("这个地方还没有对外开放。")
    default_hint = _("先在“点位”里把它打开，小哥才找得到。")


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemData:
    """What is offered for points; `settlement_fen` is what the shop pays for one. `offer`: a merchant's promise.

    `picture` replaces the one that is there; without one it stays, unless it is dropped.
    """

    name_zh: str
    points: int
    supplier: str
    kind: str = ItemKind.GOODS
    name_en: str = ""
    about_zh: str = ""
    about_en: str = ""
    settlement_fen: int = 0
    per_month: int | None = None
    minimum: int = 0
    has_expiry: bool = False
    valid_from: date | None = None
    valid_to: date | None = None
    is_offered: bool = True
    brings: str = Brings.SUPPLIER
    offer: UUID | None = None
    picture: AcceptedImage | None = None
    drops_picture: bool = False


def open_shop(*, actor: Actor, place_id: UUID, run_by_id: int | None, now: datetime) -> Shop:
    """At a place that is open to the public; one at each. Raises `PlaceNotFound`, `NotAllowed`, `ShopThere`,
    `NotPublicYet`.
    """
    place = visible_place(actor, place_id)
    with transaction.atomic():
        Place.objects.select_for_update(no_key=True).get(pk=place.pk)
        if Shop.objects.filter(place=place).exists():
            raise ShopThere
        if place.state not in ("open", "suspended"):
            raise NotPublicYet
        shop = Shop.objects.create(
            place=place, run_by_id=run_by_id or place.host_id, opened_at=now, state_since=now
        )
        if not policy.allows(actor, "incentives.shop_manage", shop):
            raise NotAllowed
        _note(actor, "shop_open", "shop", shop.pk, place.scope_code, now)
    return shop


def set_shop_state(*, actor: Actor, shop_id: UUID, state: str, reason: str, now: datetime) -> Shop:
    """Paused, open again, closed for good; the same state again is another reason.

    Raises `ShopNotFound`, `IllegalMove`, `Invalid` without a reason.
    """
    shop = shop_for(actor, shop_id, "incentives.shop_manage")
    if state not in ShopState.values:
        raise Invalid(fields={"state": _("请选一个状态。")})
    if state != ShopState.OPEN and not reason.strip():
        raise Invalid(fields={"reason": _("请写一句原因，来的人看得到。")})
    text = reason.strip()[:120]
    with transaction.atomic():
        if state == shop.state != ShopState.CLOSED:
            Shop.objects.filter(pk=shop.pk, state=state).update(reason=text)
        else:
            SHOP.step(shop, STEP_TO[ShopState(state)], state_since=now, reason=text)
        _note(actor, "shop_state", "shop", shop.pk, shop.place.scope_code, now, {"state": state})
    return shop


def add_item(*, actor: Actor, shop_id: UUID, data: ItemData, key: UUID, now: datetime) -> ShopItem:
    """Another thing for points; the same `key` again is the same. Raises `ShopNotFound`, `Invalid`."""
    shop = shop_for(actor, shop_id, "incentives.shop_manage")
    columns = _columns(shop, data)
    with transaction.atomic():
        supplier = _supplier(shop, data)
        item, is_new = ShopItem.objects.get_or_create(
            key=key, defaults={"shop": shop, "supplier": supplier, **columns}
        )
        if item.shop_id != shop.pk:
            raise NotAllowed
        if is_new:
            _picture(item, data, now)
            _note(actor, "item_add", "shop_item", item.pk, shop.place.scope_code, now)
    return item


def edit_item(*, actor: Actor, item_id: UUID, data: ItemData, now: datetime) -> ShopItem:
    """From now on; orders that were made keep what they were made at. Raises `ItemNotFound`, `Invalid`."""
    known = item_for(actor, item_id)
    columns = _columns(known.shop, data)
    with transaction.atomic():
        item = locked_item(known.pk)
        changed = sorted(name for name, value in columns.items() if getattr(item, name) != value)
        for name, value in columns.items():
            setattr(item, name, value)
        item.supplier = _supplier(item.shop, data)
        item.save()
        changed += ["picture"] * _picture(item, data, now)
        settle_item(item, now=now)
        _note(actor, "item_edit", "shop_item", item.pk, item.shop.place.scope_code, now, {"columns": changed})
    return item


def _picture(item: ShopItem, data: ItemData, now: datetime) -> bool:
    """A new one, or none any more; returns whether it changed."""
    if data.picture is not None:
        return put_picture(item, data.picture, now=now)
    return data.drops_picture and drop_picture(item)


def _supplier(shop: Shop, data: ItemData) -> Supplier:
    name = data.supplier.strip()[:60]
    found, _is_new = Supplier.objects.get_or_create(shop=shop, name=name, defaults={"brings": data.brings})
    if found.brings != data.brings:
        Supplier.objects.filter(pk=found.pk).update(brings=data.brings)
        found.brings = data.brings
    if found.organisation_id is None:
        same = Organisation.objects.filter(name=name, is_active=True).values_list("pk", flat=True)[:2]
        if len(same) == 1:
            Supplier.objects.filter(pk=found.pk).update(organisation=same[0])
    return found


def _columns(shop: Shop, data: ItemData) -> dict[str, Any]:
    """As the table has them. Raises `Invalid`, each word beside its field."""
    wrong = dict(_mistakes(data))
    if wrong:
        raise Invalid(fields=wrong)
    columns: dict[str, Any] = {
        name: getattr(data, name)
        for name in (
            "kind", "points", "settlement_fen", "per_month", "minimum", "has_expiry", "valid_from", "valid_to",
            "is_offered",
        )
    }  # fmt: skip
    columns |= {name: getattr(data, name).strip()[:longest] for name, longest in LONGEST.items()}
    columns["icon"] = KIND_ICONS[ItemKind(data.kind)]
    columns["offer_id"] = _offer(shop, data)
    return columns


def _offer(shop: Shop, data: ItemData) -> int | None:
    """The promise at which a voucher is used: of a place in the same street. Raises `Invalid`."""
    if data.offer is None or data.kind != ItemKind.VOUCHER:
        return None
    street = shop.place.scope_code[:9]
    found = Offer.objects.filter(public_id=data.offer, place__scope_code__startswith=street)
    key: int | None = found.values_list("pk", flat=True).first()
    if key is None:
        raise Invalid(fields={"offer": _("没有找到这个优惠；选同一个街道里确认过的。")})
    return key


def _mistakes(data: ItemData) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    if not data.name_zh.strip():
        found.append(("name_zh", _("请写名称，小哥先看到它。")))
    if not 1 <= data.points <= 100_000:
        found.append(("points", _("写 1 到 100,000 之间的整数。")))
    if not 0 <= data.settlement_fen <= 10_000_000:
        found.append(("settlement_fen", _("结算价写 0 到 100,000 元；捐赠的写 0。")))
    if not data.supplier.strip():
        found.append(("supplier", _("请写供应方，月底按它结算；捐赠的写捐赠单位。")))
    elif NUMBER.search(data.supplier):
        found.append(("supplier", _("只写单位，不写个人的姓名和电话。")))
    if data.per_month is not None and not 1 <= data.per_month <= 99:
        found.append(("per_month", _("写 1 到 99；不限就空着。")))
    if not 0 <= data.minimum <= 9999:
        found.append(("minimum", _("写 0 到 9999 之间的整数。")))
    return found + _wrong_choices(data)


def _wrong_choices(data: ItemData) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    if data.kind not in ItemKind.values:
        found.append(("kind", _("请选一个类别。")))
    if data.brings not in Brings.values:
        found.append(("brings", _("请选谁来补货。")))
    if data.valid_from and data.valid_to and data.valid_to < data.valid_from:
        found.append(("valid_to", _("最后一天不能在第一天前面。")))
    return found


def _note(
    actor: Actor, action: str, kind: str, key: int, scope_code: str, now: datetime, detail: dict[str, Any] | None = None
) -> None:  # fmt: skip
    audit.record(
        actor=actor, action=f"incentives.{action}", object_type=kind, object_id=key, scope_code=scope_code,
        detail=detail or {}, now=now,
    )  # fmt: skip

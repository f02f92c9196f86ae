"""The volunteer supermarket: a shop at a place, what it has, what moves on its shelves, what a worker redeems.

Points are taken in the ledger when an order is made; here is what they are exchanged for. Money is fen, and is what
the shop owes its suppliers: no worker's page shows it.
"""

from datetime import date, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import get_language

from nuanxin.incentives.enums import (
    Brings,
    ItemKind,
    OrderState,
    PickupOutcome,
    RefillState,
    SettlementState,
    ShopMove,
    ShopState,
)
from nuanxin.kernel.ids import uuid7

NUMBER_LENGTH = 6
KNOWN = 10  # characters of a code of state


def yuan(fen: int) -> str:
    """`1234` fen as `12.34`."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def _in_page_language(zh: str, en: str) -> str:
    return en if en and (get_language() or "").startswith("en") else zh


class Shop(models.Model):
    """One at a place (`domain.md` 004-32). `run_by`: the community or the merchant; `hold_days`: how long an order is
    kept for whoever made it.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    place = models.OneToOneField("places.Place", on_delete=models.PROTECT, related_name="+")
    run_by = models.ForeignKey(
        "people.Organisation", verbose_name="谁办的", on_delete=models.PROTECT, null=True, related_name="+"
    )
    state = models.CharField("状态", max_length=KNOWN, choices=ShopState.choices, default=ShopState.OPEN)
    state_since = models.DateTimeField("状态起")
    reason = models.CharField("原因", max_length=120, blank=True)
    hold_days = models.PositiveSmallIntegerField("留几天", default=14)
    opened_at = models.DateTimeField()

    class Meta:
        verbose_name = "志愿服务超市"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ShopState.values), name="incentives_shop_known"),
            models.CheckConstraint(
                condition=Q(hold_days__gte=1, hold_days__lte=60), name="incentives_shop_holds"
            ),
        ]

    def __str__(self) -> str:
        return str(self.place)

    @property
    def name(self) -> str:
        return self.place.name


class Supplier(models.Model):
    """Who provides what a shop gives: a firm, a merchant, a charity. Never a private person."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="suppliers")
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    name = models.CharField("供应方", max_length=60)
    brings = models.CharField("谁来补货", max_length=KNOWN, choices=Brings.choices, default=Brings.SUPPLIER)

    class Meta:
        verbose_name = "供应方"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["shop", "name"], name="incentives_supplier_once"),
            models.CheckConstraint(condition=~Q(name=""), name="incentives_supplier_named"),
        ]

    def __str__(self) -> str:
        return self.name


class ShopItem(models.Model):
    """What can be had for points. `settlement_fen`: what the shop pays for one; `per_month`: for one person.

    `offer`: the merchant's promise at which a voucher is used. `low_since`: fewer than `minimum` are free, still.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="items")
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="items")
    kind = models.CharField("类别", max_length=KNOWN, choices=ItemKind.choices, default=ItemKind.GOODS)
    name_zh = models.CharField("名称", max_length=40)
    name_en = models.CharField("英文名称", max_length=80, blank=True)
    about_zh = models.CharField("说明", max_length=200, blank=True)
    about_en = models.CharField("英文说明", max_length=400, blank=True)
    icon = models.CharField(max_length=40, default="gift")
    picture = models.ForeignKey("kernel.StoredFile", on_delete=models.SET_NULL, null=True, related_name="+")
    offer = models.ForeignKey("places.Offer", on_delete=models.SET_NULL, null=True, related_name="+")
    points = models.PositiveIntegerField("多少积分")
    settlement_fen = models.PositiveIntegerField("结算价（分）", default=0)
    per_month = models.PositiveSmallIntegerField("每人每月几件", null=True, blank=True)
    minimum = models.PositiveSmallIntegerField("最少放几件", default=0)
    has_expiry = models.BooleanField("有有效期", default=False)
    valid_from = models.DateField("从哪天起", null=True, blank=True)
    valid_to = models.DateField("到哪天", null=True, blank=True)
    is_offered = models.BooleanField("在架", default=True)
    low_since = models.DateTimeField(null=True)
    key = models.UUIDField(unique=True)

    class Meta:
        verbose_name = "超市物品"
        ordering = ["points", "id"]
        indexes = [
            models.Index(fields=["shop", "is_offered", "points"], name="incentives_item_shown"),
            models.Index(
                fields=["low_since", "id"], name="incentives_item_low", condition=Q(low_since__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(name_zh=""), name="incentives_item_named"),
            models.CheckConstraint(condition=Q(kind__in=ItemKind.values), name="incentives_item_kind"),
            models.CheckConstraint(condition=Q(points__gte=1), name="incentives_item_costs_points"),
            models.CheckConstraint(
                condition=Q(per_month=None) | Q(per_month__gte=1), name="incentives_item_limit"
            ),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="incentives_item_days",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """In the language of the page."""
        return _in_page_language(self.name_zh, self.name_en)

    @property
    def about(self) -> str:
        return _in_page_language(self.about_zh, self.about_en)

    def is_in_season(self, today: date) -> bool:
        begun = self.valid_from is None or self.valid_from <= today
        return begun and (self.valid_to is None or today <= self.valid_to)


class ShopLot(models.Model):
    """What came together: of one date. `balance` lies there; `reserved` of it waits for whoever redeemed it.

    Both are the sums of the lot's movements. `reserved` within `balance`: what is promised is there.
    """

    item = models.ForeignKey(ShopItem, on_delete=models.CASCADE, related_name="lots")
    expires_on = models.DateField("有效期至", null=True)
    source = models.CharField("哪里来的", max_length=60, blank=True)
    received_at = models.DateTimeField()
    balance = models.IntegerField(default=0)
    reserved = models.IntegerField(default=0)
    warned_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["expires_on", "id"]
        indexes = [
            models.Index(
                fields=["item", "expires_on"], name="incentives_shelf_next", condition=Q(balance__gt=0)
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(reserved__gte=0, reserved__lte=F("balance")),
                name="incentives_shelf_never_oversold",
            )
        ]


class ShopOrder(models.Model):
    """One thing for one person. States: `workflow.ORDER`. What it cost and is settled at is kept as it was that day.

    `is_held`: a person looks at it before it is handed over (`services/self_redeem.py`).
    `number` is what a pick-up code carries and says nothing of the worker. `shown_at`: a code has been given out since,
    so that it may have been taken in where there is no signal. `settlement`, `taken_back_in`: the bills in which it is
    counted, and in which it is taken off again after a return.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="orders")
    item = models.ForeignKey(ShopItem, on_delete=models.PROTECT, related_name="orders")
    lot = models.ForeignKey(ShopLot, on_delete=models.PROTECT, related_name="+")
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("people.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    key = models.UUIDField()
    number = models.CharField(max_length=NUMBER_LENGTH)
    points = models.PositiveIntegerField()
    settlement_fen = models.PositiveIntegerField()
    state = models.CharField(max_length=KNOWN, choices=OrderState.choices, default=OrderState.RESERVED)
    state_since = models.DateTimeField()
    placed_at = models.DateTimeField()
    collect_by = models.DateTimeField()
    is_held = models.BooleanField("等人看", default=False)
    shown_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    collected_at = models.DateTimeField(null=True)
    handed_by = models.ForeignKey("people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+")
    returned_at = models.DateTimeField(null=True)
    return_reason = models.CharField("哪里不对", max_length=120, blank=True)
    return_asked_by = models.ForeignKey(
        "people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    settlement = models.ForeignKey(
        "incentives.Settlement", on_delete=models.SET_NULL, null=True, related_name="orders"
    )
    taken_back_in = models.ForeignKey(
        "incentives.Settlement", on_delete=models.SET_NULL, null=True, related_name="returns"
    )

    class Meta:
        verbose_name = "兑换"
        ordering = ["-placed_at", "-id"]
        indexes = [
            models.Index(fields=["person", "-placed_at"], name="incentives_order_own"),
            models.Index(fields=["item", "person", "placed_at"], name="incentives_order_counted"),
            models.Index(fields=["shop", "state", "-id"], name="incentives_order_counter"),
            models.Index(fields=["shop", "supplier", "collected_at"], name="incentives_order_settled"),
            models.Index(
                fields=["collect_by"], name="incentives_order_waiting", condition=Q(state__in=["reserved", "ready"])
            ),
        ]  # fmt: skip
        constraints = [
            models.UniqueConstraint(fields=["person", "key"], name="incentives_order_once"),
            models.UniqueConstraint(fields=["shop", "number"], name="incentives_order_number"),
            models.CheckConstraint(condition=Q(state__in=OrderState.values), name="incentives_order_known"),
            models.CheckConstraint(condition=Q(points__gte=1), name="incentives_order_costs_points"),
            models.CheckConstraint(
                condition=Q(collected_at__isnull=False)
                | ~Q(state__in=[OrderState.COLLECTED, OrderState.RETURN_ASKED, OrderState.RETURNED]),
                name="incentives_order_collected",
            ),
        ]

    @property
    def last_day(self) -> date:
        """On which it can still be fetched."""
        return timezone.localtime(self.collect_by - timedelta(seconds=1)).date()

    @property
    def source(self) -> str:
        """What the ledger knows it by."""
        return f"shop_order:{self.public_id}"


class ShopMovement(models.Model):
    """Append-only: what lies there (`quantity`) and what of it is promised (`held`) changed by so much.

    `key` is the submission's, so that the same again is the same. An order's movements lead to nobody but by the order.
    """

    lot = models.ForeignKey(ShopLot, on_delete=models.CASCADE, related_name="movements")
    kind = models.CharField(max_length=KNOWN, choices=ShopMove.choices)
    quantity = models.IntegerField(default=0)
    held = models.IntegerField(default=0)
    at = models.DateTimeField()
    key = models.UUIDField()
    assignment = models.ForeignKey(
        "people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["lot", "at"], name="incentives_shelf_movements")]
        constraints = [
            models.UniqueConstraint(fields=["key", "lot", "kind"], name="incentives_shelf_once"),
            models.CheckConstraint(
                condition=Q(kind=ShopMove.RECEIVED, quantity__gt=0, held=0)
                | Q(kind=ShopMove.RESERVED, quantity=0, held=1)
                | Q(kind=ShopMove.RELEASED, quantity=0, held=-1)
                | Q(kind=ShopMove.COLLECTED, quantity=-1, held=-1)
                | Q(kind=ShopMove.SPOILED, quantity__lt=0, held=0)
                | Q(kind=ShopMove.COUNTED, held=0),
                name="incentives_shelf_direction",
            ),
        ]


class Pickup(models.Model):
    """What a counter handed over, on line or later. `key` is made on the counter's phone; `outcome` is the last word.

    What is not `accepted` is the shop's to look into; it takes nothing from the worker.
    """

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="pickups")
    order = models.ForeignKey(ShopOrder, on_delete=models.SET_NULL, null=True, related_name="pickups")
    number = models.CharField(max_length=NUMBER_LENGTH)
    key = models.UUIDField()
    device = models.CharField(max_length=36, blank=True)
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    outcome = models.CharField(max_length=KNOWN, choices=PickupOutcome.choices)
    was_offline = models.BooleanField(default=False)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["shop", "-at"], name="incentives_pickup_here")]
        constraints = [
            models.UniqueConstraint(fields=["shop", "key"], name="incentives_pickup_once"),
            models.UniqueConstraint(
                fields=["order"], condition=Q(outcome=PickupOutcome.ACCEPTED), name="incentives_handed_over_once"
            ),
            models.CheckConstraint(condition=Q(outcome__in=PickupOutcome.values), name="incentives_pickup_known"),
        ]  # fmt: skip


class Refill(models.Model):
    """Something runs out and has to be brought. States: `workflow.REFILL`; one under way for an item."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="refills")
    item = models.ForeignKey(ShopItem, on_delete=models.CASCADE, related_name="refills")
    state = models.CharField(max_length=KNOWN, choices=RefillState.choices, default=RefillState.OPEN)
    brings = models.CharField("谁来补货", max_length=KNOWN, choices=Brings.choices)
    wanted = models.PositiveSmallIntegerField("要补几件")
    opened_at = models.DateTimeField()
    state_since = models.DateTimeField()
    reason = models.CharField("原因", max_length=120, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "id"], name="incentives_refill_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["item"],
                condition=Q(state__in=[RefillState.OPEN, RefillState.ACCEPTED]),
                name="incentives_refill_one_at_a_time",
            ),
            models.CheckConstraint(condition=Q(state__in=RefillState.values), name="incentives_refill_known"),
            models.CheckConstraint(condition=Q(wanted__gt=0), name="incentives_refill_some"),
        ]


class Settlement(models.Model):
    """What a shop owes one supplier for a month: closed by one, approved by another. States: `workflow.SETTLEMENT`."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="settlements")
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT, related_name="settlements")
    month = models.DateField()
    state = models.CharField(
        max_length=KNOWN, choices=SettlementState.choices, default=SettlementState.CLOSED
    )
    state_since = models.DateTimeField()
    count = models.IntegerField(default=0)
    total_fen = models.IntegerField(default=0)
    closed_at = models.DateTimeField()
    closed_by = models.ForeignKey("people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(
        "people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    reason = models.CharField("原因", max_length=120, blank=True)

    class Meta:
        verbose_name = "结算"
        ordering = ["-month", "supplier_id"]
        constraints = [
            models.UniqueConstraint(fields=["shop", "supplier", "month"], name="incentives_settled_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="incentives_settlement_month"),
            models.CheckConstraint(
                condition=Q(approved_by=None) | Q(closed_by=None) | ~Q(approved_by=F("closed_by")),
                name="incentives_settlement_two_people",
            ),
            models.CheckConstraint(
                condition=Q(state__in=SettlementState.values), name="incentives_settlement_known"
            ),
        ]

    @property
    def total_yuan(self) -> str:
        return yuan(self.total_fen)


class SettlementLine(models.Model):
    """One item at one price; negative where something of an earlier month came back."""

    settlement = models.ForeignKey(Settlement, on_delete=models.CASCADE, related_name="lines")
    item = models.ForeignKey(ShopItem, on_delete=models.PROTECT, related_name="+")
    price_fen = models.PositiveIntegerField()
    count = models.IntegerField()

    class Meta:
        ordering = ["item_id", "price_fen", "-count"]

    @property
    def total_fen(self) -> int:
        return self.price_fen * self.count

    @property
    def price_yuan(self) -> str:
        return yuan(self.price_fen)

    @property
    def total_yuan(self) -> str:
        return yuan(self.total_fen)

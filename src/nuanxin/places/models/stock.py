from django.db import models
from django.db.models import Q
from django.utils.translation import get_language

from nuanxin.kernel.ids import uuid7
from nuanxin.places.enums import Movement, RestockState, StockKind
from nuanxin.places.models.catalogue import Entry
from nuanxin.places.models.places import Place


class StockItem(Entry):
    """What a place may keep in stock (`domain.md` 000-05, 004-21); `unit` is what one takes one of."""

    kind = models.CharField("类别", max_length=10, choices=StockKind.choices)
    unit_zh = models.CharField("单位", max_length=10)
    unit_en = models.CharField("英文单位", max_length=20)
    has_expiry = models.BooleanField("有有效期", default=True)

    class Meta(Entry.Meta):
        verbose_name = "药品和物资"
        constraints = [
            *Entry.Meta.constraints,
            models.CheckConstraint(condition=Q(kind__in=StockKind.values), name="places_stock_kind"),
            models.CheckConstraint(condition=~Q(unit_zh="") & ~Q(unit_en=""), name="places_stock_both_units"),
        ]

    @property
    def unit(self) -> str:
        """In the language of the page."""
        return self.unit_en if (get_language() or "").startswith("en") else self.unit_zh


class StockLine(models.Model):
    """An item that a place keeps, and how much of it there should be.

    How much there is, is the sum of the lots. `seen_at`: when somebody last had it in the hand. `low_since`,
    `expiring_since`, `expired_since`: noticed, and still so; the job of the day and every movement settle them.
    """

    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="stock")
    item = models.ForeignKey(StockItem, on_delete=models.PROTECT, related_name="+")
    minimum = models.PositiveSmallIntegerField("最少放几件", default=0)
    is_kept = models.BooleanField("还在备", default=True)
    seen_at = models.DateTimeField(null=True)
    low_since = models.DateTimeField(null=True)
    expiring_since = models.DateTimeField(null=True)
    expired_since = models.DateTimeField(null=True)

    class Meta:
        ordering = ["item__sort", "item_id"]
        indexes = [
            models.Index(fields=["low_since", "id"], name="places_stock_low", condition=Q(low_since__isnull=False)),
            models.Index(
                fields=["expiring_since", "id"], name="places_stock_expiring", condition=Q(expiring_since__isnull=False)
            ),
            models.Index(
                fields=["expired_since", "id"], name="places_stock_expired", condition=Q(expired_since__isnull=False)
            ),
        ]  # fmt: skip
        constraints = [models.UniqueConstraint(fields=["place", "item"], name="places_stock_once")]


class StockLot(models.Model):
    """What came together: of one date of expiry, from one source. `balance` is the sum of its movements."""

    line = models.ForeignKey(StockLine, on_delete=models.CASCADE, related_name="lots")
    expires_on = models.DateField("有效期至", null=True)
    source = models.CharField("哪里来的", max_length=60, blank=True)
    received_at = models.DateTimeField()
    balance = models.IntegerField(default=0)

    class Meta:
        ordering = ["expires_on", "id"]
        indexes = [
            models.Index(fields=["line", "expires_on"], name="places_lot_next", condition=Q(balance__gt=0))
        ]
        constraints = [models.CheckConstraint(condition=Q(balance__gte=0), name="places_lot_not_negative")]


class StockMovement(models.Model):
    """Append-only. `quantity` is the change; `key` that of the submission, so that the same again is the same.

    Receiving, counting and discarding say in which office; a taking and its undoing say nobody, by constraint.
    """

    lot = models.ForeignKey(StockLot, on_delete=models.CASCADE, related_name="movements")
    kind = models.CharField(max_length=10, choices=Movement.choices)
    quantity = models.IntegerField()
    at = models.DateTimeField()
    key = models.UUIDField()
    assignment = models.ForeignKey(
        "people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["lot", "at"], name="places_movement_lot")]
        constraints = [
            models.UniqueConstraint(fields=["key", "lot"], name="places_movement_once"),
            models.CheckConstraint(condition=Q(kind__in=Movement.values), name="places_movement_kind"),
            models.CheckConstraint(
                condition=~Q(kind__in=[Movement.TAKEN, Movement.UNDONE]) | Q(assignment=None),
                name="places_taking_has_nobody",
            ),
            models.CheckConstraint(
                condition=(~Q(kind__in=[Movement.TAKEN, Movement.DISCARDED]) | Q(quantity__lt=0))
                & (~Q(kind__in=[Movement.RECEIVED, Movement.UNDONE]) | Q(quantity__gt=0)),
                name="places_movement_direction",
            ),
        ]


class RestockTask(models.Model):
    """Something runs out and has to be brought: whose offer stands, how far it is. States: `workflow.RESTOCK`."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="+")
    line = models.ForeignKey(StockLine, on_delete=models.CASCADE, related_name="tasks")
    state = models.CharField(max_length=10, choices=RestockState.choices, default=RestockState.OPEN)
    wanted = models.PositiveSmallIntegerField("要补几件")
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    opened_at = models.DateTimeField()
    state_since = models.DateTimeField()
    reason = models.CharField("原因", max_length=120, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["place", "state"], name="places_restock_place"),
            models.Index(fields=["state", "id"], name="places_restock_state"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["line"],
                condition=Q(state__in=[RestockState.OPEN, RestockState.ACCEPTED, RestockState.DELIVERED]),
                name="places_restock_one_at_a_time",
            ),
            models.CheckConstraint(condition=Q(state__in=RestockState.values), name="places_restock_known"),
            models.CheckConstraint(condition=Q(wanted__gt=0), name="places_restock_some"),
        ]

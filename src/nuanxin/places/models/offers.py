"""What merchants, canteens and hospitals promise workers, and the vouchers by which a promise is used.

A voucher is one use. Its `number` stands in what the worker shows, and says nothing of the worker.
"""

from datetime import date, datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language

from nuanxin.kernel.ids import uuid7
from nuanxin.places.enums import OfferState, Outcome, PromiseEnd, ValueKind, VoucherState
from nuanxin.places.models.catalogue import Entry
from nuanxin.places.models.places import Place

NUMBER_LENGTH = 6


class OfferKind(Entry):
    """Late meals, water, a discount, the green channel…; `is_medical`: the desk sees who it is for, masked."""

    is_medical = models.BooleanField("就医绿色通道", default=False)

    class Meta(Entry.Meta):
        verbose_name = "优惠类别"


class OfferTag(Entry):
    """What one may say of a use: tags, never free text, so that nobody writes of persons. `is_good`: praise."""

    is_good = models.BooleanField("好话", default=True)

    class Meta(Entry.Meta):
        verbose_name = "评价标签"


class Offer(models.Model):
    """A promise of a place. States: `workflow.OFFER`; its words change only while the street has yet to look.

    `value`: percent off, or fen off, or nothing to reckon with. `opening`: at which hours, in the syntax of OSM
    `opening_hours`; empty is whenever the place is open. `occupations`: codes of kinds of work, joined by spaces; empty
    is everybody. `taken`: vouchers that count towards `total`. `care`: of a hospital's rule, to which desks it applies;
    it is never part of a use.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="offers")
    kind = models.ForeignKey(OfferKind, verbose_name="类别", on_delete=models.PROTECT, related_name="+")
    name_zh = models.CharField("名称", max_length=40)
    name_en = models.CharField("英文名称", max_length=80)
    terms_zh = models.CharField("怎么用", max_length=300, blank=True)
    terms_en = models.CharField("怎么用（英文）", max_length=500, blank=True)
    value_kind = models.CharField("优惠", max_length=8, choices=ValueKind.choices, default=ValueKind.NONE)
    value = models.PositiveIntegerField("多少", default=0)
    valid_from = models.DateField("从哪天起", null=True, blank=True)
    valid_to = models.DateField("到哪天", null=True, blank=True)
    opening = models.CharField("哪些时段", max_length=400, blank=True)
    occupations = models.CharField("谁能用", max_length=200, blank=True)
    needs_voucher = models.BooleanField("要出示券", default=True)
    per_day = models.PositiveSmallIntegerField("每人每天", null=True, blank=True)
    per_month = models.PositiveSmallIntegerField("每人每月", null=True, blank=True)
    total = models.PositiveIntegerField("一共", null=True, blank=True)
    taken = models.PositiveIntegerField(default=0)
    skips_registration = models.BooleanField("不用挂号", default=False)
    care = models.CharField("适用窗口", max_length=60, blank=True)
    state = models.CharField("状态", max_length=10, choices=OfferState.choices, default=OfferState.PROPOSED)
    state_since = models.DateTimeField("状态起")
    reason = models.CharField("原因", max_length=120, blank=True)
    key = models.UUIDField(unique=True)
    proposed_at = models.DateTimeField()

    class Meta:
        verbose_name = "优惠"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["place", "state"], name="places_offer_place"),
            models.Index(fields=["state", "-id"], name="places_offer_state"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(name_zh="") & ~Q(name_en=""), name="places_offer_both_names"),
            models.CheckConstraint(condition=Q(state__in=OfferState.values), name="places_offer_known"),
            models.CheckConstraint(
                condition=Q(value_kind=ValueKind.NONE, value=0)
                | Q(value_kind=ValueKind.PERCENT, value__gte=1, value__lte=100)
                | Q(value_kind=ValueKind.FEN, value__gte=1),
                name="places_offer_value",
            ),
            models.CheckConstraint(
                condition=Q(total=None) | Q(taken__lte=F("total")), name="places_offer_never_over"
            ),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="places_offer_days",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """In the language of the page."""
        return self.name_en if (get_language() or "").startswith("en") else self.name_zh

    @property
    def terms(self) -> str:
        return self.terms_en if self.terms_en and (get_language() or "").startswith("en") else self.terms_zh

    def is_in_season(self, today: date) -> bool:
        begun = self.valid_from is None or self.valid_from <= today
        return begun and (self.valid_to is None or today <= self.valid_to)


class Voucher(models.Model):
    """One use of an offer by one person, until the end of its day. States: `workflow.VOUCHER`.

    `shown_at`: a code has been given out since, so that it may be in use where there is no signal; it can then not be
    given back, and counts even when its day passes. `is_rated` and `is_refused` keep each of these to once; what was
    said does not lead back here. `number` is unique at its place and random.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="vouchers")
    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey("people.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    key = models.UUIDField()
    number = models.CharField(max_length=NUMBER_LENGTH)
    state = models.CharField(max_length=10, choices=VoucherState.choices, default=VoucherState.HELD)
    on = models.DateField()
    taken_at = models.DateTimeField()
    valid_until = models.DateTimeField()
    shown_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    is_rated = models.BooleanField(default=False)
    is_refused = models.BooleanField(default=False)

    class Meta:
        ordering = ["-taken_at", "-id"]
        indexes = [
            models.Index(fields=["person", "-taken_at"], name="places_voucher_own"),
            models.Index(fields=["offer", "person", "on"], name="places_voucher_counted"),
            models.Index(
                fields=["valid_until"], name="places_voucher_held", condition=Q(state=VoucherState.HELD)
            ),
            models.Index(fields=["on"], name="places_voucher_day"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["offer", "person", "key"], name="places_voucher_once"),
            models.UniqueConstraint(fields=["place", "number"], name="places_voucher_number"),
            models.CheckConstraint(condition=Q(state__in=VoucherState.values), name="places_voucher_known"),
            models.CheckConstraint(
                condition=Q(state=VoucherState.USED, used_at__isnull=False)
                | (~Q(state=VoucherState.USED) & Q(used_at=None)),
                name="places_voucher_used",
            ),
        ]  # fmt: skip

    def is_live(self, now: datetime) -> bool:
        return self.state == VoucherState.HELD and now < self.valid_until


class Redemption(models.Model):
    """What a place's desk took in, on line or later. A ledger: of nobody; only its voucher knows of whom, for a while.

    `key` is made on the desk's phone, so that a synced redemption is written once. `device`: which phone of the place,
    a random name that it gave itself. `outcome` is the server's last word: what is not `ACCEPTED` is the place's to
    look into and takes nothing from the worker.
    """

    place = models.ForeignKey(Place, on_delete=models.CASCADE, related_name="+")
    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, null=True, related_name="redemptions")
    voucher = models.ForeignKey(Voucher, on_delete=models.SET_NULL, null=True, related_name="redemptions")
    number = models.CharField(max_length=NUMBER_LENGTH)
    key = models.UUIDField()
    device = models.CharField(max_length=36, blank=True)
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    was_offline = models.BooleanField(default=False)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["offer", "-at"], name="places_redeemed_recent"),
            models.Index(fields=["place", "-at"], name="places_redeemed_here"),
            models.Index(fields=["received_at"], name="places_redeemed_kept"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["place", "key"], name="places_redeemed_once"),
            models.UniqueConstraint(
                fields=["voucher"], condition=Q(outcome=Outcome.ACCEPTED), name="places_used_once"
            ),
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="places_redeemed_outcome"),
        ]


class OfferRating(models.Model):
    """What somebody said after a use, as tags. Nothing leads back to the use, and nothing says the hour."""

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="ratings")
    tags = models.CharField(max_length=200)
    on = models.DateField()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["on"], name="places_rated_on")]


class BrokenPromise(models.Model):
    """Somebody was refused what is promised; it is being looked into until it is settled. `times`: how many say so."""

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="broken")
    since = models.DateField()
    times = models.PositiveIntegerField(default=1)
    settled_at = models.DateTimeField(null=True)
    end = models.CharField(max_length=10, choices=PromiseEnd.choices, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["offer"], condition=Q(settled_at__isnull=True), name="places_promise_looked_into_once"
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, end="") | Q(settled_at__isnull=False, end__in=PromiseEnd.values),
                name="places_promise_end",
            ),
        ]  # fmt: skip

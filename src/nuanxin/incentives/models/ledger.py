from django.db import models
from django.db.models import F, Q

from nuanxin.incentives.enums import PostingKind, Side
from nuanxin.incentives.models.deeds import Deed


class Account(models.Model):
    """What somebody has, by an opaque subject: kept beside the postings, and equal to their sum at any moment.

    `points` can be spent, `held` waits for a person's decision, `owed` is what a reversal could not take back; `growth`
    is what was earned in a lifetime and is never spent. `count` and `head`: how many postings, and the last digest of
    their chain. The row is locked by whoever changes anything of this subject.
    """

    subject_id = models.UUIDField(primary_key=True)
    points = models.BigIntegerField(default=0)
    held = models.BigIntegerField(default=0)
    owed = models.BigIntegerField(default=0)
    growth = models.BigIntegerField(default=0)
    count = models.PositiveIntegerField(default=0)
    head = models.BinaryField(max_length=32, default=bytes(32))

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(points__gte=0, held__gte=0, owed__gte=0), name="incentives_never_negative"
            ),
        ]


class Posting(models.Model):
    """One movement: `amount` leaves the account `debit` and enters the account `credit`. Append-only.

    The sides of its owner are `points`, `held`, `owed`; the city's are `issued`, `team`, `spent`, `expired`. `number`
    counts within the owner's book; `digest` chains it to the posting before. `deed` is why, `of` the deed whose points
    a reversal, hold, release or refund moves. `group` and `on` (in Shanghai) are what caps are counted by.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    on = models.DateField()
    kind = models.CharField(max_length=10, choices=PostingKind.choices)
    rule = models.CharField(max_length=32, blank=True)
    version = models.PositiveIntegerField(default=0)
    group = models.CharField(max_length=12, blank=True)
    scope_code = models.CharField(max_length=15, blank=True)
    deed = models.ForeignKey(Deed, on_delete=models.PROTECT, related_name="+", db_index=False)
    of = models.ForeignKey(Deed, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    debit = models.CharField(max_length=8, choices=Side.choices)
    credit = models.CharField(max_length=8, choices=Side.choices)
    amount = models.PositiveIntegerField()
    because = models.CharField(max_length=40)
    digest = models.BinaryField(max_length=32)

    class Meta:
        ordering = ["account_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["account", "number"], name="incentives_posting_number"),
            models.UniqueConstraint(
                fields=["deed", "rule", "account", "debit", "credit"], name="incentives_posting_once"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="incentives_posting_some"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="incentives_posting_two_sides"),
            models.CheckConstraint(
                condition=Q(debit__in=Side.values, credit__in=Side.values, kind__in=PostingKind.values),
                name="incentives_posting_known",
            ),
        ]
        indexes = [
            # What a day's caps count, and a statement in the order of what happened: `on` is the day of `at`.
            models.Index(fields=["account", "on", "at", "number"], name="incentives_posting_day"),
            models.Index(fields=["of"], name="incentives_posting_of", condition=Q(of__isnull=False)),
            models.Index(fields=["on", "rule"], name="incentives_posting_cost"),
        ]

    @property
    def change(self) -> int:
        """What it does to the spendable points."""
        return self.amount * ((self.credit == Side.POINTS) - (self.debit == Side.POINTS))


class Lot(models.Model):
    """Points that came together and lapse together; spent in the order in which they lapse.

    `deed` and `rule` say which award they come from, also after a refund has brought them back.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.PositiveIntegerField()  # of the posting that brought it
    deed = models.ForeignKey(Deed, on_delete=models.PROTECT, related_name="+", db_index=False)
    rule = models.CharField(max_length=32, blank=True)
    amount = models.PositiveIntegerField()
    remaining = models.PositiveIntegerField()
    expired = models.PositiveIntegerField(default=0)
    expires_at = models.DateTimeField()
    reminded = models.PositiveSmallIntegerField(
        default=0
    )  # days before lapsing for which a reminder has gone out

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0, amount__gte=F("remaining") + F("expired")),
                name="incentives_lot_not_more_than_it_was",
            ),
        ]
        indexes = [
            models.Index(
                fields=["account", "expires_at", "id"],
                name="incentives_lot_next",
                condition=Q(remaining__gt=0),
            ),
            models.Index(
                fields=["expires_at", "id"], name="incentives_lot_due", condition=Q(remaining__gt=0)
            ),
            models.Index(fields=["deed"], name="incentives_lot_deed"),
            models.Index(fields=["account", "number"], name="incentives_lot_number"),
        ]


class Draw(models.Model):
    """So much of a lot went with a posting. Append-only."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.PositiveIntegerField()  # of the posting that took it
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="draws")
    amount = models.PositiveIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="incentives_draw_some")]
        indexes = [models.Index(fields=["account", "number"], name="incentives_draw_posting")]

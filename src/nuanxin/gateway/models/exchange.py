"""Exchange with the systems of a city (12345, city management): links, orders, what was said, and what differs."""

from django.db import models
from django.db.models import Q

from nuanxin.gateway.enums import (
    CodeKind,
    ConflictKind,
    Decision,
    ExchangeVerb,
    IncomingResult,
    IncomingWay,
    OrderState,
    Sending,
    TheirState,
)
from nuanxin.gateway.models.outgoing import Line, Outgoing
from nuanxin.gateway.workflow import OPEN
from nuanxin.kernel.access.scope import Scoped
from nuanxin.kernel.ids import uuid7
from nuanxin.kernel.privacy.fields import EncryptedTextField


class ExchangeLink(Line, Scoped):
    """One platform for one territory. What their fields, codes and states are called is data (`ExchangeCode`)."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField("平台名称", max_length=40)
    url = models.CharField("接口地址", max_length=500, blank=True)
    secret = EncryptedTextField(purpose="gateway.exchange.out", blank=True)
    secret_in = EncryptedTextField(purpose="gateway.exchange.in", blank=True)
    is_active = models.BooleanField("启用", default=True)
    pulls = models.BooleanField("定时去取", default=False)
    pulled_until = models.CharField("取到哪里", max_length=80, blank=True)
    created_at = models.DateTimeField("创建时间")
    changed_at = models.DateTimeField("修改时间")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scope_code"], condition=Q(is_active=True), name="gateway_link_one_for_area"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ExchangeCode(models.Model):
    """What a field, a category, a unit type or a state of ours is called on their side."""

    link = models.ForeignKey(ExchangeLink, on_delete=models.CASCADE, related_name="codes")
    kind = models.CharField("哪一类", max_length=8, choices=CodeKind.choices)
    ours = models.CharField("本系统", max_length=40)
    theirs = models.CharField("对方", max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["link", "kind", "ours", "theirs"], name="gateway_code_once"),
        ]


class ExchangeOrder(models.Model):
    """Our case as their work order. Its state is that of the hand-over; the case itself has its own."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    link = models.ForeignKey(ExchangeLink, on_delete=models.PROTECT, related_name="orders")
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    state = models.CharField("状态", max_length=10, choices=OrderState.choices, default=OrderState.QUEUED)
    words = models.CharField("给对方的说明", max_length=500)
    their_number = models.CharField("对方编号", max_length=80, blank=True)
    their_state = models.CharField("对方状态", max_length=10, choices=TheirState.choices, blank=True)
    their_words = models.CharField("对方说明", max_length=300, blank=True)
    their_at = models.DateTimeField("对方更新时间", null=True)
    assignment = models.ForeignKey(
        "people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    asked_at = models.DateTimeField("转出时间")
    ended_at = models.DateTimeField("了结时间", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["link", "case"], condition=Q(ended_at__isnull=True), name="gateway_order_open_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN) ^ Q(ended_at__isnull=False),
                name="gateway_order_end_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["case"], name="gateway_order_of_case"),
            models.Index(fields=["link", "their_number"], name="gateway_order_theirs"),
        ]


class ExchangeMessage(Outgoing):
    """What we tell them about an order; `key` is the id by which they drop what they have already."""

    key = models.UUIDField(default=uuid7, unique=True, editable=False)
    order = models.ForeignKey(ExchangeOrder, on_delete=models.CASCADE, related_name="messages")
    verb = models.CharField("内容", max_length=8, choices=ExchangeVerb.choices)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_try_at", "id"],
                name="gateway_exchange_waiting",
                condition=Q(state=Sending.WAITING),
            ),
        ]


class ExchangeIncoming(models.Model):
    """What they told us, each of their event ids once, and what came of it."""

    link = models.ForeignKey(ExchangeLink, on_delete=models.CASCADE, related_name="incoming")
    event_id = models.CharField("对方事件号", max_length=80)
    order = models.ForeignKey(ExchangeOrder, on_delete=models.SET_NULL, null=True, related_name="incoming")
    number = models.CharField("案卷号", max_length=40, blank=True)
    their_state = models.CharField("对方状态", max_length=10, choices=TheirState.choices)
    way = models.CharField("怎么来的", max_length=8, choices=IncomingWay.choices)
    result = models.CharField("结果", max_length=10, choices=IncomingResult.choices)
    happened_at = models.DateTimeField("对方时间")
    at = models.DateTimeField("收到时间")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["link", "event_id"], name="gateway_incoming_once"),
        ]
        indexes = [models.Index(fields=["at"], name="gateway_incoming_old")]


class ExchangeNonce(models.Model):
    """An id that has been used to sign; the same one is not taken again."""

    link = models.ForeignKey(ExchangeLink, on_delete=models.CASCADE, related_name="+")
    nonce = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["link", "nonce"], name="gateway_nonce_once")]
        indexes = [models.Index(fields=["at"], name="gateway_nonce_old")]


class ExchangeConflict(models.Model):
    """Both sides say different things; a dispatcher decides. Nothing is overwritten meanwhile."""

    order = models.ForeignKey(ExchangeOrder, on_delete=models.CASCADE, related_name="conflicts")
    kind = models.CharField("哪里不一致", max_length=10, choices=ConflictKind.choices)
    opened_at = models.DateTimeField("发现时间")
    decided_at = models.DateTimeField("决定时间", null=True)
    decision = models.CharField("怎么办", max_length=10, choices=Decision.choices, blank=True)
    assignment = models.ForeignKey(
        "people.Assignment", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    note = models.CharField("说明", max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order", "kind"],
                condition=Q(decided_at__isnull=True),
                name="gateway_conflict_open_once",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True) ^ ~Q(decision=""), name="gateway_conflict_decided"
            ),
        ]
        indexes = [
            models.Index(
                fields=["-opened_at"], name="gateway_conflict_open", condition=Q(decided_at__isnull=True)
            )
        ]


class Reconciliation(models.Model):
    """Both sides' lists compared, once a day: what is missing here, missing there, or in another state.

    `lines` are `{kind, number, theirs, ours_state, their_state}`: numbers and codes, nothing else.
    """

    link = models.ForeignKey(ExchangeLink, on_delete=models.CASCADE, related_name="reconciliations")
    on = models.DateField("日期")
    at = models.DateTimeField("核对时间")
    ours_count = models.PositiveIntegerField("本方件数", default=0)
    theirs_count = models.PositiveIntegerField("对方件数", null=True)  # null: they could not be asked
    lines = models.JSONField(default=list)
    error = models.CharField("没有核对成", max_length=60, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["link", "on"], name="gateway_reconciled_once")]

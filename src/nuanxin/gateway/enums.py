"""The words of what other systems are told, and of what they say."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class EndpointState(TextChoices):
    """An address that hears of events."""

    ACTIVE = "active", _("启用中")
    PAUSED = "paused", _("已暂停")
    REMOVED = "removed", _("已移除")


class KeyState(TextChoices):
    """How long a key of another system still opens anything."""

    ACTIVE = "active", _("有效")
    SOON = "soon", _("快到期")
    EXPIRED = "expired", _("已到期")
    REVOKED = "revoked", _("已停用")


class PauseCause(TextChoices):
    """Why nothing is sent to an endpoint."""

    HAND = "hand", _("管理员暂停")
    FAILING = "failing", _("三天没有送到")
    GONE = "gone", _("对方说不再接收")


class Sending(TextChoices):
    """One message that goes out."""

    WAITING = "waiting", _("等待发送")
    SENT = "sent", _("已送达")
    FAILED = "failed", _("放弃了")
    RECORDED = "recorded", _("只记录")


class CodeKind(TextChoices):
    """What of ours has another name on their side."""

    FIELD = "field", _("字段名")
    CATEGORY = "category", _("类别")
    UNIT = "unit", _("单位类型")
    STATE = "state", _("状态")


class OrderState(TextChoices):
    """Our case as their work order: the state of the hand-over."""

    QUEUED = "queued", _("等待送出")
    RECORDED = "recorded", _("只记录，没有送出")
    FAILED = "failed", _("没有送到")
    SENT = "sent", _("对方已收到")
    HANDLING = "handling", _("对方办理中")
    ANSWERED = "answered", _("对方已办结，等您决定")
    REFUSED = "refused", _("对方退回，等您决定")
    DONE = "done", _("已了结")
    WITHDRAWN = "withdrawn", _("已收回")


class TheirState(TextChoices):
    """What their words mean to us."""

    RECEIVED = "received", _("已受理")
    HANDLING = "handling", _("办理中")
    CLOSED = "closed", _("已办结")
    RETURNED = "returned", _("已退回")


class ExchangeVerb(TextChoices):
    """What we tell them."""

    CREATE = "create", _("转出")
    UPDATE = "update", _("告知进展")
    WITHDRAW = "withdraw", _("收回")


class IncomingWay(TextChoices):
    """How we came to know."""

    PUSH = "push", _("对方推送")
    PULL = "pull", _("定时去取")
    COMPARE = "compare", _("核对时发现")


class IncomingResult(TextChoices):
    """What came of it."""

    APPLIED = "applied", _("已更新")
    STALE = "stale", _("比已知的旧")
    CONFLICT = "conflict", _("有不一致")
    UNKNOWN = "unknown", _("没有这一件")


class ConflictKind(TextChoices):
    """What both sides say differently."""

    CLOSED = "closed", _("对方已办结，我们还在办")
    RETURNED = "returned", _("对方退回")
    REOPENED = "reopened", _("已了结，对方又在办")


class Decision(TextChoices):
    """What was decided about it."""

    TAKE = "take", _("以对方结果为准")
    KEEP = "keep", _("我们继续办")
    BACK = "back", _("收回，自己派单")
    SEEN = "seen", _("知道了")

"""What may become of an endpoint, and of a case that was handed to a platform of the city."""

from django.utils.translation import gettext_lazy as _

from nuanxin.gateway.enums import EndpointState as E
from nuanxin.gateway.enums import OrderState as O
from nuanxin.kernel.workflow import Transition, Workflow

ENDPOINT = Workflow(
    "webhook_endpoint",
    E,
    [
        Transition("pause", _("暂停推送"), (E.ACTIVE,), E.PAUSED, "gateway.webhooks", tone="plain"),
        Transition("give_up", _("自动暂停"), (E.ACTIVE,), E.PAUSED, "system", event="EndpointPaused"),
        Transition("resume", _("恢复推送"), (E.PAUSED,), E.ACTIVE, "gateway.webhooks"),
        Transition("remove", _("移除"), (E.ACTIVE, E.PAUSED), E.REMOVED, "gateway.webhooks", tone="danger"),
    ],
)

WITH_THEM = (O.SENT, O.HANDLING, O.ANSWERED, O.REFUSED)
OPEN = (O.QUEUED, O.RECORDED, O.FAILED, *WITH_THEM)

ORDER = Workflow(
    "exchange_order",
    O,
    [
        Transition("deliver", _("送到"), (O.QUEUED, O.FAILED), O.SENT, "system"),
        Transition("record", _("只记录"), (O.QUEUED,), O.RECORDED, "system"),
        Transition("fail", _("没有送到"), (O.QUEUED,), O.FAILED, "system"),
        Transition("retry", _("再送一次"), (O.FAILED, O.RECORDED), O.QUEUED, "gateway.exchange"),
        Transition(
            "take_up", _("对方在办"), (O.QUEUED, O.RECORDED, O.FAILED, *WITH_THEM), O.HANDLING, "system"
        ),
        Transition("answer", _("对方办结"), OPEN, O.ANSWERED, "system", event="ConflictOpened"),
        Transition("refuse", _("对方退回"), OPEN, O.REFUSED, "system", event="ConflictOpened"),
        Transition("settle", _("两边都已办结"), OPEN, O.DONE, "system"),
        Transition("take", _("以对方结果为准"), (O.ANSWERED,), O.DONE, "gateway.exchange", ("opinion",)),
        Transition(
            "keep",
            _("我们继续办"),
            (O.ANSWERED,),
            O.HANDLING,
            "gateway.exchange",
            ("opinion",),
            tone="plain",
        ),
        Transition(
            "back", _("收回，自己派单"), OPEN, O.WITHDRAWN, "gateway.exchange", ("opinion",), tone="danger"
        ),
    ],
)

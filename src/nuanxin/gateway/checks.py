"""What `nuanxin check` asks of other systems: whether they are reached, and how long their keys last."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from nuanxin.gateway.queries.exchange import undelivered_orders
from nuanxin.gateway.queries.keys import keys_that_expire
from nuanxin.gateway.queries.webhooks import stopped_endpoints
from nuanxin.kernel.checks import Finding, Level, check


@check
def webhooks(now: datetime) -> Iterator[Finding]:
    """Endpoints that have stopped, or at which nothing arrives."""
    names = stopped_endpoints()
    if names:
        yield Finding(
            level=Level.WARNING,
            code="webhooks-stopped",
            message=_("有推送送不到：%(names)s") % {"names": "、".join(names)},
            hint=_("请到“对外接口 → 事件推送”看推送记录，和对方核对。"),
        )


@check
def exchange(now: datetime) -> Iterator[Finding]:
    """Cases that a platform was to have and has not."""
    count = undelivered_orders()
    if count:
        yield Finding(
            level=Level.WARNING,
            code="exchange-undelivered",
            message=_("有转出的案件没有送到对方：%(count)s 件") % {"count": count},
            hint=_("请到“对外接口 → 城市平台”核对地址和密钥。"),
        )


@check
def keys_about_to_expire(now: datetime) -> Iterator[Finding]:
    """On that day somebody's system would stop reporting without a word."""
    for key in keys_that_expire(now=now):
        yield Finding(
            level=Level.WARNING,
            code="open311-key-expires",
            message=_("“%(name)s”的接口密钥两周内到期") % {"name": key.name},
            hint=_("请在“对外接口”里另建一个交给对方，再停用旧的。"),
        )

"""What `nuanxin check` asks of the connections to other systems."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from nuanxin.gateway.queries.keys import keys_that_expire
from nuanxin.kernel.checks import Finding, Level, check


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

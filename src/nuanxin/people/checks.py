"""What `nuanxin check` asks of accounts and roles."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from nuanxin.kernel.checks import Finding, Level, check
from nuanxin.people import queries


@check
def second_factors(now: datetime) -> Iterator[Finding]:
    """Roles of staff need two factors outside the demo (`domain.md` §8)."""
    if settings.NUANXIN_STAFF_TWO_FACTORS:
        yield Finding(level=Level.OK, code="two-factors", message=_("工作人员用两种因素登录"))
    elif not settings.DEMO:
        yield Finding(
            level=Level.ERROR,
            code="two-factors-off",
            message=_("工作人员只凭密码就能登录"),
            hint=_("请设置 NUANXIN_STAFF_TWO_FACTORS=1；只有演示可以不用。"),
        )


@check
def administrators(now: datetime) -> Iterator[Finding]:
    """The three administrators are three persons, and each role has somebody."""
    holders = queries.administrators(now=now)
    empty = sorted(role for role, persons in holders.items() if not persons)
    if empty and not settings.DEMO:
        yield Finding(
            level=Level.WARNING,
            code="administrators-missing",
            message=_("没有人担任：%(roles)s") % {"roles": "、".join(empty)},
            hint=_("请邀请一位：nuanxin people invite --name … --role %(role)s") % {"role": empty[0]},
        )
    twice = [person for persons in holders.values() for person in persons]
    if len(twice) != len(set(twice)):
        yield Finding(
            level=Level.WARNING,
            code="administrators-united",
            message=_("三员之中有一人身兼两职"),
            hint=_("等保要求系统、安全、审计三员分立：请把其中一项交给别人。"),
        )

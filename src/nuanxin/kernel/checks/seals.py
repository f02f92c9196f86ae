"""Does the audit log still say what it said?"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from nuanxin.kernel import audit
from nuanxin.kernel.checks import Finding, Level, check

# Older entries are verified by `nuanxin.kernel.audit.verify()`; a check has to answer within seconds.
LOOK_BACK = timedelta(days=35)
UNSEALED_TOO_LONG = timedelta(minutes=5)


@check
def audit_log(now: datetime) -> Iterable[Finding]:
    report = audit.verify(since=now - LOOK_BACK)
    if report.is_sound:
        message = _("%(entries)d 条记录、%(seals)d 个封印完好；最新 %(head)s") % {
            "entries": report.entries,
            "seals": report.seals,
            "head": audit.head_digest() or "-",
        }
        yield Finding(level=Level.OK, code="audit-seals", message=message)
        return
    kinds = Counter(fault.kind for fault in report.faults)
    where = sorted({fault.seal for fault in report.faults})[:5]
    yield Finding(
        level=Level.ERROR,
        code="audit-tampered",
        message=_("封印 %(where)s 之下：%(kinds)s") % {"where": where, "kinds": dict(kinds)},
        hint=_("有人绕过程序改动了审计记录。请保持数据库原样，并与备份比对。"),
    )


@check
def audit_lag(now: datetime) -> Iterable[Finding]:
    age = audit.unsealed_age(now)
    if age > UNSEALED_TOO_LONG:
        yield Finding(
            level=Level.WARNING,
            code="audit-unsealed",
            message=_("最早一条未封印的审计记录已有 %(n)d 秒") % {"n": int(age.total_seconds())},
            hint=_("后台进程在运行吗？PostgreSQL 上的长事务也会拖住封印，请看 pg_stat_activity。"),
        )

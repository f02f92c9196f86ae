"""Does the audit log still say what it said?"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from nuanxin.kernel import audit
from nuanxin.kernel.checks import Finding, Level, check

# Older entries are verified by `nuanxin.kernel.audit.verify()`; a check has to answer within seconds.
LOOK_BACK = timedelta(days=35)
UNSEALED_TOO_LONG = timedelta(minutes=5)


@check
def audit_log(now: datetime) -> Iterable[Finding]:
    report = audit.verify(since=now - LOOK_BACK)
    if report.is_sound:
        message = f"{report.entries} entries under {report.seals} seals hold; newest {audit.head_digest() or 'none'}"
        yield Finding(level=Level.OK, code="audit-seals", message=message)
        return
    kinds = Counter(fault.kind for fault in report.faults)
    where = sorted({fault.seal for fault in report.faults})[:5]
    yield Finding(
        level=Level.ERROR,
        code="audit-tampered",
        message=f"{dict(kinds)} under seals {where}",
        hint="Somebody changed the audit log past the application. Keep the database as it is and compare a backup.",
    )


@check
def audit_lag(now: datetime) -> Iterable[Finding]:
    age = audit.unsealed_age(now)
    if age > UNSEALED_TOO_LONG:
        yield Finding(
            level=Level.WARNING,
            code="audit-unsealed",
            message=f"the oldest unsealed audit entry is {int(age.total_seconds())} s old",
            hint="Is a worker running? On PostgreSQL a long transaction holds sealing up: see pg_stat_activity.",
        )

"""The kernel's own periodic work."""

from datetime import datetime, timedelta

from nuanxin.kernel import audit
from nuanxin.kernel.access.limits import forget_tallies
from nuanxin.kernel.files.services import clear_orphans
from nuanxin.kernel.scheduler import periodic


@periodic(every=timedelta(seconds=1), lease=timedelta(seconds=30))
def seal_audit_log(now: datetime) -> None:
    """Seal the audit entries of the last second into the chain."""
    audit.seal_pending(now=now)


@periodic(every=timedelta(days=1), lease=timedelta(hours=1))
def clear_abandoned_files(now: datetime) -> None:
    """Delete pictures that no report or record came to use within a day."""
    clear_orphans(now=now)


@periodic(every=timedelta(minutes=10), lease=timedelta(minutes=5))
def forget_spent_limits(now: datetime) -> None:
    """Delete what was counted in windows of limits that are over."""
    forget_tallies(now=now)

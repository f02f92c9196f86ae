"""The kernel's own periodic work."""

from datetime import datetime, timedelta

from django.conf import settings

from nuanxin.kernel import audit
from nuanxin.kernel.access.limits import forget_tallies
from nuanxin.kernel.channels.send import forget_messages
from nuanxin.kernel.files.services import clear_orphans
from nuanxin.kernel.scheduler import periodic
from nuanxin.kernel.sheets import forget_uploads


@periodic(every=timedelta(seconds=1), lease=timedelta(seconds=30))
def seal_audit_log(now: datetime) -> None:
    """Seal the audit entries of the last second into the chain."""
    audit.seal_pending(now=now)


@periodic(every=timedelta(days=1), lease=timedelta(hours=1))
def cut_audit_log(now: datetime) -> None:
    """Delete audit entries past their retention (`domain.md` §8: twelve months, by law never under six)."""
    audit.cut(before=now - timedelta(days=settings.NUANXIN_AUDIT_DAYS), now=now)


@periodic(every=timedelta(days=1), lease=timedelta(hours=1))
def clear_abandoned_files(now: datetime) -> None:
    """Delete pictures that no report or record came to use within a day."""
    clear_orphans(now=now)


@periodic(every=timedelta(days=1), lease=timedelta(hours=1))
def forget_sent_messages(now: datetime) -> None:
    """Delete receipts of sent messages, and recorded messages, after thirty days."""
    forget_messages(before=now - timedelta(days=30))


@periodic(every=timedelta(hours=1), lease=timedelta(minutes=10))
def forget_unconfirmed_sheets(now: datetime) -> None:
    """Delete uploaded spreadsheets that nobody confirmed within a day."""
    forget_uploads(now=now)


@periodic(every=timedelta(minutes=10), lease=timedelta(minutes=5))
def forget_spent_limits(now: datetime) -> None:
    """Delete what was counted in windows of limits that are over."""
    forget_tallies(now=now)

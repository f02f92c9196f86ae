from datetime import datetime, timedelta

from nuanxin.kernel.scheduler import periodic
from nuanxin.notifications.services import forget_old_notices, send_digests


@periodic(every=timedelta(days=1))
def forget_notices(now: datetime) -> None:
    """Old notices leave the inboxes."""
    forget_old_notices(now=now)


@periodic(every=timedelta(minutes=5))
def send_digests_due(now: datetime) -> None:
    """One mail for each person who wants the day's notices together, at 8:30 on working days or at 17:00."""
    send_digests(now=now)

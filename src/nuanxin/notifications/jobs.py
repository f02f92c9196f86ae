from datetime import datetime, timedelta

from nuanxin.kernel.scheduler import periodic
from nuanxin.notifications.services import send_digests


@periodic(every=timedelta(minutes=5))
def send_digests_due(now: datetime) -> None:
    """One mail for each person who wants the day's notices together, at 8:30 on working days or at 17:00."""
    send_digests(now=now)

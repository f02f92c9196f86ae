from datetime import datetime, timedelta

from nuanxin.kernel.scheduler import periodic
from nuanxin.notifications.services import forget_old_notices


@periodic(every=timedelta(days=1))
def forget_notices(now: datetime) -> None:
    """Old notices leave the inboxes."""
    forget_old_notices(now=now)

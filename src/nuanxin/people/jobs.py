from datetime import datetime, timedelta

from nuanxin.kernel.scheduler import periodic
from nuanxin.people import services


@periodic(every=timedelta(hours=1))
def forget_used_codes(now: datetime) -> None:
    """Delete one-time codes and failed sign-ins of yesterday."""
    services.forget_codes(now=now)
    services.forget_failures(now=now)


@periodic(every=timedelta(days=1))
def forget_old_sessions(now: datetime) -> None:
    """Delete the record of sign-ins older than half a year."""
    services.forget_sessions(now=now)

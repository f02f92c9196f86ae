"""No pushing while people ride: the peak hours of `domain.md` §10.3 are quiet, unless life is at stake."""

from datetime import datetime, time

from nuanxin.kernel.worktime import SHANGHAI

PEAKS = ((time(11), time(13)), (time(17), time(20)))


def visible_from(now: datetime, *, is_urgent: bool) -> datetime:
    """When a worker should hear of it: now, or at the end of the peak."""
    local = now.astimezone(SHANGHAI)
    for start, end in PEAKS:
        if not is_urgent and start <= local.time() < end:
            return local.replace(hour=end.hour, minute=end.minute, second=0, microsecond=0)
    return now

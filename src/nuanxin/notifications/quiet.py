"""No pushing while people ride: the peak hours of `domain.md` §10.3 are quiet, unless life is at stake."""

from datetime import datetime

from nuanxin.kernel.worktime.peaks import after_peak


def visible_from(now: datetime, *, is_urgent: bool) -> datetime:
    """When a worker should hear of it: now, or at the end of the peak."""
    return now if is_urgent else after_peak(now)

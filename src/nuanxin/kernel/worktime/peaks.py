"""The hours in which people ride and nothing should be asked of them (`domain.md` §10.3)."""

from datetime import datetime, time

from nuanxin.kernel.worktime.calendar import SHANGHAI

PEAKS = ((time(11), time(13)), (time(17), time(20)))


def after_peak(at: datetime) -> datetime:
    """The same instant, or the end of the peak in which it lies."""
    return _moved(at, 1)


def before_peak(at: datetime) -> datetime:
    """The same instant, or the beginning of the peak in which it lies."""
    return _moved(at, 0)


def _moved(at: datetime, edge: int) -> datetime:
    local = at.astimezone(SHANGHAI)
    for peak in PEAKS:
        if peak[0] <= local.time() < peak[1]:
            to = peak[edge]
            return local.replace(hour=to.hour, minute=to.minute, second=0, microsecond=0)
    return at

from datetime import datetime, timedelta

from nuanxin.insight.services import refresh_figures
from nuanxin.kernel.scheduler import periodic


@periodic(every=timedelta(seconds=20))
def refresh(now: datetime) -> None:
    """Where there are very many cases, figures are counted before somebody asks: one relation and span a turn."""
    refresh_figures(now=now)

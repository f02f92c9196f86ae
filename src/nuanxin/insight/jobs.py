from datetime import datetime, timedelta

from nuanxin.insight.services import refresh_figures
from nuanxin.kernel.scheduler import periodic


@periodic(every=timedelta(hours=1), lease=timedelta(minutes=50))
def refresh(now: datetime) -> None:
    """Figures of big places are counted before somebody asks for them."""
    refresh_figures(now=now)

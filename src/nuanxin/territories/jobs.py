from datetime import datetime, timedelta

from nuanxin.kernel.scheduler import periodic
from nuanxin.territories import services


@periodic(every=timedelta(minutes=5))
def carry_over_merged_territories(now: datetime) -> None:
    """Rows of merged territories take their new codes."""
    services.rescope_due(now=now)
